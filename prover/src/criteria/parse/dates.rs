//! Days and windows: calendar dates, or so many days, weeks, months or years before the reference date.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::object::{kind_of, object, only};
use crate::criteria::error::{Faults, Pointer};
use crate::criteria::range::{DateBound, DateRange};
use crate::facts::number::Day;

/// The units of time and their days.
const UNITS: [(&str, i32); 4] = [("day", 1), ("week", 7), ("month", 30), ("year", 365)];
/// Longest time back: 200 years.
const MOST_DAYS: i32 = 73_000;
/// The operators on dates.
const OPERATORS: [&str; 9] = [
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$between", "$in", "$nin",
];
/// Operators that stand alone.
const ALONE: [&str; 5] = ["$eq", "$ne", "$in", "$nin", "$between"];
/// What a day may look like.
const FORMS: &str = "write \"2 years ago\", \"6 months ago\", \"3 weeks ago\", \"10 days ago\" (before the reference date) or a date \"2024-01-31\"";

/// A window: `{"from": …, "to": …}`, both days included, `to` the reference date unless it is given.
pub(super) fn window(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<DateRange> {
    let window = object(value, path, "{\"from\": \"6 months ago\"}", faults)?;
    let before = faults.errors.len();
    only(window, &["from", "to"], path, faults);
    let from = bound(window, "from", path, faults);
    let to = bound(window, "to", path, faults);
    if faults.errors.len() > before {
        return None;
    }
    if window.is_empty() {
        return faults.at(
            path,
            "has neither \"from\" nor \"to\"",
            "leave the window out to ask about any time",
        );
    }
    let to = Some(to.unwrap_or(DateBound::REFERENCE));
    in_order(DateRange { from, to }, path, faults)
}

/// A condition on a date: the days that meet it, as ranges of which one must hold it.
pub(super) fn condition(
    value: &Value,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<DateRange>> {
    let condition = object(value, path, "{\"$lte\": \"1 year ago\"}", faults)?;
    let before = faults.errors.len();
    only(condition, &OPERATORS, path, faults);
    combination(condition, path, faults);
    let ranges = ranges(condition, path, faults)?;
    if faults.errors.len() > before {
        return None;
    }
    let in_order = |range| in_order(range, path, faults);
    ranges.into_iter().map(in_order).collect()
}

fn ranges(
    condition: &Map<String, Value>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<DateRange>> {
    let alone = ALONE.into_iter().find(|o| condition.contains_key(*o));
    let Some(operator) = alone else {
        return Some(vec![DateRange {
            from: bound(condition, "$gte", path, faults)
                .or_else(|| Some(bound(condition, "$gt", path, faults)?.plus(1))),
            to: bound(condition, "$lte", path, faults)
                .or_else(|| Some(bound(condition, "$lt", path, faults)?.plus(-1))),
        }]);
    };
    let (operand, here) = (&condition[operator], path.field(operator));
    let listed = match operator {
        "$between" => return between(operand, &here, faults).map(|range| vec![range]),
        "$in" | "$nin" => list(operand, &here, faults)?,
        _ => vec![day(operand, &here, faults)?],
    };
    if ["$eq", "$in"].contains(&operator) {
        let on = |day| DateRange {
            from: Some(day),
            to: Some(day),
        };
        return Some(listed.into_iter().map(on).collect());
    }
    all_but(listed, &here, faults)
}

fn list(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<Vec<DateBound>> {
    let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
        return faults.at(
            path,
            format!("must be a list of days, not {}", kind_of(value)),
            "for example [\"2024-01-31\", \"2024-02-29\"]",
        );
    };
    let read = items.iter().enumerate();
    let read: Vec<_> = read
        .map(|(index, item)| day(item, &path.item(index), faults))
        .collect();
    read.into_iter().collect()
}

/// What lies between and around these days.
fn all_but(
    mut days: Vec<DateBound>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<DateRange>> {
    let first = days[0];
    if days.iter().any(|day| day.is_after(first).is_none()) {
        return faults.at(
            path,
            "which of these days comes first depends on the reference date",
            "write all of them as calendar days, or all as days before the reference date",
        );
    }
    days.sort_by(|a, b| match a.is_after(*b) {
        _ if a == b => Ordering::Equal,
        Some(true) => Ordering::Greater,
        _ => Ordering::Less,
    });
    let mut gaps = Vec::new();
    let mut from = None;
    for day in days {
        let to = day.plus(-1);
        let is_empty = from.is_some_and(|from: DateBound| from.is_after(to) == Some(true));
        if !is_empty {
            gaps.push(DateRange { from, to: Some(to) });
        }
        from = Some(day.plus(1));
    }
    gaps.push(DateRange { from, to: None });
    Some(gaps)
}

fn combination(condition: &Map<String, Value>, path: &Pointer, faults: &mut Faults) {
    let has = |operator: &str| condition.contains_key(operator);
    let count = OPERATORS.iter().filter(|operator| has(operator)).count();
    let alone = ALONE.iter().any(|operator| has(operator));
    if count == 0 {
        faults.at::<()>(
            path,
            "has no operator",
            format!("use one of {}", OPERATORS.join(", ")),
        );
    } else if (alone && count > 1) || (has("$gt") && has("$gte")) || (has("$lt") && has("$lte")) {
        faults.at::<()>(
            path,
            "these operators can't stand together",
            "use one lower and one upper bound, or \"$between\": [first day, last day]",
        );
    }
}

fn between(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<DateRange> {
    let Some([from, to]) = value.as_array().map(Vec::as_slice) else {
        return faults.at(
            path,
            format!("must be a list of two days, not {}", kind_of(value)),
            "for example [\"5 years ago\", \"1 year ago\"]",
        );
    };
    let from = day(from, &path.item(0), faults);
    let to = day(to, &path.item(1), faults);
    Some(DateRange {
        from: Some(from?),
        to: Some(to?),
    })
}

fn in_order(range: DateRange, path: &Pointer, faults: &mut Faults) -> Option<DateRange> {
    if let (Some(from), Some(to)) = (range.from, range.to) {
        if from.is_after(to) == Some(true) {
            return faults.at(
                path,
                "starts after it ends",
                "the longer time ago comes first: from \"5 years ago\" to \"1 year ago\"",
            );
        }
    }
    Some(range)
}

fn bound(
    object: &Map<String, Value>,
    name: &str,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<DateBound> {
    day(object.get(name)?, &path.field(name), faults)
}

/// A day as it is written.
fn day(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<DateBound> {
    let Some(text) = value.as_str() else {
        return faults.at(
            path,
            format!("must be a day, not {}", kind_of(value)),
            FORMS,
        );
    };
    if let Some(before) = text.strip_suffix(" ago").and_then(days) {
        if before <= MOST_DAYS {
            return Some(DateBound::Before(before));
        }
        return faults.at(
            path,
            format!("\"{text}\" is more than 200 years"),
            "leave the start open",
        );
    }
    match text.parse::<Date>() {
        Ok(date) if text.len() == 10 => Some(DateBound::Day(Day::from_date(date).number())),
        _ if days(text).is_some() => faults.at(
            path,
            format!("\"{text}\" could be before or after the reference date"),
            format!("write \"{text} ago\""),
        ),
        _ => faults.at(path, format!("\"{text}\" is not a day"), FORMS),
    }
}

/// `6 months` in days.
fn days(text: &str) -> Option<i32> {
    let (number, unit) = text.split_once(' ')?;
    let plain = number.bytes().all(|b| b.is_ascii_digit());
    let number: i32 = number.parse().ok().filter(|_| plain)?;
    let (_, days) = UNITS
        .into_iter()
        .find(|(name, _)| unit.strip_suffix('s').unwrap_or(unit) == *name)?;
    Some(number.saturating_mul(days))
}
