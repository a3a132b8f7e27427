use super::*;
use serde_json::json;

fn bundle() -> Bundle {
    let json = json!({"resourceType": "Bundle", "entry": [
        {"fullUrl": "http://a.example/fhir/Condition/from", "resource": {"resourceType": "Condition", "id": "from",
            "contained": [{"resourceType": "Medication", "id": "inner"}]}},
        {"fullUrl": "http://a.example/fhir/Encounter/1", "resource": {"resourceType": "Encounter", "id": "1", "on": "a"}},
        {"fullUrl": "http://b.example/fhir/Encounter/1", "resource": {"resourceType": "Encounter", "id": "1", "on": "b"}},
        {"fullUrl": "urn:uuid:0001", "resource": {"resourceType": "Medication"}},
        {"resource": {"resourceType": "Medication", "id": "0002"}},
    ]});
    Bundle::parse(json.to_string().as_bytes()).unwrap()
}

fn resolve(name: &str) -> Option<Value> {
    let bundle = bundle();
    let index = Index::new(&bundle);
    let from = bundle.resources().next().unwrap();
    let found = index.resolve(from, &json!({"reference": name}))?;
    Some(found.body.clone())
}

#[test]
fn every_form_of_reference_resolves() {
    assert_eq!(
        resolve("http://b.example/fhir/Encounter/1").unwrap()["on"],
        "b"
    );
    assert_eq!(
        resolve("Encounter/1").unwrap()["on"],
        "a",
        "on the server of the referring entry"
    );
    assert_eq!(resolve("Encounter/1/_history/3").unwrap()["on"], "a");
    assert_eq!(
        resolve("urn:uuid:0001").unwrap()["resourceType"],
        "Medication"
    );
    assert_eq!(resolve("urn:uuid:0002").unwrap()["id"], "0002");
    assert_eq!(resolve("Medication/0002").unwrap()["id"], "0002");
    assert_eq!(
        resolve("https://elsewhere.example/Medication/0002").unwrap()["id"],
        "0002"
    );
    assert_eq!(resolve("#inner").unwrap()["id"], "inner");
    assert_eq!(resolve("#").unwrap()["id"], "from");
}

#[test]
fn a_reference_may_lead_nowhere() {
    for name in [
        "Encounter/2",
        "urn:uuid:0003",
        "#other",
        "",
        "Encounter",
        "http://c.example/fhir/Encounter/1",
        "http://c.example/fhir/Condition/from",
    ] {
        assert_eq!(resolve(name), None, "{name:?}");
    }
}
