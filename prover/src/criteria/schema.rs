//! The published JSON Schema of the language, and what it finds that reading did not.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use super::error::{CriteriaError, Faults};

/// The schema (2020-12), as editors use it.
pub const SCHEMA: &str = include_str!("../../schema/criteria.schema.json");

/// Notes what the schema refuses, where reading has not already found a mistake near the place and named it better.
pub(super) fn check(document: &Value, faults: &mut Faults) {
    let known: Vec<String> = faults.errors.iter().map(|e| e.path.clone()).collect();
    let found = validator()
        .iter_errors(document)
        .map(|error| CriteriaError {
            path: error.instance_path.to_string(),
            message: error.to_string(),
            hint: "prover/schema/criteria.schema.json says what can stand here".to_owned(),
        });
    let new = found.filter(|error| !known.iter().any(|path| near(path, &error.path)));
    faults.errors.extend(new.collect::<Vec<_>>());
}

/// Whether one of the places lies within the other.
fn near(path: &str, other: &str) -> bool {
    path.starts_with(other) || other.starts_with(path)
}

fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema = serde_json::from_str(SCHEMA).expect("the schema in the source is JSON");
        jsonschema::draft202012::new(&schema).expect("the schema in the source is a schema")
    })
}
