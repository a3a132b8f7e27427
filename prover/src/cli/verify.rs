//! `prover verify`: whether a proof holds of its public signals.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result belongs on standard output"
)]

use super::failure::{Class, Failure};
use clap::Args;
use prover::circuit::{CircuitSize, Proof, PublicSignals, Verifier};
use prover::field::to_hex;
use prover::keys::VerifyingKey;
use serde_json::{json, Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// Check a proof against its public signals.
///
/// Exit code 0 if it holds, 6 if it does not or a file is damaged.
#[derive(Args)]
#[command(
    after_help = "Example: prover verify --proof proof/proof.json --public proof/public.json"
)]
pub(crate) struct Arguments {
    /// The proof, as snarkjs writes it.
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
    /// The public signals, as snarkjs writes them.
    #[arg(long, value_name = "FILE")]
    public: PathBuf,
    /// The verifying key; the development key of this program if not given.
    #[arg(long, value_name = "FILE", conflicts_with = "openings")]
    vkey: Option<PathBuf>,
    /// The circuit whose development key it is, by its number of openings: 8 or 16.
    #[arg(long, value_name = "NUMBER", default_value = "8", value_parser = size)]
    openings: CircuitSize,
    /// Print the verdict and the signals by name as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let proof = Proof::from_json(&read(&arguments.proof)?).map_err(malformed)?;
    let signals = PublicSignals::from_json(&read(&arguments.public)?).map_err(malformed)?;
    let key = match &arguments.vkey {
        Some(path) => VerifyingKey::from_json(&read(path)?),
        None => VerifyingKey::development(arguments.openings),
    }
    .map_err(malformed)?;
    let verdict = Verifier::new(&key).verify(&signals, &proof);
    if arguments.json {
        let named: Map<String, Value> = PublicSignals::NAMES
            .iter()
            .zip(&signals.0)
            .map(|(name, signal)| ((*name).to_owned(), to_hex(signal).into()))
            .collect();
        let report = json!({
            "holds": verdict.is_ok(),
            "signals": named,
            "developmentKey": key.is_development(),
        });
        println!("{report:#}");
    } else if verdict.is_ok() {
        println!("the proof holds");
    }
    verdict.map_err(|error| Failure::new(Class::Input, error))
}

/// The size with a number of openings.
fn size(openings: &str) -> Result<CircuitSize, String> {
    let number = openings.parse().ok();
    number
        .and_then(CircuitSize::of_openings)
        .ok_or_else(|| format!("no circuit opens {openings} facts"))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}

fn malformed(error: prover::circuit::VerifyError) -> Failure {
    Failure::new(Class::Input, error)
}
