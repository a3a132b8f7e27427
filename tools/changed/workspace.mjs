// A copy of the contracts in which one is compiled with a change and put in the place of what forge compiled, so that a test of it takes seconds: forge
// believes its cache as long as no source is touched.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, normalize } from "node:path";
import { binaryOf } from "../foundry.mjs";


const TIMEOUT = 600_000;
/** As in foundry.toml; solc is asked in the same words. */
const REMAPPINGS = {
  "forge-std/": "node_modules/@layerzerolabs/toolbox-foundry/lib/forge-std/",
  "@openzeppelin/contracts/": "node_modules/@openzeppelin/contracts/",
  "@zk-kit/": "node_modules/@zk-kit/",
  "poseidon-solidity/": "node_modules/poseidon-solidity/",
};
const WITH_IR = ["contracts/src/EvidenceVerifier.sol"];
/** What is never deployed in a test, or knows contracts by interface only. */
const PASSED_OVER = /\/(interfaces|verifiers|invariant|gas|helpers)\//;

export class Workspace {
  /** Copies what is needed to a folder under target/, and compiles it there. */
  constructor(folder) {
    this.folder = folder;
    for (const path of ["target/gas", "target/invariants", "tools", "circuits"]) mkdirSync(join(folder, path), { recursive: true });
    rmSync(join(folder, "contracts"), { recursive: true, force: true });
    for (const path of ["contracts", "foundry.toml", "tools/solc"]) cpSync(path, join(folder, path), { recursive: true });
    for (const path of ["node_modules", "circuits/vectors"]) {
      if (!existsSync(join(folder, path))) symlinkSync(join(process.cwd(), path), join(folder, path));
    }
    const { status, output } = this.forge(["build"], 0);
    if (status !== 0) throw new Error(output);
    this.solc = createRequire(import.meta.url)("solc");
    this.originals = new Map();
    this.closures = new Map();
    this.targets = this.list("contracts").filter((file) => !PASSED_OVER.test(file));
  }

  forge(options, timeout = TIMEOUT) {
    const forge = spawnSync(binaryOf("forge"), options, {
      cwd: this.folder,
      env: { ...process.env, FOUNDRY_PROFILE: "quick" },
      encoding: "utf8",
      maxBuffer: 1 << 28,
      timeout,
    });
    return { status: forge.status ?? "timeout", output: `${forge.stdout}${forge.stderr}` };
  }

  read(file) {
    return readFileSync(join(this.folder, file), "utf8");
  }

  /** Every Solidity file under a folder. */
  list(folder) {
    return readdirSync(join(this.folder, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? this.list(path) : path.endsWith(".sol") ? [path] : [];
    });
  }

  /** A file with all that it imports. */
  closureOf(file) {
    if (this.closures.has(file)) return this.closures.get(file);
    const closure = new Set([file]);
    this.closures.set(file, closure);
    for (const [, path] of this.read(file).matchAll(/^\s*(?:import|\}\s*from)[^;"]*"([^"]+)"/gm)) {
      for (const one of this.closureOf(resolve(file, path))) closure.add(one);
    }
    return closure;
  }

  /** Puts what a changed file makes of every contract that it is part of in the place of what forge compiled. False if it does not compile. */
  install(file, text) {
    const affected = this.targets.filter((target) => this.closureOf(target).has(file));
    for (const viaIR of [false, true]) {
      const files = affected.filter((target) => WITH_IR.includes(target) === viaIR);
      if (files.length !== 0 && !this.installFiles(files, file, text, viaIR)) return false;
    }
    return true;
  }

  installFiles(files, changed, text, viaIR) {
    const sources = {};
    for (const file of files.flatMap((one) => [...this.closureOf(one)])) {
      sources[file] = { content: file === changed ? text : this.read(file) };
    }
    const selection = Object.fromEntries(files.map((file) => [file, { "*": ["evm.bytecode.object", "evm.bytecode.linkReferences"] }]));
    const settings = {
      remappings: Object.entries(REMAPPINGS).map((pair) => pair.join("=")),
      optimizer: { enabled: true, runs: 1 },
      viaIR,
      evmVersion: "berlin",
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: selection,
    };
    const output = JSON.parse(this.solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
    if ((output.errors ?? []).some(({ severity }) => severity === "error")) return false;
    for (const file of files) {
      for (const [name, { evm }] of Object.entries(output.contracts[file] ?? {})) this.place(file, name, evm.bytecode);
    }
    return true;
  }

  place(file, name, { object, linkReferences }) {
    const path = join(this.folder, "target/forge/out", basename(file), `${name}.json`);
    if (object === "" || !existsSync(path)) return;
    if (!this.originals.has(path)) this.originals.set(path, readFileSync(path, "utf8"));
    const artifact = JSON.parse(this.originals.get(path));
    artifact.bytecode = { ...artifact.bytecode, object: `0x${object}`, linkReferences };
    writeFileSync(path, JSON.stringify(artifact));
  }

  /** Everything as forge compiled it. */
  restore() {
    for (const [path, text] of this.originals) writeFileSync(path, text);
    this.originals.clear();
  }
}

const resolve = (file, path) => {
  if (path.startsWith(".")) return normalize(join(dirname(file), path));
  const [from, to] = Object.entries(REMAPPINGS).find(([prefix]) => path.startsWith(prefix)) ?? ["", ""];
  return to + path.slice(from.length);
};
