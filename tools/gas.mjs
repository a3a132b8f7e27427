// What transactions cost, from receipts on Anvil under Berlin. The contract tests write down chains in their steady state and the transactions
// (contracts/test/gas); each scenario starts from its chain's state.
//   node tools/gas.mjs           measure, and write snapshots/receipts.json
//   node tools/gas.mjs --check   fail if the committed figures are not what is measured
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { binaryOf } from "./foundry.mjs";

const FOLDER = "target/gas";
const COMMITTED = "snapshots/receipts.json";
/** A test each. */
const PLANS = ["enrolments", "disputes"];
const PORT = 18_545;
const BARE = "bare verification, 8 public signals";
/** What an enrolment should cost at most, as a multiple of a bare verification. */
const TARGETS = { enrol: 1.45, "enrolBatch of 16": 0.55 };

const check = process.argv.includes("--check");
const hex = (number) => `0x${number.toString(16)}`;

const writeScenarios = () => {
  rmSync(FOLDER, { recursive: true, force: true });
  const path = "contracts/test/gas/*";
  const { status } = spawnSync(binaryOf("forge"), ["test", "--match-path", path], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
  return PLANS.map((name) => ({ name, ...JSON.parse(readFileSync(`${FOLDER}/${name}.json`, "utf8")) }));
};

const call = async (method, ...params) => {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`http://127.0.0.1:${PORT}`, { method: "POST", headers, body });
  const { result, error } = await answer.json();
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
};

const startAnvil = async ({ name, time, block, chainId }) => {
  const alloc = JSON.parse(readFileSync(`${FOLDER}/${name}.state.json`, "utf8"));
  const genesis = { config: { chainId }, gasLimit: hex(30_000_000), difficulty: "0x0", timestamp: hex(time), alloc };
  writeFileSync(`${FOLDER}/genesis.json`, JSON.stringify(genesis));
  const options = ["--hardfork", "berlin", "--init", `${FOLDER}/genesis.json`, "--number", `${block}`, "--timestamp", `${time}`];
  const more = ["--port", `${PORT}`, "--chain-id", `${chainId}`, "--auto-impersonate", "--gas-limit", "30000000", "--silent"];
  const anvil = spawn(binaryOf("anvil"), [...options, ...more], { stdio: "inherit" });
  for (let tries = 0; tries < 100; ++tries) {
    try {
      await call("eth_chainId");
      return anvil;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error("anvil does not answer");
};

const receiptOf = async (hash) => {
  for (let tries = 0; tries < 1_200; ++tries) {
    const receipt = await call("eth_getTransactionReceipt", hash);
    if (receipt) return receipt;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("a transaction is not mined");
};

/** Sends a scenario's transactions, a block each; the gas of the last. */
const measure = async ({ name, steps }) => {
  const before = await call("evm_snapshot");
  let gas;
  for (const { from, to, value, data, seconds, blocks } of steps) {
    if (blocks > 1) await call("anvil_mine", hex(blocks - 1));
    if (seconds > 1) await call("evm_increaseTime", hex(seconds));
    const transaction = { from, to, value: hex(BigInt(value)), data, gas: hex(20_000_000), gasPrice: "0x0" };
    const hash = await call("eth_sendTransaction", transaction);
    const receipt = await receiptOf(hash);
    if (receipt.status !== "0x1") throw new Error(`${name}: a transaction failed`);
    const skipped = receipt.logs.filter(({ topics }) => SKIPPED.includes(topics[0]));
    if (skipped.length !== 0) throw new Error(`${name}: an entry was skipped: ${skipped[0].data}`);
    gas = Number(receipt.gasUsed);
  }
  await call("evm_revert", before);
  return gas;
};

/** Topics of the events that say that an entry of a batch was left out. */
const SKIPPED = ["EnrolmentSkipped", "CallSkipped"].map((name) => {
  const { abi } = JSON.parse(readFileSync("relayer/abi/Enrolments.json", "utf8"));
  const inputs = abi.find((item) => item.type === "event" && item.name === name).inputs;
  const signature = `${name}(${inputs.map(({ type }) => type).join(",")})`;
  const { status, stdout } = spawnSync(binaryOf("cast"), ["keccak", signature], { encoding: "utf8" });
  if (status !== 0) throw new Error(`no topic of ${signature}`);
  return stdout.trim();
});

const report = (figures, scenarios) => {
  console.log("\n| transaction | gas | each | of a bare verification |\n| --- | --- | --- | --- |");
  for (const { name, enrolments } of scenarios) {
    const each = Math.round(figures[name] / enrolments);
    const ratio = each / figures[BARE];
    console.log(`| ${name} | ${figures[name].toLocaleString("en")} | ${each.toLocaleString("en")} | ${ratio.toFixed(3)} |`);
    if (ratio > (TARGETS[name] ?? Infinity)) console.error(`${name}: more than the ${TARGETS[name]} that it should cost`);
  }
};

/** Each scenario of a plan, on an Anvil of its own. */
const measureAll = async (plan) => {
  const anvil = await startAnvil(plan);
  try {
    for (const scenario of plan.scenarios) figures[scenario.name] = await measure(scenario);
  } finally {
    const ended = once(anvil, "exit");
    anvil.kill();
    await ended;
  }
};

const plans = writeScenarios();
const figures = {};
for (const plan of plans) await measureAll(plan);
report(figures, plans.flatMap(({ scenarios }) => scenarios));
const text = `${JSON.stringify(figures, null, 2)}\n`;
const drifted = check && readFileSync(COMMITTED, "utf8") !== text;
if (drifted) console.error(`${COMMITTED} is not what is measured: node tools/gas.mjs writes it anew`);
if (!check) writeFileSync(COMMITTED, text);
process.exit(drifted ? 1 : 0);
