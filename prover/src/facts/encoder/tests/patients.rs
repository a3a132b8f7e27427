//! Whose record it is.

use super::*;

fn choose(resources: &[Value], patient: &str) -> Result<Encoded, EncodeError> {
    let patient = (!patient.is_empty()).then(|| patient.to_owned());
    encode(
        &bundle(resources),
        &EncodeOptions {
            patient,
            ..EncodeOptions::default()
        },
    )
}

fn patient(id: &str) -> Value {
    json!({"resourceType": "Patient", "id": id})
}

#[test]
fn birth_date_sex_and_death_are_facts() {
    let resources = [
        json!({"resourceType": "Patient", "birthDate": "1984-07-03", "gender": "female",
        "deceasedDateTime": "2020-02-03T04:05:06+01:00"}),
    ];
    let found = choose(&resources, "").unwrap();
    let born = find(&found, &FactKey::birth_date()).unwrap();
    assert_eq!(numbers(&born), ["19840703", "19840703", "19840703"]);
    assert_eq!(days(&born), ["1984-07-03", "1984-07-03"]);
    let sex = FactKey::sex("female").to_json_array();
    assert_eq!(
        sex,
        r#"["Patient","","gender","","http://hl7.org/fhir/administrative-gender|female"]"#
    );
    for key in [FactKey::any_sex(), FactKey::sex("female")] {
        assert_eq!(find(&found, &key).unwrap().count, 1);
    }
    let died = find(&found, &FactKey::deceased()).unwrap();
    assert_eq!(days(&died), ["2020-02-03", "2020-02-03"]);
    assert_eq!(found.facts.len(), 4);
}

#[test]
fn a_partial_birth_date_has_two_ends() {
    let resources = [json!({"resourceType": "Patient", "birthDate": "1984-02"})];
    let born = find(&choose(&resources, "").unwrap(), &FactKey::birth_date()).unwrap();
    assert_eq!(numbers(&born), ["19840201/19840229"; 3]);
}

#[test]
fn death_without_date_and_life() {
    let dead = |value: Value| {
        let resources = [json!({"resourceType": "Patient", "deceasedBoolean": value})];
        find(&choose(&resources, "").unwrap(), &FactKey::deceased())
    };
    for value in [json!(true), json!("true")] {
        assert_eq!(
            dead(value).map(|fact| (fact.count, fact.undated)),
            Some((1, 1))
        );
    }
    assert_eq!(dead(json!(false)), None);
}

#[test]
fn several_patients_are_listed_and_one_is_chosen() {
    let about = |id: &str, code: &str| {
        json!({"resourceType": "Condition", "id": code, "subject": {"reference": format!("Patient/{id}")},
            "code": {"coding": [{"system": SNOMED, "code": code}]}})
    };
    let unstated = json!({"resourceType": "Condition", "id": "x", "code": {"text": "x"}});
    let resources = [
        patient("b"),
        patient("a"),
        about("a", "1"),
        about("b", "2"),
        unstated,
    ];
    assert_eq!(
        choose(&resources, "").unwrap_err().to_string(),
        "the bundle holds 2 patients: a, b"
    );
    for name in ["a", "Patient/a"] {
        let found = choose(&resources, name).unwrap();
        let keys: Vec<&str> = found
            .facts
            .iter()
            .map(|fact| fact.key.code.as_str())
            .collect();
        assert_eq!(keys, ["1"]);
        assert_eq!(
            reasons(&found),
            [
                "Condition/2: is about Patient/b",
                "Condition/x: names no patient, and the bundle holds several"
            ]
        );
    }
    assert_eq!(
        choose(&resources, "c").unwrap_err().to_string(),
        "no single patient is called c; the bundle holds a, b"
    );
}

#[test]
fn a_bundle_without_patient_is_an_error() {
    assert_eq!(
        choose(&[condition(json!({}))], "").unwrap_err(),
        EncodeError::NoPatient
    );
    assert_eq!(choose(&[], "").unwrap_err(), EncodeError::NoPatient);
}

#[test]
fn the_same_patient_twice_is_one() {
    assert!(choose(&[patient("a"), patient("a")], "").is_ok());
}

#[test]
fn what_is_about_somebody_else_does_not_count() {
    let found = encoded(&[
        condition(json!({"id": "1", "subject": {"reference": "Patient/q"}})),
        condition(json!({"id": "2", "subject": {"reference": "urn:uuid:q"}})),
        json!({"resourceType": "Observation", "id": "3", "subject": {"reference": "Patient/p"},
            "focus": [{"reference": "RelatedPerson/baby"}], "code": {"coding": [{"system": LOINC, "code": "1"}]}}),
    ]);
    assert!(found.facts.is_empty());
    assert_eq!(
        reasons(&found),
        [
            "Condition/1: is about Patient/q",
            "Condition/2: is about urn:uuid:q",
            "Observation/3: is about RelatedPerson/baby",
        ]
    );
}

#[test]
fn the_patient_has_many_names() {
    let identifier = json!({"system": "http://hospital.example", "value": "77"});
    let entries = |subject: Value| {
        json!({"resourceType": "Bundle", "entry": [
            {"fullUrl": "https://a.example/fhir/Patient/p", "resource":
                {"resourceType": "Patient", "id": "p", "identifier": [identifier]}},
            {"fullUrl": "https://a.example/fhir/Condition/c", "resource": condition(json!({"subject": subject}))},
        ]})
    };
    for subject in [
        json!({"reference": "Patient/p"}),
        json!({"reference": "https://a.example/fhir/Patient/p"}),
        json!({"reference": "Patient/p/_history/2"}),
        json!({"identifier": identifier}),
        json!({"display": "Jane"}),
    ] {
        let bytes = entries(subject.clone()).to_string().into_bytes();
        let found = encode(&bytes, &EncodeOptions::default()).unwrap();
        assert!(find(&found, &condition_key()).is_some(), "{subject}");
    }
    for subject in [
        json!({"reference": "https://b.example/fhir/Patient/p"}),
        json!({"identifier": {"value": "78"}}),
    ] {
        let bytes = entries(subject.clone()).to_string().into_bytes();
        let found = encode(&bytes, &EncodeOptions::default()).unwrap();
        assert!(find(&found, &condition_key()).is_none(), "{subject}");
    }
}
