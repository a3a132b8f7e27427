//! Whose record it is, and the facts of the Patient resource itself.

use super::{collector::Moment, EncodeError, Encoder, Numbers};
use crate::{
    facts::{
        number::{Day, Decimal, Ends, Linear},
        FactKey,
    },
    fhir::{
        bundle::{Bundle, Resource},
        date::{PartialDate, Period, Stated},
        json,
        reference::Index,
    },
};
use serde_json::Value;

/// The patient whose record it is.
pub(super) struct Patient<'a> {
    resource: Resource<'a>,
    only_one: bool,
}

/// Whom a resource is about.
pub(super) enum Subject {
    /// The patient.
    Own,
    /// It doesn't say.
    Unstated,
    /// Somebody else: the name that it gives.
    Other(String),
}

/// People other than the patient that an observation may focus on.
const OTHERS: [&str; 4] = ["Patient", "RelatedPerson", "Practitioner", "Group"];

impl<'a> Patient<'a> {
    /// The only patient of the bundle, or the chosen one.
    pub(super) fn choose(bundle: &'a Bundle, choice: Option<&str>) -> Result<Self, EncodeError> {
        let patients: Vec<Resource<'a>> = bundle
            .resources()
            .filter(|resource| resource.kind() == "Patient")
            .collect();
        let fitting: Vec<Resource<'a>> = match choice {
            None => patients.clone(),
            Some(name) => patients
                .iter()
                .copied()
                .filter(|patient| is_called(*patient, name))
                .collect(),
        };
        let mut names: Vec<String> = patients.iter().map(|patient| name_of(*patient)).collect();
        names.sort();
        match (fitting.as_slice(), choice) {
            ([resource], _) => Ok(Self {
                resource: *resource,
                only_one: patients.len() == 1,
            }),
            ([], None) => Err(EncodeError::NoPatient),
            (_, None) => Err(EncodeError::SeveralPatients { patients: names }),
            (_, Some(chosen)) => Err(EncodeError::UnknownPatient {
                chosen: chosen.to_owned(),
                patients: names,
            }),
        }
    }

    /// Whether the bundle holds no other patient.
    pub(super) fn is_only_one(&self) -> bool {
        self.only_one
    }

    /// Whom a resource is about: its subject, or the focus of an observation if that is a person.
    pub(super) fn subject_of(&self, index: &Index<'a>, resource: Resource<'a>) -> Subject {
        let focus = resource.body.get("focus").and_then(Value::as_array);
        for reference in focus.into_iter().flatten() {
            let found = index.resolve(resource, reference);
            let name = reference_name(reference);
            let kind = found.map_or(name.split('/').next(), |found| Some(found.kind()));
            let is_person = kind.is_some_and(|kind| OTHERS.contains(&kind));
            if is_person && !found.is_some_and(|found| self.is(found)) {
                return Subject::Other(name.to_owned());
            }
        }
        let subject = ["subject", "patient"]
            .iter()
            .find_map(|field| resource.body.get(*field));
        subject.map_or(Subject::Unstated, |subject| {
            self.named_by(index, resource, subject)
        })
    }

    fn named_by(&self, index: &Index<'a>, from: Resource<'a>, reference: &Value) -> Subject {
        let identifier = reference.get("identifier");
        let name = reference_name(reference);
        let is_own = match index.resolve(from, reference) {
            Some(found) => self.is(found),
            None if name.is_empty() && identifier.is_none() => return Subject::Unstated,
            None => {
                identifier.is_some_and(|identifier| self.has_identifier(identifier))
                    || (self.only_one && self.is_nameless())
            }
        };
        match (is_own, name) {
            (true, _) => Subject::Own,
            (false, "") => Subject::Other("a patient with another identifier".into()),
            (false, name) => Subject::Other(name.to_owned()),
        }
    }

    /// Whether a resource is the patient's own Patient resource.
    pub(super) fn is(&self, resource: Resource<'_>) -> bool {
        std::ptr::eq(resource.body, self.resource.body)
    }

    /// A patient without id and URL is whoever the references mean.
    fn is_nameless(&self) -> bool {
        self.resource.id().is_none() && self.resource.full_url.is_none()
    }

    fn has_identifier(&self, identifier: &Value) -> bool {
        let own = self.resource.body["identifier"].as_array();
        identifier["value"].is_string()
            && own.into_iter().flatten().any(|own| {
                own["system"] == identifier["system"] && own["value"] == identifier["value"]
            })
    }
}

fn reference_name(reference: &Value) -> &str {
    reference["reference"].as_str().unwrap_or_default()
}

fn name_of(patient: Resource<'_>) -> String {
    let name = patient.id().or(patient.full_url);
    name.unwrap_or("(a patient without id)").to_owned()
}

fn is_called(patient: Resource<'_>, name: &str) -> bool {
    let id = name.strip_prefix("Patient/").unwrap_or(name);
    patient.id() == Some(id)
        || patient
            .full_url
            .is_some_and(|url| url == name || url.strip_prefix("urn:uuid:") == Some(name))
}

impl Encoder<'_> {
    /// Birth date, sex and death are facts like any other.
    pub(super) fn take_patient(&mut self) {
        let body = self.patient.resource.body;
        self.take_birth_date(&body["birthDate"]);
        if let Some(gender) = body["gender"].as_str() {
            let timeless = Moment::certain(None);
            self.collector
                .add(FactKey::any_sex(), timeless, Numbers::default());
            self.collector
                .add(FactKey::sex(gender.trim()), timeless, Numbers::default());
        }
        self.take_death(body);
    }

    fn take_birth_date(&mut self, birth_date: &Value) {
        let Some(text) = birth_date.as_str() else {
            return;
        };
        let Some(date) = PartialDate::parse(text.trim()) else {
            let remark = format!("`{text}` is no date of birth");
            return self.report.note(self.patient.resource.label(), remark);
        };
        let calendar =
            |day| Decimal::from(i64::from(Day::calendar_number(day))).ends(Linear::IDENTITY);
        let numbers = Numbers::of(Ends {
            low: calendar(date.first).low,
            high: calendar(date.last).high,
        });
        let born = Moment::certain(Some(Period::on(date.ends())));
        self.collector.add(FactKey::birth_date(), born, numbers);
    }

    fn take_death(&mut self, body: &Value) {
        let period = match Stated::read(body.get("deceasedDateTime")) {
            Stated::Day(day) => Some(Period::on(day)),
            Stated::Unreadable(_) => None,
            _ if json::flag(body, "deceasedBoolean") == Some(true) => None,
            _ => return,
        };
        self.collector.add(
            FactKey::deceased(),
            Moment::certain(period),
            Numbers::default(),
        );
    }
}
