//! `prover setup`: keys, ceremonies, and the verifying key for snarkjs and the chain.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result goes to standard output"
)]

use super::failure::{Class, Failure};
use clap::{Args, Subcommand};
use prover::circuit::artefacts::{Artefacts, DEFAULT_FOLDER};
use prover::circuit::{ArtefactError, CircuitSize};
use prover::keys::{development, solidity, ProvingKey, VerifyingKey};
use std::fs;
use std::path::{Path, PathBuf};

mod import;
mod inspect;
mod trial;

/// Make keys, import a ceremony's, say what a key file is, export the verifying key.
#[derive(Args)]
#[command(after_help = "Example: prover setup dev --check")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Dev(Dev),
    ExportVkey(Export),
    ExportVerifier(Export),
    Import(import::Import),
    Inspect(inspect::Inspect),
    Try(trial::Trial),
}

/// Make the development key of each circuit from its public seed, unless it is there; compare it with the committed
/// verifying key.
#[derive(Args)]
#[command(after_help = "Example: prover setup dev")]
struct Dev {
    /// Folder of the compiled circuits, where the keys go.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    artefacts: PathBuf,
    /// Root of the repository, where verifying keys and contracts are committed.
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
    /// Make the keys afresh, to show that the seed still gives them.
    #[arg(long)]
    check: bool,
    /// Rewrite the committed verifying keys and contracts.
    #[arg(long, conflicts_with = "check")]
    update: bool,
}

/// Write the verifying key: as snarkjs' JSON (export-vkey) or as a Solidity contract (export-verifier).
#[derive(Args)]
#[command(
    after_help = "Example: prover setup export-vkey --key target/circuits/eligibility_8.dev.pk --out vkey.json"
)]
struct Export {
    /// The proving key.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/circuits/eligibility_8.dev.pk"
    )]
    key: PathBuf,
    /// Where to write; standard output if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.task {
        Task::Dev(dev) => self::dev(dev),
        Task::ExportVkey(export) => write(export, &verifying_key(&export.key)?.to_json()),
        Task::ExportVerifier(export) => {
            let key = verifying_key(&export.key)?;
            write(
                export,
                &solidity::contract(&key, &contract_name(&key.provenance.circuit)),
            )
        }
        Task::Import(import) => import::run(import),
        Task::Inspect(inspect) => inspect::run(inspect),
        Task::Try(trial) => trial::run(trial),
    }
}

fn dev(arguments: &Dev) -> Result<(), Failure> {
    CircuitSize::ALL
        .into_iter()
        .try_for_each(|size| dev_key(arguments, size))
}

/// The development key of one circuit.
fn dev_key(arguments: &Dev, size: CircuitSize) -> Result<(), Failure> {
    let artefacts = Artefacts::open(&arguments.artefacts, size).map_err(artefact)?;
    if arguments.check {
        fs::remove_file(artefacts.development_key())
            .or_else(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            })
            .map_err(|error| Failure::file(&artefacts.development_key(), &error))?;
    }
    let key = development::ensure(&artefacts).map_err(artefact)?;
    let verifying = key.verifying_key().map_err(artefact)?;
    let contract = contract_name(size.name());
    let committed = [
        (
            format!("circuits/keys/{}.dev.vkey.json", size.name()),
            verifying.to_json(),
        ),
        (
            format!("contracts/src/verifiers/{contract}.sol"),
            solidity::contract(&verifying, &contract),
        ),
    ];
    for (path, text) in committed {
        let path = arguments.repository.join(path);
        if arguments.update {
            write_text(&path, &text)?;
        } else {
            compare(&path, &text)?;
        }
    }
    println!("{}", artefacts.development_key().display());
    Ok(())
}

/// The verifier contract of a circuit: `EligibilityVerifier8` for `eligibility_8`.
fn contract_name(circuit: &str) -> String {
    let size = circuit.rsplit('_').next().unwrap_or_default();
    let digits: String = size.chars().filter(char::is_ascii_digit).collect();
    format!("EligibilityVerifier{digits}")
}

fn verifying_key(path: &Path) -> Result<VerifyingKey, Failure> {
    let key = ProvingKey::read(path).map_err(artefact)?;
    key.verifying_key().map_err(artefact)
}

fn write(export: &Export, text: &str) -> Result<(), Failure> {
    if let Some(path) = &export.out {
        return write_text(path, text);
    }
    print!("{text}");
    Ok(())
}

fn write_text(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::file(path, &error))
}

/// A committed file that differs is drift.
fn compare(path: &Path, expected: &str) -> Result<(), Failure> {
    let found = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    if found == expected {
        return Ok(());
    }
    let message = format!("{} is not what the development key gives", path.display());
    Err(Failure::new(Class::Input, message)
        .hint("if the circuit was meant to change: prover setup dev --update"))
}

/// What is wrong with circuit files or keys, and what makes them.
pub(super) fn artefact(error: ArtefactError) -> Failure {
    let class = match &error {
        ArtefactError::File { .. } => Class::File,
        _ => Class::Input,
    };
    Failure::new(class, error).hint("make keys builds the circuit and its development key")
}
