// Compiles the circuits of circuits/main into target/circuits: NAME.r1cs, NAME.wasm, NAME.sym and the manifest NAME.json.
//   node tools/circuits.mjs            compile what changed; fails if the result is not the committed one
//   node tools/circuits.mjs --update   commit to the result instead: rewrites circuits/artefacts.json
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OUT = "target/circuits";
const COMMITTED = "circuits/artefacts.json";
/** Only for the check of the hashes. */
const VECTORS = "circuits/vectors";
const LIBRARIES = ["node_modules/circomlib/circuits", "node_modules/@zk-kit/binary-merkle-root.circom/src"];
const PACKAGES = ["circom2", "circomlib", "@zk-kit/binary-merkle-root.circom"];
/** The circuits. A Groth16 domain holds the constraints, the public signals and one more: 2^15 for 8 openings, 2^16 for 16. */
const MOST_CONSTRAINTS = { eligibility_8: 2 ** 15 - 9, eligibility_16: 2 ** 16 - 9 };

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** Every circom file that the circuits are made of, sorted, so that the digest is the same everywhere. */
function sources(folder = "circuits") {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return path === VECTORS ? [] : sources(path);
      return path.endsWith(".circom") ? [path] : [];
    })
    .sort();
}

/** Digest of all that the result depends on: our files, the pinned packages and how they are called. */
function sourcesDigest() {
  const versions = PACKAGES.map((name) => {
    const manifest = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    return `${name}@${manifest.version}`;
  });
  const files = sources().map((path) => `${path} ${sha256(readFileSync(path))}`);
  return sha256([...versions, ...files, readFileSync("tools/circuits.mjs")].join("\n"));
}

/** Runs the compiler into a folder of its own, so that an interrupted run leaves nothing behind. */
function compile(name) {
  const scratch = join(OUT, `${name}.part`);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const libraries = LIBRARIES.flatMap((path) => ["-l", path]);
  const parameters = [`circuits/main/${name}.circom`, "--r1cs", "--wasm", "--sym", "--O2", "--inspect", "-o", scratch];
  const run = spawnSync(process.execPath, ["node_modules/circom2/cli.js", ...parameters, ...libraries], { encoding: "utf8" });
  const output = `${run.stdout}${run.stderr}`;
  if (run.status !== 0) throw new Error(`circom failed on ${name}:\n${output}`);
  if (output.includes("warning")) throw new Error(`circom warns about ${name}:\n${output}`);
  renameSync(join(scratch, `${name}.r1cs`), join(OUT, `${name}.r1cs`));
  renameSync(join(scratch, `${name}.sym`), join(OUT, `${name}.sym`));
  renameSync(join(scratch, `${name}_js`, `${name}.wasm`), join(OUT, `${name}.wasm`));
  rmSync(scratch, { recursive: true });
  return Object.fromEntries(
    [...output.matchAll(/(non-linear constraints|linear constraints|public inputs|private inputs|wires): (\d+)/g)].map(
      ([, what, number]) => [what, Number(number)],
    ),
  );
}

/** What is committed to: sizes for people, digests for the prover. */
function manifest(name, counts) {
  const constraints = counts["non-linear constraints"] + counts["linear constraints"];
  if (constraints > MOST_CONSTRAINTS[name]) {
    throw new Error(`${name} has ${constraints} constraints, at most ${MOST_CONSTRAINTS[name]} fit its domain`);
  }
  return {
    circuit: name,
    constraints,
    wires: counts.wires,
    publicSignals: counts["public inputs"],
    privateInputs: counts["private inputs"],
    r1csSha256: sha256(readFileSync(join(OUT, `${name}.r1cs`))),
    wasmSha256: sha256(readFileSync(join(OUT, `${name}.wasm`))),
  };
}

function build(name, digest) {
  const manifestPath = join(OUT, `${name}.json`);
  const stampPath = join(OUT, `${name}.sources`);
  const products = [manifestPath, ...["r1cs", "wasm", "sym"].map((kind) => join(OUT, `${name}.${kind}`))];
  const fresh = existsSync(stampPath) && readFileSync(stampPath, "utf8") === digest && products.every(existsSync);
  if (fresh) {
    console.log(`${name}: unchanged`);
    return JSON.parse(readFileSync(manifestPath, "utf8"));
  }
  console.log(`${name}: compiling (up to a minute)`);
  rmSync(stampPath, { force: true });
  const start = Date.now();
  const result = manifest(name, compile(name));
  writeFileSync(manifestPath, `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(stampPath, digest);
  console.log(`${name}: ${result.constraints} constraints, ${((Date.now() - start) / 1000).toFixed(0)} s`);
  return result;
}

/** What differs from the committed snapshot, a line each. */
function drift(built) {
  if (!existsSync(COMMITTED)) return [`${COMMITTED} is missing`];
  const committed = JSON.parse(readFileSync(COMMITTED, "utf8"));
  const pairs = built.map((found) => [found, committed.find(({ circuit }) => circuit === found.circuit) ?? {}]);
  return pairs.flatMap(([found, known]) =>
    Object.entries(found)
      .filter(([what, value]) => known[what] !== value)
      .map(([what, value]) => `${found.circuit}: ${what} is ${value}, committed is ${known[what]}`),
  );
}

mkdirSync(OUT, { recursive: true });
const digest = sourcesDigest();
const built = Object.keys(MOST_CONSTRAINTS).map((name) => build(name, digest));
if (process.argv.includes("--update")) writeFileSync(COMMITTED, `${JSON.stringify(built, null, 2)}\n`);
const changes = drift(built);
for (const change of changes) console.error(change);
if (changes.length > 0) {
  console.error(`the compiled circuits are not those of ${COMMITTED}: if the change is meant, run`);
  console.error("  node tools/circuits.mjs --update && make build && target/debug/prover setup dev --update");
  process.exit(1);
}
