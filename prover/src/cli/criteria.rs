//! `prover criteria`: checks criteria, and shows what they compile to.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result belongs on standard output"
)]

use super::failure::{Class, Failure};
use super::value_sets::ValueSetsOption;
use clap::{Args, Subcommand};
use prover::criteria::{
    decompile, parse_with, show_clause, Clause, Compiled, Criteria, CriteriaError, Group, Note,
};
use prover::facts::{FactKey, ValueSets};
use prover::field;
use serde_json::{json, Value};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Check criteria, and show what they compile to.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Find the mistakes in criteria, each with its place and what would work instead.
    #[command(after_help = "Example: prover criteria check study.json")]
    Check(Document),
    /// Show the clauses that criteria compile to, in plain English, and their hash.
    #[command(after_help = "Example: prover criteria compile study.json --json")]
    Compile(Document),
}

#[derive(Args)]
struct Document {
    /// The criteria, a JSON file.
    file: PathBuf,
    #[command(flatten)]
    value_sets: ValueSetsOption,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.verb {
        Verb::Check(document) => check(document),
        Verb::Compile(document) => compile(document),
    }
}

/// Reads criteria that have to be in order.
pub(super) fn read(file: &Path, sets: &ValueSets) -> Result<(Criteria, Compiled), Failure> {
    let text = fs::read_to_string(file).map_err(|e| Failure::file(file, &e))?;
    understand(&text, sets).map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(show_error).collect();
        let message = format!("{}:\n{}", file.display(), lines.join("\n"));
        Failure::new(Class::Input, message)
            .hint("docs/CRITERIA.md is the reference of the language")
    })
}

fn understand(text: &str, sets: &ValueSets) -> Result<(Criteria, Compiled), Vec<CriteriaError>> {
    let criteria = parse_with(text, sets)?;
    let compiled = criteria.compile_smallest().map_err(|error| vec![error])?;
    Ok((criteria, compiled))
}

/// The mistakes are the result, so they go to standard output.
fn check(document: &Document) -> Result<(), Failure> {
    let text = fs::read_to_string(&document.file).map_err(|e| Failure::file(&document.file, &e))?;
    let result = understand(&text, &*document.value_sets.read()?);
    let errors = result.as_ref().err().map_or(&[][..], Vec::as_slice);
    let notes = result
        .as_ref()
        .map_or(&[][..], |(criteria, _)| &criteria.notes[..]);
    if document.json {
        let report = json!({
            "valid": result.is_ok(),
            "circuit": result.as_ref().ok().map(|(_, compiled)| compiled.size.name()),
            "errors": errors.iter().map(error_json).collect::<Vec<_>>(),
            "notes": notes.iter().map(note_json).collect::<Vec<_>>(),
        });
        println!("{report:#}");
    } else {
        errors
            .iter()
            .for_each(|error| println!("{}", show_error(error)));
        notes
            .iter()
            .for_each(|note| println!("note: {}: {}", note.path, note.message));
    }
    match &result {
        Ok(_) if document.json => Ok(()),
        Ok((_, compiled)) => {
            println!("in order: {}", usage(compiled));
            Ok(())
        }
        Err(errors) => {
            let count = errors.len();
            let mistakes = if count == 1 { "mistake" } else { "mistakes" };
            let message = format!("{}: {count} {mistakes}", document.file.display());
            Err(Failure::new(Class::Input, message))
        }
    }
}

fn compile(document: &Document) -> Result<(), Failure> {
    let sets = document.value_sets.read()?;
    let (criteria, compiled) = read(&document.file, &sets)?;
    if document.json {
        println!("{:#}", compiled_json(&criteria, &compiled));
        return Ok(());
    }
    if let Some(title) = &criteria.title {
        println!("{title}");
    }
    println!("criteriaHash {}", field::to_hex(&compiled.hash()));
    println!("{}\n\nAll of these hold:", usage(&compiled));
    for (number, line) in (1..).zip(decompile(&compiled)) {
        println!("{number:>3}  {line}");
    }
    for note in &criteria.notes {
        println!("note: {}: {}", note.path, note.message);
    }
    Ok(())
}

fn usage(compiled: &Compiled) -> String {
    format!(
        "{} of {} clauses, {} of {} openings (circuit {})",
        compiled.clauses(),
        compiled.size.slots(),
        compiled.openings(),
        compiled.size.openings(),
        compiled.size.name()
    )
}

fn show_error(error: &CriteriaError) -> String {
    format!("{error}\n  hint: {}", error.hint)
}

fn error_json(error: &CriteriaError) -> Value {
    json!({"path": error.path, "message": error.message, "hint": error.hint})
}

fn note_json(note: &Note) -> Value {
    json!({"path": note.path, "message": note.message})
}

fn compiled_json(criteria: &Criteria, compiled: &Compiled) -> Value {
    json!({
        "criteriaHash": field::to_hex(&compiled.hash()),
        "mappingVersion": compiled.mapping_version,
        "circuit": compiled.size.name(),
        "slots": compiled.size.slots(),
        "clauses": compiled.clauses(),
        "openings": compiled.openings(),
        "groups": compiled.groups.iter().map(group_json).collect::<Vec<_>>(),
        "notes": criteria.notes.iter().map(note_json).collect::<Vec<_>>(),
    })
}

fn group_json(group: &Group) -> Value {
    json!({
        "atLeast": group.at_least,
        "paths": group.paths,
        "clauses": group.clauses.iter().map(clause_json).collect::<Vec<_>>(),
    })
}

fn clause_json(clause: &Clause) -> Value {
    let key = |key: &FactKey| json!({"digest": format!("{:#034x}", key.digest()), "key": key.to_json_array()});
    json!({
        "text": show_clause(clause),
        "keys": clause.keys.iter().map(key).collect::<Vec<_>>(),
        "packed": field::to_hex(&clause.slot().packed()),
        "low": clause.low.to_string(),
        "high": clause.high.to_string(),
        "columns": clause.columns,
        "absenceCounts": clause.absence_counts,
        "undatedBlocks": clause.undated_blocks,
        "lowRelative": clause.low_relative,
        "highRelative": clause.high_relative,
        "calendar": clause.calendar,
    })
}
