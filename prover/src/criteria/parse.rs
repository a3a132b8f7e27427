//! From JSON to criteria. Reads on after a mistake, so that one run shows them all.

mod codes;
mod criterion;
mod dates;
mod duplicates;
mod entries;
mod numbers;
mod object;
mod value_sets;

use serde_json::Value;

use criterion::Context;

use super::error::{CriteriaError, Faults, Pointer};
use super::language::Criteria;
use super::{notes, repeated, schema};
use crate::facts::ValueSets;
use crate::fhir::json::{line_too_deep, DEEPEST};

pub(super) use codes::short_name;

/// Largest document that is read.
const MOST_BYTES: usize = 1 << 20;
/// The fields of a document.
const FIELDS: [&str; 5] = ["$schema", "title", "description", "include", "exclude"];
/// What a document looks like.
const EXAMPLE: &str = "{\"include\": [ … ], \"exclude\": [ … ]}";

/// Reads a criteria document in which value sets, if any, are named by digest.
///
/// # Errors
/// Every mistake in it, with its place and what would work instead.
pub fn parse(json: &str) -> Result<Criteria, Vec<CriteriaError>> {
    parse_with(json, &ValueSets::default())
}

/// Reads a criteria document that may name these value sets by URL and version.
///
/// # Errors
/// Every mistake in it, with its place and what would work instead.
pub fn parse_with(json: &str, sets: &ValueSets) -> Result<Criteria, Vec<CriteriaError>> {
    let mut faults = Faults::default();
    let value = value(json, &mut faults);
    let criteria = value
        .as_ref()
        .and_then(|value| document(value, sets, &mut faults));
    if let Some(value) = &value {
        schema::check(value, &mut faults);
    }
    if let Some(criteria) = criteria.as_ref().filter(|_| faults.errors.is_empty()) {
        repeated::check(criteria, &mut faults);
    }
    faults.errors.sort();
    faults.errors.dedup();
    match criteria {
        Some(criteria) if faults.errors.is_empty() => Ok(criteria),
        _ => Err(faults.errors),
    }
}

fn value(json: &str, faults: &mut Faults) -> Option<Value> {
    let root = Pointer::default();
    if json.len() > MOST_BYTES {
        return faults.at(
            &root,
            "is larger than 1 MiB",
            "criteria take some kilobytes at most",
        );
    }
    if let Some(line) = line_too_deep(json.as_bytes()) {
        return faults.at(
            &root,
            format!("is nested deeper than {DEEPEST} levels (at line {line})"),
            "lists in \"include\" are joined by \"and\" already",
        );
    }
    match serde_json::from_str(json.trim_start_matches('\u{feff}')) {
        Ok(value) => {
            duplicates::check(json, faults);
            Some(value)
        }
        Err(error) => faults.at(
            &root,
            format!("is not JSON: {error}"),
            format!("a document is {EXAMPLE}; mind commas and quotes near the place named"),
        ),
    }
}

fn document(value: &Value, sets: &ValueSets, faults: &mut Faults) -> Option<Criteria> {
    let root = Pointer::default();
    let fields = object::object(value, &root, EXAMPLE, faults)?;
    object::only(fields, &FIELDS, &root, faults);
    object::optional_text(fields, "description", &root, faults);
    object::optional_text(fields, "$schema", &root, faults);
    let title = object::optional_text(fields, "title", &root, faults);
    let mut list = |name: &str| match fields.get(name) {
        Some(value) => criterion::list(value, &root.field(name), Context::top(sets), faults),
        None => Some(Vec::new()),
    };
    let (include, exclude) = (list("include"), list("exclude"));
    let (include, exclude) = (include?, exclude?);
    if include.is_empty() && exclude.is_empty() {
        return faults.at(&root, "has no criteria", format!("write {EXAMPLE}"));
    }
    let mut criteria = Criteria {
        title,
        include,
        exclude,
        notes: Vec::new(),
    };
    criteria.notes = notes::of(&criteria);
    Some(criteria)
}

#[cfg(test)]
mod tests;
