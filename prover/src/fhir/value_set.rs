//! FHIR ValueSet resources: which codes they hold, as far as that can be told without a terminology server.
//!
//! An expansion is taken as it stands. A compose is worked out where it lists codes, refers to other sets that are at hand, and
//! excludes by either. Whole code systems and filters are refused, because they need the system's content.

use super::{coding::canonical_system, coding::Coding, json};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

mod compose;
mod expansion;
#[cfg(test)]
mod tests;

/// Longest chain of sets that refer to each other.
const LONGEST_CHAIN: usize = 16;

/// Why a value set can't be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}: {}: {reason}", if path.is_empty() { "the resource" } else { path })]
pub struct ValueSetError {
    /// The file that it came from.
    pub file: String,
    /// JSON pointer to the place; empty for the resource itself.
    pub path: String,
    /// What is wrong.
    pub reason: String,
    /// What would work instead.
    pub hint: String,
}

/// What is wrong at a place of a resource.
#[derive(Clone, Debug)]
struct Fault {
    path: String,
    reason: String,
    hint: String,
}

impl Fault {
    fn new(path: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
            hint: hint.into(),
        }
    }

    /// The codes depend on something that only a terminology server knows.
    fn needs_server(path: impl Into<String>, reason: &str) -> Self {
        Self::new(
            path,
            format!("{reason}, which needs a terminology server"),
            "expand the set on a server (ValueSet/$expand) and use the result, or list the codes under \"concept\"",
        )
    }

    fn of_file(self, file: &str) -> ValueSetError {
        ValueSetError {
            file: file.to_owned(),
            path: self.path,
            reason: self.reason,
            hint: self.hint,
        }
    }
}

/// A value set whose codes are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Canonical URL.
    pub url: String,
    /// Business version.
    pub version: String,
    /// What people call it.
    pub title: Option<String>,
    /// The codes, under the systems' names that facts use.
    pub codes: BTreeSet<Coding>,
}

/// A resource as read, before its codes are worked out.
struct Definition {
    file: String,
    url: String,
    version: String,
    title: Option<String>,
    body: Value,
}

/// Reads ValueSet resources, each from a file, and works out their codes; they may refer to each other.
///
/// # Errors
/// Every set that can't be used, with the place and the reason.
pub fn resolve(files: &[(String, Vec<u8>)]) -> Result<Vec<Resolved>, Vec<ValueSetError>> {
    let mut errors = Vec::new();
    let mut definitions = Vec::new();
    for (file, bytes) in files {
        match Definition::read(file, bytes) {
            Ok(definition) => definitions.push(definition),
            Err(fault) => errors.push(fault.of_file(file)),
        }
    }
    let library = Library::new(&definitions);
    let mut resolved = Vec::new();
    for (place, definition) in definitions.iter().enumerate() {
        match library.codes(place, &mut Vec::new()) {
            Ok(codes) => resolved.push(Resolved {
                url: definition.url.clone(),
                version: definition.version.clone(),
                title: definition.title.clone(),
                codes,
            }),
            Err(fault) => errors.push(fault.of_file(&definition.file)),
        }
    }
    if errors.is_empty() {
        Ok(resolved)
    } else {
        errors.sort();
        Err(errors)
    }
}

impl Definition {
    fn read(file: &str, bytes: &[u8]) -> Result<Self, Fault> {
        let body = json::parse(bytes).map_err(|error| {
            Fault::new("", error.to_string(), "a file holds one ValueSet resource")
        })?;
        if json::text(&body, "resourceType") != Some("ValueSet") {
            return Err(Fault::new(
                "/resourceType",
                "is not \"ValueSet\"",
                "keep only ValueSet resources in the folder, one a file",
            ));
        }
        if body.get("modifierExtension").is_some() {
            return Err(Fault::new(
                "/modifierExtension",
                "may change what the set means",
                "use a set without modifier extensions",
            ));
        }
        let url = required(
            &body,
            "url",
            "\"http://example.org/fhir/ValueSet/diabetes\"",
        )?;
        let version = required(&body, "version", "\"2026-01\"")?;
        if url.contains('|') {
            return Err(Fault::new(
                "/url",
                "holds a \"|\", which parts URL and version",
                "write the version under \"version\"",
            ));
        }
        Ok(Self {
            file: file.to_owned(),
            url,
            version,
            title: json::text(&body, "title")
                .or(json::text(&body, "name"))
                .map(str::to_owned),
            body,
        })
    }
}

fn required(body: &Value, field: &str, example: &str) -> Result<String, Fault> {
    json::text(body, field).map(str::to_owned).ok_or_else(|| {
        Fault::new(
            format!("/{field}"),
            "is missing, and criteria name a set by URL and version",
            format!("add \"{field}\": {example}"),
        )
    })
}

/// Sets that may refer to each other.
struct Library<'a> {
    definitions: &'a [Definition],
    /// Places of the definitions by their URL.
    by_url: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Library<'a> {
    fn new(definitions: &'a [Definition]) -> Self {
        let mut by_url: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, definition) in definitions.iter().enumerate() {
            by_url.entry(&definition.url).or_default().push(place);
        }
        Self {
            definitions,
            by_url,
        }
    }

    /// The codes of a definition. `open` are the places of those that refer to it, the first one first.
    fn codes(&self, place: usize, open: &mut Vec<usize>) -> Result<BTreeSet<Coding>, Fault> {
        let body = &self.definitions[place].body;
        open.push(place);
        let codes = match (body.get("expansion"), body.get("compose")) {
            (Some(expansion), _) => expansion::codes(expansion),
            (None, Some(compose)) => self.composed(compose, open),
            (None, None) => Err(Fault::new(
                "",
                "has neither \"expansion\" nor \"compose\"",
                "list its codes under \"compose\"",
            )),
        };
        open.pop();
        let codes = codes?;
        if codes.is_empty() {
            return Err(Fault::new(
                "",
                "holds no code, so that its absence would say nothing",
                "check what it excludes",
            ));
        }
        Ok(codes)
    }

    /// The codes of the set that a canonical reference names.
    fn referred(
        &self,
        canonical: &str,
        path: &str,
        open: &mut Vec<usize>,
    ) -> Result<BTreeSet<Coding>, Fault> {
        let place = self.find(canonical, path)?;
        if open.contains(&place) {
            return Err(Fault::new(
                path,
                format!("leads back to {canonical}"),
                "break the circle",
            ));
        }
        if open.len() >= LONGEST_CHAIN {
            return Err(Fault::new(
                path,
                format!("is more than {LONGEST_CHAIN} references deep"),
                "list the codes",
            ));
        }
        self.codes(place, open).map_err(|fault| {
            Fault::new(
                path,
                format!("{canonical} can't be used itself: {}", fault.reason),
                fault.hint,
            )
        })
    }

    fn find(&self, canonical: &str, path: &str) -> Result<usize, Fault> {
        let (url, version) = match canonical.split_once('|') {
            Some((url, version)) => (url, Some(version)),
            None => (canonical, None),
        };
        let known = self.by_url.get(url).map_or(&[][..], Vec::as_slice);
        let fitting: Vec<usize> = known
            .iter()
            .copied()
            .filter(|place| version.is_none_or(|v| v == self.definitions[*place].version))
            .collect();
        match (fitting.as_slice(), version) {
            ([place], _) => Ok(*place),
            ([], _) => Err(Fault::new(
                path,
                format!("{canonical} is not at hand"),
                "put its ValueSet resource into the same folder",
            )),
            (_, None) => Err(Fault::new(
                path,
                format!("{canonical} is at hand in several versions"),
                "name one of them: \"url|version\"",
            )),
            (_, Some(_)) => Err(Fault::new(
                path,
                format!("{canonical} is at hand more than once"),
                "keep one file of it",
            )),
        }
    }
}

/// A code of a system as facts name it.
fn coding(system: &str, code: &str) -> Coding {
    Coding {
        system: canonical_system(system),
        code: code.to_owned(),
    }
}
