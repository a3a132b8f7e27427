// Takes what the relayer deploys and calls out of Foundry's output: relayer/abi/<Contract>.json, committed, each
// { contract, abi, bytecode, linkReferences }. Run it after `forge build`.
//   node tools/abi.mjs           write the files
//   node tools/abi.mjs --check   fail if the committed ones are not what the sources compile to
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BUILT = "target/forge/out";
const COMMITTED = "relayer/abi";
/** Berlin's limit on deployed code (EIP-170), in bytes. */
const MOST_CODE = 24_576;

/** Source file of each contract. In the order in which they are deployed (contracts/README.md). */
const CONTRACTS = {
  AccessManager: "AccessManager.sol",
  PoseidonT3: "PoseidonT3.sol",
  PoseidonT4: "PoseidonT4.sol",
  EligibilityVerifier8: "EligibilityVerifier8.sol",
  EligibilityVerifier16: "EligibilityVerifier16.sol",
  EvidenceVerifier: "EvidenceVerifier.sol",
  Members: "Members.sol",
  RecordRegistry: "RecordRegistry.sol",
  Treasury: "Treasury.sol",
  Studies: "Studies.sol",
  Enrolments: "Enrolments.sol",
  Disputes: "Disputes.sol",
  TestToken: "TestToken.sol",
};

const check = process.argv.includes("--check");
const faults = [];

/** Poseidon, what it is part of, and what only tests name are compiled without via-IR (foundry.toml). */
const WITHOUT_IR = ["PoseidonT3", "PoseidonT4", "RecordRegistry", "AccessManager", "TestToken"];

/** Foundry names the file by its profile where a source was compiled under both, and keeps what an earlier build left there. */
const readArtefact = (contract, source) => {
  const folder = join(BUILT, source);
  const built = [`${contract}.json`, `${contract}.default.json`, `${contract}.legacy.json`]
    .map((name) => join(folder, name))
    .filter(existsSync)
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)
    .map((file) => JSON.parse(readFileSync(file, "utf8")))
    .find(({ metadata }) => !metadata.settings.viaIR === WITHOUT_IR.includes(contract));
  if (!built) throw new Error(`${folder} has no ${contract}: run \`node tools/forge.mjs build\` first`);
  return built;
};

/** ABI entries a line each, so that a change of an interface shows as one line in a diff. */
const render = ({ contract, abi, bytecode, linkReferences }) =>
  [
    "{",
    `  "contract": ${JSON.stringify(contract)},`,
    `  "abi": [`,
    abi.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n"),
    "  ],",
    `  "linkReferences": ${JSON.stringify(linkReferences)},`,
    `  "bytecode": ${JSON.stringify(bytecode)}`,
    "}",
    "",
  ].join("\n");

mkdirSync(COMMITTED, { recursive: true });
for (const [contract, source] of Object.entries(CONTRACTS)) {
  const { abi, bytecode, deployedBytecode } = readArtefact(contract, source);
  const size = (deployedBytecode.object.length - 2) / 2;
  if (size > MOST_CODE) faults.push(`${contract}: ${size} bytes of code, at most ${MOST_CODE}`);
  const text = render({ contract, abi, bytecode: bytecode.object, linkReferences: bytecode.linkReferences });
  const file = join(COMMITTED, `${contract}.json`);
  if (!check) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    faults.push(`${file} is not what the sources compile to: run \`node tools/forge.mjs build && node tools/abi.mjs\``);
  }
}
for (const file of readdirSync(COMMITTED)) {
  if (!(file.replace(/\.json$/, "") in CONTRACTS)) faults.push(`${join(COMMITTED, file)}: no contract of this name`);
}

for (const fault of faults) console.error(fault);
if (faults.length === 0) console.error(`abi: ${Object.keys(CONTRACTS).length} contracts ${check ? "unchanged" : "written"}`);
process.exit(faults.length === 0 ? 0 : 1);
