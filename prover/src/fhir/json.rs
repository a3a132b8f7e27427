//! Access to JSON values that may be anything.

use serde_json::Value;

/// The non-empty text of a field, without blanks at its ends.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    let text = value.get(field)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// The items of a list field. Some vendors write a single item without the list.
pub(crate) fn items<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    match value.get(field) {
        Some(Value::Array(items)) => items,
        Some(item @ Value::Object(_)) => std::slice::from_ref(item),
        _ => &[],
    }
}

/// A boolean field. Some vendors write the word as text.
pub(crate) fn flag(value: &Value, field: &str) -> Option<bool> {
    match value.get(field)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) => word.trim().parse().ok(),
        _ => None,
    }
}

/// The text of a number, as written. Some vendors write numbers as text.
pub(crate) fn number_text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}
