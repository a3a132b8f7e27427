// Every hash of docs/PROTOCOL.md, computed a second time with circomlibjs. The Rust tests read the same files.
//   node circuits/vectors/generate.mjs           write the vectors
//   node circuits/vectors/generate.mjs --check   fail if they differ from what would be written
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { buildPoseidonReference } from "circomlibjs";

const poseidon = await buildPoseidonReference();
const hash = (inputs) => BigInt(poseidon.F.toString(poseidon(inputs)));
const hex = (element) => `0x${element.toString(16).padStart(64, "0")}`;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const DOMAINS = ["identity", "pseudonym", "record", "nullifier", "tag", "leaf", "node8", "node4", "criteria", "clause"];
const label = (domain) => `medshare.${domain}`;
const tag = (domain) => BigInt(`0x${Buffer.from(label(domain)).toString("hex")}`);
const tagged = (domain, inputs) => hash([tag(domain), ...inputs]);
/** An element that nobody would mistake for another: the first 31 bytes of a SHA-256. */
const element = (name) => BigInt(`0x${sha256(name).slice(0, 62)}`);

/** Section 1: the plain hash, at every number of inputs. */
function poseidonVectors() {
  const counts = Array.from({ length: 16 }, (_, index) => index + 1);
  return counts.map((count) => {
    const inputs = counts.slice(0, count).map((index) => element(`poseidon ${count} ${index}`));
    return { inputs: inputs.map(hex), hash: hex(hash(inputs)) };
  });
}

/** Section 2: the tags. */
const domainVectors = () => DOMAINS.map((domain) => ({ label: label(domain), tag: hex(tag(domain)) }));

/** Sections 2 and 6: identity and record. */
function recordVectors() {
  const terms = { consent: 0b1101, expiryDay: 46_401, asOfDay: 46_006, mappingVersion: 1 };
  const packed =
    BigInt(terms.consent) | (BigInt(terms.expiryDay) << 32n) | (BigInt(terms.asOfDay) << 64n) | (BigInt(terms.mappingVersion) << 96n);
  const [secret, nonce, facts, blinding, study, tagBlinding] =
    ["secret", "nonce", "facts", "blinding", "study", "tag blinding"].map(element);
  const envelope = "an envelope";
  const order = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
  const envelopeHash = BigInt(`0x${sha256(envelope)}`) % order;
  const identityCommitment = tagged("identity", [secret, 0n]);
  const pseudonym = tagged("pseudonym", [identityCommitment, nonce]);
  const commitment = tagged("record", [facts, envelopeHash, pseudonym, packed, blinding]);
  return {
    identitySecret: hex(secret),
    pseudonymNonce: hex(nonce),
    factsRoot: hex(facts),
    envelope,
    blinding: hex(blinding),
    studyId: hex(study),
    tagBlinding: hex(tagBlinding),
    terms,
    packedTerms: hex(packed),
    envelopeHash: hex(envelopeHash),
    identityCommitment: hex(identityCommitment),
    pseudonym: hex(pseudonym),
    commitment: hex(commitment),
    nullifier: hex(tagged("nullifier", [secret, study])),
    recordTag: hex(tagged("tag", [envelopeHash, tagBlinding])),
  };
}

/** Section 4: a facts tree of a few leaves. */
function factsVectors() {
  const missing = [0n, 2n ** 64n - 1n];
  const none = { count: 0, undated: 0, ends: [missing, missing, missing, missing, missing] };
  const keys = [
    ["Condition", "http://snomed.info/sct", "44054006", "", ""],
    ["Observation", "http://loinc.org", "4548-4", "%", ""],
    ["Patient", "", "birthDate", "", ""],
  ];
  const value = (number) => 2n ** 63n + BigInt(number) * 1_000_000n;
  const day = (number) => 2n ** 32n + BigInt(number);
  const contents = [
    { count: 2, undated: 1, ends: [missing, missing, missing, [day(40_000), day(40_010)], [day(45_000), day(45_000)]] },
    { count: 3, undated: 0, ends: [[value(5), value(5)], [value(9), value(9)], [value(6), value(7)], [day(1), day(1)], [day(2), day(2)]] },
    { count: 1, undated: 0, ends: [[value(19_700_523), value(19_700_523)], [value(19_700_523), value(19_700_523)], [value(19_700_523), value(19_700_523)], missing, missing] },
  ];
  const digest = (key) => BigInt(`0x${sha256(JSON.stringify(key)).slice(0, 32)}`);
  const facts = keys.map((key, index) => ({ key, digest: digest(key), ...contents[index] }));
  const sorted = [{ digest: 0n, ...none }, ...facts].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const leaves = sorted.map((fact, index) => {
    const next = sorted[index + 1]?.digest ?? 2n ** 128n - 1n;
    return tagged("leaf", [fact.digest, next, BigInt(fact.count), BigInt(fact.undated), ...fact.ends.flat()]);
  });
  const padded = [...leaves, ...Array(4096 - leaves.length).fill(0n)];
  const layer = (nodes, width, combine) =>
    Array.from({ length: nodes.length / width }, (_, index) => combine(nodes.slice(index * width, (index + 1) * width)));
  const memo = new Map();
  const node8 = (children) => {
    const name = children.join();
    if (!memo.has(name)) memo.set(name, tagged("node8", children));
    return memo.get(name);
  };
  const frontier = layer(layer(padded, 8, node8), 8, node8);
  const root = tagged("node4", layer(frontier, 16, hash));
  return {
    facts: facts.map((fact) => ({
      key: fact.key,
      digest: `0x${fact.digest.toString(16).padStart(32, "0")}`,
      count: fact.count,
      undated: fact.undated,
      ends: fact.ends.map((pair) => pair.map(String)),
    })),
    leaves: leaves.map(hex),
    frontier: frontier.map(hex),
    root: hex(root),
  };
}

/** Section 5: the criteria hash of a few slots, in either circuit, and packing at its edges. */
function criteriaVectors() {
  const key = (name) => BigInt(`0x${sha256(name).slice(0, 32)}`);
  const empty = { keys: [0n, 0n, 0n, 0n], low: 0n, high: 0n, columns: 0, undatedBlocks: false, lowRelative: false, highRelative: false, calendar: false, absenceCounts: false, groupEnd: false, atLeast: 0 };
  const one = (name) => [key(name), key(name), key(name), key(name)];
  const used = [
    { ...empty, keys: one("birth date"), high: 2n ** 63n - 180_000n * 1_000_000n, columns: 4, highRelative: true, calendar: true, groupEnd: true, atLeast: 1 },
    { ...empty, keys: [key("a"), key("b"), key("a"), key("a")], low: 2n ** 63n + 6_500_000n, high: 2n ** 63n + 9_000_000n, columns: 8 },
    { ...empty, keys: one("c"), low: 1n, high: 2n ** 64n - 2n, columns: 1, groupEnd: true, atLeast: 2 },
    { ...empty, keys: one("d"), high: 2n ** 32n - 91n, columns: 32, undatedBlocks: true, highRelative: true, absenceCounts: true, groupEnd: true, atLeast: 1 },
    { ...empty, keys: one("e"), low: 2n ** 64n - 1n, high: 2n ** 64n - 2n, columns: 63, undatedBlocks: true, lowRelative: true, highRelative: true, calendar: true, groupEnd: true, atLeast: 63 },
  ];
  const sixteen = [...used, ...Array(16 - used.length).fill(empty)];
  const packed = (slot) => {
    const flags = [slot.undatedBlocks, slot.lowRelative, slot.highRelative, slot.calendar];
    const bits = flags.reduce((sum, flag, index) => sum + (flag ? 2 ** (6 + index) : 0), slot.columns);
    return slot.low + (slot.high << 128n) + (BigInt(bits) << 200n);
  };
  const structure = (slot) => BigInt(slot.atLeast + (slot.groupEnd ? 64 : 0) + (slot.absenceCounts ? 128 : 0));
  const word = (slots) => slots.reduce((sum, slot, index) => sum + (structure(slot) << BigInt(8 * index)), 0n);
  const mappingVersion = 1n;
  const criteriaHash = (...halves) => {
    const slots = halves.flat();
    let link = tagged("criteria", [mappingVersion, BigInt(slots.length), ...halves.map(word)]);
    for (let index = 0; index < slots.length; index += 2) {
      link = tagged("clause", [link, ...slots.slice(index, index + 2).flatMap((slot) => [...slot.keys, packed(slot)])]);
    }
    return hex(link);
  };
  return {
    mappingVersion: Number(mappingVersion),
    used: used.map((slot) => ({
      ...slot,
      keys: slot.keys.map((each) => `0x${each.toString(16).padStart(32, "0")}`),
      low: String(slot.low),
      high: String(slot.high),
      packed: hex(packed(slot)),
      structure: Number(structure(slot)),
    })),
    hashes: [
      { slots: 16, usedFrom: [0], hash: criteriaHash(sixteen) },
      { slots: 32, usedFrom: [0, 16], hash: criteriaHash(sixteen, sixteen) },
    ],
  };
}

/** Section 7: registry roots while leaves are inserted and one is removed. */
function registryVectors() {
  const leaves = Array.from({ length: 7 }, (_, index) => element(`leaf ${index}`));
  const root = (nodes) => {
    if (nodes.length === 1) return nodes[0];
    const parents = [];
    for (let index = 0; index < nodes.length; index += 2) {
      parents.push(index + 1 < nodes.length ? hash([nodes[index], nodes[index + 1]]) : nodes[index]);
    }
    return root(parents);
  };
  const removed = leaves.map((leaf, index) => (index === 2 ? 0n : leaf));
  return {
    leaves: leaves.map(hex),
    roots: leaves.map((_, index) => hex(root(leaves.slice(0, index + 1)))),
    removed: 2,
    rootAfterRemoval: hex(root(removed)),
  };
}

const files = {
  "poseidon.json": poseidonVectors(),
  "domains.json": domainVectors(),
  "record.json": recordVectors(),
  "facts_tree.json": factsVectors(),
  "criteria.json": criteriaVectors(),
  "registry.json": registryVectors(),
};
let drifted = 0;
for (const [name, vectors] of Object.entries(files)) {
  const path = `circuits/vectors/${name}`;
  const text = `${JSON.stringify(vectors, null, 2)}\n`;
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) drifted += console.error(`${path} is not what circomlibjs gives`) ?? 1;
}
console.error(drifted === 0 ? `vectors: ${Object.keys(files).length} files in order` : `vectors: ${drifted} files differ`);
process.exit(drifted === 0 ? 0 : 1);
