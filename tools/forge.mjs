// forge, with the status that it ends with.
//   node tools/forge.mjs test
import { spawnSync } from "node:child_process";
import { binaryOf } from "./foundry.mjs";

const { status } = spawnSync(binaryOf("forge"), process.argv.slice(2), { stdio: "inherit" });
process.exit(status ?? 1);
