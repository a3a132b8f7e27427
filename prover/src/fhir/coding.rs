//! Coded concepts: every usable coding, or that the record says it in words only.

use super::json;
use serde_json::Value;
use std::collections::BTreeSet;

mod systems;

pub use systems::canonical_system;

/// A code of a code system, as keys hold them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coding {
    /// The system's FHIR URL.
    pub system: String,
    /// The code, as written.
    pub code: String,
}

/// What a coded concept says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concept {
    /// Nothing: the element is missing or empty.
    Missing,
    /// Words, or a code that says that something is unknown.
    Uncoded,
    /// These codes.
    Coded(BTreeSet<Coding>),
    /// That there is nothing of the kind, e.g. "no known allergies".
    NoneKnown,
}

/// Systems whose codes say that information is missing.
const ABSENT_DATA_SYSTEMS: [&str; 2] = [
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
];
/// The International Patient Summary's codes for what is absent (`no-known-…`) or unknown (`no-…-info`).
const IPS_ABSENT_SYSTEM: &str = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
/// SNOMED CT's counterparts of `no-known-…`.
const SNOMED_NONE_KNOWN: [&str; 12] = [
    "160244002",
    "160245001",
    "409137002",
    "428197003",
    "428607008",
    "429625007",
    "716186003",
    "787480003",
    "787481004",
    "787482006",
    "787483001",
    "1003774007",
];

impl Concept {
    /// Reads a CodeableConcept.
    pub fn read(concept: &Value) -> Self {
        let codings = json::items(concept, "coding");
        if codings.is_empty() && json::text(concept, "text").is_none() {
            return Self::Missing;
        }
        Self::of(codings)
    }

    /// Reads a field that holds a CodeableConcept.
    pub fn read_field(resource: &Value, field: &str) -> Self {
        resource.get(field).map_or(Self::Missing, Self::read)
    }

    /// Reads a Coding that stands alone.
    pub fn read_coding(coding: &Value) -> Self {
        Self::of(std::slice::from_ref(coding))
    }

    fn of(codings: &[Value]) -> Self {
        let codings: BTreeSet<Coding> = codings.iter().filter_map(Coding::read).collect();
        if codings.iter().any(Coding::is_none_known) {
            return Self::NoneKnown;
        }
        let usable: BTreeSet<Coding> = codings.into_iter().filter(Coding::is_usable).collect();
        if usable.is_empty() {
            Self::Uncoded
        } else {
            Self::Coded(usable)
        }
    }
}

impl Coding {
    /// A coding with system and code; `None` if either is missing.
    pub fn read(coding: &Value) -> Option<Self> {
        Some(Self {
            system: canonical_system(json::text(coding, "system")?),
            code: json::text(coding, "code")?.to_owned(),
        })
    }

    /// Whether the code says that there is nothing of the kind.
    fn is_none_known(&self) -> bool {
        match self.system.as_str() {
            IPS_ABSENT_SYSTEM => self.code.starts_with("no-known-"),
            systems::SNOMED => SNOMED_NONE_KNOWN.contains(&self.code.as_str()),
            _ => false,
        }
    }

    /// Whether the code says what something is.
    fn is_usable(&self) -> bool {
        self.system != IPS_ABSENT_SYSTEM && !ABSENT_DATA_SYSTEMS.contains(&self.system.as_str())
    }
}

#[cfg(test)]
mod tests;
