use super::*;
use crate::facts::{
    number::{show_day, show_value, Ends, MISSING_HIGH, NEG_INF, POS_INF},
    tree::FactsTree,
    FactKey,
};
use proptest::prelude::*;
use serde_json::{json, Value};

mod kinds;
mod numbers;
mod own;
mod patients;

const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";

fn bundle(resources: &[Value]) -> Vec<u8> {
    let entries: Vec<Value> = resources
        .iter()
        .map(|resource| json!({"resource": resource}))
        .collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
        .to_string()
        .into_bytes()
}

/// Encodes resources of a patient that is added to them.
fn encoded(resources: &[Value]) -> Encoded {
    let mut all = vec![json!({"resourceType": "Patient", "id": "p"})];
    all.extend_from_slice(resources);
    encode(&bundle(&all), &EncodeOptions::default()).unwrap()
}

fn find(encoded: &Encoded, key: &FactKey) -> Option<Fact> {
    encoded.facts.iter().find(|fact| fact.key == *key).cloned()
}

fn fact(resources: &[Value], key: &FactKey) -> Fact {
    find(&encoded(resources), key).unwrap_or_else(|| panic!("no fact {}", key.to_json_array()))
}

fn keys(resources: &[Value]) -> Vec<String> {
    let mut keys: Vec<String> = encoded(resources)
        .facts
        .iter()
        .map(|fact| fact.key.to_json_array())
        .collect();
    keys.sort();
    keys
}

fn reasons(encoded: &Encoded) -> Vec<String> {
    encoded
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.resource, skipped.reason))
        .collect()
}

/// `missing`, one end if both are the same, else `low/high`.
fn shown(ends: Ends, show: impl Fn(u64) -> Option<String>) -> String {
    let end = |encoded| match encoded {
        NEG_INF => "-inf".to_owned(),
        POS_INF => "inf".to_owned(),
        number => show(number).unwrap(),
    };
    match (ends.low, ends.high) {
        (NEG_INF, MISSING_HIGH) => "missing".into(),
        (low, high) if low == high => end(low),
        (low, high) => format!("{}/{}", end(low), end(high)),
    }
}

/// Least, greatest and latest number.
fn numbers(fact: &Fact) -> [String; 3] {
    [fact.min, fact.max, fact.latest].map(|ends| shown(ends, show_value))
}

/// First and last day.
fn days(fact: &Fact) -> [String; 2] {
    [fact.first_date, fact.last_date].map(|ends| shown(ends, show_day))
}

fn hba1c(day: &str, value: Value) -> Value {
    let mut observation = json!({"resourceType": "Observation", "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "4548-4"}]}, "valueQuantity": {"unit": "%", "code": "%"}});
    observation["valueQuantity"]["value"] = value;
    if !day.is_empty() {
        observation["effectiveDateTime"] = day.into();
    }
    observation
}

fn hba1c_key() -> FactKey {
    FactKey::new("Observation", LOINC, "4548-4")
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "callers write the JSON in place"
)]
fn condition(fields: Value) -> Value {
    let mut condition = json!({"resourceType": "Condition",
        "code": {"coding": [{"system": SNOMED, "code": "44054006"}]}});
    for (field, value) in fields.as_object().unwrap() {
        condition[field] = value.clone();
    }
    condition
}

fn condition_key() -> FactKey {
    FactKey::new("Condition", SNOMED, "44054006")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Entries of all sorts, in any order, make the same facts.
    #[test]
    fn the_order_of_entries_and_codings_changes_nothing(order in Just((0..9).collect::<Vec<usize>>()).prop_shuffle(), swap: bool) {
        let codings = |swap: bool| {
            let mut codings = vec![json!({"system": SNOMED, "code": "1"}), json!({"system": LOINC, "code": "2"})];
            if swap { codings.reverse(); }
            codings
        };
        let resources = |swap: bool| vec![
            json!({"resourceType": "Patient", "id": "p", "birthDate": "1980-02"}),
            hba1c("2020-01-01", json!(7)), hba1c("2020-01", json!(8)), hba1c("", json!(9)), hba1c("2019", json!(6.5)),
            json!({"resourceType": "Observation", "id": "o", "status": "preliminary", "effectiveDateTime": "2020-01-02",
                "code": {"coding": [{"system": LOINC, "code": "4548-4"}]}, "valueString": "high"}),
            json!({"resourceType": "Condition", "id": "a", "code": {"coding": codings(swap)}}),
            json!({"resourceType": "Condition", "id": "a", "code": {"coding": codings(swap)}}),
            json!({"resourceType": "Condition", "id": "b", "code": {"coding": codings(swap), "text": "x"}, "subject": {"reference": "Patient/q"}}),
        ];
        let encode_all = |resources: &[Value]| encode(&bundle(resources), &EncodeOptions::default()).unwrap();
        let straight = encode_all(&resources(false));
        let changed = resources(swap);
        let shuffled: Vec<Value> = order.iter().map(|&index| changed[index].clone()).collect();
        prop_assert_eq!(&encode_all(&shuffled), &straight);
        FactsTree::new(&straight.facts).unwrap();
    }

    /// Whatever stands in a field, nothing panics and the rest of the record is read.
    #[test]
    fn bad_resources_never_stop_the_others(field in "(code|status|subject|effectiveDateTime|valueQuantity|component|contained|encounter|focus|dosageInstruction|verificationStatus|medicationReference|reaction|ingredient)", junk in junk()) {
        for kind in ["Observation", "Condition", "MedicationRequest", "AllergyIntolerance", "Encounter", "Patient"] {
            let mut bad = json!({"resourceType": kind, "id": "p"});
            bad[&field] = junk.clone();
            let patient = json!({"resourceType": "Patient", "id": "p", "gender": "female"});
            let resources = if kind == "Patient" { vec![bad] } else { vec![patient, bad] };
            let mut resources = resources;
            resources.push(condition(json!({})));
            let found = encode(&bundle(&resources), &EncodeOptions::default()).unwrap();
            prop_assert!(find(&found, &condition_key()).is_some());
        }
    }
}

fn junk() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z#/:0-9-]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let field = "(coding|code|system|text|value|unit|reference|start|end|resourceType|id|timing|repeat)";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(field, inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

#[test]
fn more_keys_than_leaves_is_an_error() {
    let coding = |n: usize| json!({"system": SNOMED, "code": n.to_string()});
    let with = |n: usize| {
        let codings: Vec<Value> = (0..n).map(coding).collect();
        let resources = [
            json!({"resourceType": "Patient"}),
            json!({"resourceType": "Condition", "code": {"coding": codings}}),
        ];
        encode(&bundle(&resources), &EncodeOptions::default())
    };
    assert_eq!(with(4_095).unwrap().facts.len(), 4_095);
    assert_eq!(
        with(4_096).unwrap_err(),
        EncodeError::TooManyFacts { found: 4_096 }
    );
}
