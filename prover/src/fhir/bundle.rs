//! Bundles: their entries, and the resources within.

use super::json;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Bundles may hold bundles (answers of a batch); deeper ones are not looked into.
const MAX_NESTING: usize = 4;

/// Why bytes are not a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// Several JSON values, one a line.
    #[error("several JSON values (NDJSON?); put the resources of one patient into one Bundle")]
    Lines,
    /// JSON that nests objects and lists too deep to be read.
    #[error("nested deeper than {most} levels (at line {line})")]
    TooDeep {
        /// The line on which the first level too many begins.
        line: usize,
        /// How many levels can be read.
        most: usize,
    },
    /// JSON, but no bundle.
    #[error("not a FHIR Bundle but {found}")]
    NotABundle {
        /// What it is.
        found: String,
    },
}

impl From<json::JsonError> for BundleError {
    fn from(error: json::JsonError) -> Self {
        match error {
            json::JsonError::Grammar(reason) => Self::Json(reason),
            json::JsonError::Several => Self::Lines,
            json::JsonError::TooDeep { line } => Self::TooDeep {
                line,
                most: json::DEEPEST,
            },
        }
    }
}

/// A resource of a bundle, or one contained in such a resource.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The resource.
    pub body: &'a Value,
    /// Its full URL, if the entry gives one; of the container if it is contained.
    pub full_url: Option<&'a str>,
    /// The resource that contains it.
    pub container: Option<&'a Value>,
    /// Its place among the entries, for what has no id.
    place: usize,
}

impl<'a> Resource<'a> {
    /// The resource type; empty if there is none.
    pub fn kind(&self) -> &'a str {
        json::text(self.body, "resourceType").unwrap_or_default()
    }

    /// The id.
    pub fn id(&self) -> Option<&'a str> {
        json::text(self.body, "id")
    }

    /// How reports call it: `Type/id`, else by its full URL, else by its place.
    pub fn label(&self) -> String {
        let own = match (self.id(), self.full_url) {
            (Some(id), _) => format!("{}/{id}", self.kind()),
            (None, Some(url)) => format!("{} {url}", self.kind()),
            (None, None) => format!("{} in entry {}", self.kind(), self.place + 1),
        };
        match self.container {
            Some(container) => {
                let kind = json::text(container, "resourceType").unwrap_or_default();
                let id = json::text(container, "id").unwrap_or_default();
                format!("{kind}/{id}#{}", self.id().unwrap_or_default())
            }
            None => own,
        }
    }

    /// The resource that contains it, or itself.
    #[must_use]
    pub fn outermost(self) -> Self {
        Self {
            body: self.container.unwrap_or(self.body),
            container: None,
            ..self
        }
    }

    /// The resources that it contains.
    pub fn contained(&self) -> impl Iterator<Item = Resource<'a>> {
        let (outer, full_url, place) = (self.body, self.full_url, self.place);
        json::items(outer, "contained")
            .iter()
            .map(move |body| Resource {
                body,
                full_url,
                container: Some(outer),
                place,
            })
    }
}

/// A bundle, whatever its type.
#[derive(Clone, Debug)]
pub struct Bundle {
    entries: Vec<Entry>,
    /// Entries that hold no resource: place and reason.
    unusable: Vec<(usize, String)>,
}

#[derive(Clone, Debug)]
struct Entry {
    full_url: Option<String>,
    body: Value,
    place: usize,
}

impl Bundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// The bytes are not one JSON value, or it is not a Bundle.
    pub fn parse(bytes: &[u8]) -> Result<Self, BundleError> {
        let mut root = json::parse(bytes)?;
        if root.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
            return Err(BundleError::NotABundle {
                found: describe(&root),
            });
        }
        let mut bundle = Self {
            entries: Vec::new(),
            unusable: Vec::new(),
        };
        bundle.take_entries(&mut root, 0);
        bundle.drop_duplicates();
        Ok(bundle)
    }

    /// The resources, without contained ones and without repetitions.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.entries.iter().map(|entry| Resource {
            body: &entry.body,
            full_url: entry.full_url.as_deref(),
            container: None,
            place: entry.place,
        })
    }

    /// Entries without a resource that can be read: their label and the reason.
    pub fn unusable(&self) -> impl Iterator<Item = (String, &str)> {
        self.unusable
            .iter()
            .map(|(place, reason)| (format!("entry {}", place + 1), reason.as_str()))
    }

    fn take_entries(&mut self, bundle: &mut Value, nesting: usize) {
        let Some(Value::Array(entries)) = bundle.get_mut("entry").map(Value::take) else {
            return;
        };
        for (place, mut entry) in entries.into_iter().enumerate() {
            if json::text(&entry["request"], "method") == Some("DELETE") {
                continue;
            }
            let full_url = json::text(&entry, "fullUrl").map(str::to_owned);
            let answers_only = entry.is_object() && entry.get("resource").is_none();
            match entry.get_mut("resource").map(Value::take) {
                Some(mut inner) if inner["resourceType"] == "Bundle" && nesting < MAX_NESTING => {
                    self.take_entries(&mut inner, nesting + 1);
                }
                Some(body) if json::text(&body, "resourceType").is_some() => {
                    self.entries.push(Entry {
                        full_url,
                        body,
                        place,
                    });
                }
                // The entry of a response or a history: it says nothing about a patient
                None if answers_only => {}
                _ => self
                    .unusable
                    .push((place, "no resource with a resourceType".into())),
            }
        }
    }

    /// The same resource twice (same id or full URL, same content) is one resource.
    fn drop_duplicates(&mut self) {
        let mut seen: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        let mut repeated = BTreeSet::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let identity = json::text(&entry.body, "id").or(entry.full_url.as_deref());
            let Some(same) = identity.map(|identity| seen.entry(identity).or_default()) else {
                continue;
            };
            if same.contains(&&entry.body) {
                repeated.insert(index);
            } else {
                same.push(&entry.body);
            }
        }
        let mut index = 0..;
        self.entries
            .retain(|_| index.next().is_none_or(|index| !repeated.contains(&index)));
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Object(_) => match json::text(value, "resourceType") {
            Some(kind) => format!("a single {kind} resource"),
            None => "an object without resourceType".into(),
        },
        Value::Array(_) => "a bare list".into(),
        _ => "a bare value".into(),
    }
}

#[cfg(test)]
mod tests;
