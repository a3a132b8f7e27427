// Changes the contracts in one place after the other (tools/changed/mutants.mjs) and looks whether a test notices. What is known about a file as it stands
// is kept in target/mutation, so that a run that was stopped goes on; what survived is written to contracts/mutation.json, where somebody gives the reason.
//   node tools/mutation.mjs [--minutes N] [--jobs N] [--survivors] [FILE…]
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { runsOf } from "./changed/judge.mjs";
import { mutantsOf } from "./changed/mutants.mjs";
import { Workspace } from "./changed/workspace.mjs";

const FOLDER = "target/mutation";
const KNOWN = `${FOLDER}/known.json`;
const COMMITTED = "contracts/mutation.json";
const WORKSPACE = "target/changed";
const FATES = ["killed", "survived", "same code", "does not compile", "not tried"];

const { minutes, jobs, again, files } = (() => {
  const given = process.argv.slice(2);
  const number = (name, otherwise) => {
    const at = given.indexOf(name);
    return at < 0 ? otherwise : Number(given.splice(at, 2)[1]);
  };
  const [minutes, jobs] = [number("--minutes", Infinity), number("--jobs", 1)];
  return { minutes, jobs, again: given.includes("--survivors"), files: given.filter((one) => !one.startsWith("--")) };
})();

const workspace = new Workspace(WORKSPACE);
const read = (path, otherwise) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : otherwise);
const known = read(KNOWN, {});
const sources = workspace.list("contracts/src").filter((file) => !/\/(interfaces|verifiers)\//.test(file));
const started = Date.now();

/** A mutant's fate is that of its very text. */
const keyOf = ({ id, text }) => `${id}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;

const remember = (mutant, fate) => {
  known[keyOf(mutant)] = fate;
  // At once, or a run that is stopped in between loses all
  writeFileSync(`${KNOWN}.new`, JSON.stringify(known));
  renameSync(`${KNOWN}.new`, KNOWN);
  if (fate === "survived") console.log(`survived: ${mutant.file}:${mutant.line}\n  - ${mutant.before}\n  + ${mutant.after}`);
};

/** In an order that has nothing to do with the text's, so that a part of them is a fair sample. */
const mutants = sources
  .flatMap((file) => mutantsOf(file, workspace.read(file)))
  .filter(({ file }) => files.length === 0 || files.some((one) => file.includes(one)))
  .filter((mutant) => (again ? known[keyOf(mutant)] === "survived" : !known[keyOf(mutant)]))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** One worker after the other takes what is next; ends when there is nothing left, or no time. */
const work = (number) =>
  new Promise((resolve, reject) => {
    const worker = fork("tools/changed/judge.mjs", [`${WORKSPACE}-${number + 1}`, WORKSPACE]);
    let mutant;
    let done = 0;
    worker.on("message", ({ fate }) => {
      if (fate) remember(mutant, fate);
      if (fate) ++done;
      mutant = Date.now() - started > minutes * 60_000 ? undefined : mutants.shift();
      if (mutant) worker.send(mutant);
      else worker.kill();
    });
    worker.on("exit", () => (mutant ? reject(new Error(`a worker ended over ${mutant.file}:${mutant.line}`)) : resolve(done)));
  });

for (const options of runsOf(workspace, workspace.targets)) {
  const { status, output } = workspace.forge(options, 0);
  if (status !== 0) throw new Error(`without any change:\n${output}`);
}
mkdirSync(FOLDER, { recursive: true });
const done = (await Promise.all(Array.from({ length: jobs }, (_, number) => work(number)))).reduce((sum, one) => sum + one, 0);

const report = () => {
  const reasons = new Map((read(COMMITTED, { survivors: [] }).survivors ?? []).map(({ id, reason }) => [id, reason]));
  const all = sources.flatMap((file) => mutantsOf(file, workspace.read(file)));
  const figures = {};
  const survivors = [];
  for (const mutant of all) {
    const fate = known[keyOf(mutant)] ?? "not tried";
    figures[mutant.file] ??= Object.fromEntries(FATES.map((one) => [one, 0]));
    figures[mutant.file][fate] += 1;
    if (fate !== "survived") continue;
    const { id, file, line, before, after } = mutant;
    survivors.push({ id, file, line, before, after, reason: reasons.get(id) ?? "" });
  }
  writeFileSync(COMMITTED, `${JSON.stringify({ figures, survivors }, null, 2)}\n`);
  return { figures, survivors };
};

const { figures, survivors } = report();
const total = Object.fromEntries(FATES.map((fate) => [fate, 0]));
console.log(`| file | ${FATES.join(" | ")} |\n| --- |${" --- |".repeat(FATES.length)}`);
for (const [file, one] of Object.entries(figures)) {
  for (const fate of FATES) total[fate] += one[fate];
  console.log(`| ${file} | ${Object.values(one).join(" | ")} |`);
}
console.log(`| all | ${Object.values(total).join(" | ")} |\n\n${done} tried now, in ${Math.round((Date.now() - started) / 1000)} s`);
const unanswered = survivors.filter(({ reason }) => reason === "");
for (const { file, line } of unanswered) console.error(`${file}:${line}: survived, and nobody says why`);
process.exit(unanswered.length === 0 ? 0 : 1);
