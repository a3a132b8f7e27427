use super::*;
use crate::facts::{
    number::{Day, MISSING_HIGH, NEG_INF, POS_INF, VALUE_BIAS},
    FactKey, Skipped,
};

fn example() -> Encoded {
    let day = |number| Day::from_number(number).encode();
    let key = FactKey::new("Observation", "http://loinc.org", "4548-4").with_unit("%");
    Encoded {
        facts: vec![Fact {
            key,
            count: 2,
            undated: 1,
            min: Ends::exact(VALUE_BIAS + 6_250_000),
            max: Ends {
                low: VALUE_BIAS + 14_000_000,
                high: POS_INF,
            },
            latest: Ends::MISSING,
            first_date: Ends::exact(day(0)),
            last_date: Ends {
                low: day(1),
                high: day(2),
            },
        }],
        skipped: vec![Skipped {
            resource: "Claim".into(),
            reason: "why".into(),
        }],
        value_sets: std::sync::Arc::default(),
    }
}

#[test]
fn json_has_the_agreed_form() {
    let json = to_json(&example()).unwrap();
    let key = "0x".to_owned() + &hex::encode(example().facts[0].key.digest().to_be_bytes());
    let expected = json!({
        "key": key, "kind": "Observation", "system": "http://loinc.org", "code": "4548-4", "unit": "%", "answer": "",
        "count": 2, "undated": 1, "min": "6.25", "max": {"low": "14", "high": null}, "latest": null,
        "firstDate": "1900-01-01", "lastDate": {"low": "1900-01-02", "high": "1900-01-03"},
    });
    assert_eq!(json["facts"], json!([expected]));
    assert_eq!(json["mappingVersion"], 1);
    assert_eq!(json["valueSets"], json!([]));
    assert_eq!(
        json["skipped"],
        json!([{"resource": "Claim", "reason": "why"}])
    );
    assert_eq!(json["factsRoot"].as_str().unwrap().len(), 66);
    assert_eq!(json.as_object().unwrap().len(), 5);
}

#[test]
fn ends_in_a_few_words() {
    let value = |low, high| ends_in_words(Ends { low, high }, show_value);
    assert_eq!(value(VALUE_BIAS, VALUE_BIAS), "0");
    assert_eq!(value(VALUE_BIAS, VALUE_BIAS + 1_500_000), "0 to 1.5");
    assert_eq!(value(VALUE_BIAS, POS_INF), "at least 0");
    assert_eq!(value(NEG_INF, VALUE_BIAS), "at most 0");
    assert_eq!(value(NEG_INF, POS_INF), "any");
    assert_eq!(value(NEG_INF, MISSING_HIGH), "-");
}
