//! The result of an observation or of one of its components: a number, an answer, or what may hide one.

use super::{coding::Concept, json, unit};
use crate::facts::number::{Decimal, Ends, Linear, NEG_INF, POS_INF};
use serde_json::Value;
use std::collections::BTreeSet;

/// A number that may be anything.
const ANYTHING: Ends = Ends {
    low: NEG_INF,
    high: POS_INF,
};

/// A number in its canonical unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    /// The unit; empty if the record gives none.
    pub unit: String,
    /// The number as facts hold it: two ends if a comparator or a range leaves it open.
    pub low: u64,
    /// The most that it can be.
    pub high: u64,
}

/// An answer as keys hold it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// `system|code`, `true` or `false`.
    Coded(String),
    /// In words.
    Words,
}

/// What a result says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Its number.
    pub measure: Option<Measure>,
    /// Its answers, one a coding.
    pub answers: BTreeSet<Answer>,
    /// It may hold a number that can't be read: in words, as a ratio, withheld.
    pub hides_number: bool,
}

/// Reads `value[x]` and `dataAbsentReason`.
pub fn read(observation: &Value) -> Reading {
    let mut reading = Reading::default();
    if let Some(quantity) = observation.get("valueQuantity") {
        reading.take_measure(read_quantity(quantity));
    }
    if let Some(integer) = observation.get("valueInteger") {
        reading.take_measure(measure("", number(integer, Linear::IDENTITY)));
    }
    if let Some(range) = observation.get("valueRange") {
        reading.take_measure(read_range(range));
    }
    if let Some(concept) = observation.get("valueCodeableConcept") {
        reading.take_concept(&Concept::read(concept));
    }
    if let Some(flag) = json::flag(observation, "valueBoolean") {
        reading.answers.insert(Answer::Coded(flag.to_string()));
    }
    if json::text(observation, "valueString").is_some() {
        reading.take_words();
    }
    let opaque = [
        "valueRatio",
        "valueSampledData",
        "valueAttachment",
        "valueReference",
    ];
    reading.hides_number |= opaque.iter().any(|field| observation.get(*field).is_some());
    reading.hides_number |= observation.get("dataAbsentReason").is_some();
    reading
}

impl Reading {
    /// Reads coded conclusions, which answer a report as a coded value answers an observation.
    pub fn of_conclusions(concepts: &[Value]) -> Self {
        let mut reading = Self::default();
        for concept in concepts {
            reading.take_concept(&Concept::read(concept));
        }
        reading
    }

    fn take_measure(&mut self, found: Option<Measure>) {
        self.hides_number |= found.is_none();
        self.measure = found;
    }

    fn take_concept(&mut self, concept: &Concept) {
        match concept {
            Concept::Coded(codings) => self.answers.extend(
                codings
                    .iter()
                    .map(|coding| Answer::Coded(format!("{}|{}", coding.system, coding.code))),
            ),
            Concept::Uncoded | Concept::NoneKnown => self.take_words(),
            Concept::Missing => {}
        }
    }

    /// Words may say anything, a number too: "< 0.02 g/L".
    fn take_words(&mut self) {
        self.answers.insert(Answer::Words);
        self.hides_number = true;
    }
}

fn measure(unit: &str, ends: Option<Ends>) -> Option<Measure> {
    ends.map(|ends| Measure {
        unit: unit.to_owned(),
        low: ends.low,
        high: ends.high,
    })
}

fn number(value: &Value, change: Linear) -> Option<Ends> {
    let decimal: Decimal = json::number_text(value)?.parse().ok()?;
    Some(decimal.ends(change))
}

/// A Quantity. A number that can't be read is open in its unit; without unit it is hidden.
fn read_quantity(quantity: &Value) -> Option<Measure> {
    let canonical = unit_of(quantity);
    let (name, change) = match &canonical {
        Some(canonical) => (canonical.unit.as_str(), canonical.change),
        None => ("", Linear::IDENTITY),
    };
    let stated = quantity
        .get("value")
        .and_then(|value| number(value, change));
    let ends = match (stated, json::text(quantity, "comparator")) {
        (Some(exact), None) => Some(exact),
        (Some(exact), Some("<" | "<=")) => Some(Ends {
            low: NEG_INF,
            high: exact.high,
        }),
        (Some(exact), Some(">" | ">=")) => Some(Ends {
            low: exact.low,
            high: POS_INF,
        }),
        (Some(_), Some(_)) => Some(ANYTHING),
        (None, _) => canonical.is_some().then_some(ANYTHING),
    };
    measure(name, ends)
}

/// A Range: from its low to its high, both in one unit.
fn read_range(range: &Value) -> Option<Measure> {
    let [low, high] = ["low", "high"].map(|field| range.get(field).map(read_quantity));
    match (low, high) {
        (Some(low), Some(high)) => {
            let (low, high) = (low?, high?);
            let plausible = low.unit == high.unit && low.low <= high.high;
            plausible.then_some(Measure {
                high: high.high,
                ..low
            })
        }
        (Some(low), None) => low.map(|low| Measure {
            high: POS_INF,
            ..low
        }),
        (None, Some(high)) => high.map(|high| Measure {
            low: NEG_INF,
            ..high
        }),
        (None, None) => None,
    }
}

/// The canonical unit of a Quantity: its code if that is UCUM's or nobody's, else the unit as people read it.
fn unit_of(quantity: &Value) -> Option<unit::Canonical> {
    let code = json::text(quantity, "code");
    let words = json::text(quantity, "unit");
    let system = json::text(quantity, "system").map(super::coding::canonical_system);
    let is_ucum = system.is_none_or(|system| system == "http://unitsofmeasure.org");
    let written = if is_ucum {
        code.or(words)
    } else {
        words.or(code)
    };
    written.map(unit::canonical)
}

#[cfg(test)]
mod tests;
