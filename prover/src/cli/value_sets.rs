//! `prover valuesets`: the value sets of a folder and their digests; and the option by which other verbs take such a folder.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result belongs on standard output"
)]

use super::failure::{Class, Failure};
use clap::Args;
use prover::facts::ValueSets;
use serde_json::{json, Value};
use std::path::PathBuf;
use std::sync::Arc;

/// Show the value sets of folders, with the digests under which records and criteria know them.
#[derive(Args)]
#[command(after_help = "Example: prover valuesets prover/valuesets --json")]
pub(crate) struct Arguments {
    /// Folders of FHIR ValueSet resources, one a JSON file.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// The value sets that a verb takes.
#[derive(Args)]
pub(crate) struct ValueSetsOption {
    /// A folder of FHIR ValueSet resources, one a JSON file; can be repeated.
    #[arg(long = "valuesets", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

impl ValueSetsOption {
    /// Reads them; none without the option.
    pub(crate) fn read(&self) -> Result<Arc<ValueSets>, Failure> {
        read(&self.folders)
    }
}

/// Reads the value sets of some folders.
pub(crate) fn read(folders: &[PathBuf]) -> Result<Arc<ValueSets>, Failure> {
    let sets = ValueSets::read_folders(folders).map_err(|errors| {
        let lines: Vec<_> = errors
            .iter()
            .map(|error| format!("{error}\n  hint: {}", error.hint))
            .collect();
        Failure::new(Class::Input, lines.join("\n"))
    })?;
    Ok(Arc::new(sets))
}

/// Runs the verb.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let sets = read(&arguments.folders)?;
    if arguments.json {
        let list: Vec<Value> = sets
            .iter()
            .map(|set| {
                json!({
                    "name": set.canonical(),
                    "title": set.name(),
                    "digest": set.digest().to_string(),
                    "codes": set.codes().len(),
                })
            })
            .collect();
        println!("{:#}", Value::Array(list));
        return Ok(());
    }
    for set in sets.iter() {
        println!("{}", set.canonical());
        println!("  {}, {} codes", set.name(), set.codes().len());
        println!("  {}", set.digest());
    }
    Ok(())
}
