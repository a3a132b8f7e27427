//! `prover setup import`: a ceremony's final key.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a verb's result goes to standard output, warnings to standard error"
)]

use super::super::failure::{Class, Failure};
use super::{artefact, contract_name, write_text};
use clap::Args;
use prover::keys::import::{import, Ceremony, ImportError};
use prover::keys::{solidity, Circuit, KeyFileError, Origin};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Check the final key of a ceremony with snarkjs and turn it into a proving key.
///
/// The key must be the one that circuit and powers of tau give, point by point. That contributors knew their secrets is for `node
/// tools/ceremony.mjs verify` (docs/CEREMONY.md).
#[derive(Args)]
#[command(
    after_help = "Example: prover setup import --zkey final.zkey --ptau powersOfTau28_hez_final_16.ptau --out eligibility_8.pk --vkey eligibility_8.vkey.json"
)]
pub(super) struct Import {
    /// The ceremony's final key.
    #[arg(long, value_name = "FILE")]
    zkey: PathBuf,
    /// The powers of tau that it started from, prepared for the second phase.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "trust_points",
        conflicts_with = "trust_points"
    )]
    ptau: Option<PathBuf>,
    /// Do without powers of tau: the key's points are then taken on trust, and may be those of another statement.
    #[arg(long)]
    trust_points: bool,
    /// The circuit's constraints; the file's name is the circuit's.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/circuits/eligibility_8.r1cs"
    )]
    r1cs: PathBuf,
    /// Where the proving key goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where the verifying key goes, for snarkjs and `prover verify`.
    #[arg(long, value_name = "FILE")]
    vkey: Option<PathBuf>,
    /// Where the verifier contract goes.
    #[arg(long, value_name = "FILE")]
    verifier: Option<PathBuf>,
}

pub(super) fn run(arguments: &Import) -> Result<(), Failure> {
    if arguments.trust_points {
        eprintln!("warning: the key's points were not compared with the circuit; name the powers of tau to do so");
    }
    let circuit = circuit(&arguments.r1cs)?;
    let key = import(&Ceremony {
        r1cs: arguments.r1cs.clone(),
        circuit: circuit.clone(),
        zkey: arguments.zkey.clone(),
        ptau: arguments.ptau.clone(),
    })
    .map_err(refused)?;
    let verifying = key.verifying_key().map_err(artefact)?;
    key.write(&arguments.out).map_err(artefact)?;
    if let Some(path) = &arguments.vkey {
        write_text(path, &verifying.to_json())?;
    }
    if let Some(path) = &arguments.verifier {
        write_text(
            path,
            &solidity::contract(&verifying, &contract_name(&circuit.name)),
        )?;
    }
    let transcript = match key.origin() {
        Origin::Ceremony(transcript) => Some(hex::encode(transcript.digest())),
        _ => None,
    };
    let report = serde_json::json!({
        "provingKey": arguments.out,
        "circuit": circuit.name,
        "r1csSha256": hex::encode(circuit.r1cs_digest),
        "transcriptDigest": transcript,
        "verifyingKeyHash": format!("0x{}", hex::encode(verifying.hash())),
        "pointsCompared": arguments.ptau.is_some(),
    });
    println!("{report:#}");
    Ok(())
}

/// The circuit of a constraints' file.
fn circuit(r1cs: &Path) -> Result<Circuit, Failure> {
    let bytes = fs::read(r1cs).map_err(|error| Failure::file(r1cs, &error))?;
    let name = r1cs.file_stem().unwrap_or_default().to_string_lossy();
    Ok(Circuit {
        name: name.into_owned(),
        r1cs_digest: Sha256::digest(&bytes).into(),
    })
}

fn refused(error: ImportError) -> Failure {
    match error {
        ImportError::KeyFile(error) => key_file(&error),
        ImportError::Circuit(error) => artefact(error),
        _ => Failure::new(Class::Input, error),
    }
}

/// A key file that can't be used, with what mends it.
pub(super) fn key_file(error: &KeyFileError) -> Failure {
    Failure::new(Class::Input, error).hint(error.fault.mend())
}
