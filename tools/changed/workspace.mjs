// A copy of the contracts in which one is compiled with a change and put in the place of what forge compiled, so that a test of it takes seconds: forge
// believes its cache as long as no source is touched.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
/** Half of what solc does by itself: as much as it takes to find room on the stack. */
const STEPS = "dhfoDgvulfnTUtnIfxa[r]EscLMVcul[j]Trpeulxa[r]cLgvif:fDnTOcmu";
const YUL = { stackAllocation: true, optimizerSteps: STEPS };
const OPTIMIZER = { enabled: true, runs: 1, details: { yul: true, peephole: true, jumpdestRemover: true, yulDetails: YUL } };
/** What is never deployed in a test but as a part of something else, or knows contracts by interface only. */
const PASSED_OVER = /\/(interfaces|verifiers|base|libraries|invariant|gas|helpers)\//;
/** Where a workspace keeps the code of everything as it is without a change. */
const PLAIN = "target/plain.json";
/** By which tests name the contracts that they deploy. */
const DEPLOYED = /"(\w+)\.sol:\w+"/g;

export class Workspace {
  /** Copies what is needed to a folder under target/, and compiles it there; or copies a workspace as it is. */
  constructor(folder, like) {
    this.folder = folder;
    this.closures = new Map();
    this.placed = new Map();
    this.solc = createRequire(import.meta.url)("solc");
    if (like) {
      rmSync(folder, { recursive: true, force: true });
      cpSync(like, folder, { recursive: true });
      this.plain = new Map(JSON.parse(this.read(PLAIN)));
      this.targets = this.listTargets();
      return;
    }
    for (const path of ["target/endings", "target/gas", "target/invariants", "tools", "circuits"]) mkdirSync(join(folder, path), { recursive: true });
    rmSync(join(folder, "contracts"), { recursive: true, force: true });
    for (const path of ["contracts", "foundry.toml", "tools/solc"]) cpSync(path, join(folder, path), { recursive: true });
    for (const path of ["node_modules", "circuits/vectors"]) {
      if (!existsSync(join(folder, path))) symlinkSync(join(process.cwd(), path), join(folder, path));
    }
    this.answerVersion();
    const { status, output } = this.forge(["build"], 0);
    if (status !== 0) throw new Error(output);
    this.targets = this.listTargets();
    this.plain = this.compile(this.targets);
    if (!this.plain) throw new Error("the contracts do not compile");
    this.restore();
    writeFileSync(join(folder, PLAIN), JSON.stringify([...this.plain]));
  }

  /** forge asks solc for its version each time, which takes half a second of loading it. */
  answerVersion() {
    const [path, real] = ["tools/solc", "tools/solc.real"].map((name) => join(this.folder, name));
    const { stdout } = spawnSync("node", [path, "--version"], { encoding: "utf8" });
    renameSync(path, real);
    writeFileSync(`${path}.version`, stdout);
    writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && exec cat "$0.version"\nexec node "$0.real" "$@"\n`);
    chmodSync(path, 0o755);
  }

  /** Contracts, and tests that take part of one in. */
  listTargets() {
    return this.list("contracts").filter((file) => {
      const takesIn = () => [...this.closureOf(file)].some((one) => /\/src\/(?!interfaces|verifiers)/.test(one));
      return !PASSED_OVER.test(file) && (file.startsWith("contracts/src/") || takesIn());
    });
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

  /**
   * Puts what a changed file makes of every contract that it is part of in the place of what was there. The files whose code is another then; undefined if
   * it does not compile.
   */
  install(file, text) {
    const code = this.compile(this.targets.filter((target) => this.closureOf(target).has(file)), { [file]: text });
    if (!code) return undefined;
    const changed = new Set();
    for (const [key, one] of code) {
      if (one.object === this.plain.get(key).object) continue;
      changed.add(one.file);
      this.place(key, one);
    }
    return [...changed];
  }

  /** Code by file and contract. Without via-IR and the optimiser where that goes, which take most of the time. */
  compile(files, texts = {}) {
    const code = new Map();
    for (const viaIR of [false, true]) {
      const some = files.filter((file) => WITH_IR.includes(file) === viaIR);
      if (some.length === 0) continue;
      const contracts = this.ask(some, texts, viaIR ? { viaIR, optimizer: OPTIMIZER } : {});
      if (!contracts) return undefined;
      for (const file of some) {
        for (const [name, { evm }] of Object.entries(contracts[file] ?? {})) {
          if (evm.bytecode.object !== "") code.set(`${basename(file)}/${name}`, { file, ...evm.bytecode });
        }
      }
    }
    return code;
  }

  ask(files, texts, options) {
    const sources = {};
    for (const file of files.flatMap((one) => [...this.closureOf(one)])) sources[file] = { content: texts[file] ?? this.read(file) };
    const settings = {
      ...options,
      remappings: Object.entries(REMAPPINGS).map((pair) => pair.join("=")),
      evmVersion: "berlin",
      metadata: { bytecodeHash: "none", appendCBOR: false },
      outputSelection: Object.fromEntries(files.map((file) => [file, { "*": ["evm.bytecode.object", "evm.bytecode.linkReferences"] }])),
    };
    const output = JSON.parse(this.solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
    return (output.errors ?? []).some(({ severity }) => severity === "error") ? undefined : output.contracts;
  }

  place(key, { object, linkReferences }) {
    const path = join(this.folder, "target/forge/out", `${key}.json`);
    if (!existsSync(path)) return;
    const artifact = JSON.parse(readFileSync(path, "utf8"));
    artifact.bytecode = { ...artifact.bytecode, object: `0x${object}`, linkReferences };
    writeFileSync(path, JSON.stringify(artifact));
    this.placed.set(key, object);
  }

  /** Everything as it is without a change. */
  restore() {
    for (const [key, one] of this.plain) {
      if (this.placed.get(key) !== one.object) this.place(key, one);
    }
  }

  /** The tests that could notice that some files' code is another: those that deploy one of these, or are one. */
  testsOf(changed) {
    const names = new Set(changed.map((file) => basename(file, ".sol")));
    return this.list("contracts/test").filter((test) => {
      if (!test.endsWith(".t.sol")) return false;
      const texts = [...this.closureOf(test)].filter((file) => file.startsWith("contracts/test/")).map((file) => this.read(file));
      return changed.includes(test) || texts.some((text) => [...text.matchAll(DEPLOYED)].some(([, name]) => names.has(name)));
    });
  }
}

const resolve = (file, path) => {
  if (path.startsWith(".")) return normalize(join(dirname(file), path));
  const [from, to] = Object.entries(REMAPPINGS).find(([prefix]) => path.startsWith(prefix)) ?? ["", ""];
  return to + path.slice(from.length);
};
