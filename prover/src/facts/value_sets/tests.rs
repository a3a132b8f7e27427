use super::*;
use crate::facts::number::{Ends, NEG_INF};
use crate::facts::{encode, EncodeOptions, Encoded, Fact};
use serde_json::json;
use std::sync::Arc;

const ICD: &str = "http://hl7.org/fhir/sid/icd-10-cm";

fn file(url: &str, version: &str, codes: &[(&str, &str)]) -> (String, Vec<u8>) {
    let include: Vec<Value> = codes
        .iter()
        .map(|(system, code)| json!({"system": system, "concept": [{"code": code}]}))
        .collect();
    let resource = json!({
        "resourceType": "ValueSet", "url": url, "version": version,
        "compose": {"include": include},
    });
    (format!("{url}.json"), resource.to_string().into_bytes())
}

fn diabetes() -> ValueSets {
    let codes = [(ICD, "E11.9"), ("urn:mimic", "E119"), (ICD, "E10.9")];
    ValueSets::read(&[file("urn:diabetes", "1", &codes)]).unwrap()
}

fn only(sets: &ValueSets) -> ValueSetDigest {
    sets.iter().next().unwrap().digest()
}

fn encoded(resources: &[Value], sets: &ValueSets) -> Encoded {
    let mut entries = vec![json!({"resource": {"resourceType": "Patient", "id": "p"}})];
    entries.extend(
        resources
            .iter()
            .map(|resource| json!({"resource": resource})),
    );
    let bundle = json!({"resourceType": "Bundle", "entry": entries}).to_string();
    let options = EncodeOptions {
        value_sets: Arc::new(sets.clone()),
        ..EncodeOptions::default()
    };
    encode(bundle.as_bytes(), &options).unwrap()
}

fn fact<'a>(encoded: &'a Encoded, key: &FactKey) -> Option<&'a Fact> {
    encoded.facts.iter().find(|fact| fact.key == *key)
}

fn condition(codings: &[(&str, &str)], onset: &str) -> Value {
    let codings: Vec<Value> = codings
        .iter()
        .map(|(system, code)| json!({"system": system, "code": code}))
        .collect();
    json!({"resourceType": "Condition", "code": {"coding": codings}, "onsetDateTime": onset, "abatementDateTime": onset})
}

#[test]
fn the_digest_is_pinned() {
    assert_eq!(
        only(&diabetes()).to_string(),
        "sha256:b34ebbbf62aa53cf4c3521e9b17c507652ca5e554a685accd25f99ea6c59a8e7"
    );
}

#[test]
fn a_digest_depends_on_the_codes_alone() {
    let one =
        ValueSets::read(&[file("urn:a", "1", &[(ICD, "1"), (ICD, "2"), (ICD, "1")])]).unwrap();
    let other = ValueSets::read(&[file("urn:b", "7", &[(ICD, "2"), (ICD, "1")])]).unwrap();
    assert_eq!(only(&one), only(&other));
    let oid = ValueSets::read(&[file(
        "urn:a",
        "1",
        &[("urn:oid:2.16.840.1.113883.6.90", "1"), (ICD, "2")],
    )]);
    assert_eq!(only(&oid.unwrap()), only(&one));
    let joined = ValueSets::read(&[file("urn:a", "1", &[(ICD, "12")])]).unwrap();
    assert_ne!(only(&joined), only(&one));
}

#[test]
fn digests_are_read_strictly() {
    let digest = only(&diabetes());
    assert_eq!(digest.to_string().parse(), Ok(digest));
    for wrong in [
        "",
        "sha256:",
        "sha256:12",
        &digest.to_string().to_uppercase(),
        &hex::encode(digest.as_bytes()),
    ] {
        assert_eq!(wrong.parse::<ValueSetDigest>(), Err(DigestError), "{wrong}");
    }
}

#[test]
fn writing_a_set_and_reading_it_gives_the_same() {
    let sets = diabetes();
    let set = sets.iter().next().unwrap();
    let bytes = set.to_fhir().to_string().into_bytes();
    assert_eq!(ValueSets::read(&[("x".to_owned(), bytes)]).unwrap(), sets);
    assert_eq!(ValueSets::from_list(&sets.to_list()).unwrap(), sets);
    let none = ValueSets::default();
    assert_eq!(none.to_list(), b"[]");
    assert_eq!(ValueSets::from_list(b"[]").unwrap(), none);
    for wrong in ["", "{}", "[1]"] {
        assert!(ValueSets::from_list(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn a_name_stands_for_one_set() {
    let files = [
        file("urn:a", "1", &[(ICD, "1")]),
        file("urn:a", "1", &[(ICD, "2")]),
    ];
    let errors = ValueSets::read(&files).unwrap_err();
    assert!(errors[0].reason.contains("two sets"), "{errors:?}");
    let same = [files[0].clone(), files[0].clone()];
    assert_eq!(ValueSets::read(&same).unwrap().iter().count(), 1);
}

#[test]
fn a_record_without_such_an_entry_says_so() {
    let sets = diabetes();
    let record = encoded(&[], &sets);
    for kind in KINDS {
        let fact = fact(&record, &FactKey::rolled_up(kind, only(&sets))).unwrap();
        assert_eq!((fact.count, fact.undated), (0, 0));
        assert_eq!(fact.last_date, Ends::exact(NEG_INF));
        assert_eq!(fact.first_date, Ends::exact(NEG_INF));
        assert!(fact.latest.is_missing());
    }
    assert_eq!(record.facts.len(), KINDS.len());
    assert!(encoded(&[], &ValueSets::default()).facts.is_empty());
}

#[test]
fn an_entry_counts_once_however_many_of_its_codes_are_in_the_set() {
    let sets = diabetes();
    let record = encoded(
        &[
            condition(&[(ICD, "E11.9"), ("urn:mimic", "E119")], "2020-05-01"),
            condition(&[(ICD, "E10.9")], "2021-06-02"),
            condition(&[(ICD, "I10")], "2024-06-02"),
        ],
        &sets,
    );
    let rolled = fact(&record, &FactKey::rolled_up("Condition", only(&sets))).unwrap();
    let first = fact(&record, &FactKey::new("Condition", ICD, "E11.9")).unwrap();
    let last = fact(&record, &FactKey::new("Condition", ICD, "E10.9")).unwrap();
    assert_eq!(rolled.count, 2);
    assert_eq!(rolled.first_date, first.first_date);
    assert_eq!(rolled.last_date, last.last_date);
}

#[test]
fn values_and_answers_are_rolled_up_too() {
    let sets =
        ValueSets::read(&[file("urn:hba1c", "1", &[("urn:l", "1"), ("urn:l", "2")])]).unwrap();
    let result = |code: &str, value: f64, day: &str| {
        json!({
            "resourceType": "Observation", "status": "final", "effectiveDateTime": day,
            "code": {"coding": [{"system": "urn:l", "code": code}]},
            "valueQuantity": {"value": value, "unit": "%"},
        })
    };
    let coded = json!({
        "resourceType": "Observation", "status": "final", "effectiveDateTime": "2020-01-01",
        "code": {"coding": [{"system": "urn:l", "code": "2"}]},
        "valueCodeableConcept": {"coding": [{"system": "urn:q", "code": "POS"}]},
    });
    let results = [
        result("1", 6.5, "2024-01-01"),
        result("2", 7.5, "2023-01-01"),
        coded,
    ];
    let record = encoded(&results, &sets);
    let key = FactKey::rolled_up("Observation", only(&sets));
    let in_percent = fact(&record, &key.with_unit("%")).unwrap();
    let single = fact(
        &record,
        &FactKey::new("Observation", "urn:l", "1").with_unit("%"),
    )
    .unwrap();
    assert_eq!(in_percent.count, 2);
    assert_eq!(in_percent.latest, single.latest);
    assert_ne!(in_percent.max, single.max);
    assert_eq!(
        fact(&record, &key.with_answer("urn:q|POS")).unwrap().count,
        1
    );
    assert_eq!(fact(&record, &key).unwrap().count, 3);
}

#[test]
fn an_open_entry_neither_counts_nor_lets_absence_be_proved() {
    let sets = diabetes();
    let mut unconfirmed = condition(&[(ICD, "E11.9")], "2020-05-01");
    unconfirmed["verificationStatus"] = json!({"coding": [{"code": "unconfirmed"}]});
    let record = encoded(&[unconfirmed], &sets);
    let rolled = fact(&record, &FactKey::rolled_up("Condition", only(&sets))).unwrap();
    assert_eq!((rolled.count, rolled.undated), (0, 1));
    assert!(rolled.last_date.is_missing());
}

#[test]
fn neither_order_of_sets_nor_of_entries_changes_a_record() {
    let files = [
        file("urn:a", "1", &[(ICD, "E11.9")]),
        file("urn:b", "1", &[(ICD, "E11.9"), (ICD, "E10.9")]),
        file("urn:c", "1", &[(ICD, "E10.9"), (ICD, "E11.9")]),
    ];
    let backwards: Vec<_> = files.iter().rev().cloned().collect();
    let [one, other] = [&files[..], &backwards].map(|files| ValueSets::read(files).unwrap());
    let mut entries = vec![
        condition(&[(ICD, "E11.9")], "2020-05-01"),
        condition(&[(ICD, "E10.9")], "2021"),
    ];
    let facts = encoded(&entries, &one).facts;
    entries.reverse();
    assert_eq!(encoded(&entries, &other).facts, facts);
    // Two of the three sets hold the same codes, and are one to the record
    let rolled = facts.iter().filter(|fact| fact.key.value_set().is_some());
    assert_eq!(rolled.count(), 2 * KINDS.len());
}

#[test]
fn no_coding_can_pass_for_a_roll_up() {
    let sets = diabetes();
    let key = FactKey::rolled_up("Condition", only(&sets));
    let forged = condition(
        &[("", &key.code), (" ", &key.code), ("urn:x", &key.code)],
        "2020-05-01",
    );
    let record = encoded(&[forged], &ValueSets::default());
    assert!(fact(&record, &key).is_none());
    assert!(record
        .facts
        .iter()
        .all(|fact| fact.key.value_set().is_none()));
}

#[test]
fn six_thousand_codes_are_one_fact_a_kind() {
    let concepts: Vec<Value> = (0..6_000).map(|n| json!({"code": n.to_string()})).collect();
    let resource = json!({
        "resourceType": "ValueSet", "url": "urn:large", "version": "1",
        "compose": {"include": [{"system": ICD, "concept": concepts}]},
    });
    let sets = ValueSets::read(&[("large".to_owned(), resource.to_string().into_bytes())]).unwrap();
    let entries: Vec<Value> = (0..50)
        .map(|n| condition(&[(ICD, &(n * 100).to_string())], "2020-05-01"))
        .collect();
    let record = encoded(&entries, &sets);
    assert_eq!(
        fact(&record, &FactKey::rolled_up("Condition", only(&sets)))
            .unwrap()
            .count,
        50
    );
    assert_eq!(record.facts.len(), 50 + KINDS.len());
}
