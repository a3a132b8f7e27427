//! Criteria in words.

mod scale;

use super::language::{Ask, Criterion, DateField, Entries, Sex, Test, ValueAsk};
use super::range::{DateBound, DateRange, Ranges};
use crate::facts::number::Day;

pub(super) use scale::Scale;

/// What a test asks, in words.
pub(super) fn describe(test: &Test) -> String {
    match test {
        Test::AtLeast(least, parts) => describe_parts(*least, parts),
        Test::Age(years) => format!("age {}", numbers(years, Scale::Whole, "years")),
        Test::Sex(codes) => {
            let codes: Vec<_> = codes.iter().copied().map(Sex::code).collect();
            format!("sex {}", codes.join(" or "))
        }
        Test::Deceased(true) => "recorded as deceased".to_owned(),
        Test::Deceased(false) => "not recorded as deceased".to_owned(),
        Test::Entries(entries) => describe_entries(entries),
    }
}

fn describe_parts(least: usize, parts: &[Criterion]) -> String {
    let words: Vec<_> = parts
        .iter()
        .map(|part| part.text.clone().unwrap_or_else(|| describe(&part.test)))
        .collect();
    match least {
        _ if least == parts.len() => words.join(" and "),
        1 => words.join(" or "),
        _ => format!("at least {least} of: {}", words.join("; ")),
    }
}

fn describe_entries(entries: &Entries) -> String {
    let name = names(entries);
    match &entries.ask {
        Ask::Exists(window) => format!("{name} recorded{}", in_window(*window)),
        Ask::Absent(window) => format!("no {name} recorded{}", in_window(*window)),
        Ask::Count(counts) => {
            format!("{name}, {}", numbers(counts, Scale::Whole, "entries"))
        }
        Ask::Value(ask) => describe_value(&name, ask),
        Ask::Date(DateField::First, ranges) => format!("first {name} {}", show_ranges(ranges)),
        Ask::Date(DateField::Last, ranges) => format!("last {name} {}", show_ranges(ranges)),
    }
}

fn describe_value(name: &str, ask: &ValueAsk) -> String {
    format!(
        "{} {name} {}{}",
        field_words(ask),
        numbers(&ask.ranges, Scale::Values(ask.change), &ask.written_unit),
        in_window(ask.window)
    )
}

/// The field of a value in front of the code's name.
pub(super) fn field_words(ask: &ValueAsk) -> &'static str {
    use super::language::ValueField::{Any, Latest, Max, Min};
    match ask.field {
        Min => "least",
        Max => "greatest",
        Latest => "latest",
        Any => "some",
    }
}

/// The names of the codes.
pub(super) fn names(entries: &Entries) -> String {
    const MOST: usize = 4;
    let names: Vec<_> = entries
        .codes
        .iter()
        .map(|code| code.name.as_str())
        .collect();
    match names.len() {
        0..=MOST => names.join(" or "),
        count => format!(
            "{} or {} more codes",
            names[..MOST].join(", "),
            count - MOST
        ),
    }
}

fn in_window(window: Option<DateRange>) -> String {
    window.map_or_else(String::new, |days| format!(" {}", show_days(days)))
}

/// Ranges of numbers: `at least 18 years`, `6.5 to 9 %`.
pub(super) fn numbers(ranges: &Ranges, scale: Scale, unit: &str) -> String {
    if ranges.is_everything() {
        let size = "of any size";
        return if unit.is_empty() {
            size.to_owned()
        } else {
            format!("{size} in {unit}")
        };
    }
    let words: Vec<_> = ranges.iter().map(|range| scale.show_range(range)).collect();
    with_unit(&words.join(" or "), unit)
}

/// A number with its unit; plain numbers have none to show.
pub(super) fn with_unit(number: &str, unit: &str) -> String {
    match unit {
        "1" | "" => number.to_owned(),
        unit => format!("{number} {unit}"),
    }
}

/// Alternative ranges of days in words.
pub(super) fn show_ranges(ranges: &[DateRange]) -> String {
    let words: Vec<_> = ranges.iter().copied().map(show_days).collect();
    words.join(" or ")
}

/// Days in words, counted from the reference date where they are relative.
pub(super) fn show_days(days: DateRange) -> String {
    match (days.from, days.to) {
        (Some(from), Some(DateBound::REFERENCE)) if from != DateBound::REFERENCE => match from {
            DateBound::Before(days) => format!("in the {days} days up to the reference date"),
            DateBound::Day(_) => format!("from {} to the reference date", show_bound(from)),
        },
        (Some(from), Some(to)) if from == to => format!("on {}", show_bound(from)),
        (Some(from), Some(to)) => format!("from {} to {}", show_bound(from), show_bound(to)),
        (Some(from), None) => format!("on or after {}", show_bound(from)),
        (None, Some(to)) => format!("on or before {}", show_bound(to)),
        (None, None) => "at any time".to_owned(),
    }
}

/// A day, or the number of days before the reference date.
pub(super) fn show_bound(bound: DateBound) -> String {
    match bound {
        DateBound::Day(day) => Day::from_number(day)
            .date()
            .map_or_else(|| format!("day {day}"), |date| date.to_string()),
        DateBound::Before(0) => "the reference date".to_owned(),
        DateBound::Before(1) => "the day before the reference date".to_owned(),
        DateBound::Before(days) if days < 0 => format!("{} days after the reference date", -days),
        DateBound::Before(days) => format!("{days} days before the reference date"),
    }
}
