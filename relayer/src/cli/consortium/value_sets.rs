//! `relayer consortium valueset`: which value sets criteria may name and records are rolled up for.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{json, Value};

use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::cli::value_sets;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::members::PublishedValueSet;
use crate::ports::ledger::{Call, LedgerWriter as _, MembersReader as _};

/// What is done with value sets.
#[derive(Debug, Subcommand)]
pub enum ValueSetCommand {
    /// Publish the value sets of folders: their names, and the digests of their codes. Those that are published are left alone.
    #[command(after_help = "Example: relayer consortium valueset publish prover/valuesets")]
    Publish {
        /// Folders of FHIR ValueSet resources, one a JSON file.
        #[arg(required = true, value_name = "DIR")]
        folders: Vec<PathBuf>,
    },
    /// List the published value sets.
    #[command(after_help = "Example: relayer consortium valueset list --json")]
    List,
}

impl ValueSetCommand {
    pub(super) async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Publish { folders } => publish(context, output, &folders).await,
            Self::List => {
                let published = context.reader().await?.value_sets().await?;
                show(output, &published);
                Ok(())
            }
        }
    }
}

async fn publish(context: &Context, output: &Output, folders: &[PathBuf]) -> Result<(), Failure> {
    let sets = value_sets::read(folders)?;
    let ledger = context.writer().await?;
    let published = ledger.value_sets().await?;
    for set in sets.iter() {
        let set = PublishedValueSet {
            name: set.canonical(),
            digest: set.digest(),
        };
        match published.iter().find(|known| known.name == set.name) {
            Some(known) if *known == set => {}
            Some(known) => return Err(changed(&set, known)),
            None => {
                output.progress(&format!("publishing {}", set.name));
                ledger.submit(&Call::PublishValueSet(set)).await?;
            }
        }
    }
    show(output, &ledger.value_sets().await?);
    Ok(())
}

fn changed(set: &PublishedValueSet, known: &PublishedValueSet) -> Failure {
    let words = format!(
        "{} is published with {}, and here has {}",
        set.name, known.digest, set.digest
    );
    Failure::new(FailureCode::AlreadyExists, words)
        .with_hint("Give the changed set a version of its own.")
}

fn show(output: &Output, published: &[PublishedValueSet]) {
    let values: Vec<Value> = published
        .iter()
        .map(|set| json!({ "name": set.name, "digest": set.digest.to_string() }))
        .collect();
    let lines: Vec<_> = published
        .iter()
        .map(|set| format!("{}\n  {}", set.name, set.digest))
        .collect();
    output.result(&json!({ "valueSets": values }), &lines.join("\n"));
}
