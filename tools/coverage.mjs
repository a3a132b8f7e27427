// Which lines and branches of the contracts the tests reach. Two passes, because forge reports one compilation only, and what needs via-IR
// (foundry.toml, profile `quick`) is another: all but that first, then that; of each line and branch the larger count stands.
//   node tools/coverage.mjs
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { binaryOf } from "./foundry.mjs";

const FOLDER = "target/coverage";
const LEAST = 0.95;
const WITH_IR = ["EvidenceVerifier.sol", "Combination.sol", "EligibilityVerifier*.sol"];
/** What deploys a contract that the first pass does not compile. */
const NEEDS_IR = "contracts/test/{invariant/*,gas/*,integration/*,unit/Evidence*.t.sol,unit/SharedPoint.t.sol,fuzz/Forgeries.t.sol}";
/** Too deep a stack without the optimiser, which coverage turns off. */
const SKIPPED = ["--skip", "contracts/test/integration/Fragments.t.sol"];
const PASSES = [
  ["--no-match-path", NEEDS_IR, ...WITH_IR.flatMap((name) => ["--skip", `contracts/src/**/${name}`])],
  ["--no-match-path", "contracts/test/{invariant,gas}/*"],
];

const cover = (options, number) => {
  const report = `${FOLDER}/${number}.info`;
  const env = {
    ...process.env,
    FOUNDRY_PROFILE: "quick",
    FOUNDRY_OUT: `${FOLDER}/out${number}`,
    FOUNDRY_CACHE_PATH: `${FOLDER}/cache${number}`,
    // What is measured here is not gas
    FORGE_SNAPSHOT_EMIT: "false",
  };
  const more = ["--exclude-tests", "--report", "lcov", "--report-file", report];
  const forge = spawnSync(binaryOf("forge"), ["coverage", ...SKIPPED, ...options, ...more], { env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (forge.status !== 0) {
    console.error(forge.stdout, forge.stderr);
    process.exit(1);
  }
  return readFileSync(report, "utf8");
};

/** Of each file, how often each of its lines and branches was reached. */
const merge = (files, report) => {
  let file;
  for (const line of report.split("\n")) {
    const [kind, rest] = [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)];
    if (kind === "SF") {
      file = files.get(rest) ?? { DA: new Map(), BRDA: new Map() };
      files.set(rest, file);
    } else if (kind === "DA" || kind === "BRDA") {
      const at = rest.lastIndexOf(",");
      const count = Number(rest.slice(at + 1)) || 0;
      file[kind].set(rest.slice(0, at), Math.max(count, file[kind].get(rest.slice(0, at)) ?? 0));
    }
  }
};

const figuresOf = (counts) => ({ all: counts.size, reached: [...counts.values()].filter((count) => count > 0).length });
const share = ({ all, reached }) => `${all === 0 ? "100.0" : ((100 * reached) / all).toFixed(1)} % (${reached}/${all})`;

mkdirSync(FOLDER, { recursive: true });
const files = new Map();
PASSES.forEach((options, number) => merge(files, cover(options, number)));

const total = { DA: { all: 0, reached: 0 }, BRDA: { all: 0, reached: 0 } };
console.log("| file | lines | branches |\n| --- | --- | --- |");
for (const [name, counts] of [...files].filter(([name]) => name.startsWith("contracts/src/")).sort()) {
  // Generated, nearly all of it assembly, of which via-IR does not tell what ran
  if (name.includes("/verifiers/")) continue;
  const figures = { DA: figuresOf(counts.DA), BRDA: figuresOf(counts.BRDA) };
  for (const kind of ["DA", "BRDA"]) {
    total[kind].all += figures[kind].all;
    total[kind].reached += figures[kind].reached;
  }
  console.log(`| ${name.slice("contracts/src/".length)} | ${share(figures.DA)} | ${share(figures.BRDA)} |`);
  const missed = [...counts.DA, ...counts.BRDA].filter(([, count]) => count === 0).map(([at]) => at.split(",")[0]);
  if (missed.length !== 0) console.error(`${name}: not reached at line ${[...new Set(missed)].join(", ")}`);
}
console.log(`| all | ${share(total.DA)} | ${share(total.BRDA)} |`);
const enough = Object.values(total).every(({ all, reached }) => reached / all >= LEAST);
if (!enough) console.error(`less than ${100 * LEAST} %`);
process.exit(enough ? 0 : 1);
