//! When an entry happened, by the rules of its kind.

use super::{
    bundle::Resource,
    date::{Period, Stated},
    json,
    reference::Index,
    status::{standing, Standing},
};
use crate::facts::number::{Ends, NEG_INF, POS_INF};
use serde_json::Value;

/// What a record tells about the time of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From when to when; `None` if there is no date.
    pub period: Option<Period>,
    /// It is in force with no end given, so that it may reach into any later window.
    pub in_force: bool,
    /// A date that could not be read.
    pub unreadable: Option<String>,
}

/// The elements that date a kind, the best first, without their type suffix.
fn dated_by(kind: &str) -> &'static [&'static str] {
    match kind {
        "Observation" | "DiagnosticReport" => &["effective", "issued"],
        "Procedure" => &["performed"],
        "MedicationRequest" => &["authoredOn"],
        "MedicationStatement" => &["effective", "dateAsserted"],
        "MedicationAdministration" => &["effective"],
        "MedicationDispense" => &["whenHandedOver", "whenPrepared"],
        "Immunization" => &["occurrence", "recorded"],
        "Encounter" => &["period"],
        "DeviceUseStatement" => &["timing", "recordedOn"],
        "ImagingStudy" => &["started"],
        "Condition" | "AllergyIntolerance" => &["onset", "recordedDate"],
        _ => &[],
    }
}

/// The timing of a resource; without a date of its own it has that of its encounter.
pub fn timing<'a>(index: &Index<'a>, resource: Resource<'a>) -> Timing {
    let own = own_time(resource.kind(), resource.body);
    let has_own_period = matches!(own, Stated::Span(_));
    let stated = match own {
        Stated::Nothing => encounter_time(index, resource),
        stated => stated,
    };
    let mut timing = Timing {
        period: stated.period(),
        in_force: !has_own_period && is_in_force(resource),
        unreadable: stated.unreadable(),
    };
    if has_vague_onset(resource.body) {
        if let Some(period) = &mut timing.period {
            period.start.low = NEG_INF;
        }
    }
    timing
}

fn own_time(kind: &str, body: &Value) -> Stated {
    match kind {
        "Condition" => condition_time(body),
        "AllergyIntolerance" => allergy_time(body),
        "MedicationRequest" => order_time(body),
        _ => first_stated(kind, body),
    }
}

fn first_stated(kind: &str, body: &Value) -> Stated {
    dated_by(kind)
        .iter()
        .map(|element| element_time(body, element))
        .find(|stated| *stated != Stated::Nothing)
        .unwrap_or(Stated::Nothing)
}

/// An element that may be a date, an instant, a period or a list of dates.
fn element_time(body: &Value, element: &str) -> Stated {
    ["", "DateTime", "Instant", "Period"]
        .iter()
        .map(|suffix| Stated::read(body.get(format!("{element}{suffix}"))))
        .find(|stated| *stated != Stated::Nothing)
        .unwrap_or_else(|| listed_time(body.get(format!("{element}Timing"))))
}

/// A Timing: from its first event to its last, or its bounds.
fn listed_time(timing: Option<&Value>) -> Stated {
    let Some(timing) = timing else {
        return Stated::Nothing;
    };
    let events = timing.get("event").and_then(Value::as_array);
    let mut days = events
        .into_iter()
        .flatten()
        .map(|day| Stated::read(Some(day)));
    let Some(first) = days.next() else {
        return Stated::read(timing.pointer("/repeat/boundsPeriod"));
    };
    days.fold(first, join)
}

/// From the earlier start to the later end; what can't be read spoils both.
fn join(one: Stated, other: Stated) -> Stated {
    match (one.period(), other.period()) {
        (Some(a), Some(b)) => Stated::Span(a.joined(b)),
        (None, _) => one,
        _ => other,
    }
}

impl Stated {
    fn period(&self) -> Option<Period> {
        match self {
            Self::Day(day) => Some(Period::on(*day)),
            Self::Span(period) => Some(*period),
            Self::Nothing | Self::Unreadable(_) => None,
        }
    }

    fn unreadable(self) -> Option<String> {
        match self {
            Self::Unreadable(text) => Some(text),
            _ => None,
        }
    }
}

/// A condition lasts from its onset (or when it was recorded) to its abatement; without one, its end is open.
fn condition_time(body: &Value) -> Stated {
    let start = first_stated("Condition", body);
    let end = element_time(body, "abatement");
    match (start.period(), end.period()) {
        (Some(start), Some(end)) => Stated::Span(Period::between(within(start), within(end))),
        (Some(start), None) if end == Stated::Nothing => {
            Stated::Span(Period::open_from(within(start)))
        }
        (None, Some(end)) if start == Stated::Nothing => {
            Stated::Span(Period::open_until(within(end)))
        }
        (None, _) => start,
        (Some(_), None) => end,
    }
}

/// An onset or abatement given as a period lies somewhere in it.
fn within(period: Period) -> Ends {
    Ends {
        low: period.start.low,
        high: period.end.high,
    }
}

/// An allergy has an onset, but FHIR knows no end of it.
fn allergy_time(body: &Value) -> Stated {
    let start = first_stated("AllergyIntolerance", body);
    let seen = Stated::read(body.get("lastOccurrence"));
    match (start.period(), seen.period()) {
        (Some(start), seen) => {
            let mut lasting = Period::open_from(within(start));
            if let Some(seen) = seen {
                lasting.end.low = lasting.end.low.max(seen.start.low);
            }
            Stated::Span(lasting)
        }
        (None, Some(seen)) if start == Stated::Nothing => Stated::Span(Period {
            start: within(Period::open_until(seen.end)),
            end: Ends {
                low: seen.start.low,
                high: POS_INF,
            },
        }),
        _ => start,
    }
}

/// An order is dated by its writing, and reaches as far as the bounds of its dosage.
fn order_time(body: &Value) -> Stated {
    json::items(body, "dosageInstruction")
        .iter()
        .map(|dosage| Stated::read(dosage.pointer("/timing/repeat/boundsPeriod")))
        .filter(|bounds| *bounds != Stated::Nothing)
        .fold(first_stated("MedicationRequest", body), |time, bounds| {
            if time == Stated::Nothing {
                bounds
            } else {
                join(time, bounds)
            }
        })
}

/// Orders and statements of use that go on, with a day of writing but no period.
fn is_in_force(resource: Resource<'_>) -> bool {
    matches!(
        resource.kind(),
        "MedicationRequest" | "MedicationStatement" | "DeviceUseStatement"
    ) && matches!(
        json::text(resource.body, "status"),
        Some("active" | "on-hold")
    )
}

/// An onset given as an age, a range or words is no date, but shows that the start is not the day of recording.
fn has_vague_onset(body: &Value) -> bool {
    ["onsetAge", "onsetRange", "onsetString"]
        .iter()
        .any(|field| body.get(*field).is_some())
}

/// The period of the encounter that a resource names (`context` for some medication resources).
fn encounter_time<'a>(index: &Index<'a>, resource: Resource<'a>) -> Stated {
    let encounter = ["encounter", "context"]
        .iter()
        .filter_map(|field| index.resolve(resource, resource.body.get(*field)?))
        .find(|found| found.kind() == "Encounter");
    match encounter {
        Some(found) if !matches!(standing("Encounter", found.body), Standing::Rejected(_)) => {
            Stated::read(found.body.get("period"))
        }
        _ => Stated::Nothing,
    }
}

#[cfg(test)]
mod tests;
