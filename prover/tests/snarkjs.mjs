// What snarkjs says of a proof in a folder, and of the same proof after a change to each signal and to the proof.
//   node snarkjs.mjs FOLDER R1CS   prints {constraints, honest, changed: [...], swapped}
import { readFileSync } from "node:fs";
import * as snarkjs from "snarkjs";

const [folder, r1cs] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
const [key, signals, proof] = ["vkey", "public", "proof"].map(read);
const verify = (shown, proved) => snarkjs.groth16.verify(key, shown, proved);

const changed = [];
for (const place of signals.keys()) {
  changed.push(await verify(signals.with(place, String(BigInt(signals[place]) ^ 1n)), proof));
}
const report = {
  constraints: (await snarkjs.r1cs.info(r1cs)).nConstraints,
  honest: await verify(signals, proof),
  changed,
  swapped: await verify(signals, { ...proof, pi_a: proof.pi_c, pi_c: proof.pi_a }),
};
console.log(JSON.stringify(report));
process.exit(0);
