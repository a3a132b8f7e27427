// The hashes of the circuits' own templates against the vectors: compiles arities.circom and hashes.circom and runs each once.
//   node circuits/vectors/circuit.mjs
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import * as snarkjs from "snarkjs";

const OUT = "target/circuits/vectors";
const LIBRARIES = ["node_modules/circomlib/circuits", "node_modules/@zk-kit/binary-merkle-root.circom/src"];

const read = (name) => JSON.parse(readFileSync(`circuits/vectors/${name}.json`, "utf8"));
const [poseidon, record, tree, criteria, registry] =
  ["poseidon", "record", "facts_tree", "criteria", "registry"].map(read);
const padded = (list, length, filler = "0") => [...list, ...Array(length - list.length).fill(filler)];
const bits = (number) => Array.from({ length: 8 }, (_, bit) => String((number >> bit) & 1));

/** The columns of the tree's first leaf: the sentinel, which links to the least key. */
function firstLeaf() {
  const least = tree.facts.map((fact) => BigInt(fact.digest)).sort((one, other) => (one < other ? -1 : 1))[0];
  const missing = ["0", String(2n ** 64n - 1n)];
  return ["0", String(least), "0", "0", ...Array(5).fill(missing).flat()];
}

/** The vectors' slots as in the large circuit: the first half is the small one's. */
function slots() {
  const unused = { structure: 0, keys: ["0", "0", "0", "0"], packed: "0" };
  const half = padded(criteria.used, 16, unused);
  return [...half, ...half];
}

/** The registry's path of the first leaf, with its siblings from the roots of fewer leaves. */
function registryPath() {
  return { leaf: registry.leaves[0], depth: "1", index: "0", siblings: padded([registry.leaves[1]], 32) };
}

function compile(name) {
  mkdirSync(OUT, { recursive: true });
  const libraries = LIBRARIES.flatMap((path) => ["-l", path]);
  const parameters = [`circuits/vectors/${name}.circom`, "--wasm", "--O1", "-o", OUT, ...libraries];
  const run = spawnSync(process.execPath, ["node_modules/circom2/cli.js", ...parameters], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`circom failed on ${name}:\n${run.stdout}${run.stderr}`);
}

/** The outputs in the order in which the circuit declares them: wires after the constant one. */
async function outputs(name, inputs) {
  compile(name);
  const witness = { type: "mem" };
  await snarkjs.wtns.calculate(inputs, `${OUT}/${name}_js/${name}.wasm`, witness);
  return (await snarkjs.wtns.exportJson(witness)).slice(1);
}

const path = registryPath();
const arities = { poseidon: poseidon.map((vector) => padded(vector.inputs, 16)) };
const inputs = {
  identitySecret: record.identitySecret,
  pseudonymNonce: record.pseudonymNonce,
  factsRoot: record.factsRoot,
  envelopeHash: record.envelopeHash,
  terms: [record.terms.consent, record.terms.expiryDay, record.terms.asOfDay, record.terms.mappingVersion],
  blinding: record.blinding,
  studyId: record.studyId,
  tagBlinding: record.tagBlinding,
  leaf: firstLeaf(),
  leafGroup: padded(tree.leaves, 8),
  frontier: tree.frontier,
  mappingVersion: criteria.mappingVersion,
  structure: slots().map((slot) => bits(slot.structure)),
  keys: slots().map((slot) => slot.keys),
  packed: slots().map((slot) => slot.packed),
  registryLeaf: path.leaf,
  registryIndex: path.index,
  registryDepth: path.depth,
  registrySiblings: path.siblings,
};
const arityHashes = poseidon.map((vector, index) => [`Poseidon of ${index + 1}`, vector.hash]);
const hashes = [
  ["pseudonym", record.pseudonym],
  ["terms", record.packedTerms],
  ["commitment", record.commitment],
  ["nullifier", record.nullifier],
  ["recordTag", record.recordTag],
  ["facts root", tree.root],
  ...criteria.hashes.map(({ slots, hash }) => [`criteriaHash of ${slots} slots`, hash]),
  ["registry root", registry.roots[1]],
];

const found = [
  ...(await outputs("arities", arities)).slice(0, arityHashes.length),
  ...(await outputs("hashes", inputs)).slice(0, hashes.length),
];
const expected = [...arityHashes, ...hashes];
const wrong = expected.filter(([, hash], index) => BigInt(found[index]) !== BigInt(hash));
for (const [name] of wrong) console.error(`the circuit's ${name} is not the vector's`);
if (wrong.length === 0) console.error(`circuit: ${expected.length} hashes are the vectors'`);
process.exit(wrong.length === 0 ? 0 : 1);
