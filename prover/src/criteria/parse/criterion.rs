//! Criteria: what one asks about, and parts of parts.

use serde_json::{Map, Value};

use super::entries::{entries, ASKS};
use super::numbers::{condition, Numbers};
use super::object::{kind_of, object, only, optional_text};
use crate::criteria::error::{nearest, Faults, Pointer};
use crate::criteria::language::{Criterion, Sex, Test, KINDS};
use crate::facts::ValueSets;

/// Deepest nesting of all, any and atLeast.
const DEEPEST: usize = 8;
/// What can stand in a list of criteria.
const EXAMPLE: &str = "{\"age\": {\"$gte\": 18}} or {\"condition\": {\"system\": \"http://snomed.info/sct\", \"code\": \"44054006\"}}";
/// The operators on sex, one at a time.
const SEX_OPERATORS: [&str; 4] = ["$eq", "$ne", "$in", "$nin"];
/// The fields that say what a criterion is about, besides the kinds of entries.
const SUBJECTS: [&str; 6] = ["age", "sex", "deceased", "all", "any", "atLeast"];

/// Where in a document reading is, and what it may name.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// How many lists of parts are open.
    depth: usize,
    /// The value sets at hand.
    sets: &'a ValueSets,
}

impl<'a> Context<'a> {
    /// At the top of a document.
    pub(super) fn top(sets: &'a ValueSets) -> Self {
        Self { depth: 0, sets }
    }

    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
}

/// A list of criteria, not empty.
pub(super) fn list(
    value: &Value,
    path: &Pointer,
    context: Context<'_>,
    faults: &mut Faults,
) -> Option<Vec<Criterion>> {
    let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
        return faults.at(
            path,
            format!("must be a list of criteria, not {}", kind_of(value)),
            format!("for example [{EXAMPLE}]"),
        );
    };
    if context.depth > DEEPEST {
        return faults.at(
            path,
            format!("is nested more than {DEEPEST} deep"),
            "lists in \"include\" are joined by \"and\" already",
        );
    }
    let read = items.iter().enumerate();
    let read: Vec<_> = read
        .map(|(index, item)| criterion(item, &path.item(index), context, faults))
        .collect();
    read.into_iter().collect()
}

fn criterion(
    value: &Value,
    path: &Pointer,
    context: Context<'_>,
    faults: &mut Faults,
) -> Option<Criterion> {
    let fields = object(value, path, EXAMPLE, faults)?;
    let words = optional_text(fields, "text", path, faults);
    let subject = subject(fields, path, faults)?;
    let test = test(fields, subject, path, context, faults)?;
    Some(Criterion {
        path: path.to_string(),
        text: words,
        test,
    })
}

/// The one field that says what the criterion is about.
fn subject<'a>(
    fields: &'a Map<String, Value>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<&'a str> {
    let kinds = KINDS.iter().map(|(name, _)| *name);
    let known: Vec<_> = SUBJECTS.into_iter().chain(kinds).collect();
    let found: Vec<_> = fields
        .keys()
        .map(String::as_str)
        .filter(|name| known.contains(name))
        .collect();
    match found[..] {
        [subject] => Some(subject),
        [] => {
            let misspelt = fields.keys().find_map(|name| {
                let near = nearest(name, known.iter().copied())?;
                Some(format!("did you mean \"{near}\" instead of \"{name}\"?"))
            });
            faults.at(
                path,
                "says nothing that can be tested",
                misspelt.unwrap_or_else(|| format!("name one of {}", known.join(", "))),
            )
        }
        _ => faults.at(
            path,
            format!("asks about {} at once", found.join(" and ")),
            "make them criteria of their own; inside another one, join them with \"all\" or \"any\"",
        ),
    }
}

fn test(
    fields: &Map<String, Value>,
    subject: &str,
    path: &Pointer,
    context: Context<'_>,
    faults: &mut Faults,
) -> Option<Test> {
    let value = &fields[subject];
    let here = path.field(subject);
    let others: &[&str] = match subject {
        "atLeast" => &["of"],
        "age" | "sex" | "deceased" | "all" | "any" => &[],
        _ => &ASKS,
    };
    only(fields, &[&["text", subject], others].concat(), path, faults);
    match subject {
        "age" => age(value, &here, faults),
        "sex" => sex(value, &here, faults).map(Test::Sex),
        "deceased" => match value.as_bool() {
            Some(died) => Some(Test::Deceased(died)),
            None => faults.at(
                &here,
                format!("must be true or false, not {}", kind_of(value)),
                "write \"deceased\": false for patients not known to have died",
            ),
        },
        "all" => {
            let parts = list(value, &here, context.deeper(), faults)?;
            Some(Test::AtLeast(parts.len(), parts))
        }
        "any" => Some(Test::AtLeast(
            1,
            list(value, &here, context.deeper(), faults)?,
        )),
        "atLeast" => at_least(fields, path, context, faults),
        kind => entries(fields, kind, context.sets, path, faults).map(Test::Entries),
    }
}

/// Completed years: "older than 18" could mean a day after the 18th birthday or the 19th.
fn age(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<Test> {
    if let Some(years) = value.get("$gt").and_then(Value::as_u64) {
        return faults.at(
            &path.field("$gt"),
            format!("\"older than {years}\" can be read in two ways: age is in completed years"),
            format!(
                "write \"$gte\": {years} (has turned {years}) or \"$gte\": {} (has turned {})",
                years + 1,
                years + 1
            ),
        );
    }
    condition(value, Numbers::Years, &[], path, faults).map(Test::Age)
}

fn sex(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<Vec<Sex>> {
    let Some(fields) = value.as_object() else {
        return Some(vec![sex_code(value, path, faults)?]);
    };
    let (operator, operand) = match fields.iter().next() {
        Some((operator, operand)) if SEX_OPERATORS.contains(&operator.as_str()) => {
            (operator, operand)
        }
        _ => {
            only(fields, &SEX_OPERATORS, path, faults);
            return faults.at(
                path,
                "has no operator",
                "write {\"$in\": [\"female\", \"other\"]}",
            );
        }
    };
    only(fields, &[operator.as_str()], path, faults);
    let here = path.field(operator);
    let named = match operator.as_str() {
        "$in" | "$nin" => sex_codes(operand, &here, faults)?,
        _ => vec![sex_code(operand, &here, faults)?],
    };
    let denied = ["$ne", "$nin"].contains(&operator.as_str());
    let codes: Vec<_> = Sex::ALL
        .into_iter()
        .filter(|code| named.contains(code) != denied)
        .collect();
    if codes.is_empty() || codes.len() == Sex::ALL.len() {
        return faults.at(
            path,
            "leaves no choice",
            "name one to three of the four codes, or leave it out",
        );
    }
    Some(codes)
}

fn sex_codes(list: &Value, path: &Pointer, faults: &mut Faults) -> Option<Vec<Sex>> {
    let Some(items) = list.as_array() else {
        return faults.at(
            path,
            "must be a list",
            "for example [\"female\", \"other\"]",
        );
    };
    let read = items.iter().enumerate();
    let read: Vec<_> = read
        .map(|(index, item)| sex_code(item, &path.item(index), faults))
        .collect();
    read.into_iter().collect()
}

fn sex_code(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<Sex> {
    let found = Sex::ALL.into_iter().find(|sex| value == sex.code());
    if found.is_some() {
        return found;
    }
    let codes = Sex::ALL.map(Sex::code);
    let near = value
        .as_str()
        .and_then(|word| match word.to_lowercase().as_str() {
            "f" | "w" | "woman" | "women" => Some("female"),
            "m" | "man" | "men" => Some("male"),
            word => nearest(word, codes),
        });
    let hint = near.map(|code| format!("write \"{code}\""));
    faults.at(
        path,
        format!(
            "must be one of {}, not {}",
            codes.join(", "),
            kind_of(value)
        ),
        hint.unwrap_or_else(|| {
            "write \"female\", or {\"$in\": [\"female\", \"other\"]}".to_owned()
        }),
    )
}

fn at_least(
    fields: &Map<String, Value>,
    path: &Pointer,
    context: Context<'_>,
    faults: &mut Faults,
) -> Option<Test> {
    let Some(of) = fields.get("of") else {
        return faults.at(
            path,
            "\"of\" is missing",
            "write {\"atLeast\": 2, \"of\": [ … ]}",
        );
    };
    repeated_part(of, &path.field("of"), faults);
    let parts = list(of, &path.field("of"), context.deeper(), faults);
    let least = fields["atLeast"]
        .as_u64()
        .and_then(|k| usize::try_from(k).ok());
    let most = of.as_array().map_or(0, Vec::len);
    match least {
        Some(least) if (1..=most).contains(&least) => Some(Test::AtLeast(least, parts?)),
        _ => faults.at(
            &path.field("atLeast"),
            format!("must be a whole number from 1 to {most}, the number of parts"),
            "write how many of the parts must hold; for none of them use \"exclude\"",
        ),
    }
}

/// A part that is there twice would count twice.
fn repeated_part(parts: &Value, path: &Pointer, faults: &mut Faults) {
    let parts = parts.as_array().map_or(&[][..], Vec::as_slice);
    let repeated = (1..parts.len()).find(|index| parts[..*index].contains(&parts[*index]));
    if let Some(index) = repeated {
        faults.at::<()>(
            &path.item(index),
            "is there twice, and would count twice",
            "leave one of them out",
        );
    }
}
