//! What each type of resource is about.

use super::*;

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

#[test]
fn simple_kinds_count_under_their_code() {
    for (kind, field) in [
        ("Condition", "code"),
        ("Procedure", "code"),
        ("Immunization", "vaccineCode"),
        ("AllergyIntolerance", "code"),
        ("DiagnosticReport", "code"),
        ("Observation", "code"),
    ] {
        let mut resource = json!({"resourceType": kind});
        resource[field] = concept(SNOMED, "1");
        assert_eq!(
            keys(&[resource]),
            [FactKey::new(kind, SNOMED, "1").to_json_array()]
        );
    }
}

#[test]
fn every_coding_is_a_key_and_counts_an_entry_once() {
    let code = json!({"text": "Type 1 DM", "coding": [
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E10.22"},
        {"system": SNOMED, "code": "46635009"},
        {"system": "urn:oid:2.16.840.1.113883.6.96", "code": "46635009"},
    ]});
    let resources = [json!({"resourceType": "Condition", "code": code})];
    assert_eq!(
        keys(&resources),
        [
            r#"["Condition","http://hl7.org/fhir/sid/icd-10-cm","E10.22","",""]"#,
            r#"["Condition","http://snomed.info/sct","46635009","",""]"#,
        ]
    );
    assert_eq!(
        fact(&resources, &FactKey::new("Condition", SNOMED, "46635009")).count,
        1
    );
}

#[test]
fn words_and_nothing_are_uncoded() {
    for resource in [
        json!({"resourceType": "AllergyIntolerance", "code": {"text": "Penicillin"}}),
        json!({"resourceType": "AllergyIntolerance"}),
    ] {
        assert_eq!(
            keys(&[resource]),
            [FactKey::uncoded("AllergyIntolerance").to_json_array()]
        );
    }
    let substance = json!({"resourceType": "AllergyIntolerance", "code": concept(SNOMED, "1"),
        "reaction": [{"substance": {"text": "amoxicillin"}}, {"substance": concept(RXNORM, "723")}]});
    assert_eq!(keys(&[substance]).len(), 3);
}

#[test]
fn none_known_is_no_fact() {
    let none = json!({"resourceType": "AllergyIntolerance", "id": "n", "code": concept(SNOMED, "716186003")});
    let found = encoded(&[none]);
    assert!(found.facts.is_empty());
    assert_eq!(
        reasons(&found),
        ["AllergyIntolerance/n: says that there is none"]
    );
}

#[test]
fn entries_that_did_not_happen_are_no_facts() {
    let found = encoded(&[
        json!({"resourceType": "Procedure", "id": "1", "status": "not-done", "code": concept(SNOMED, "1")}),
        json!({"resourceType": "Observation", "id": "2", "status": "entered-in-error", "code": concept(SNOMED, "1")}),
        condition(json!({"id": "3", "verificationStatus": concept("x", "refuted")})),
        json!({"resourceType": "MedicationRequest", "id": "4", "status": "cancelled",
            "contained": [{"resourceType": "Condition", "id": "c", "code": concept(SNOMED, "1")}]}),
    ]);
    assert!(found.facts.is_empty());
    assert_eq!(
        reasons(&found),
        [
            "Condition/3: verification status refuted",
            "MedicationRequest/4: status cancelled",
            "Observation/2: status entered-in-error",
            "Procedure/1: status not-done",
        ]
    );
}

#[test]
fn drugs_count_under_code_and_ingredients_and_together() {
    let medication = json!({"resourceType": "Medication", "id": "m", "code": concept(RXNORM, "861010"), "ingredient": [
        {"itemCodeableConcept": concept(RXNORM, "6809")},
        {"itemReference": {"reference": "Substance/s"}},
        {"itemCodeableConcept": concept(SNOMED, "filler"), "isActive": false},
    ]});
    let substance =
        json!({"resourceType": "Substance", "id": "s", "code": concept(SNOMED, "109081006")});
    let reference = json!({"reference": "Medication/m"});
    let resources = [
        json!({"resourceType": "MedicationRequest", "medicationReference": reference}),
        json!({"resourceType": "MedicationStatement", "medicationReference": reference}),
        json!({"resourceType": "MedicationAdministration", "medicationReference": reference}),
        json!({"resourceType": "MedicationDispense", "medicationCodeableConcept": concept(RXNORM, "6809")}),
        medication,
        substance,
    ];
    assert_eq!(
        fact(&resources, &FactKey::new("Medication", RXNORM, "6809")).count,
        4
    );
    assert_eq!(
        fact(&resources, &FactKey::new("Medication", SNOMED, "109081006")).count,
        3
    );
    assert_eq!(
        fact(
            &resources,
            &FactKey::new("MedicationDispense", RXNORM, "6809")
        )
        .count,
        1
    );
    assert!(!keys(&resources)
        .iter()
        .any(|key| key.contains("uncoded") || key.contains("filler")));
}

#[test]
fn contained_drugs_resolve_and_dangling_ones_are_uncoded() {
    let contained = json!({"resourceType": "MedicationRequest", "medicationReference": {"reference": "#m"},
        "contained": [{"resourceType": "Medication", "id": "m", "ingredient": [{"itemReference": {"reference": "#i"}}]},
            {"resourceType": "Medication", "id": "i", "code": concept(RXNORM, "6809")}]});
    assert_eq!(
        fact(&[contained], &FactKey::new("Medication", RXNORM, "6809")).count,
        1
    );
    for reference in [
        json!({"reference": "Medication/gone"}),
        json!({"display": "metformin"}),
    ] {
        let dangling =
            json!({"resourceType": "MedicationRequest", "medicationReference": reference});
        assert_eq!(
            keys(&[dangling]),
            [
                FactKey::uncoded("Medication"),
                FactKey::uncoded("MedicationRequest")
            ]
            .map(|key| key.to_json_array())
        );
    }
}

#[test]
fn encounters_count_under_class_types_and_reasons() {
    let class =
        json!({"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"});
    let encounter = json!({"resourceType": "Encounter", "class": class, "type": [concept(SNOMED, "1")],
        "reasonCode": [concept(SNOMED, "2")], "period": {"start": "2020-01-01"}});
    let key = FactKey::new(
        "Encounter",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        "IMP",
    );
    let found = fact(std::slice::from_ref(&encounter), &key);
    assert_eq!(days(&found), ["2020-01-01", "2020-01-01/inf"]);
    assert_eq!(keys(&[encounter]).len(), 3);
    let local = json!({"resourceType": "Encounter", "class": {"code": "wellness"}, "type": [concept(SNOMED, "1")]});
    assert_eq!(
        keys(&[local]),
        [FactKey::new("Encounter", SNOMED, "1").to_json_array()]
    );
}

#[test]
fn components_are_entries_of_their_own() {
    let part = |code: &str, value: i32| json!({"code": concept(LOINC, code), "valueQuantity": {"value": value, "unit": "mmHg"}});
    let pressure = json!({"resourceType": "Observation", "status": "final", "effectiveDateTime": "2020-01-01",
        "code": concept(LOINC, "85354-9"), "component": [part("8480-6", 120), part("8462-4", 80)]});
    let systolic = fact(
        std::slice::from_ref(&pressure),
        &FactKey::new("Observation", LOINC, "8480-6").with_unit("mm[Hg]"),
    );
    assert_eq!(numbers(&systolic), ["120", "120", "120"]);
    assert_eq!(days(&systolic), ["2020-01-01", "2020-01-01"]);
    assert_eq!(keys(&[pressure]).len(), 5);
}

#[test]
fn answers_have_keys_beside_the_bare_code() {
    let observation = json!({"resourceType": "Observation", "code": concept(LOINC, "72166-2"),
        "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "266919005"}, {"system": LOINC, "code": "LA18978-9"}]}});
    let smoking = FactKey::new("Observation", LOINC, "72166-2");
    let resources = [observation];
    for key in [
        smoking.clone(),
        smoking.with_answer("http://snomed.info/sct|266919005"),
        smoking.with_answer("http://loinc.org|LA18978-9"),
    ] {
        assert_eq!(fact(&resources, &key).count, 1);
    }
    let conclusion = json!({"resourceType": "DiagnosticReport", "code": concept(LOINC, "1"), "conclusionCode": [concept(SNOMED, "2"), {"text": "see text"}]});
    let report = FactKey::new("DiagnosticReport", LOINC, "1");
    let resources = [conclusion];
    assert_eq!(
        fact(&resources, &report.with_answer("http://snomed.info/sct|2")).count,
        1
    );
    assert_eq!(fact(&resources, &report.with_uncoded_answer()).count, 1);
}

#[test]
fn a_test_without_value_proves_neither_presence_nor_absence() {
    let absent = |reason: &str| {
        json!({"resourceType": "Observation", "id": "o", "code": concept(LOINC, "1"),
        "dataAbsentReason": concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", reason)})
    };
    let found = fact(
        &[absent("unknown")],
        &FactKey::new("Observation", LOINC, "1"),
    );
    assert_eq!((found.count, found.undated), (0, 1));
    let not_done = encoded(&[absent("not-performed")]);
    assert!(not_done.facts.is_empty());
    assert_eq!(reasons(&not_done), ["Observation/o: not performed"]);
}

#[test]
fn devices_count_if_they_are_the_patients() {
    let kind = concept(SNOMED, "14106009");
    let own = json!({"resourceType": "Device", "id": "d", "type": kind, "patient": {"reference": "Patient/p"}});
    assert_eq!(
        keys(std::slice::from_ref(&own)),
        [FactKey::new("Device", SNOMED, "14106009").to_json_array()]
    );
    let software = json!({"resourceType": "Device", "id": "d", "type": kind});
    assert!(keys(std::slice::from_ref(&software)).is_empty());
    let used = json!({"resourceType": "DeviceUseStatement", "device": {"reference": "Device/d"}});
    assert_eq!(
        fact(
            &[software, used.clone()],
            &FactKey::new("Device", SNOMED, "14106009")
        )
        .count,
        1
    );
    assert_eq!(keys(&[used]).len(), 2, "uncoded, as use and as device");
}

#[test]
fn contained_results_count_and_take_the_standing_of_their_container() {
    let report = |status: &str| {
        json!({"resourceType": "DiagnosticReport", "status": status, "code": concept(LOINC, "1"),
        "contained": [{"resourceType": "Observation", "id": "o", "status": "final", "code": concept(LOINC, "2")}]})
    };
    let key = FactKey::new("Observation", LOINC, "2");
    assert_eq!(fact(&[report("final")], &key).count, 1);
    assert_eq!(fact(&[report("partial")], &key).count, 0);
    assert!(find(&encoded(&[report("cancelled")]), &key).is_none());
}

#[test]
fn types_that_make_no_facts_are_counted() {
    let found = encoded(&[
        json!({"resourceType": "Claim"}),
        json!({"resourceType": "Claim"}),
        json!({"resourceType": "FamilyMemberHistory", "condition": [{"code": concept(SNOMED, "1")}]}),
        json!({"resourceType": "Medication", "code": concept(SNOMED, "1")}),
    ]);
    assert!(found.facts.is_empty());
    assert_eq!(
        reasons(&found),
        [
            "Claim: a type that makes no facts (2 of them)",
            "FamilyMemberHistory: a type that makes no facts (1 of them)",
        ]
    );
}

#[test]
fn imaging_counts_under_procedure_and_modality() {
    let dicom = "http://dicom.nema.org/resources/ontology/DCM";
    let study = json!({"resourceType": "ImagingStudy", "started": "2020-01-01", "procedureCode": [concept(SNOMED, "1")],
        "series": [{"modality": {"system": dicom, "code": "DX"}}, {"modality": {"system": dicom, "code": "DX"}}]});
    assert_eq!(
        fact(
            std::slice::from_ref(&study),
            &FactKey::new("ImagingStudy", dicom, "DX")
        )
        .count,
        1
    );
    assert_eq!(keys(&[study]).len(), 2);
}

#[test]
fn a_bad_date_is_reported() {
    let found = encoded(&[condition(
        json!({"id": "c", "onsetDateTime": "last spring"}),
    )]);
    assert_eq!(
        reasons(&found),
        ["Condition/c: `last spring` is no date: undated"]
    );
    assert_eq!(find(&found, &condition_key()).unwrap().undated, 1);
}
