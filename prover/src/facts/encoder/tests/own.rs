//! Cutting a bundle to one patient.

use super::*;
use std::borrow::Cow;

fn options(patient: &str) -> EncodeOptions {
    let patient = (!patient.is_empty()).then(|| patient.to_owned());
    EncodeOptions {
        patient,
        ..EncodeOptions::default()
    }
}

fn patient(id: &str, family: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "name": [{"family": family}]})
}

fn condition(id: &str, code: &str, subject: Option<&str>) -> Value {
    let mut condition = json!({"resourceType": "Condition", "id": id,
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]}});
    if let Some(subject) = subject {
        condition["subject"] = json!({ "reference": subject });
    }
    condition
}

fn ward() -> Vec<u8> {
    let mut other_focus = condition("baby", "268505", Some("Patient/a"));
    other_focus["resourceType"] = json!("Observation");
    other_focus["focus"] = json!([{ "reference": "Patient/b" }]);
    bundle(&[
        patient("a", "Almeida"),
        patient("b", "Brandt"),
        condition("a1", "268501", Some("Patient/a")),
        condition("b1", "268502", Some("Patient/b")),
        condition("c1", "268503", Some("Patient/elsewhere")),
        condition("n1", "268504", None),
        other_focus,
        json!({"resourceType": "Group", "id": "g", "member": [{"entity": {"reference": "Patient/b"}}]}),
        json!({"resourceType": "RelatedPerson", "id": "r", "patient": {"reference": "Patient/b"}}),
        json!({"resourceType": "Organization", "id": "o", "name": "Ward 7"}),
    ])
}

#[test]
fn nothing_of_other_patients_is_left() {
    let ward = ward();
    let own = own_bundle(&ward, &options("a")).unwrap();
    let text = String::from_utf8(own.bytes.to_vec()).unwrap();
    for theirs in [
        "Brandt",
        "Patient/b",
        "268502",
        "268503",
        "268504",
        "268505",
    ] {
        assert!(!text.contains(theirs), "{theirs}: {text}");
    }
    for mine in ["Almeida", "268501", "Ward 7"] {
        assert!(text.contains(mine), "{mine}: {text}");
    }
    let mut left_out = own.left_out.clone();
    left_out.sort();
    let others = [
        "Condition/b1",
        "Condition/c1",
        "Condition/n1",
        "Group/g",
        "Observation/baby",
        "Patient/b",
        "RelatedPerson/r",
    ];
    assert_eq!(left_out, others);
}

#[test]
fn the_facts_stay_those_of_the_patient() {
    let ward = ward();
    for who in ["a", "b"] {
        let own = own_bundle(&ward, &options(who)).unwrap();
        let alone = encode(&own.bytes, &EncodeOptions::default()).unwrap();
        let among_others = encode(&ward, &options(who)).unwrap();
        assert_eq!(alone.facts, among_others.facts, "{who}");
    }
}

#[test]
fn a_bundle_of_one_patient_keeps_every_byte() {
    let bytes = bundle(&[
        patient("a", "Almeida"),
        condition("a1", "268501", Some("Patient/a")),
        condition("n1", "268504", None),
    ]);
    let own = own_bundle(&bytes, &EncodeOptions::default()).unwrap();
    assert!(matches!(own.bytes, Cow::Borrowed(same) if same == bytes));
    assert!(own.left_out.is_empty());
}

#[test]
fn several_patients_need_a_choice() {
    assert!(matches!(
        own_bundle(&ward(), &EncodeOptions::default()),
        Err(EncodeError::SeveralPatients { .. })
    ));
}
