// What the ceremony test needs beside tools/ceremony.mjs.
//   node helper.mjs circuits FOLDER   compile squares.circom, and a circuit of the same shape that says something else
//   node helper.mjs powers FOLDER     powers of tau of several kinds, and a witness
//   node helper.mjs beacon FOLDER     a key to which nobody but a beacon contributed
//   node helper.mjs verify FOLDER     what snarkjs and a chain say of a proof, and of it after a change to each signal
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as snarkjs from "snarkjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "../../..");
const POWER = 8;
const [task, folder] = process.argv.slice(2);
const at = (name) => join(folder, name);
const read = (name) => readFileSync(at(name), "utf8");

function circuits() {
  const source = readFileSync(join(HERE, "squares.circom"), "utf8");
  writeFileSync(at("squares.circom"), source);
  writeFileSync(at("doubled.circom"), source.replace("roots[i] * roots[i]", "2 * roots[i] * roots[i]"));
  for (const name of ["squares", "doubled"]) {
    const compiler = join(ROOT, "node_modules/circom2/cli.js");
    const run = spawnSync(process.execPath, [compiler, at(`${name}.circom`), "--r1cs", "--wasm", "--O2", "-o", folder]);
    if (run.status !== 0) throw new Error(`${run.stdout}${run.stderr}`);
  }
}

async function powers() {
  const { powersOfTau } = snarkjs;
  const curve = await snarkjs.curves.getCurveFromName("bn128");
  const make = async (name, power) => {
    await powersOfTau.newAccumulator(curve, power, at(`${name}.new`));
    await powersOfTau.contribute(at(`${name}.new`), at(`${name}.raw`), "somebody", randomBytes(32).toString("hex"));
    await powersOfTau.preparePhase2(at(`${name}.raw`), at(`${name}.ptau`));
  };
  await make("powers", POWER);
  await make("other", POWER);
  await make("small", 4);
  await powersOfTau.preparePhase2(at("powers.new"), at("nobody.ptau"));
  const roots = Array.from({ length: 8 }, (_, place) => BigInt(place + 2));
  const inputs = { roots, squares: roots.map((root) => root * root) };
  await snarkjs.wtns.calculate(inputs, at("squares_js/squares.wasm"), at("squares.wtns"));
}

const beacon = () => snarkjs.zKey.beacon(at("ceremony/0000.zkey"), at("beacon.zkey"), "beacon", "00".repeat(32), 10);

/** Compiles the exported verifier as a consortium does. */
function compile() {
  const run = spawnSync(process.execPath, [join(ROOT, "tools/verifier.mjs"), at("Verifier.sol"), at("verifier.json")]);
  if (run.status !== 0) throw new Error(`${run.stderr}`);
  return JSON.parse(read("verifier.json"));
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function withAnvil(work) {
  const port = await freePort();
  const anvil = spawn(join(ROOT, "node_modules/.bin/anvil"), ["--port", String(port), "--hardfork", "berlin", "--silent"], {
    stdio: "ignore",
  });
  const call = async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch(`http://127.0.0.1:${port}`, { method: "POST", headers, body })).json();
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  };
  try {
    for (let tries = 0; ; tries++) {
      try {
        await call("eth_chainId");
        break;
      } catch (error) {
        if (tries === 300) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    return await work(call);
  } finally {
    anvil.kill();
  }
}

async function deploy(call, code) {
  const [from] = await call("eth_accounts");
  const hash = await call("eth_sendTransaction", { from, data: code, gas: "0x4c4b40", gasPrice: "0x77359400" });
  for (;;) {
    const receipt = await call("eth_getTransactionReceipt", hash);
    if (receipt) return receipt.contractAddress;
  }
}

const word = (number) => BigInt(number).toString(16).padStart(64, "0");

async function verify() {
  const [key, signals, proof] = ["squares.vkey.json", "proof/public.json", "proof/proof.json"].map((name) => JSON.parse(read(name)));
  const { bytecode, selectors } = compile();
  const selector = (name) => Object.entries(selectors).find(([signature]) => signature.startsWith(`${name}(`))[1];
  const points = [proof.pi_a.slice(0, 2), ...proof.pi_b.slice(0, 2).map((pair) => pair.toReversed()), proof.pi_c.slice(0, 2)];
  const statements = [signals, ...[...signals.keys()].map((place) => signals.with(place, String(BigInt(signals[place]) + 1n)))];
  const offChain = [];
  for (const statement of statements) offChain.push(await snarkjs.groth16.verify(key, statement, proof));
  const report = await withAnvil(async (call) => {
    const to = await deploy(call, bytecode);
    const ask = (data) => call("eth_call", { to, data: `0x${data}` }, "latest");
    const onChain = [];
    for (const statement of statements) {
      const answer = await ask(selector("verifyProof") + [...points.flat(), ...statement].map(word).join(""));
      onChain.push(BigInt(answer) === 1n);
    }
    return {
      onChain,
      transcriptDigest: await ask(selector("transcriptDigest")),
      verifyingKeyHash: await ask(selector("verifyingKeyHash")),
      development: BigInt(await ask(selector("DEVELOPMENT_KEY"))) === 1n,
    };
  });
  console.log(JSON.stringify({ offChain, ...report }));
}

await { circuits, powers, beacon, verify }[task]();
process.exit(0);
