// The second phase of a trusted set-up, with snarkjs. docs/CEREMONY.md says who does what, and why.
//   node tools/ceremony.mjs ptau       --ptau FILE                              check powers of tau (minutes for the large ones)
//   node tools/ceremony.mjs start      --r1cs FILE --ptau FILE --out DIR        coordinator: begin
//   node tools/ceremony.mjs contribute --r1cs FILE --ptau FILE --in ZKEY --out ZKEY --name NAME
//                                                                               contributor: check, then add a secret
//   node tools/ceremony.mjs accept     --r1cs FILE --ptau FILE --dir DIR --in ZKEY   coordinator: check and append
//   node tools/ceremony.mjs beacon     --r1cs FILE --ptau FILE --dir DIR --value HEX --iterations N --source TEXT
//                                                                               coordinator: end
//   node tools/ceremony.mjs verify     --r1cs FILE --ptau FILE --dir DIR        anybody: check the whole
// A secret is drawn by the program and forgotten. What a contributor adds to it is read from standard input (`--stir`), never from the
// command line, which other users of a machine can read.
import { createHash, randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import * as snarkjs from "snarkjs";

import { readTranscript } from "./ceremony/transcript.mjs";

const TRANSCRIPT = "transcript.json";
/** What every key starts as. */
const FIRST = "0000.zkey";
const FINAL = "final.zkey";

const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const say = (words) => console.error(words);

/** snarkjs tells what is wrong through its logger. */
const complaints = [];
const logger = { info() {}, debug() {}, warn: (words) => complaints.push(words), error: (words) => complaints.push(words) };

class Refusal extends Error {}

function refuse(words) {
  throw new Refusal([words, ...complaints].join("\n  "));
}

/** The keys of a ceremony's folder, in order. */
const keysIn = (folder) =>
  readdirSync(folder)
    .filter((file) => /^\d{4}\.zkey$/.test(file))
    .sort()
    .map((file) => join(folder, file));

/** Whether a key is one for the circuit and the powers of tau, with sound contributions only. */
async function check({ r1cs, ptau }, zkey) {
  if (!(await snarkjs.zKey.verifyFromR1cs(r1cs, ptau, zkey, logger))) {
    refuse(`${zkey} is no sound key for ${r1cs} and ${ptau}`);
  }
}

/** Whether `after` is `before` and exactly one contribution more. */
function checkExtension(before, after, file) {
  const same = before.contributions.every((one, place) => one.hash === after.contributions[place]?.hash);
  if (!same || before.circuitHash !== after.circuitHash || after.contributions.length !== before.contributions.length + 1) {
    refuse(`${file} is not the latest key and one contribution more`);
  }
}

/** The transcript that is published beside the keys. */
function publish(folder, { r1cs, ptau }, beaconSource) {
  const final = existsSync(join(folder, FINAL)) ? [join(folder, FINAL)] : [];
  const files = [...keysIn(folder), ...final];
  const { digest, circuitHash, contributions } = readTranscript(files.at(-1));
  const transcript = {
    kind: "medshare-ceremony",
    version: 1,
    circuit: basename(r1cs).replace(/\.r1cs$/, ""),
    r1csSha256: sha256(r1cs),
    ptau: basename(ptau),
    ptauSha256: sha256(ptau),
    circuitHash,
    transcriptDigest: digest,
    contributions: contributions.map((one, place) => ({ ...one, sha256: sha256(files[place + 1]) })),
    ...(beaconSource ? { beaconSource } : {}),
  };
  writeFileSync(join(folder, TRANSCRIPT), `${JSON.stringify(transcript, null, 2)}\n`);
  return transcript;
}

async function ptau(options) {
  if (!(await snarkjs.powersOfTau.verify(options.ptau, logger))) refuse(`${options.ptau} is not sound`);
  return { ptau: options.ptau, sha256: sha256(options.ptau) };
}

async function start(options) {
  mkdirSync(options.out, { recursive: true });
  const first = join(options.out, FIRST);
  if (existsSync(first)) refuse(`${first} is there already`);
  const began = await snarkjs.zKey.newZKey(options.r1cs, options.ptau, first, logger);
  if (!(began instanceof Uint8Array)) refuse(`no key for ${options.r1cs} from ${options.ptau}`);
  return publish(options.out, options);
}

async function contribute(options) {
  if (existsSync(options.out)) refuse(`${options.out} is there already`);
  const before = readTranscript(options.in);
  if (before.contributions.some((one) => one.beacon)) refuse("the ceremony has ended with its beacon");
  await check(options, options.in);
  const stirred = options.stir ? readFileSync(0, "utf8") : "";
  // snarkjs adds 64 bytes of its own from the same source
  await snarkjs.zKey.contribute(options.in, options.out, options.name, randomBytes(64).toString("hex") + stirred, logger);
  await check(options, options.out);
  const { hash } = readTranscript(options.out).contributions.at(-1);
  return { name: options.name, hash, file: options.out, sha256: sha256(options.out) };
}

async function accept(options) {
  const keys = keysIn(options.dir);
  if (existsSync(join(options.dir, FINAL))) refuse("the ceremony has ended with its beacon");
  checkExtension(readTranscript(keys.at(-1)), readTranscript(options.in), options.in);
  await check(options, options.in);
  copyFileSync(options.in, join(options.dir, `${String(keys.length).padStart(4, "0")}.zkey`));
  return publish(options.dir, options);
}

async function beacon(options) {
  const latest = keysIn(options.dir).at(-1);
  if (readTranscript(latest).contributions.length === 0) refuse("nobody has contributed: a beacon's secret is public");
  const final = join(options.dir, FINAL);
  if (existsSync(final)) refuse("the ceremony has ended with its beacon");
  if (!(await snarkjs.zKey.beacon(latest, final, "beacon", options.value, Number(options.iterations), logger))) {
    refuse("no beacon: an even number of hex digits, and 10 to 63 as the exponent of its iterations");
  }
  await check(options, final);
  return publish(options.dir, options, options.source);
}

async function verify(options) {
  const published = JSON.parse(readFileSync(join(options.dir, TRANSCRIPT), "utf8"));
  const keys = keysIn(options.dir);
  for (const [place, key] of keys.entries()) {
    if (place > 0) checkExtension(readTranscript(keys[place - 1]), readTranscript(key), key);
  }
  const final = join(options.dir, FINAL);
  if (existsSync(final)) {
    checkExtension(readTranscript(keys.at(-1)), readTranscript(final), final);
    keys.push(final);
  }
  const digests = keys.slice(1).map(sha256);
  const { digest, circuitHash, contributions } = readTranscript(keys.at(-1));
  const found = {
    r1csSha256: sha256(options.r1cs),
    ptauSha256: sha256(options.ptau),
    circuitHash,
    transcriptDigest: digest,
    contributions: contributions.map((one, place) => ({ ...one, sha256: digests[place] })),
  };
  for (const [part, value] of Object.entries(found)) {
    if (JSON.stringify(published[part]) !== JSON.stringify(value)) refuse(`${TRANSCRIPT} has another ${part} than the files`);
  }
  await check(options, keys.at(-1));
  return { ...published, final: existsSync(final) };
}

const NEEDED = {
  ptau: ["ptau"],
  start: ["r1cs", "ptau", "out"],
  contribute: ["r1cs", "ptau", "in", "out", "name"],
  accept: ["r1cs", "ptau", "dir", "in"],
  beacon: ["r1cs", "ptau", "dir", "value", "iterations", "source"],
  verify: ["r1cs", "ptau", "dir"],
};
const TASKS = { ptau, start, contribute, accept, beacon, verify };

function usage() {
  const text = readFileSync(new URL(import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("//"))
    .map((line) => line.slice(3))
    .join("\n");
}

async function main() {
  const text = { type: "string" };
  const names = [...new Set(Object.values(NEEDED).flat())];
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...Object.fromEntries(names.map((name) => [name, text])), stir: { type: "boolean" }, help: { type: "boolean" } },
  });
  const [task] = positionals;
  if (values.help || !(task in TASKS)) refuse(usage());
  const missing = NEEDED[task].filter((name) => !values[name]);
  if (missing.length > 0) refuse(`${task} needs ${missing.map((name) => `--${name}`).join(", ")}`);
  console.log(JSON.stringify(await TASKS[task](values), null, 2));
}

try {
  await main();
  // snarkjs leaves worker threads behind
  process.exit(0);
} catch (error) {
  say(error instanceof Refusal ? `error: ${error.message}` : `error: ${[error.message, ...complaints].join("\n  ")}`);
  process.exit(1);
}
