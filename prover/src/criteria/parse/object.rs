//! Strict access to JSON objects: unknown members are mistakes, with the nearest known one as hint.

use serde_json::{Map, Value};

use crate::criteria::error::{nearest, Faults, Pointer};

/// The object at a place, or a mistake.
pub(super) fn object<'a>(
    value: &'a Value,
    path: &Pointer,
    example: &str,
    faults: &mut Faults,
) -> Option<&'a Map<String, Value>> {
    match value.as_object() {
        Some(object) => Some(object),
        None => faults.at(
            path,
            format!("must be an object, not {}", kind_of(value)),
            format!("for example {example}"),
        ),
    }
}

/// Notes members that are not among the known ones.
pub(super) fn only(
    object: &Map<String, Value>,
    known: &[&str],
    path: &Pointer,
    faults: &mut Faults,
) {
    for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let what = if name.starts_with('$') {
            "operator"
        } else {
            "field"
        };
        faults.at::<()>(
            &path.field(name),
            format!("unknown {what} \"{name}\""),
            hint,
        );
    }
}

/// An optional string, not blank.
pub(super) fn optional_text(
    object: &Map<String, Value>,
    name: &str,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<String> {
    let value = object.get(name)?;
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
        _ => faults.at(
            &path.field(name),
            format!("must be a text, not {}", kind_of(value)),
            "write some words, or leave the field out",
        ),
    }
}

/// A required string, not blank.
pub(super) fn text(
    object: &Map<String, Value>,
    name: &str,
    example: &str,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<String> {
    if !object.contains_key(name) {
        return faults.at(
            path,
            format!("\"{name}\" is missing"),
            format!("add \"{name}\": {example}"),
        );
    }
    optional_text(object, name, path, faults)
}

/// What a JSON value is, in words.
pub(super) fn kind_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.trim().is_empty() => "an empty text".to_owned(),
        Value::String(text) => format!("the text \"{}\"", shortened(text)),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain("…".chars()).collect()
}
