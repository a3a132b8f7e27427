// Whether a test notices a change. As a program of its own it judges what it is sent, in a workspace of its own.
import { Workspace } from "./workspace.mjs";

/** From the quick ones to those that take their time; each stops at the first failure. A test belongs to the first that it matches. */
const STAGES = [/unit\/(?!Evidence)/, /unit\/|integration\/|fuzz\/(?!RecordRegistry)/, /invariant\/|fuzz\//];
/** Proofs that the generated verifiers must refuse, which nobody changes here; a campaign of its own (contracts/README.md); what only measures. */
const NOT_ASKED = /fuzz\/Forgeries|integration\/Fragments|gas\//;

/** Runs of forge that tell of a change to these files' code, or of any. */
export const runsOf = (workspace, changed) => {
  const tests = workspace.testsOf(changed).filter((test) => !NOT_ASKED.test(test));
  const stages = STAGES.map((_, at) => tests.filter((test) => STAGES.findIndex((stage) => stage.test(test)) === at));
  return stages.filter((some) => some.length !== 0).map((some) => ["test", "--fail-fast", "--match-path", `{${some.join(",")}}`]);
};

export const judge = (workspace, { file, text }) => {
  const changed = workspace.install(file, text);
  if (!changed) return "does not compile";
  try {
    for (const options of runsOf(workspace, changed)) {
      const { status } = workspace.forge(options);
      // Gas ends every loop: a test that takes so long says something of the machine only
      if (status === "timeout") return undefined;
      if (status !== 0) return "killed";
    }
    return changed.length === 0 ? "same code" : "survived";
  } finally {
    workspace.restore();
  }
};

if (process.send) {
  const workspace = new Workspace(process.argv[2], process.argv[3]);
  process.on("message", (mutant) => process.send({ fate: judge(workspace, mutant) }));
  process.send({});
}
