//! `prover prove`: a proof of eligibility from a record, a study and a place in the registry.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result belongs on standard output"
)]

use super::failure::{Class, Failure};
use super::setup::artefact;
use clap::Args;
use prover::circuit::artefacts::{Artefacts, DEFAULT_FOLDER};
use prover::circuit::{CircuitSize, ProveError, Prover};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub(super) mod input;

/// Prove that a certified record meets a study's criteria.
///
/// Writes proof.json and public.json, which snarkjs verifies too. The identity secret is read from a file of its own.
#[derive(Args)]
#[command(
    after_help = "Example: prover prove --input request.json --identity secret.hex --out proof/\n\nThe input file is described in docs/PROTOCOL.md, section 8."
)]
pub(crate) struct Arguments {
    /// What to prove: a JSON file that names record, criteria, study and registry path.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The identity secret: a file with one field element in hex.
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Folder for proof.json and public.json.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The proving key; the development key of the artefacts if not given.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Folder of the compiled circuits.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    artefacts: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let inputs = input::read(&arguments.input, &arguments.identity)?;
    let slots = inputs.study.slots.len();
    let size =
        CircuitSize::of_slots(slots).ok_or_else(|| refused(&ProveError::SlotCount(slots)))?;
    let artefacts = Artefacts::open(&arguments.artefacts, size).map_err(artefact)?;
    let key = arguments
        .key
        .clone()
        .unwrap_or_else(|| artefacts.development_key());
    let prover = Prover::with_key(&artefacts, &key).map_err(artefact)?;
    let start = Instant::now();
    let proof = prover.prove(&inputs).map_err(|error| refused(&error))?;
    let milliseconds = start.elapsed().as_millis();

    fs::create_dir_all(&arguments.out).map_err(|e| Failure::file(&arguments.out, &e))?;
    let proof_path = write(&arguments.out, "proof.json", &proof.proof.to_json())?;
    let public_path = write(&arguments.out, "public.json", &proof.signals.to_json())?;
    if arguments.json {
        let report = json!({
            "proof": proof_path,
            "public": public_path,
            "circuit": size.name(),
            "openings": size.openings(),
            "milliseconds": u64::try_from(milliseconds).unwrap_or(u64::MAX),
            "developmentKey": prover.is_development(),
        });
        println!("{report:#}");
    } else {
        println!("{}", proof_path.display());
        println!("{}", public_path.display());
    }
    Ok(())
}

/// Why there is no proof, by class.
fn refused(error: &ProveError) -> Failure {
    match error {
        ProveError::CriterionNotMet { .. } => Failure::new(Class::NotEligible, error)
            .hint("prover eligible says in words which criterion fails"),
        ProveError::Expired { .. }
        | ProveError::TooOld { .. }
        | ProveError::PurposesNotConsented(_) => Failure::new(Class::NotEligible, error),
        _ => Failure::new(Class::Input, error),
    }
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Failure> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(|error| Failure::file(&path, &error))?;
    Ok(path)
}
