// Changes the contracts in one place after the other (tools/changed/mutants.mjs) and looks whether a test notices. What is known about a file as it stands
// is kept in target/mutation, so that a run that was stopped goes on; what survived is written to contracts/mutation.json, where somebody gives the reason.
//   node tools/mutation.mjs [--minutes N] [--survivors] [FILE…]
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mutantsOf } from "./changed/mutants.mjs";
import { Workspace } from "./changed/workspace.mjs";

const FOLDER = "target/mutation";
const KNOWN = `${FOLDER}/known.json`;
const COMMITTED = "contracts/mutation.json";
/** From the quick ones to those that take their time; each stops at the first failure. */
const STAGES = [
  ["--match-path", "contracts/test/unit/*"],
  ["--match-path", "contracts/test/{fuzz,integration}/*", "--no-match-contract", "FragmentsTest"],
  ["--match-path", "contracts/test/invariant/*"],
];

const { minutes, again, files } = (() => {
  const given = process.argv.slice(2);
  const at = given.indexOf("--minutes");
  const limit = at < 0 ? Infinity : Number(given.splice(at, 2)[1]);
  return { minutes: limit, again: given.includes("--survivors"), files: given.filter((one) => !one.startsWith("--")) };
})();

const workspace = new Workspace("target/changed");
const read = (path, otherwise) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : otherwise);
const known = read(KNOWN, {});
const sources = workspace.list("contracts/src").filter((file) => !/\/(interfaces|verifiers)\//.test(file));
const started = Date.now();

/** A mutant's fate is that of its very text. */
const keyOf = ({ id, text }) => `${id}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;

const judge = ({ file, text }) => {
  if (!workspace.install(file, text)) return "does not compile";
  try {
    for (const options of STAGES) {
      const { status } = workspace.forge(["test", "--fail-fast", ...options]);
      // Gas ends every loop: a test that takes so long says something of the machine only
      if (status === "timeout") return undefined;
      if (status !== 0) return "killed";
    }
    return "survived";
  } finally {
    workspace.restore();
  }
};

/** In an order that has nothing to do with the text's, so that a part of them is a fair sample. */
const mutants = sources
  .flatMap((file) => mutantsOf(file, workspace.read(file)))
  .filter(({ file }) => files.length === 0 || files.some((one) => file.includes(one)))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

for (const options of STAGES) {
  const { status, output } = workspace.forge(["test", ...options], 0);
  if (status !== 0) throw new Error(`without any change:\n${output}`);
}
mkdirSync(FOLDER, { recursive: true });
let done = 0;
for (const mutant of mutants) {
  const key = keyOf(mutant);
  if (again ? known[key] !== "survived" : known[key]) continue;
  if (Date.now() - started > minutes * 60_000) break;
  const fate = judge(mutant);
  if (!fate) continue;
  known[key] = fate;
  ++done;
  writeFileSync(KNOWN, JSON.stringify(known));
  if (known[key] === "survived") console.log(`survived: ${mutant.file}:${mutant.line}\n  - ${mutant.before}\n  + ${mutant.after}`);
}

const report = () => {
  const reasons = new Map((read(COMMITTED, { survivors: [] }).survivors ?? []).map(({ id, reason }) => [id, reason]));
  const all = sources.flatMap((file) => mutantsOf(file, workspace.read(file)));
  const figures = {};
  const survivors = [];
  for (const mutant of all) {
    const fate = known[keyOf(mutant)] ?? "not tried";
    figures[mutant.file] ??= { killed: 0, survived: 0, "does not compile": 0, "not tried": 0 };
    figures[mutant.file][fate] += 1;
    if (fate !== "survived") continue;
    const { id, file, line, before, after } = mutant;
    survivors.push({ id, file, line, before, after, reason: reasons.get(id) ?? "" });
  }
  writeFileSync(COMMITTED, `${JSON.stringify({ figures, survivors }, null, 2)}\n`);
  return { figures, survivors };
};

const { figures, survivors } = report();
const total = { killed: 0, survived: 0, "does not compile": 0, "not tried": 0 };
console.log("| file | killed | survived | does not compile | not tried |\n| --- | --- | --- | --- | --- |");
for (const [file, one] of Object.entries(figures)) {
  for (const fate of Object.keys(total)) total[fate] += one[fate];
  console.log(`| ${file} | ${Object.values(one).join(" | ")} |`);
}
console.log(`| all | ${Object.values(total).join(" | ")} |\n\n${done} tried now, in ${Math.round((Date.now() - started) / 1000)} s`);
const unanswered = survivors.filter(({ reason }) => reason === "");
for (const { file, line } of unanswered) console.error(`${file}:${line}: survived, and nobody says why`);
process.exit(unanswered.length === 0 ? 0 : 1);
