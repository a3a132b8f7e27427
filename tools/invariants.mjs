// The properties of contracts/PROPERTIES.md over more than a million random steps, and how often each function was reached in them.
//   node tools/invariants.mjs           the profile `deep`: an hour
//   node tools/invariants.mjs --short   the default profile: seconds
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { binaryOf } from "./foundry.mjs";

const FOLDER = "target/invariants";
const CONTRACTS = ["Members", "RecordRegistry", "Studies", "Treasury", "Enrolments", "Disputes"];
/** Calls of the contracts' functions that did what they are for. */
const LEAST_DONE = 1_000_000;

const short = process.argv.includes("--short");
const TALLY = `${FOLDER}/${short ? "short" : "deep"}.txt`;

const run = () => {
  mkdirSync(FOLDER, { recursive: true });
  rmSync(TALLY, { force: true });
  const env = { ...process.env, TALLY, FOUNDRY_PROFILE: short ? "default" : "deep" };
  const options = ["--match-path", "contracts/test/invariant/*", "--match-test", "invariant_"];
  const forge = spawnSync(binaryOf("forge"), ["test", ...options], { env, encoding: "utf8", maxBuffer: 1 << 28 });
  const found = forge.stdout.match(/\(runs: (\d+), calls: (\d+), reverts: (\d+)\)/);
  if (forge.status !== 0 || !found) {
    console.error(forge.stdout, forge.stderr);
    process.exit(1);
  }
  return { runs: Number(found[1]), calls: Number(found[2]), reverts: Number(found[3]) };
};

/** What all runs did, by function; a door is kept shut by refusing. */
const readTally = () => {
  const tally = new Map();
  for (const line of readFileSync(TALLY, "utf8").split("\n").filter(Boolean)) {
    const [name, figures] = line.split("\t");
    const [done, refused] = figures.split(" ").map(Number);
    const sum = tally.get(name) ?? { done: 0, refused: 0 };
    tally.set(name, { done: sum.done + done, refused: sum.refused + refused });
  }
  return tally;
};

/** Every function of the contracts that changes something. */
const functionsOf = (contract) =>
  JSON.parse(readFileSync(`relayer/abi/${contract}.json`, "utf8"))
    .abi.filter(({ type, stateMutability }) => type === "function" && ["nonpayable", "payable"].includes(stateMutability))
    .map(({ name }) => `${contract}.${name}`);

const isReached = (tally, name) => tally.get(name)?.done > 0 || (tally.get(`door ${name}`)?.refused > 0 && !tally.get(`door ${name}`).done);

const { runs, calls, reverts } = run();
const tally = readTally();
const sumOf = (some) => some.reduce((sum, { done, refused }) => ({ done: sum.done + done, refused: sum.refused + refused }), { done: 0, refused: 0 });
const functions = CONTRACTS.flatMap(functionsOf);
const whole = sumOf([...tally.values()]);
const all = whole.done + whole.refused;
const own = sumOf(functions.map((name) => tally.get(name)).filter(Boolean));
console.log("| function | did what it is for | refused what it must | share |\n| --- | --- | --- | --- |");
for (const [name, { done, refused }] of [...tally].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const share = ((100 * (done + refused)) / all).toFixed(2);
  console.log(`| ${name} | ${done.toLocaleString("en")} | ${refused.toLocaleString("en")} | ${share} % |`);
}
console.log(`\n${calls.toLocaleString("en")} steps in ${runs.toLocaleString("en")} runs, ${reverts} reverted`);
console.log(`${own.done.toLocaleString("en")} calls of a function did what it is for, ${own.refused.toLocaleString("en")} were refused as they must be`);

if (short) process.exit(0);
const faults = functions.filter((name) => !isReached(tally, name)).map((name) => `${name} was never reached`);
if (own.done < LEAST_DONE) faults.push(`fewer than ${LEAST_DONE.toLocaleString("en")} calls did what they are for`);
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
