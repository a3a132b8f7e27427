//! The table against the published description of the service.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{plain, streamed};
use crate::domain::failure::FailureCode;

fn description() -> Value {
    serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap()
}

#[test]
fn every_endpoint_is_described_and_nothing_else() {
    let description = description();
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.clone()));
        }
    }
    let table: BTreeSet<_> = plain()
        .into_iter()
        .chain(streamed())
        .map(|(method, path, _)| (method.to_owned(), path.to_owned()))
        .collect();
    assert_eq!(described, table);
}

#[test]
fn failures_are_described_with_every_code() {
    let description = description();
    let codes =
        description["components"]["schemas"]["Failure"]["properties"]["code"]["enum"].clone();
    let ours: Vec<_> = FailureCode::ALL
        .iter()
        .map(|code| Value::from(code.as_str()))
        .collect();
    assert_eq!(
        codes,
        Value::from(ours),
        "docs/openapi.json lists other codes than the program"
    );
}
