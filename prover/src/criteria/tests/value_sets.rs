//! Criteria that name value sets.

use super::*;
use crate::facts::{encode, EncodeOptions, ValueSets};
use serde_json::{json, Value};
use std::sync::Arc;

const NAME: &str = "urn:diabetes|1";

fn sets() -> ValueSets {
    let set = |url: &str, codes: [&str; 2]| {
        let concepts = codes.map(|code| json!({"code": code}));
        let resource = json!({
            "resourceType": "ValueSet", "url": url, "version": "1", "title": format!("title of {url}"),
            "compose": {"include": [{"system": SNOMED, "concept": concepts}]},
        });
        (format!("{url}.json"), resource.to_string().into_bytes())
    };
    ValueSets::read(&[
        set("urn:diabetes", ["1", "2"]),
        set("urn:cancer", ["3", "4"]),
    ])
    .unwrap()
}

fn digest() -> String {
    sets().named(NAME).unwrap().digest().to_string()
}

/// A record of conditions: code, onset, end.
fn record(conditions: &[(&str, &str, Option<&str>)], sets: ValueSets) -> Vec<Fact> {
    let mut entries =
        vec![json!({"resource": {"resourceType": "Patient", "id": "p", "gender": "male"}})];
    entries.extend(conditions.iter().map(|(code, onset, end)| {
        let mut condition = json!({
            "resourceType": "Condition", "onsetDateTime": onset,
            "code": {"coding": [{"system": SNOMED, "code": code}]},
        });
        if let Some(end) = end {
            condition["abatementDateTime"] = Value::from(*end);
        }
        json!({"resource": condition})
    }));
    let options = EncodeOptions {
        value_sets: Arc::new(sets),
        ..EncodeOptions::default()
    };
    let bundle = json!({"resourceType": "Bundle", "entry": entries}).to_string();
    encode(bundle.as_bytes(), &options).unwrap().facts
}

fn compiled(json: &str) -> Compiled {
    let criteria = parse_with(json, &sets()).unwrap_or_else(|errors| panic!("{errors:#?}"));
    criteria.compile_smallest().unwrap()
}

/// Whether criteria about conditions of the set hold, which evaluation and report must agree on.
#[track_caller]
fn met(list: &str, rest: &str, facts: &[Fact]) -> bool {
    let json = format!(r#"{{"{list}": [{{"condition": {{"valueSet": "{NAME}"}}{rest}}}]}}"#);
    let evaluation = evaluate(&compiled(&json), facts, reference());
    let report = report(&parse_with(&json, &sets()).unwrap(), facts, reference());
    assert_eq!(evaluation.holds(), report.eligible);
    evaluation.holds()
}

const EVER: &str = "";
const RECENT: &str = r#", "window": {"from": "1 year ago"}"#;
const LONG_AGO: &str = r#", "window": {"to": "1 year ago"}"#;
const BETWEEN: &str = r#", "window": {"from": "3 years ago", "to": "1 year ago"}"#;

#[test]
fn a_record_without_the_codes() {
    let facts = record(&[("9", "2025-01-01", None)], sets());
    for window in [EVER, RECENT, LONG_AGO, BETWEEN, r#", "count": {"$gte": 1}"#] {
        assert!(met("exclude", window, &facts), "{window}");
        assert!(!met("include", window, &facts), "{window}");
    }
    for date in ["firstDate", "lastDate"] {
        for bound in [
            r#"{"$lte": "1 year ago"}"#,
            r#"{"$gte": "1 year ago"}"#,
            r#"{"$exists": true}"#,
        ] {
            let ask = format!(r#", "{date}": {bound}"#);
            assert!(met("exclude", &ask, &facts), "{ask}");
            assert!(!met("include", &ask, &facts), "{ask}");
        }
    }
}

#[test]
fn a_record_that_was_not_rolled_up_proves_nothing() {
    let facts = record(
        &[("1", "2020-01-01", Some("2020-02-01"))],
        ValueSets::default(),
    );
    let empty = record(&[], ValueSets::default());
    let counts = [
        r#", "count": {"$gte": 1}"#,
        r#", "count": {"$eq": 0}"#,
        r#", "count": {"$lte": 3}"#,
    ];
    for ask in [EVER, RECENT, LONG_AGO, BETWEEN].into_iter().chain(counts) {
        for list in ["include", "exclude"] {
            assert!(
                !met(list, ask, &facts) && !met(list, ask, &empty),
                "{list} {ask}"
            );
        }
    }
    let json = format!(r#"{{"exclude": [{{"condition": {{"valueSet": "{NAME}"}}}}]}}"#);
    let report = report(&parse_with(&json, &sets()).unwrap(), &facts, reference());
    let said = &report.criteria[0];
    assert!(said.met && !said.provable);
    assert!(said.because.contains("not rolled up"), "{}", said.because);
}

#[test]
fn windows_over_a_set() {
    let old = record(&[("1", "2020-01-01", Some("2020-02-01"))], sets());
    let both = record(
        &[
            ("1", "2020-01-01", Some("2020-02-01")),
            ("2", "2025-12-01", Some("2025-12-05")),
        ],
        sets(),
    );
    let lasting = record(&[("2", "2020-01-01", None)], sets());
    let cases = [
        (EVER, [true, true, true]),
        (RECENT, [false, true, false]),
        (LONG_AGO, [true, true, true]),
    ];
    for (ask, expected) in cases {
        let found = [&old, &both, &lasting].map(|facts| met("include", ask, facts));
        assert_eq!(found, expected, "{ask}");
    }
    let excluded = [
        (EVER, [false; 3]),
        (RECENT, [true, false, false]),
        (BETWEEN, [true, false, false]),
    ];
    for (ask, expected) in excluded {
        let found = [&old, &both, &lasting].map(|facts| met("exclude", ask, facts));
        assert_eq!(found, expected, "{ask}");
    }
}

#[test]
fn a_set_takes_one_clause_and_one_opening() {
    for ask in [EVER, RECENT] {
        for list in ["include", "exclude"] {
            let json = format!(r#"{{"{list}": [{{"condition": {{"valueSet": "{NAME}"}}{ask}}}]}}"#);
            let compiled = compiled(&json);
            assert_eq!(
                (compiled.clauses(), compiled.openings()),
                (1, 1),
                "{list} {ask}"
            );
        }
    }
}

#[test]
fn however_a_set_is_named_the_hash_is_the_same() {
    let json = |reference: &str| format!(r#"{{"exclude": [{{"condition": {{{reference}}}}}]}}"#);
    let digest = digest();
    let by_name = compiled(&json(&format!(r#""valueSet": "{NAME}""#)));
    let by_digest = json(&format!(r#""valueSet": "{digest}", "display": "diabetes""#));
    let pinned = json(&format!(r#""valueSet": "{NAME}", "digest": "{digest}""#));
    for json in [&by_digest, &pinned] {
        assert_eq!(compiled(json).hash(), by_name.hash());
        // Without the set at hand
        assert_eq!(compile(json).unwrap().hash(), by_name.hash());
    }
    let lines = decompile(&by_name);
    assert_eq!(
        lines,
        [format!(
            "Condition of any code of value set {digest}: number of entries 0 and no undated entry"
        )]
    );
}

#[test]
fn sets_and_codes_stand_in_one_list() {
    let list = format!(
        r#"{{"$in": [{{"valueSet": "{NAME}"}}, {{"system": "{SNOMED}", "code": "9"}}, {{"valueSet": "urn:cancer|1"}}]}}"#
    );
    let json = |place: &str| format!(r#"{{"{place}": [{{"condition": {list}}}]}}"#);
    let [included, excluded] = ["include", "exclude"].map(|place| compiled(&json(place)));
    assert_eq!((included.clauses(), included.openings()), (1, 1));
    assert_eq!((excluded.clauses(), excluded.openings()), (3, 3));
    for code in ["2", "9", "4"] {
        let facts = record(&[(code, "2020-01-01", None)], sets());
        assert!(evaluate(&included, &facts, reference()).holds());
        assert!(!evaluate(&excluded, &facts, reference()).holds());
    }
    let facts = record(&[("8", "2020-01-01", None)], sets());
    assert!(!evaluate(&included, &facts, reference()).holds());
    assert!(evaluate(&excluded, &facts, reference()).holds());
}

#[test]
fn an_answer_is_absent_only_if_the_record_was_rolled_up() {
    let ask = r#""answer": {"system": "urn:q", "code": "POS"}"#;
    let json = format!(r#"{{"exclude": [{{"observation": {{"valueSet": "{NAME}"}}, {ask}}}]}}"#);
    let compiled = compiled(&json);
    assert!(evaluate(&compiled, &record(&[], sets()), reference()).holds());
    assert!(!evaluate(&compiled, &record(&[], ValueSets::default()), reference()).holds());
    assert_eq!(compiled.openings(), 2);
    let few = json.replace(ask, &format!(r#"{ask}, "count": {{"$gte": 2}}"#));
    let few = super::value_sets::compiled(&few);
    assert!(evaluate(&few, &record(&[], sets()), reference()).holds());
    assert!(!evaluate(&few, &record(&[], ValueSets::default()), reference()).holds());
}

#[test]
fn values_of_a_set() {
    let json = |list: &str| {
        format!(
            r#"{{"{list}": [{{"observation": {{"valueSet": "{NAME}"}}, "latest": {{"$gt": 9, "unit": "%"}}}}]}}"#
        )
    };
    let [high, not_high] = ["include", "exclude"].map(|list| compiled(&json(list)));
    let none = record(&[], sets());
    assert!(!evaluate(&high, &none, reference()).holds());
    assert!(evaluate(&not_high, &none, reference()).holds());
    let unknown = record(&[], ValueSets::default());
    assert!(!evaluate(&not_high, &unknown, reference()).holds());
}

#[track_caller]
fn mistake(reference: &str, path: &str, words: &str) {
    let json = format!(r#"{{"exclude": [{{"condition": {reference}}}]}}"#);
    let errors = parse_with(&json, &sets()).expect_err("the reference has a mistake");
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0].path, format!("/exclude/0/condition{path}"));
    let said = format!("{} | {}", errors[0].message, errors[0].hint);
    assert!(said.contains(words), "{said}");
}

#[test]
fn mistakes_in_references() {
    let digest = digest();
    mistake(
        r#"{"valueSet": "urn:diabetes"}"#,
        "/valueSet",
        "urn:diabetes|1",
    );
    mistake(
        r#"{"valueSet": "urn:diabtes|1"}"#,
        "/valueSet",
        "did you mean \"urn:diabetes|1\"",
    );
    mistake(
        r#"{"valueSet": "http://elsewhere.example/unheard-of|7"}"#,
        "/valueSet",
        "--valuesets",
    );
    mistake(
        r#"{"valueSet": "sha256:12"}"#,
        "/valueSet",
        "64 lower-case hex digits",
    );
    mistake(r#"{"valueSet": 7}"#, "/valueSet", "must be a text");
    mistake(
        r#"{"valueSet": "urn:diabetes|1", "digest": "12"}"#,
        "/digest",
        "sha256:",
    );
    mistake(
        r#"{"valueSet": "urn:diabetes|1", "code": "1"}"#,
        "/code",
        "unknown field",
    );
    let other = format!(r#"{{"valueSet": "urn:cancer|1", "digest": "{digest}"}}"#);
    mistake(&other, "/valueSet", "the set at hand has");
    let twice = format!(r#"{{"valueSet": "{digest}", "digest": "{digest}"}}"#);
    mistake(&twice, "/digest", "repeats");
    let same = format!(r#"{{"$in": [{{"valueSet": "{NAME}"}}, {{"valueSet": "{digest}"}}]}}"#);
    mistake(&same, "/$in/1", "twice");
    let answer = format!(
        r#"{{"exclude": [{{"observation": {{"valueSet": "{NAME}"}}, "answer": {{"valueSet": "{NAME}"}}}}]}}"#
    );
    let errors = parse_with(&answer, &sets()).unwrap_err();
    assert_eq!(errors[0].path, "/exclude/0/answer/valueSet");
}

#[test]
fn every_kind_that_criteria_name_is_rolled_up() {
    let facts = record(&[], sets());
    let digest = sets().named(NAME).unwrap().digest();
    for (_, kind) in KINDS {
        let key = FactKey::rolled_up(kind, digest);
        assert!(facts.iter().any(|fact| fact.key == key), "{kind}");
    }
}
