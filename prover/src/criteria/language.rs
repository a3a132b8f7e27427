//! What criteria say, once read: the language's abstract syntax.
//!
//! `docs/CRITERIA.md` is the reference of the language.

use super::range::{DateRange, Ranges};
use crate::facts::number::Linear;
use crate::facts::FactKey;

/// Criteria as read from their document.
#[derive(Clone, Debug)]
pub struct Criteria {
    /// What the criteria are for.
    pub title: Option<String>,
    /// What must be so.
    pub include: Vec<Criterion>,
    /// What must not be so.
    pub exclude: Vec<Criterion>,
    /// What the author should know although nothing is wrong.
    pub notes: Vec<Note>,
}

/// A remark on criteria that are in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// JSON pointer to what it is about.
    pub path: String,
    /// The remark.
    pub message: String,
}

/// One criterion, or a part of one.
#[derive(Clone, Debug)]
pub struct Criterion {
    /// JSON pointer to it.
    pub path: String,
    /// The author's words for it.
    pub text: Option<String>,
    /// What it asks.
    pub test: Test,
}

/// What a criterion asks.
#[derive(Clone, Debug)]
pub enum Test {
    /// At least so many of the parts: all of them, one, or a number between.
    AtLeast(usize, Vec<Criterion>),
    /// Age in completed years on the reference date.
    Age(Ranges),
    /// Sex is one of these.
    Sex(Vec<Sex>),
    /// The record says that the patient has died, or doesn't.
    Deceased(bool),
    /// Something about entries of one kind and code.
    Entries(Entries),
}

/// Administrative sex, as FHIR codes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sex {
    /// `female`
    Female,
    /// `male`
    Male,
    /// `other`
    Other,
    /// `unknown`
    Unknown,
}

impl Sex {
    /// Every code.
    pub const ALL: [Self; 4] = [Self::Female, Self::Male, Self::Other, Self::Unknown];

    /// The FHIR code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

/// A question about the entries of any one of some codes.
#[derive(Clone, Debug)]
pub struct Entries {
    /// The codes; the question holds if it holds of the entries of at least one of them, absence if it holds of all.
    pub codes: Vec<NamedKey>,
    /// The question.
    pub ask: Ask,
}

/// A fact's key with a name that people know it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedKey {
    /// Key without unit; with an answer where one is asked for.
    pub key: FactKey,
    /// The display of its coding, or system and code.
    pub name: String,
}

/// What is asked of a code's entries.
#[derive(Clone, Debug)]
pub enum Ask {
    /// There is an entry, in the window if there is one.
    Exists(Option<DateRange>),
    /// There is no entry, in the window if there is one.
    Absent(Option<DateRange>),
    /// The number of entries.
    Count(Ranges),
    /// A value.
    Value(ValueAsk),
    /// The first or last date, which lies in one of these ranges.
    Date(DateField, Vec<DateRange>),
}

/// What is asked of values.
#[derive(Clone, Debug)]
pub struct ValueAsk {
    /// Which value.
    pub field: ValueField,
    /// Where it must lie, as facts encode values, in the canonical unit.
    pub ranges: Ranges,
    /// The canonical unit.
    pub unit: String,
    /// The unit as the author wrote it.
    pub written_unit: String,
    /// What brought the author's numbers to the canonical unit.
    pub change: Linear,
    /// Days in which the latest value must lie.
    pub window: Option<DateRange>,
}

/// Which of a code's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueField {
    /// The least one.
    Min,
    /// The greatest one.
    Max,
    /// The one of the latest day.
    Latest,
    /// Any one.
    Any,
}

impl ValueField {
    /// The field's name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Latest => "latest",
            Self::Any => "value",
        }
    }
}

/// Which of a code's dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateField {
    /// The first day.
    First,
    /// The last day.
    Last,
}

impl DateField {
    /// The field's name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "firstDate",
            Self::Last => "lastDate",
        }
    }
}

/// The kinds of entries that criteria can ask about: the field that names one, and the kind in a fact's key.
pub const KINDS: [(&str, &str); 15] = [
    ("allergyIntolerance", "AllergyIntolerance"),
    ("condition", "Condition"),
    ("device", "Device"),
    ("deviceUseStatement", "DeviceUseStatement"),
    ("diagnosticReport", "DiagnosticReport"),
    ("encounter", "Encounter"),
    ("imagingStudy", "ImagingStudy"),
    ("immunization", "Immunization"),
    ("medication", "Medication"),
    ("medicationAdministration", "MedicationAdministration"),
    ("medicationDispense", "MedicationDispense"),
    ("medicationRequest", "MedicationRequest"),
    ("medicationStatement", "MedicationStatement"),
    ("observation", "Observation"),
    ("procedure", "Procedure"),
];
