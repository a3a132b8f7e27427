use super::*;
use crate::facts::number::show_value;
use serde_json::json;

/// A measure as `low..high unit`.
#[allow(
    clippy::needless_pass_by_value,
    reason = "callers write the JSON in place"
)]
fn measured(observation: Value) -> Option<String> {
    let measure = read(&observation).measure?;
    let end = |encoded| show_value(encoded).unwrap_or_else(|| "inf".into());
    Some(match (end(measure.low), end(measure.high)) {
        (low, high) if low == high && low != "inf" => format!("{low} {}", measure.unit),
        (low, high) => format!("{low}..{high} {}", measure.unit),
    })
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "callers write the JSON in place"
)]
fn quantity(fields: Value) -> Option<String> {
    measured(json!({"valueQuantity": fields}))
}

#[test]
fn quantities_in_their_canonical_unit() {
    let ucum = "http://unitsofmeasure.org";
    let own = "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-units";
    for (fields, expected) in [
        (
            json!({"value": 7.2, "unit": "percent", "code": "%", "system": ucum}),
            "7.2 %",
        ),
        (json!({"value": 7.2, "unit": "%", "system": ucum}), "7.2 %"),
        (json!({"value": 120, "unit": "mmHg"}), "120 mm[Hg]"),
        (
            json!({"value": 5, "unit": "ml", "code": "x17", "system": own}),
            "5 mL",
        ),
        (
            json!({"value": 5, "code": "drops", "system": own}),
            "5 drops",
        ),
        (json!({"value": "5.50", "code": "kg"}), "5.5 kg"),
        (json!({"value": 5}), "5 "),
        (json!({"value": 5, "unit": "{score}"}), "5 1"),
    ] {
        assert_eq!(
            quantity(fields.clone()).as_deref(),
            Some(expected),
            "{fields}"
        );
    }
}

#[test]
fn exponents_keep_their_meaning() {
    let json: Value = serde_json::from_str(
        r#"{"valueQuantity": {"value": 1E+8, "comparator": ">", "unit": "[CFU]/mL"}}"#,
    )
    .unwrap();
    assert_eq!(measured(json).as_deref(), Some("100000000..inf [CFU]/mL"));
    let json: Value =
        serde_json::from_str(r#"{"valueQuantity": {"value": 1.50e-2, "unit": "%"}}"#).unwrap();
    assert_eq!(measured(json).as_deref(), Some("0.015 %"));
}

#[test]
fn comparators_and_ranges_leave_ends_open() {
    for (comparator, expected) in [
        ("<", "inf..5 %"),
        ("<=", "inf..5 %"),
        (">", "5..inf %"),
        (">=", "5..inf %"),
        ("ad", "inf..inf %"),
        ("~", "inf..inf %"),
    ] {
        let found = quantity(json!({"value": 5, "unit": "%", "comparator": comparator}));
        assert_eq!(found.as_deref(), Some(expected), "{comparator}");
    }
    let range = |low: Value, high: Value| {
        let mut range = json!({});
        if low != Value::Null {
            range["low"] = low;
        }
        if high != Value::Null {
            range["high"] = high;
        }
        measured(json!({"valueRange": range}))
    };
    let five = json!({"value": 5, "unit": "g/L"});
    let nine = json!({"value": 0.9, "unit": "g/dL"});
    assert_eq!(range(five.clone(), nine).as_deref(), Some("500..900 mg/dL"));
    assert_eq!(
        range(five.clone(), Value::Null).as_deref(),
        Some("500..inf mg/dL")
    );
    assert_eq!(
        range(Value::Null, five.clone()).as_deref(),
        Some("inf..500 mg/dL")
    );
    assert_eq!(range(five, json!({"value": 7, "unit": "mmol/L"})), None);
}

#[test]
fn a_number_that_cannot_be_read_is_open_or_hidden() {
    assert_eq!(
        quantity(json!({"unit": "%"})).as_deref(),
        Some("inf..inf %")
    );
    assert_eq!(
        quantity(json!({"value": "12,0", "unit": "%"})).as_deref(),
        Some("inf..inf %")
    );
    for observation in [
        json!({"valueQuantity": {"value": "many"}}),
        json!({"valueRatio": {}}),
        json!({"valueString": "NO GROWTH."}),
        json!({"valueCodeableConcept": {"text": "trace"}}),
        json!({"dataAbsentReason": {"text": "unknown"}}),
    ] {
        let found = read(&observation);
        assert!(
            found.hides_number && found.measure.is_none(),
            "{observation}"
        );
    }
}

#[test]
fn answers_are_codes_booleans_or_words() {
    let coded = |answers: &[&str]| -> BTreeSet<Answer> {
        answers
            .iter()
            .map(|answer| Answer::Coded((*answer).into()))
            .collect()
    };
    let concept = json!({"coding": [
        {"system": "http://snomed.info/sct", "code": "10828004"},
        {"system": "http://loinc.org", "code": "LA6576-8"},
    ], "text": "positive"});
    let found = read(&json!({"valueCodeableConcept": concept}));
    assert_eq!(
        found.answers,
        coded(&[
            "http://loinc.org|LA6576-8",
            "http://snomed.info/sct|10828004"
        ])
    );
    assert!(!found.hides_number);
    assert_eq!(
        read(&json!({"valueBoolean": true})).answers,
        coded(&["true"])
    );
    assert_eq!(
        read(&json!({"valueBoolean": "false"})).answers,
        coded(&["false"])
    );
    assert_eq!(
        read(&json!({"valueString": "2"})).answers,
        [Answer::Words].into()
    );
    for observation in [
        json!({"valueTime": "10:00:00"}),
        json!({"valueDateTime": "2020-01-01"}),
        json!({}),
    ] {
        assert_eq!(read(&observation), Reading::default(), "{observation}");
    }
    assert_eq!(measured(json!({"valueInteger": 3})).as_deref(), Some("3 "));
}
