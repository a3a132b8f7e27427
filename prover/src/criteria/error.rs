//! Mistakes in criteria: where, what, and what would work instead.

use std::fmt;

/// One mistake in a criteria document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}: {message}", if path.is_empty() { "the document" } else { path })]
pub struct CriteriaError {
    /// JSON pointer (RFC 6901) to the place; empty for the document itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What would work instead.
    pub hint: String,
}

/// A place in a document, as a JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pointer(String);

impl Pointer {
    /// The member of an object at this place.
    pub(super) fn field(&self, name: &str) -> Self {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{escaped}", self.0))
    }

    /// The item of an array at this place.
    pub(super) fn item(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }
}

impl From<String> for Pointer {
    fn from(pointer: String) -> Self {
        Self(pointer)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Collects what is found while reading goes on, so that one run shows every mistake.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// The mistakes so far.
    pub(super) errors: Vec<CriteriaError>,
}

impl Faults {
    /// Notes a mistake; the `None` stands for what could not be read.
    pub(super) fn at<T>(
        &mut self,
        path: &Pointer,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Option<T> {
        self.errors.push(CriteriaError {
            path: path.to_string(),
            message: message.into(),
            hint: hint.into(),
        });
        None
    }
}

/// The word of a list that a misspelt one was probably meant to be.
pub(super) fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.trim_start_matches('$').to_lowercase();
    let wanted = plain(word);
    let scored = words
        .into_iter()
        .map(|candidate| (edits(&wanted, &plain(candidate)), candidate));
    let (distance, candidate) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance * 2 <= wanted.chars().count() + 1).then_some(candidate)
}

/// Levenshtein distance.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, l) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (place, r) in right.iter().enumerate() {
            let changed = diagonal + usize::from(l != *r);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[right.len()]
}
