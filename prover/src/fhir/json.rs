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

/// Deepest nesting of objects and lists that is read: what the JSON reader can hold on its stack.
pub(crate) const DEEPEST: usize = 127;

/// Why a text is not one JSON value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonError {
    /// It breaks the grammar.
    #[error("not JSON: {0}")]
    Grammar(String),
    /// It is nested too deep to be read.
    #[error("nested deeper than {DEEPEST} levels (at line {line})")]
    TooDeep {
        /// Where the first level too many begins.
        line: usize,
    },
    /// More values follow the first one.
    #[error("several JSON values where one belongs")]
    Several,
}

/// Reads one JSON value. A byte order mark is no JSON, but editors leave it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(line) = line_too_deep(bytes) {
        return Err(JsonError::TooDeep { line });
    }
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let first = match values.next() {
        Some(value) => value.map_err(|error| JsonError::Grammar(error.to_string()))?,
        None => return Err(JsonError::Grammar("the file is empty".to_owned())),
    };
    match values.next() {
        None => Ok(first),
        Some(Ok(_)) => Err(JsonError::Several),
        Some(Err(error)) => Err(JsonError::Grammar(error.to_string())),
    }
}

/// The line on which nesting goes beyond [`DEEPEST`], if it does.
pub(crate) fn line_too_deep(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut line, mut in_string, mut escaped) = (0_usize, 1, false, false);
    for byte in bytes {
        match byte {
            b'\n' => line += 1,
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(line);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
