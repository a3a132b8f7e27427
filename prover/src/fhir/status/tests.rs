use super::*;
use serde_json::json;

fn letter(standing: &Standing) -> char {
    match standing {
        Standing::Asserted => 'a',
        Standing::Open(_) => 'o',
        Standing::Rejected(_) => 'r',
    }
}

#[test]
fn statuses_by_kind() {
    for (kind, statuses) in [
        ("Observation", "a final,a amended,a corrected,o preliminary,o registered,o unknown,r cancelled,r entered-in-error"),
        ("DiagnosticReport", "a final,a appended,o partial,o registered,o preliminary,r cancelled"),
        ("Procedure", "a completed,a in-progress,a on-hold,o preparation,o stopped,o unknown,r not-done,r entered-in-error"),
        ("Immunization", "a completed,r not-done,r entered-in-error"),
        ("MedicationRequest", "a active,a on-hold,a completed,a stopped,o draft,o unknown,r cancelled,r entered-in-error"),
        ("MedicationStatement", "a active,a completed,a stopped,a on-hold,o intended,o unknown,r not-taken"),
        ("MedicationAdministration", "a completed,a in-progress,a stopped,o unknown,r not-done"),
        ("MedicationDispense", "a completed,o preparation,o in-progress,o on-hold,o stopped,o unknown,r cancelled,r declined"),
        ("Encounter", "a finished,a in-progress,a arrived,a triaged,a onleave,o planned,o unknown,r cancelled"),
        ("Device", "a active,a inactive,o unknown,r entered-in-error"),
        ("ImagingStudy", "a available,o registered,r cancelled"),
    ] {
        for pair in statuses.split(',') {
            let (expected, status) = pair.split_once(' ').unwrap();
            let found = standing(kind, &json!({"status": status}));
            assert_eq!(letter(&found).to_string(), expected, "{kind} {status}");
        }
    }
}

#[test]
fn an_entry_without_status_is_asserted() {
    assert_eq!(standing("Observation", &json!({})), Standing::Asserted);
    assert_eq!(standing("Condition", &json!({})), Standing::Asserted);
}

#[test]
fn verification_of_conditions_and_allergies() {
    for (code, expected) in [
        ("confirmed", 'a'),
        ("unconfirmed", 'o'),
        ("provisional", 'o'),
        ("differential", 'o'),
        ("refuted", 'r'),
        ("entered-in-error", 'r'),
    ] {
        let coded = json!({"verificationStatus": {"coding": [{"code": code}]}});
        let bare = json!({"verificationStatus": code});
        assert_eq!(letter(&standing("Condition", &coded)), expected, "{code}");
        assert_eq!(
            letter(&standing("AllergyIntolerance", &bare)),
            expected,
            "{code}"
        );
    }
}

#[test]
fn intents_negations_and_modifiers() {
    let request = |field: &str, value: Value| {
        let mut body = json!({"status": "active", "intent": "order"});
        body[field] = value;
        letter(&standing("MedicationRequest", &body))
    };
    for (intent, expected) in [
        ("order", 'a'),
        ("proposal", 'o'),
        ("plan", 'o'),
        ("option", 'o'),
    ] {
        assert_eq!(request("intent", json!(intent)), expected, "{intent}");
    }
    assert_eq!(request("doNotPerform", json!(true)), 'r');
    assert_eq!(request("doNotPerform", json!(false)), 'a');
    assert_eq!(
        request("modifierExtension", json!([{"url": "http://x.example"}])),
        'o'
    );
    assert_eq!(request("modifierExtension", json!([])), 'a');
}

#[test]
fn the_least_certain_field_decides() {
    let body = json!({"status": "draft", "doNotPerform": true});
    assert_eq!(letter(&standing("MedicationRequest", &body)), 'r');
}
