// The transcript in a .zkey: its section 10, as snarkjs writes it (zkey_utils.js). `prover setup inspect` reads the same in Rust.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const SECTION = 10;
/** The base field of BN254; a .zkey has coordinates in Montgomery form. */
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const POINTS = { G1: 64, G2: 128 };
/** Delta after it, then the contribution's public key: s and s·x in G1, and their image in G2. */
const KEY = ["G1", "G1", "G1", "G2"];

const hash = (algorithm, ...parts) => {
  const hasher = createHash(algorithm);
  for (const part of parts) hasher.update(part);
  return hasher.digest("hex");
};

function inverse(number) {
  let [previous, remainder, coefficient, next] = [Q, number % Q, 0n, 1n];
  while (remainder > 0n) {
    const quotient = previous / remainder;
    [previous, remainder] = [remainder, previous - quotient * remainder];
    [coefficient, next] = [next, coefficient - quotient * next];
  }
  return ((coefficient % Q) + Q) % Q;
}

const PER_MONTGOMERY = inverse(1n << 256n);

/** A coordinate as it is hashed: big-endian, not in Montgomery form. */
function coordinate(bytes) {
  const number = (BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`) * PER_MONTGOMERY) % Q;
  return Buffer.from(number.toString(16).padStart(64, "0"), "hex");
}

/** A point as it is hashed: each coordinate's imaginary part first. None of these is ever infinity. */
function uncompressed(bytes) {
  const words = [];
  for (let at = 0; at < bytes.length; at += 32) words.push(coordinate(bytes.subarray(at, at + 32)));
  return Buffer.concat(words.length === 2 ? words : [words[1], words[0], words[3], words[2]]);
}

/** A cursor that refuses to leave its bytes. */
const reader = (bytes) => {
  let at = 0;
  const take = (length) => {
    if (at + length > bytes.length) throw new Error("the file is cut off");
    at += length;
    return bytes.subarray(at - length, at);
  };
  return { take, number: () => take(4).readUInt32LE(), done: () => at === bytes.length };
};

/** The bytes of the transcript's section. */
function section(file) {
  const cursor = reader(file);
  if (cursor.take(4).toString("latin1") !== "zkey") throw new Error("not a .zkey file");
  cursor.number();
  for (let left = cursor.number(); left > 0; left--) {
    const id = cursor.number();
    const content = cursor.take(Number(cursor.take(8).readBigUInt64LE()));
    if (id === SECTION) return content;
  }
  throw new Error("no contributions in it");
}

function parameters(bytes) {
  const cursor = reader(bytes);
  const found = {};
  while (!cursor.done()) {
    const [id, value] = cursor.take(2);
    if (id === 1) found.name = cursor.take(value).toString("utf8");
    else if (id === 2) found.iterationsExponent = value;
    else if (id === 3) found.value = cursor.take(value).toString("hex");
    else throw new Error("an unknown parameter");
  }
  return found;
}

function contribution(cursor) {
  const points = KEY.map((group) => uncompressed(cursor.take(POINTS[group])));
  const transcript = cursor.take(64);
  const beacon = cursor.number() === 1;
  const { name, ...rest } = parameters(cursor.take(cursor.number()));
  return {
    name: name ?? "",
    hash: hash("blake2b512", ...points, transcript),
    ...(beacon ? { beacon: rest } : {}),
  };
}

/** {digest, circuitHash, contributions: [{name, hash, beacon?: {value, iterationsExponent}}]} of a .zkey file. */
export function readTranscript(path) {
  const bytes = section(readFileSync(path));
  const cursor = reader(bytes);
  const circuitHash = cursor.take(64).toString("hex");
  const contributions = [];
  for (let left = cursor.number(); left > 0; left--) contributions.push(contribution(cursor));
  if (!cursor.done()) throw new Error(`${path}: something stands after the last contribution`);
  return { digest: hash("sha256", bytes), circuitHash, contributions };
}
