//! Codes and coded answers.

use std::collections::BTreeSet;

use serde_json::Value;

use super::object::{kind_of, object, only, optional_text, text};
use super::value_sets;
use crate::criteria::error::{Faults, Pointer};
use crate::criteria::language::NamedKey;
use crate::facts::{FactKey, ValueSets};
use crate::fhir::coding::canonical_system;

/// Entries, or answers, in words.
const UNCODED: &str = "uncoded";
/// What a code looks like.
const EXAMPLE: &str =
    "{\"system\": \"http://loinc.org\", \"code\": \"4548-4\", \"display\": \"HbA1c\"}";
/// Code systems that people know by a short name.
const SHORT_NAMES: [(&str, &str); 11] = [
    ("LOINC", "http://loinc.org"),
    ("SNOMED CT", "http://snomed.info/sct"),
    ("SNOMED", "http://snomed.info/sct"),
    ("RxNorm", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ("ICD-10-CM", "http://hl7.org/fhir/sid/icd-10-cm"),
    ("ICD-10", "http://hl7.org/fhir/sid/icd-10"),
    ("ICD-9-CM", "http://hl7.org/fhir/sid/icd-9-cm"),
    ("ATC", "http://www.whocc.no/atc"),
    ("CVX", "http://hl7.org/fhir/sid/cvx"),
    ("CPT", "http://www.ama-assn.org/go/cpt"),
    ("NDC", "http://hl7.org/fhir/sid/ndc"),
];

/// The code of a coding, as people read it: `LOINC 4548-4`.
pub(in crate::criteria) fn short_name(system: &str, code: &str) -> String {
    if let Some(digest) = FactKey::new("", system, code).value_set() {
        return format!("of any code of value set {digest}");
    }
    let known = SHORT_NAMES.iter().find(|(_, url)| *url == system);
    let name = known.map_or(system, |(name, _)| name);
    format!("{name} {code}").trim().to_owned()
}

/// One code, a list of codes, a value set, or entries in words, of a kind.
pub(super) fn codes(
    value: &Value,
    kind: &str,
    sets: &ValueSets,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<NamedKey>> {
    if value == UNCODED {
        return Some(vec![NamedKey {
            key: FactKey::uncoded(kind),
            name: format!("{kind} entries without a code"),
        }]);
    }
    let read = |value: &Value, path: &Pointer, faults: &mut Faults| {
        if value.get("valueSet").is_some() {
            let (digest, name) = value_sets::reference(value, sets, path, faults)?;
            let key = FactKey::rolled_up(kind, digest);
            return Some(NamedKey { key, name });
        }
        let coding = coding(value, path, faults)?;
        Some(NamedKey {
            key: FactKey::new(kind, &coding.system, &coding.code),
            name: coding.name,
        })
    };
    let found = one_or_several(value, read, path, faults)?;
    distinct(
        found,
        |named| named.key.clone(),
        |named| &named.name,
        path,
        faults,
    )
}

/// The keys of the codes with each of the answers.
pub(super) fn with_answers(
    codes: &[NamedKey],
    value: &Value,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<NamedKey>> {
    let answers = answers(value, path, faults)?;
    let pairs = codes.iter().flat_map(|code| {
        answers.iter().map(|(answer, name)| NamedKey {
            key: code.key.with_answer(answer),
            name: format!("{} \"{name}\"", code.name),
        })
    });
    Some(pairs.collect())
}

/// Answers as keys hold them, with their names.
fn answers(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<Vec<(String, String)>> {
    match value {
        Value::Bool(truth) => Some(vec![(truth.to_string(), truth.to_string())]),
        Value::String(text) if text == UNCODED => {
            Some(vec![(UNCODED.to_owned(), "in words".to_owned())])
        }
        _ => {
            let found = one_or_several(value, answer, path, faults)?;
            distinct(
                found,
                |(code, _)| code.clone(),
                |(_, name)| name,
                path,
                faults,
            )
        }
    }
}

fn answer(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<(String, String)> {
    if value.get("valueSet").is_some() {
        return faults.at(
            &path.field("valueSet"),
            "records are rolled up by what an entry is about, not by its answer",
            "list the answers: {\"$in\": [{\"system\": …, \"code\": …}, …]}",
        );
    }
    let coding = coding(value, path, faults)?;
    Some((format!("{}|{}", coding.system, coding.code), coding.name))
}

struct Coding {
    system: String,
    code: String,
    name: String,
}

/// Reads one thing, or each of a list under `$in`.
fn one_or_several<T>(
    value: &Value,
    read: impl Fn(&Value, &Pointer, &mut Faults) -> Option<T>,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<T>> {
    if value.is_array() {
        return faults.at(path, "a list needs an operator", "write {\"$in\": [ … ]}");
    }
    let selector = object(value, path, EXAMPLE, faults)?;
    if let Some(operator) = ["$nin", "$ne"]
        .into_iter()
        .find(|o| selector.contains_key(*o))
    {
        return faults.at(
            &path.field(operator),
            "would be true of nearly every record: any other entry meets it",
            "to ask that there is none of these, write {\"$in\": [ … ]} and beside it \"$absent\": true, or put the criterion under \"exclude\"",
        );
    }
    let Some(list) = selector.get("$in") else {
        return read(value, path, faults).map(|one| vec![one]);
    };
    only(selector, &["$in"], path, faults);
    let path = path.field("$in");
    let Some(items) = list.as_array().filter(|items| !items.is_empty()) else {
        return faults.at(
            &path,
            format!("must be a list of codes, not {}", kind_of(list)),
            format!("for example [{EXAMPLE}]"),
        );
    };
    let found = items.iter().enumerate();
    let found: Vec<_> = found
        .map(|(index, item)| read(item, &path.item(index), faults))
        .collect();
    found.into_iter().collect()
}

fn distinct<T, K: Ord>(
    found: Vec<T>,
    key: impl Fn(&T) -> K,
    name: impl Fn(&T) -> &String,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Vec<T>> {
    let mut seen = BTreeSet::new();
    for (index, one) in found.iter().enumerate() {
        if !seen.insert(key(one)) {
            let message = format!("{} is there twice", name(one));
            return faults.at(&path.field("$in").item(index), message, "keep one of them");
        }
    }
    Some(found)
}

fn coding(value: &Value, path: &Pointer, faults: &mut Faults) -> Option<Coding> {
    let coding = object(value, path, EXAMPLE, faults)?;
    let before = faults.errors.len();
    only(coding, &["system", "code", "display"], path, faults);
    let system = text(coding, "system", "\"http://loinc.org\"", path, faults);
    let code = text(coding, "code", "\"4548-4\"", path, faults);
    let display = optional_text(coding, "display", path, faults);
    if faults.errors.len() > before {
        return None;
    }
    let (system, code) = (system?, code?);
    let system = known_system(&system, &path.field("system"), faults)?;
    if code.trim() != code {
        return faults.at(&path.field("code"), "has blanks around it", "remove them");
    }
    let name = display.unwrap_or_else(|| short_name(&system, &code));
    Some(Coding { system, code, name })
}

/// The system under the name that facts use. A name that is no URI would match nothing, and absence would be proved of it.
fn known_system(system: &str, path: &Pointer, faults: &mut Faults) -> Option<String> {
    let canonical = canonical_system(system);
    if canonical.contains(':') && !canonical.contains(char::is_whitespace) {
        return Some(canonical);
    }
    let plain = |name: &str| name.replace([' ', '-'], "").to_lowercase();
    let short = SHORT_NAMES
        .iter()
        .find(|(name, _)| plain(name) == plain(system));
    let hint = match short {
        Some((_, url)) => format!("write \"{url}\""),
        None => "use the system's FHIR URL, for example \"http://loinc.org\"".to_owned(),
    };
    faults.at(
        path,
        format!("\"{system}\" is not the name of a code system"),
        hint,
    )
}
