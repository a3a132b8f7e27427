//! From a bundle to its facts.

use super::{Fact, FactKey, ValueSets, MAX_FACTS};
use crate::fhir::{
    bundle::{Bundle, BundleError, Resource},
    coding::Concept,
    reference::Index,
    status::{standing, Standing},
    timing::timing,
};
use std::collections::BTreeSet;
use std::sync::Arc;

mod collector;
mod concepts;
mod observation;
mod own;
mod patient;
mod report;
#[cfg(test)]
mod tests;

use collector::{Collector, Moment, Numbers};
pub use own::{own_bundle, OwnBundle};
use patient::{Patient, Subject};
use report::Report;

/// What the caller chooses.
#[derive(Clone, Debug, Default)]
pub struct EncodeOptions {
    /// Which patient, where a bundle holds several: an id, `Patient/id` or a full URL.
    pub patient: Option<String>,
    /// The value sets that the record is rolled up for.
    pub value_sets: Arc<ValueSets>,
}

/// A resource, or resources of one type, that made no facts of presence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Which: `Type/id` where it has an id.
    pub resource: String,
    /// Why.
    pub reason: String,
}

/// The facts of one patient's bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The facts, sorted by the digest of their keys.
    pub facts: Vec<Fact>,
    /// What was skipped or left open, and why, sorted.
    pub skipped: Vec<Skipped>,
    /// The value sets that the record was rolled up for.
    pub value_sets: Arc<ValueSets>,
}

/// Why a bundle has no facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// It can't be read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// It holds no patient.
    #[error("the bundle holds no Patient")]
    NoPatient,
    /// It holds several patients, and none was chosen.
    #[error("the bundle holds {} patients: {}", .patients.len(), .patients.join(", "))]
    SeveralPatients {
        /// Their names, as a choice takes them.
        patients: Vec<String>,
    },
    /// The chosen patient is not in it, or the choice fits several.
    #[error("no single patient is called {chosen}; the bundle holds {}", .patients.join(", "))]
    UnknownPatient {
        /// The choice.
        chosen: String,
        /// The names that there are.
        patients: Vec<String>,
    },
    /// More distinct keys than the facts tree has room for.
    #[error("the record has {found} distinct keys; a record can hold {MAX_FACTS}")]
    TooManyFacts {
        /// How many.
        found: usize,
    },
}

/// Makes the facts of a FHIR R4 bundle.
///
/// # Errors
/// The bundle can't be read, holds no patient or several and none is chosen, or has too many distinct keys.
pub fn encode(bundle: &[u8], options: &EncodeOptions) -> Result<Encoded, EncodeError> {
    let bundle = Bundle::parse(bundle)?;
    let patient = Patient::choose(&bundle, options.patient.as_deref())?;
    let mut encoder = Encoder {
        index: Index::new(&bundle),
        patient,
        collector: Collector::default(),
        report: Report::default(),
        value_sets: Arc::clone(&options.value_sets),
    };
    for key in encoder.value_sets.keys() {
        encoder.collector.declare(key);
    }
    for (label, reason) in bundle.unusable() {
        encoder.report.skip(label, reason);
    }
    encoder.take_patient();
    for resource in bundle.resources() {
        encoder.take(resource, &Standing::Asserted);
    }
    encoder.finish()
}

/// What is known while a bundle is walked through.
struct Encoder<'a> {
    index: Index<'a>,
    patient: Patient<'a>,
    collector: Collector,
    report: Report,
    value_sets: Arc<ValueSets>,
}

/// Types whose content is read where other resources name them.
const SILENT: [&str; 3] = ["Patient", "Medication", "Substance"];

impl<'a> Encoder<'a> {
    /// Takes a resource and what it contains. `outer` is the standing of the resource that contains it.
    fn take(&mut self, resource: Resource<'a>, outer: &Standing) {
        let kind = resource.kind();
        if !concepts::makes_facts(kind) {
            if resource.container.is_none() && !SILENT.contains(&kind) {
                self.report.count_other(kind);
            }
            return;
        }
        if let Err(reason) = self.check_subject(resource) {
            return self.report.skip(resource.label(), reason);
        }
        let standing = standing(kind, resource.body).and(outer.clone());
        match &standing {
            Standing::Rejected(reason) => {
                return self.report.skip(resource.label(), reason.clone())
            }
            Standing::Open(reason) => self.report.open(&resource.label(), reason),
            Standing::Asserted => {}
        }
        self.take_entries(resource, standing == Standing::Asserted);
        for inner in resource.contained() {
            self.take(inner, &standing);
        }
    }

    /// Only what is the patient's own counts.
    fn check_subject(&self, resource: Resource<'a>) -> Result<(), String> {
        match self.patient.subject_of(&self.index, resource) {
            Subject::Own => Ok(()),
            Subject::Unstated if resource.container.is_some() => Ok(()),
            Subject::Unstated if resource.kind() == "Device" => {
                Err("names no patient, so it is not known to be the patient's".into())
            }
            Subject::Unstated if self.patient.is_only_one() => Ok(()),
            Subject::Unstated => Err("names no patient, and the bundle holds several".into()),
            Subject::Other(name) => Err(format!("is about {name}")),
        }
    }

    fn take_entries(&mut self, resource: Resource<'a>, certain: bool) {
        let timing = timing(&self.index, resource);
        if let Some(text) = &timing.unreadable {
            self.report
                .note(resource.label(), format!("`{text}` is no date: undated"));
        }
        let moment = Moment {
            period: timing.period,
            in_force: timing.in_force,
            certain,
        };
        if resource.kind() == "Observation" {
            self.take_observation(resource, moment);
        } else {
            self.take_entry(resource, moment);
        }
    }

    /// An entry that is one thing: all but observations, which may have components.
    fn take_entry(&mut self, resource: Resource<'a>, moment: Moment) {
        let found = concepts::concepts(&self.index, resource);
        let Some(keys) = self.keys(concepts::key_kinds(resource.kind()), &found) else {
            return self
                .report
                .skip(resource.label(), "says that there is none");
        };
        let answers = concepts::conclusions(resource);
        for key in keys {
            for answer in &answers {
                let answered = observation::answered(&key, answer);
                self.collector.add(answered, moment, Numbers::default());
            }
            self.collector.add(key, moment, Numbers::default());
        }
    }

    /// The keys of an entry, those of value sets among them. `None` if it says that there is nothing of the kind.
    fn keys(&self, kinds: &[&str], found: &[Concept]) -> Option<BTreeSet<FactKey>> {
        let mut keys = concepts::keys(kinds, found)?;
        self.value_sets.roll_up(&mut keys);
        Some(keys)
    }

    fn finish(self) -> Result<Encoded, EncodeError> {
        let facts = self.collector.finish();
        if facts.len() > MAX_FACTS {
            return Err(EncodeError::TooManyFacts { found: facts.len() });
        }
        Ok(Encoded {
            facts,
            skipped: self.report.finish(),
            value_sets: self.value_sets,
        })
    }
}
