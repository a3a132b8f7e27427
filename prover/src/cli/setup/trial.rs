//! `prover setup try`: whether a key works.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result goes to standard output"
)]

use super::super::failure::{Class, Failure};
use super::import::key_file;
use super::{artefact, write_text};
use clap::Args;
use prover::keys::trial::{prove, TrialError};
use prover::keys::ProvingKey;
use std::fs;
use std::path::PathBuf;

/// Prove a witness that snarkjs calculated, and verify the proof: shows that an imported key works.
#[derive(Args)]
#[command(
    after_help = "Example: prover setup try --key squares.pk --r1cs squares.r1cs --witness squares.wtns --out proof/"
)]
pub(super) struct Trial {
    /// The proving key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The circuit's constraints.
    #[arg(long, value_name = "FILE")]
    r1cs: PathBuf,
    /// The witness, a .wtns file.
    #[arg(long, value_name = "FILE")]
    witness: PathBuf,
    /// Folder for proof.json and public.json.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Trial) -> Result<(), Failure> {
    let key = ProvingKey::read(&arguments.key).map_err(artefact)?;
    let made = prove(&key, &arguments.r1cs, &arguments.witness).map_err(refused)?;
    fs::create_dir_all(&arguments.out).map_err(|error| Failure::file(&arguments.out, &error))?;
    for (name, text) in [
        ("proof.json", made.proof.to_json()),
        ("public.json", made.signals.to_json()),
    ] {
        let path = arguments.out.join(name);
        write_text(&path, &text)?;
        println!("{}", path.display());
    }
    Ok(())
}

fn refused(error: TrialError) -> Failure {
    match error {
        TrialError::Witness(error) => key_file(&error),
        TrialError::Artefact(error) => artefact(error),
        _ => Failure::new(Class::Input, error),
    }
}
