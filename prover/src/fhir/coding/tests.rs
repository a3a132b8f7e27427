use super::*;
use serde_json::json;

fn coded(pairs: &[(&str, &str)]) -> Concept {
    let coding = |&(system, code): &(&str, &str)| Coding {
        system: system.into(),
        code: code.into(),
    };
    Concept::Coded(pairs.iter().map(coding).collect())
}

#[test]
fn every_usable_coding_counts_once() {
    let concept = json!({"text": "Type 1 diabetes", "coding": [
        {"system": "http://snomed.info/sct", "code": "46635009"},
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": " E10.22 "},
        {"system": "urn:oid:2.16.840.1.113883.6.96", "code": "46635009"},
        {"code": "local"}, {"system": "http://no.code.example"}, {"display": "words"}, 7,
    ]});
    assert_eq!(
        Concept::read(&concept),
        coded(&[
            ("http://hl7.org/fhir/sid/icd-10-cm", "E10.22"),
            ("http://snomed.info/sct", "46635009"),
        ])
    );
}

#[test]
fn words_and_codes_without_meaning_are_uncoded() {
    let unknown = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    let ips = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
    for concept in [
        json!({"text": "rash after amoxicillin"}),
        json!({"coding": [{"display": "Penicillin"}]}),
        json!({"coding": [{"code": "local"}]}),
        json!({"coding": [{"system": unknown, "code": "unknown"}]}),
        json!({"coding": [{"system": "urn:oid:2.16.840.1.113883.5.1008", "code": "UNK"}]}),
        json!({"coding": [{"system": ips, "code": "no-allergy-info"}]}),
    ] {
        assert_eq!(Concept::read(&concept), Concept::Uncoded, "{concept}");
    }
}

#[test]
fn nothing_known_is_not_nothing_said() {
    let ips = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips";
    for (system, code) in [
        (ips, "no-known-allergies"),
        (ips, "no-known-problems"),
        ("http://snomed.info/sct", "716186003"),
        ("2.16.840.1.113883.6.96", "160245001"),
    ] {
        let concept = json!({"coding": [{"system": system, "code": code}]});
        assert_eq!(Concept::read(&concept), Concept::NoneKnown, "{code}");
    }
    for concept in [
        json!({}),
        json!({"coding": []}),
        json!({"text": " "}),
        json!(7),
    ] {
        assert_eq!(Concept::read(&concept), Concept::Missing, "{concept}");
    }
}

#[test]
fn systems_have_one_name() {
    for (written, name) in [
        ("urn:oid:2.16.840.1.113883.6.1", "http://loinc.org"),
        (
            "2.16.840.1.113883.6.88",
            "http://www.nlm.nih.gov/research/umls/rxnorm",
        ),
        ("http://loinc.org/", "http://loinc.org"),
        (
            "http://snomed.info/sct/731000124108",
            "http://snomed.info/sct",
        ),
        ("urn:oid:1.2.40.0.34.5.171", "urn:oid:1.2.40.0.34.5.171"),
        (
            "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-diagnosis-icd10",
            "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-diagnosis-icd10",
        ),
    ] {
        assert_eq!(canonical_system(written), name);
    }
}
