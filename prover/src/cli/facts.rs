//! `prover facts`: the facts of a bundle, and what was skipped.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result belongs on standard output"
)]

use super::failure::{Class, Failure};
use super::value_sets::ValueSetsOption;
use clap::Args;
use prover::{
    facts::{
        encode,
        number::{show_day, show_value},
        report::{ends_in_words, to_json},
        EncodeError, EncodeOptions, Encoded, Fact,
    },
    fhir::bundle::BundleError,
};
use std::{fs, path::PathBuf};

/// Show the facts of a FHIR R4 bundle, and what was skipped and why.
#[derive(Args)]
#[command(after_help = "Example: prover facts bundle.json --json")]
pub(crate) struct Arguments {
    /// The bundle, a JSON file.
    bundle: PathBuf,
    /// Which patient, if the bundle holds several: an id, Patient/id or a full URL.
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
    #[command(flatten)]
    value_sets: ValueSetsOption,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let bytes = fs::read(&arguments.bundle).map_err(|e| Failure::file(&arguments.bundle, &e))?;
    let options = EncodeOptions {
        patient: arguments.patient.clone(),
        value_sets: arguments.value_sets.read()?,
    };
    let encoded = encode(&bytes, &options).map_err(|error| explain(&error))?;
    let json = to_json(&encoded).map_err(|error| Failure::new(Class::Input, error))?;
    if arguments.json {
        println!("{json:#}");
    } else {
        print_table(&encoded, json["factsRoot"].as_str().unwrap_or_default());
    }
    Ok(())
}

fn explain(error: &EncodeError) -> Failure {
    let failure = Failure::new(Class::Input, error);
    match error {
        EncodeError::SeveralPatients { .. } | EncodeError::UnknownPatient { .. } => {
            failure.hint("choose one with --patient ID")
        }
        EncodeError::NoPatient => failure.hint("add the Patient resource to the bundle"),
        EncodeError::Bundle(BundleError::Json(_)) => failure.hint("a bundle is one JSON object"),
        EncodeError::Bundle(BundleError::TooDeep { .. }) => {
            failure.hint("take the extensions that nest so deep out of the bundle")
        }
        EncodeError::Bundle(_) => failure.hint("wrap the resources of one patient in a Bundle"),
        EncodeError::TooManyFacts { .. } => {
            failure.hint("certify a part of the record, for example without device data, or roll it up for fewer value sets")
        }
    }
}

fn print_table(encoded: &Encoded, root: &str) {
    let mut facts: Vec<&Fact> = encoded.facts.iter().collect();
    facts.sort_by(|a, b| a.key.cmp(&b.key));
    let mut kind = "";
    for fact in facts {
        if fact.key.kind != kind {
            kind = &fact.key.kind;
            println!("\n{kind}");
        }
        println!("  {}", describe(fact));
    }
    if !encoded.skipped.is_empty() {
        println!("\nSkipped or left open");
        for skipped in &encoded.skipped {
            println!("  {}: {}", skipped.resource, skipped.reason);
        }
    }
    println!("\n{} facts, root {root}", encoded.facts.len());
}

/// One line: code, unit, answer, then the columns that there are.
fn describe(fact: &Fact) -> String {
    let key = &fact.key;
    let code = match key.system.as_str() {
        "" => key.code.clone(),
        system => format!("{system}|{}", key.code),
    };
    let in_brackets = [&key.unit, &key.answer].map(|part| match part.as_str() {
        "" => String::new(),
        part => format!(" [{part}]"),
    });
    let undated = (fact.undated > 0).then(|| format!("undated {}", fact.undated));
    let columns: Vec<String> = [Some(format!("count {}", fact.count)), undated]
        .into_iter()
        .flatten()
        .chain(columns(fact))
        .collect();
    format!("{code}{}  {}", in_brackets.concat(), columns.join(", "))
}

fn columns(fact: &Fact) -> impl Iterator<Item = String> {
    let values = [
        ("min", fact.min),
        ("max", fact.max),
        ("latest", fact.latest),
    ]
    .map(|(name, ends)| (name, ends, ends_in_words(ends, show_value)));
    let days = [("first", fact.first_date), ("last", fact.last_date)]
        .map(|(name, ends)| (name, ends, ends_in_words(ends, show_day)));
    values
        .into_iter()
        .chain(days)
        .filter(|(_, ends, _)| !ends.is_missing())
        .map(|(name, _, shown)| format!("{name} {shown}"))
}
