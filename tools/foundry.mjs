// Where npm put Foundry's programs. The wrappers that npm links to (`npx forge`) end with status 0 whatever happened, so that nothing which may fail
// must go through them.
import { createRequire } from "node:module";

const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };

/** Path of `forge`, `cast` or `anvil`. */
export const binaryOf = (tool) => {
  const name = `@foundry-rs/${tool}-${process.platform}-${ARCHITECTURES[process.arch]}/bin/${tool}`;
  return createRequire(import.meta.url).resolve(name);
};
