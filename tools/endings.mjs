// Makes the table of endings out of what the tests of them wrote (contracts/test/unit/Endings.t.sol, DisputeEndings.t.sol): contracts/ENDINGS.md.
//   node tools/endings.mjs           write it
//   node tools/endings.mjs --check   fail if it says otherwise than the tests, or money was made or lost
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "target/endings";
const COMMITTED = "contracts/ENDINGS.md";
const CURRENCIES = ["native", "token"];
/** As IEnrolments.State counts them, and in the table's order. */
const STATES = { 3: "settled", 4: "refunded", 5: "revoked", 8: "faulted" };
const SLOTS = [0, 1, 2, 3, 4];
const check = process.argv.includes("--check");
const faults = [];

const rowsOf = (currency) => {
  const folder = join(FOLDER, currency);
  if (!existsSync(folder)) throw new Error("no endings: run `make test-contracts` first");
  const rows = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  return rows.sort((one, other) => one.state - other.state || (one.ending < other.ending ? -1 : 1));
};

const credits = (row) => SLOTS.map((slot) => BigInt(row[`credit${slot}`]));
const bonds = (row) => SLOTS.map((slot) => BigInt(row[`bond${slot}`]));
const accounts = (row) => ["patient", "institution", "study", "consortium"].map((name) => BigInt(row[name]));
const sum = (row) => [...accounts(row), ...credits(row), ...bonds(row)].reduce((total, one) => total + one, 0n);

const digits = (amount) => {
  const text = String(amount < 0n ? -amount : amount).replace(/\B(?=(\d{3})+$)/g, " ");
  return amount === 0n ? "0" : `${amount < 0n ? "−" : "+"}${text}`;
};
/** Of five slots: one figure if they are alike, otherwise runs of them. */
const slots = (amounts) => {
  const runs = [];
  for (const [slot, amount] of amounts.entries()) {
    const last = runs.at(-1);
    if (last?.amount === amount) last.to = slot;
    else runs.push({ from: slot, to: slot, amount });
  }
  const named = ({ from, to, amount }) => `${from === to ? from : `${from}–${to}`}: ${digits(amount)}`;
  return runs.length === 1 ? `each ${digits(amounts[0])}` : runs.map(named).join("; ");
};

const [native, token] = CURRENCIES.map(rowsOf);
if (JSON.stringify(native) !== JSON.stringify(token)) faults.push("the endings in native coin and in an ERC-20 differ");
for (const row of native) {
  if (!(row.state in STATES)) faults.push(`${row.ending}: state ${row.state} is no ending`);
  if (sum(row) !== 0n) faults.push(`${row.ending}: ${digits(sum(row))} was made or lost`);
}
const lines = native.map((row) => {
  const cells = [STATES[row.state], row.ending, ...accounts(row).map(digits), slots(credits(row)), slots(bonds(row)), digits(sum(row))];
  return `| ${cells.join(" | ")} |`;
});
const text = `# The table of endings

How every ending of an enrolment leaves everybody, in the smallest unit: what each account has beside what it had when the study was opened. The tests of endings write down what the contracts say
(\`test/unit/Endings.t.sol\`, \`test/unit/DisputeEndings.t.sol\`) and \`tools/endings.mjs\` puts it together; \`make test-contracts\` fails if this file says otherwise, if any row does not
come to 0, or if native coin and an ERC-20 differ.

A price of 10^18 + 1, a fee of 10^16 + 3, 3 of 5 slots open a record, all five carry the enrolment: a slice, which is the challenge's bond too, is a third of the price rounded up. A segment that is demanded costs a fee for each slot.
The patient is the enrolment's payout account; the study is its escrow, which goes back to the institution at its end; the consortium has what is slashed beyond the patient's compensation. The
institution's own column is what disputes cost it.

| ends | how | patient | institution | study | consortium | slots' credit | slots' bond | all together |
| --- | --- | --: | --: | --: | --: | --- | --- | --: |
${lines.join("\n")}
`;
if (!check) writeFileSync(COMMITTED, text);
else if (!existsSync(COMMITTED) || readFileSync(COMMITTED, "utf8") !== text) {
  faults.push(`${COMMITTED} is not what the tests say: run \`node tools/endings.mjs\``);
}
for (const fault of faults) console.error(fault);
if (faults.length === 0) console.error(`endings: ${lines.length} ${check ? "unchanged" : "written"}, each comes to 0`);
process.exit(faults.length === 0 ? 0 : 1);
