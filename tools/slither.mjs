// slither over the contracts, in a version that is always the same; it comes from PyPI into target/tools. Findings are answered where they are
// (`slither-disable`), and what is not looked for at all in contracts/README.md.
//   node tools/slither.mjs
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { binaryOf } from "./foundry.mjs";

const VERSION = "0.11.6";
const PLACE = `target/tools/slither-${VERSION}`;
const OUT = "target/slither/out";
// Only the syntax tree matters, and this profile gives it soonest
const ENVIRONMENT = {
  ...process.env,
  FOUNDRY_PROFILE: "quick",
  FOUNDRY_OUT: OUT,
  FOUNDRY_CACHE_PATH: "target/slither/cache",
  PATH: `${dirname(binaryOf("forge"))}${delimiter}${process.env.PATH}`,
};

const run = (program, ...options) => {
  const { status } = spawnSync(program, options, { stdio: "inherit", env: ENVIRONMENT });
  if (status !== 0) process.exit(status ?? 1);
};

if (spawnSync("python3", ["-m", "venv", "--help"]).status !== 0) {
  console.log("slither was NOT run: there is no Python 3 with venv on this machine");
  process.exit(0);
}
if (!existsSync(`${PLACE}/bin/slither`)) {
  run("python3", "-m", "venv", PLACE);
  run(`${PLACE}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", `slither-analyzer==${VERSION}`);
}
// What was built before of sources that are no more would be looked at as well
rmSync(`${OUT}/build-info`, { recursive: true, force: true });
run(binaryOf("forge"), "build", "contracts/src", "--build-info", "--force");
run(`${PLACE}/bin/slither`, ".", "--ignore-compile", "--foundry-out-directory", OUT);
