//! Observations and their components, each an entry of its own.

use super::{Encoder, Moment, Numbers};
use crate::{
    facts::{number::Ends, FactKey},
    fhir::{
        bundle::Resource,
        coding::Concept,
        json,
        value::{self, Answer, Measure, Reading},
    },
};
use serde_json::Value;

impl<'a> Encoder<'a> {
    /// Takes an observation and its components.
    pub(super) fn take_observation(&mut self, resource: Resource<'a>, moment: Moment) {
        let components = json::items(resource.body, "component");
        let mut reading = value::read(resource.body);
        // Not done yet, or only in draft: the number is still to come
        reading.hides_number |=
            !moment.certain && reading == Reading::default() && components.is_empty();
        self.take_result(resource, resource.body, moment, &reading);
        for component in components {
            self.take_result(resource, component, moment, &value::read(component));
        }
    }

    fn take_result(
        &mut self,
        resource: Resource<'a>,
        result: &Value,
        moment: Moment,
        reading: &Reading,
    ) {
        let moment = match absent_data(result) {
            Some(reason) if reason.contains("not-performed") => {
                return self.report.skip(resource.label(), "not performed");
            }
            Some(reason) => {
                self.report
                    .open(&resource.label(), &format!("no value ({reason})"));
                Moment {
                    certain: false,
                    ..moment
                }
            }
            None => moment,
        };
        let concept = Concept::read_field(result, "code");
        match self.keys(&["Observation"], &[concept]) {
            Some(keys) => keys
                .into_iter()
                .for_each(|key| self.collect(&key, moment, reading)),
            None => self
                .report
                .skip(resource.label(), "says that there is none"),
        }
    }

    /// Counts a result under its code, and under the code with its unit and with each of its answers, so that nobody can
    /// prove the code absent by its unit or answer.
    fn collect(&mut self, key: &FactKey, moment: Moment, reading: &Reading) {
        let mut base = Numbers {
            hidden: reading.hides_number,
            ..Numbers::default()
        };
        match &reading.measure {
            Some(measure) if measure.unit.is_empty() => base.value = Some(ends(measure)),
            Some(measure) => {
                base.elsewhere = true;
                let numbers = Numbers::of(ends(measure));
                self.collector
                    .add(key.with_unit(&measure.unit), moment, numbers);
            }
            None => {}
        }
        for answer in &reading.answers {
            self.collector
                .add(answered(key, answer), moment, Numbers::default());
        }
        self.collector.add(key.clone(), moment, base);
    }
}

fn ends(measure: &Measure) -> Ends {
    Ends {
        low: measure.low,
        high: measure.high,
    }
}

/// The key of a code with an answer.
pub(super) fn answered(key: &FactKey, answer: &Answer) -> FactKey {
    match answer {
        Answer::Coded(answer) => key.with_answer(answer),
        Answer::Words => key.with_uncoded_answer(),
    }
}

/// Why a result has no value, if it says so.
fn absent_data(result: &Value) -> Option<String> {
    let reason = result.get("dataAbsentReason")?;
    let code = json::items(reason, "coding")
        .iter()
        .find_map(|coding| coding["code"].as_str());
    Some(
        code.or(reason["text"].as_str())
            .unwrap_or("no reason")
            .to_owned(),
    )
}
