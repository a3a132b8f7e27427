//! Criteria about entries of a kind: which codes, and what is asked of them.

use serde_json::{Map, Value};

use super::codes::{codes, with_answers};
use super::dates;
use super::numbers::{condition, Numbers, OPERATORS};
use super::object::{kind_of, object};
use crate::criteria::error::{Faults, Pointer};
use crate::criteria::language::{Ask, DateField, Entries, NamedKey, ValueAsk, ValueField, KINDS};
use crate::criteria::range::{DateRange, Range, Ranges};
use crate::facts::ValueSets;
use crate::fhir::unit;

/// The fields that can stand beside a kind of entries: narrowing first, then what is asked.
pub(super) const ASKS: [&str; 11] = [
    "answer",
    "window",
    "$exists",
    "$absent",
    "count",
    "min",
    "max",
    "latest",
    "value",
    "firstDate",
    "lastDate",
];
/// Operators that ask whether something is there.
const EXISTENCE: [&str; 2] = ["$exists", "$absent"];
/// Those of [`ASKS`] that narrow and don't ask.
const NARROWING: usize = 2;

/// The question that an object asks about entries of a kind.
pub(super) fn entries(
    fields: &Map<String, Value>,
    name: &str,
    sets: &ValueSets,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Entries> {
    misplaced_operators(fields, path, faults);
    let (_, kind) = KINDS.iter().find(|(known, _)| *known == name)?;
    let codes = codes(&fields[name], kind, sets, &path.field(name), faults);
    let asked = asked(fields, path, faults)?;
    let codes = narrowed(codes?, fields, asked, path, faults);
    let window = match fields.get("window") {
        Some(window) => Some(dates::window(window, &path.field("window"), faults)?),
        None => None,
    };
    let ask = ask(fields, asked, window, path, faults)?;
    Some(Entries { codes: codes?, ask })
}

/// `{"observation": …, "$lte": 6.5}`: says a bound, but not of what.
fn misplaced_operators(fields: &Map<String, Value>, path: &Pointer, faults: &mut Faults) {
    let found = fields
        .keys()
        .find(|name| OPERATORS.contains(&name.as_str()));
    if let Some(operator) = found {
        faults.at::<()>(
            &path.field(operator),
            "says a bound, but not of what",
            format!(
                "write \"latest\": {{\"{operator}\": …, \"unit\": …}}, or min, max, value, count"
            ),
        );
    }
}

/// The one thing that is asked; without any, whether there are entries.
fn asked<'a>(
    fields: &'a Map<String, Value>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<&'a str> {
    let asks = &ASKS[NARROWING..];
    let found: Vec<_> = fields
        .keys()
        .map(String::as_str)
        .filter(|name| asks.contains(name))
        .collect();
    match found[..] {
        [] => Some("$exists"),
        [one] => Some(one),
        _ => faults.at(
            path,
            format!("asks for {} at once", found.join(" and ")),
            "write one criterion for each; inside another one, join them with \"all\"",
        ),
    }
}

/// The keys of the codes, or of their answers where one is asked for.
fn narrowed(
    codes: Vec<NamedKey>,
    fields: &Map<String, Value>,
    asked: &str,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<NamedKey>> {
    let Some(answer) = fields.get("answer") else {
        return Some(codes);
    };
    let here = path.field("answer");
    if !["observation", "diagnosticReport"]
        .iter()
        .any(|kind| fields.contains_key(*kind))
    {
        return faults.at(
            &here,
            "only observations and diagnostic reports have answers",
            "leave \"answer\" out",
        );
    }
    if ["min", "max", "latest", "value"].contains(&asked) {
        return faults.at(
            &here,
            format!("a coded answer has no number that \"{asked}\" could be about"),
            "ask for the answer with a window, count, firstDate or lastDate",
        );
    }
    with_answers(&codes, answer, &here, faults)
}

fn ask(
    fields: &Map<String, Value>,
    asked: &str,
    window: Option<DateRange>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Ask> {
    // Without `$exists` the field is not there: then there is nothing to check
    let value = fields.get(asked).unwrap_or(&Value::Bool(true));
    let here = path.field(asked);
    let undecidable = !["$exists", "$absent", "latest"].contains(&asked);
    if window.is_some() && undecidable {
        return undecidable_window(asked, path, faults);
    }
    match asked {
        "$exists" => flag(value, asked, &here, faults).map(|()| Ask::Exists(window)),
        "$absent" => flag(value, asked, &here, faults).map(|()| Ask::Absent(window)),
        _ if says_whether(value) => whether(value, asked, window, &here, faults),
        "count" => condition(value, Numbers::Entries, &[], &here, faults).map(Ask::Count),
        "firstDate" => {
            dates::condition(value, &here, faults).map(|days| Ask::Date(DateField::First, days))
        }
        "lastDate" => {
            dates::condition(value, &here, faults).map(|days| Ask::Date(DateField::Last, days))
        }
        "min" => value_ask(value, ValueField::Min, None, &here, faults),
        "max" => value_ask(value, ValueField::Max, None, &here, faults),
        "latest" => value_ask(value, ValueField::Latest, window, &here, faults),
        _ => value_ask(value, ValueField::Any, None, &here, faults),
    }
}

/// `{"latest": {"$exists": true, …}}`: whether there is such a number at all.
fn says_whether(value: &Value) -> bool {
    EXISTENCE
        .iter()
        .any(|operator| value.get(*operator).is_some())
}

/// A number or date that is there, or isn't. That there is none shows by the absence of every entry only: an entry may hold
/// what can't be read.
fn whether(
    value: &Value,
    asked: &str,
    window: Option<DateRange>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Ask> {
    let fields = object(value, path, "{\"$exists\": true}", faults)?;
    let given: Vec<_> = EXISTENCE
        .into_iter()
        .filter(|o| fields.contains_key(*o))
        .collect();
    let operator = given[0];
    let is_value = ["min", "max", "latest", "value"].contains(&asked);
    let known: &[&str] = if is_value {
        &[operator, "unit"]
    } else {
        &[operator]
    };
    let others = fields.keys().find(|name| !known.contains(&name.as_str()));
    if let Some(other) = others {
        return faults.at(
            path,
            format!("{operator} and {other} can't stand together"),
            "a bound already asks that there is one",
        );
    }
    flag(&fields[operator], operator, &path.field(operator), faults)?;
    let unit = if is_value {
        unit_text(fields, path, faults)?
    } else {
        String::new()
    };
    if operator == "$absent" {
        return Some(Ask::Absent(window));
    }
    let anywhere = vec![DateRange {
        from: None,
        to: None,
    }];
    Some(match asked {
        "count" => Ask::Exists(window),
        "firstDate" => Ask::Date(DateField::First, anywhere),
        "lastDate" => Ask::Date(DateField::Last, anywhere),
        "min" => existing_value(ValueField::Min, unit, window),
        "max" => existing_value(ValueField::Max, unit, window),
        "latest" => existing_value(ValueField::Latest, unit, window),
        _ => existing_value(ValueField::Any, unit, window),
    })
}

fn existing_value(field: ValueField, written_unit: String, window: Option<DateRange>) -> Ask {
    let canonical = unit::canonical(&written_unit);
    Ask::Value(ValueAsk {
        field,
        ranges: Ranges::new([Range::ALL]),
        unit: canonical.unit,
        written_unit,
        change: canonical.change,
        window,
    })
}

/// A fact holds the first and last day of its entries, and least, greatest and latest value of all of them.
fn undecidable_window<T>(asked: &str, path: &Pointer, faults: &mut Faults) -> Option<T> {
    let hint = match asked {
        "firstDate" | "lastDate" => format!("give the days to \"{asked}\" itself: {{\"$between\": [\"2 years ago\", \"1 year ago\"]}}"),
        "count" => "leave the window out, or ask whether there is an entry in it".to_owned(),
        _ => "use \"latest\" with the window, or leave the window out".to_owned(),
    };
    faults.at(
        &path.field("window"),
        format!("\"{asked}\" can't be decided within a window: a record's facts hold it for all times together"),
        hint,
    )
}

fn flag(value: &Value, asked: &str, path: &Pointer, faults: &mut Faults) -> Option<()> {
    if value == true {
        return Some(());
    }
    let other = if asked == "$exists" {
        "$absent"
    } else {
        "$exists"
    };
    let hint = match value {
        Value::Bool(false) => format!("write \"{other}\": true"),
        _ => format!("write \"{asked}\": true"),
    };
    faults.at(
        path,
        format!("can only be true, not {}", kind_of(value)),
        hint,
    )
}

fn value_ask(
    value: &Value,
    field: ValueField,
    window: Option<DateRange>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Ask> {
    let fields = object(value, path, "{\"$lte\": 6.5, \"unit\": \"%\"}", faults)?;
    let written = unit_text(fields, path, faults);
    let canonical = unit::canonical(written.as_deref().unwrap_or_default());
    let numbers = Numbers::Values(canonical.change);
    let ranges = condition(value, numbers, &["unit"], path, faults)?;
    Some(Ask::Value(ValueAsk {
        field,
        ranges,
        unit: canonical.unit,
        written_unit: written?,
        change: canonical.change,
        window,
    }))
}

/// The unit as written; empty for results that have none.
fn unit_text(fields: &Map<String, Value>, path: &Pointer, faults: &mut Faults) -> Option<String> {
    match fields.get("unit") {
        Some(Value::String(unit)) => Some(unit.trim().to_owned()),
        Some(other) => faults.at(
            &path.field("unit"),
            format!("must be a text, not {}", kind_of(other)),
            "write a UCUM unit such as \"mg/dL\", or \"\" for results without a unit",
        ),
        None => faults.at(
            path,
            "\"unit\" is missing",
            "add a UCUM unit such as \"unit\": \"mg/dL\", or \"unit\": \"\" for results without a unit",
        ),
    }
}
