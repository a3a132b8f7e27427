// Checks what no linter does: the shape of the tree that docs/ARCHITECTURE.md promises.
//   node tools/layout.mjs
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const MOST_LINES = 400;
/** Crates that one module alone may name, so that each can be replaced there. */
const ONE_MODULE = {
  ethers: "relayer/src/adapters/chain",
  umbral_pre: "relayer/src/domain/umbral",
  object_store: "relayer/src/adapters/storage",
  ark_circom: "prover/src/circuit/witness",
};
/** Imports point inward: a layer may use itself and the layers before it. */
const LAYERS = ["domain", "ports", "app", "adapters", "http", "cli"];

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter(Boolean);
const read = (file) => readFileSync(file, "utf8");
const isTest = (file) => /(^|\/)(tests|benches|examples)(\/|\.rs$)|_tests\.rs$/.test(file);
const faults = [];

for (const file of tracked.filter((f) => /\.(rs|sol|circom|m?js)$/.test(f) && !/verifiers\//.test(f))) {
  const lines = read(file).split("\n").length - 1;
  if (lines > MOST_LINES) faults.push(`${file}: ${lines} lines, at most ${MOST_LINES}: split it along a seam`);
}

for (const file of tracked.filter((f) => f.endsWith(".rs") && !isTest(f))) {
  const text = read(file);
  for (const [crate, home] of Object.entries(ONE_MODULE)) {
    const named = new RegExp(`(^|[^a-z_])${crate}::`, "m").test(text);
    if (named && !(file === `${home}.rs` || file.startsWith(`${home}/`))) {
      faults.push(`${file}: names ${crate}, which belongs in ${home}`);
    }
  }
  const layer = LAYERS.findIndex((name) => file.startsWith(`relayer/src/${name}/`) || file === `relayer/src/${name}.rs`);
  if (layer >= 0) {
    for (const [, used] of text.matchAll(/\bcrate::(?:\{\s*)?([a-z_]+)/g)) {
      if (LAYERS.indexOf(used) > layer) faults.push(`${file}: ${LAYERS[layer]} must not use ${used}`);
    }
  }
}

for (const manifest of tracked.filter((f) => f.endsWith("/Cargo.toml"))) {
  if (!/\[lints\]\s*workspace = true/.test(read(manifest))) faults.push(`${manifest}: does not take part in the workspace's lints`);
}

for (const fault of faults) console.error(fault);
console.error(faults.length === 0 ? `layout: ${tracked.length} files in order` : `layout: ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
