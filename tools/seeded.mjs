// Puts a bug for each property into the contracts (tools/changed/bugs.mjs) and shows that the invariant test finds it.
//   node tools/seeded.mjs [NUMBER…]   all properties, or these
import { Workspace } from "./changed/workspace.mjs";
import { BUGS } from "./changed/bugs.mjs";

const OPTIONS = ["test", "--match-path", "contracts/test/invariant/*", "--match-test", "invariant_"];

/** Of 500 steps (the profile `quick`). */
const RUNS = "64";

const wanted = process.argv.slice(2).map(Number);
const workspace = new Workspace("target/changed");
const faults = [];

const run = (property) => {
  // At once, before handlers go on with what is wrong; and long enough, whatever the steps happen to be. It ends at the first fault.
  Object.assign(process.env, { PROPERTY: `${property}`, FOUNDRY_INVARIANT_CHECK_INTERVAL: "1", FOUNDRY_INVARIANT_RUNS: RUNS });
  return workspace.forge(OPTIONS);
};

/** The contract's text with the bug in it. */
const spoil = ({ property, file, find, replace }) => {
  const parts = workspace.read(file).split(find);
  if (parts.length !== 2) throw new Error(`P${property}: not once in ${file}: ${find}`);
  return parts.join(replace);
};

const healthy = run(0);
if (healthy.status !== 0) throw new Error(`without any bug:\n${healthy.output}`);

console.log("| property | bug | found |\n| --- | --- | --- |");
for (const bug of BUGS.filter(({ property }) => wanted.length === 0 || wanted.includes(property))) {
  if (!workspace.install(bug.file, spoil(bug))) throw new Error(`P${bug.property}: the bug does not compile`);
  const { status, output } = run(bug.property);
  workspace.restore();
  const found = output.match(new RegExp(`P${bug.property}(?!\\d)[^\\]\\n]*`))?.[0];
  if (status === 0 || !found) faults.push(`P${bug.property} was kept: ${bug.says}`);
  console.log(`| ${bug.property} | ${bug.says} | ${status === 0 ? "no" : found ?? "as something else"} |`);
}
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
