// Compiles a verifier contract that `prover setup import` or `export-verifier` wrote, with the pinned compiler and Foundry's settings, to the
// artefact that `relayer consortium deploy --verifier` deploys.
//   node tools/verifier.mjs SOURCE ARTEFACT
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const SOURCE = "verifiers/Verifier.sol";
const INTERFACE = "interfaces/IEligibilityVerifier.sol";

const [source, artefact] = process.argv.slice(2);
if (!artefact) {
  console.error("usage: node tools/verifier.mjs SOURCE ARTEFACT");
  process.exit(1);
}

// As in foundry.toml, so that the code is what Foundry would make of it
const input = {
  language: "Solidity",
  sources: {
    [SOURCE]: { content: readFileSync(source, "utf8") },
    [INTERFACE]: { content: readFileSync(join(ROOT, "contracts/src", INTERFACE), "utf8") },
  },
  settings: {
    evmVersion: "berlin",
    optimizer: { enabled: true, runs: 10_000 },
    viaIR: true,
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { [SOURCE]: { "*": ["abi", "evm.bytecode.object", "evm.methodIdentifiers"] } },
  },
};
const run = spawnSync(process.execPath, [join(ROOT, "tools/solc"), "--standard-json"], {
  input: JSON.stringify(input),
  maxBuffer: 2 ** 26,
});
const output = JSON.parse(run.stdout);
const [[contract, compiled] = []] = Object.entries(output.contracts?.[SOURCE] ?? {});
if (!compiled) {
  console.error((output.errors ?? []).map((error) => error.formattedMessage).join("\n"));
  process.exit(1);
}
const { bytecode, methodIdentifiers } = compiled.evm;
const result = {
  contract,
  abi: compiled.abi,
  linkReferences: {},
  bytecode: `0x${bytecode.object}`,
  selectors: methodIdentifiers,
};
writeFileSync(artefact, `${JSON.stringify(result, null, 2)}\n`);
