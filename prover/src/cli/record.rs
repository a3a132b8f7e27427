//! `prover record hash`: a record commitment and its parts, recomputed.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result belongs on standard output"
)]

use super::failure::{Class, Failure};
use super::opening::Opening;
use super::prove::input::{element, facts};
use super::value_sets::ValueSetsOption;
use clap::{Args, Subcommand};
use prover::field::to_hex;
use prover::record::envelope_hash;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

/// Recompute a record commitment.
#[derive(Args)]
#[command(
    after_help = "Example: prover record hash --opening opening.json --envelope envelope.bin --bundle bundle.json"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Hash(Hash),
}

/// Print the commitment to an opened record, and its parts, as JSON.
#[derive(Args)]
#[command(
    after_help = "Example: prover record hash --opening opening.json --envelope envelope.bin --bundle bundle.json"
)]
struct Hash {
    /// The opening from the envelope's content.
    #[arg(long, value_name = "FILE")]
    opening: PathBuf,
    /// The envelope.
    #[arg(long, value_name = "FILE", required_unless_present = "envelope_hash")]
    envelope: Option<PathBuf>,
    /// The envelope's hash, a field element in hex, instead of the envelope.
    #[arg(long, value_name = "HEX", conflicts_with = "envelope")]
    envelope_hash: Option<String>,
    /// Recompute the facts' root from this bundle and compare it with the opening's.
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Which patient, if the bundle holds several.
    #[arg(long, value_name = "ID", requires = "bundle")]
    patient: Option<String>,
    #[command(flatten)]
    value_sets: ValueSetsOption,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.task {
        Task::Hash(hash) => self::hash(hash),
    }
}

fn hash(arguments: &Hash) -> Result<(), Failure> {
    let opening = Opening::read(&arguments.opening)?;
    if let Some(bundle) = &arguments.bundle {
        let root = facts(
            bundle,
            arguments.patient.clone(),
            arguments.value_sets.read()?,
        )?
        .root();
        if root != opening.facts_root {
            let message = format!(
                "the bundle's facts have the root {}, the opening says {}",
                to_hex(&root),
                to_hex(&opening.facts_root)
            );
            return Err(Failure::new(Class::Input, message));
        }
    }
    let envelope_hash = match (&arguments.envelope, &arguments.envelope_hash) {
        (Some(path), _) => {
            let envelope = fs::read(path).map_err(|error| Failure::file(path, &error))?;
            envelope_hash(&envelope)
        }
        (None, Some(text)) => element("envelope hash", text)?,
        (None, None) => return Err(Failure::new(Class::Input, "neither envelope nor its hash")),
    };
    let record = opening.with_envelope(envelope_hash);
    let report = json!({
        "commitment": to_hex(&record.commitment()),
        "factsRoot": to_hex(&record.facts_root),
        "envelopeHash": to_hex(&record.envelope_hash),
        "pseudonym": to_hex(&record.pseudonym),
        "terms": to_hex(&record.terms.pack()),
        "consent": record.terms.consent,
        "expiryDay": record.terms.expiry_day,
        "asOfDay": record.terms.as_of_day,
        "mappingVersion": record.terms.mapping_version,
    });
    println!("{report:#}");
    Ok(())
}
