use super::*;
use serde_json::json;

#[allow(
    clippy::needless_pass_by_value,
    reason = "callers write the JSON in place"
)]
fn bundle(entries: Value) -> Bundle {
    let json = json!({"entry": entries, "type": "collection", "resourceType": "Bundle"});
    Bundle::parse(json.to_string().as_bytes()).unwrap()
}

fn kinds(bundle: &Bundle) -> Vec<&str> {
    bundle.resources().map(|resource| resource.kind()).collect()
}

#[test]
fn what_is_not_a_bundle_is_named() {
    for (bytes, message) in [
        (&b""[..], "not JSON: the file is empty"),
        (b"[]", "not a FHIR Bundle but a bare list"),
        (
            b"{}",
            "not a FHIR Bundle but an object without resourceType",
        ),
        (b"7", "not a FHIR Bundle but a bare value"),
        (
            br#"{"resourceType":"Patient"}"#,
            "not a FHIR Bundle but a single Patient resource",
        ),
    ] {
        assert_eq!(Bundle::parse(bytes).unwrap_err().to_string(), message);
    }
    let lines = b"{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Condition\"}\n";
    assert_eq!(Bundle::parse(lines).unwrap_err(), BundleError::Lines);
    assert!(matches!(
        Bundle::parse(b"{").unwrap_err(),
        BundleError::Json(_)
    ));
    assert!(matches!(
        Bundle::parse(b"\xff").unwrap_err(),
        BundleError::Json(_)
    ));
}

#[test]
fn a_byte_order_mark_and_a_bundle_without_entries_are_read() {
    let bundle = Bundle::parse(b"\xef\xbb\xbf{\"resourceType\":\"Bundle\"}").unwrap();
    assert_eq!(bundle.resources().count(), 0);
}

#[test]
fn bad_entries_are_reported_and_the_others_stay() {
    let bundle = bundle(json!([
        {"resource": {"id": "p", "resourceType": "Patient"}},
        7, null, {"resource": "x"}, {"resource": {"id": "no type"}},
        {"response": {"status": "200"}},
        {"resource": {"resourceType": "Condition", "id": "gone"}, "request": {"method": "DELETE"}},
        {"resource": {"resourceType": "Condition"}},
    ]));
    assert_eq!(kinds(&bundle), ["Patient", "Condition"]);
    let places: Vec<_> = bundle.unusable().map(|(label, _)| label).collect();
    assert_eq!(places, ["entry 2", "entry 3", "entry 4", "entry 5"]);
}

#[test]
fn bundles_in_bundles_are_opened() {
    let bundle = bundle(json!([
        {"resource": {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}},
    ]));
    assert_eq!(kinds(&bundle), ["Patient"]);
}

#[test]
fn the_same_resource_twice_is_one() {
    let one = json!({"resource": {"resourceType": "Condition", "id": "a", "code": {"text": "x"}}});
    let other =
        json!({"resource": {"code": {"text": "x"}, "id": "a", "resourceType": "Condition"}});
    let changed =
        json!({"resource": {"resourceType": "Condition", "id": "a", "code": {"text": "y"}}});
    let nameless = json!({"resource": {"resourceType": "Condition", "code": {"text": "x"}}});
    let bundle = bundle(json!([one, other, changed, nameless, nameless]));
    assert_eq!(kinds(&bundle).len(), 4);
}

#[test]
fn labels_name_the_resource_as_well_as_they_can() {
    let bundle = bundle(json!([
        {"resource": {"resourceType": "Condition", "id": "a", "contained": [{"resourceType": "Device", "id": "d"}]}},
        {"resource": {"resourceType": "Condition"}, "fullUrl": "urn:uuid:1"},
        {"resource": {"resourceType": "Condition"}},
    ]));
    let labels: Vec<_> = bundle
        .resources()
        .map(|resource| resource.label())
        .collect();
    assert_eq!(
        labels,
        [
            "Condition/a",
            "Condition urn:uuid:1",
            "Condition in entry 3"
        ]
    );
    let inner = bundle
        .resources()
        .next()
        .unwrap()
        .contained()
        .next()
        .unwrap();
    assert_eq!(inner.label(), "Condition/a#d");
}

#[test]
fn what_nests_too_deep_is_named_with_its_line() {
    let nested = |levels: usize| {
        let (open, close) = ("{\"extension\": [".repeat(levels), "]}".repeat(levels));
        format!(
            "{{\"resourceType\": \"Bundle\",\n\"note\": \"[[[ \\\" {{\",\n\"x\": {open}{close}}}"
        )
    };
    assert!(Bundle::parse(nested(63).as_bytes()).is_ok());
    assert_eq!(
        Bundle::parse(nested(64).as_bytes()).unwrap_err(),
        BundleError::TooDeep { line: 3, most: 127 }
    );
}
