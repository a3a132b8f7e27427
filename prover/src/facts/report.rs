//! Facts as JSON, for people and programs.

use super::{
    number::{show_day, show_value, Ends},
    tree::{FactsTree, TreeError},
    Encoded, Fact, ValueSet, MAPPING_VERSION,
};
use crate::field;
use serde_json::{json, Value};

/// The output of `prover facts --json`: mapping version, root of the facts tree, value sets rolled up for, facts sorted by
/// key, what was skipped.
///
/// # Errors
/// The facts make no tree.
pub fn to_json(encoded: &Encoded) -> Result<Value, TreeError> {
    let root = FactsTree::new(&encoded.facts)?.root();
    let skipped: Vec<Value> = encoded
        .skipped
        .iter()
        .map(|skipped| json!({"resource": skipped.resource, "reason": skipped.reason}))
        .collect();
    Ok(json!({
        "mappingVersion": MAPPING_VERSION,
        "factsRoot": field::to_hex(&root),
        "valueSets": encoded.value_sets.iter().map(value_set).collect::<Vec<_>>(),
        "facts": encoded.facts.iter().map(fact).collect::<Vec<_>>(),
        "skipped": skipped,
    }))
}

/// A value set that the record was rolled up for: its name, its digest, how many codes it has.
fn value_set(set: &ValueSet) -> Value {
    json!({
        "name": set.canonical(),
        "digest": set.digest().to_string(),
        "codes": set.codes().len(),
    })
}

/// One fact: counts are numbers, values decimal strings, days ISO dates.
fn fact(fact: &Fact) -> Value {
    json!({
        "key": format!("{:#034x}", fact.key.digest()),
        "kind": fact.key.kind,
        "system": fact.key.system,
        "code": fact.key.code,
        "unit": fact.key.unit,
        "answer": fact.key.answer,
        "count": fact.count,
        "undated": fact.undated,
        "min": ends(fact.min, show_value),
        "max": ends(fact.max, show_value),
        "latest": ends(fact.latest, show_value),
        "firstDate": ends(fact.first_date, show_day),
        "lastDate": ends(fact.last_date, show_day),
    })
}

/// Null if missing, one text if both ends are the same, else both; an infinite end is null.
fn ends(ends: Ends, show: fn(u64) -> Option<String>) -> Value {
    if ends.is_missing() {
        Value::Null
    } else if ends.low == ends.high {
        show(ends.low).into()
    } else {
        json!({"low": show(ends.low), "high": show(ends.high)})
    }
}

/// A number with its ends in a few characters: `7.2`, `2020-01-01 to 2020-01-31`, `at least 14`, a dash if missing.
pub fn ends_in_words(ends: Ends, show: fn(u64) -> Option<String>) -> String {
    if ends.is_missing() {
        return "-".to_owned();
    }
    match (show(ends.low), show(ends.high)) {
        (Some(low), Some(high)) if low == high => low,
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("at least {low}"),
        (None, Some(high)) => format!("at most {high}"),
        (None, None) => "any".to_owned(),
    }
}

#[cfg(test)]
mod tests;
