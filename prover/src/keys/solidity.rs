//! The verifying key as a Solidity contract.

use std::fmt::Write;

use super::{Provenance, VerifyingKey};
use crate::circuit::proof::{g1_words, g2_words};

/// The contract, with places for the key's numbers.
const TEMPLATE: &str = include_str!("verifier.sol.template");

/// The source of a contract `name` that verifies proofs for the key.
pub fn contract(key: &VerifyingKey, name: &str) -> String {
    let provenance = &key.provenance;
    TEMPLATE
        .replace("{name}", name)
        .replace("{circuit}", &provenance.circuit)
        .replace("{development}", &key.is_development().to_string())
        .replace("{origin}", &origin(key))
        .replace("{r1cs}", &provenance.r1cs_sha256)
        .replace("{transcript}", &provenance.transcript_digest)
        .replace("{hash}", &hex::encode(key.hash()))
        .replace("{points}", points(key).trim_end())
}

/// What the contract's comment says of where the key comes from.
fn origin(key: &VerifyingKey) -> String {
    let Provenance {
        seed,
        transcript_digest,
        ..
    } = &key.provenance;
    if key.is_development() {
        format!("Public seed of the key: \"{seed}\".")
    } else {
        format!("Transcript of the key's ceremony: {transcript_digest}.")
    }
}

/// One constant for each coordinate.
fn points(key: &VerifyingKey) -> String {
    let mut text = String::new();
    let mut constant = |name: String, word: &[u8; 32]| {
        let digits = hex::encode(word);
        writeln!(text, "    uint256 private constant {name} = 0x{digits};")
            .expect("writing to a string");
    };
    let mut g1 = |name: &str, [x, y]: [[u8; 32]; 2]| {
        constant(format!("_{name}_X"), &x);
        constant(format!("_{name}_Y"), &y);
    };
    g1("ALPHA", g1_words(&key.points.alpha_g1));
    for (place, point) in key.points.gamma_abc_g1.iter().enumerate() {
        g1(&format!("SIGNAL_{place}"), g1_words(point));
    }
    let mut g2 = |name: &str, [x, y]: [[[u8; 32]; 2]; 2]| {
        constant(format!("_{name}_X_IM"), &x[0]);
        constant(format!("_{name}_X_RE"), &x[1]);
        constant(format!("_{name}_Y_IM"), &y[0]);
        constant(format!("_{name}_Y_RE"), &y[1]);
    };
    g2("BETA", g2_words(&key.points.beta_g2));
    g2("GAMMA", g2_words(&key.points.gamma_g2));
    g2("DELTA", g2_words(&key.points.delta_g2));
    text
}
