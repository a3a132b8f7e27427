use super::*;
use serde_json::json;

const A: &str = "urn:a";
const B: &str = "urn:b";

/// A ValueSet with this compose.
fn set(url: &str, version: &str, compose: Value) -> (String, Vec<u8>) {
    resource(
        url,
        json!({"version": version, "compose": compose, "title": url}),
    )
}

fn resource(url: &str, mut body: Value) -> (String, Vec<u8>) {
    body["resourceType"] = "ValueSet".into();
    body["url"] = url.into();
    if body.get("version").is_none() {
        body["version"] = "1".into();
    }
    (format!("{url}.json"), body.to_string().into_bytes())
}

fn listed(system: &str, codes: &[&str]) -> Value {
    let concepts: Vec<Value> = codes.iter().map(|code| json!({"code": code})).collect();
    json!({"system": system, "concept": concepts})
}

/// The codes of the first set as `system|code`.
fn codes(files: &[(String, Vec<u8>)]) -> Vec<String> {
    let resolved = resolve(files).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let codes = resolved[0].codes.iter();
    codes
        .map(|coding| format!("{}|{}", coding.system, coding.code))
        .collect()
}

/// Expects one mistake at this place whose reason or hint holds the word.
#[track_caller]
fn refused(files: &[(String, Vec<u8>)], path: &str, word: &str) {
    let errors = resolve(files).expect_err("the set can't be used");
    assert!(
        errors
            .iter()
            .any(|e| e.path == path && (e.reason.contains(word) || e.hint.contains(word))),
        "{errors:#?}"
    );
}

#[test]
fn codes_are_listed_for_several_systems() {
    let compose =
        json!({"include": [listed(A, &["1", "2"]), listed("2.16.840.1.113883.6.1", &["3"])]});
    assert_eq!(
        codes(&[set("urn:s", "1", compose)]),
        ["http://loinc.org|3", "urn:a|1", "urn:a|2"]
    );
}

#[test]
fn sets_refer_to_each_other() {
    let files = [
        set(
            "urn:s",
            "1",
            json!({"include": [{"valueSet": ["urn:t|2"]}, listed(B, &["9"])]}),
        ),
        set("urn:t", "2", json!({"include": [{"valueSet": ["urn:u"]}]})),
        set("urn:u", "1", json!({"include": [listed(A, &["1"])]})),
        set("urn:t", "1", json!({"include": [listed(A, &["7"])]})),
    ];
    assert_eq!(codes(&files), ["urn:a|1", "urn:b|9"]);
}

#[test]
fn within_an_include_everything_must_agree() {
    let compose = json!({"include": [
        {"valueSet": ["urn:t", "urn:u"]},
        {"system": B, "valueSet": ["urn:t"]},
        {"system": A, "concept": [{"code": "1"}, {"code": "4"}], "valueSet": ["urn:t"]},
    ]});
    let files = [
        set("urn:s", "1", compose),
        set(
            "urn:t",
            "1",
            json!({"include": [listed(A, &["1", "2"]), listed(B, &["5"])]}),
        ),
        set("urn:u", "1", json!({"include": [listed(A, &["2", "3"])]})),
    ];
    assert_eq!(codes(&files), ["urn:a|1", "urn:a|2", "urn:b|5"]);
}

#[test]
fn codes_systems_and_sets_are_excluded() {
    let base = [
        listed(A, &["1", "2", "3"]),
        listed(B, &["1"]),
        listed("urn:c", &["1", "2"]),
    ];
    let compose = json!({
        "include": base,
        "exclude": [
            listed(A, &["1"]),
            {"system": B},
            {"system": "urn:c", "valueSet": ["urn:t"]},
        ],
    });
    let files = [
        set("urn:s", "1", compose),
        set(
            "urn:t",
            "1",
            json!({"include": [listed("urn:c", &["2"]), listed(A, &["3"])]}),
        ),
    ];
    assert_eq!(codes(&files), ["urn:a|2", "urn:a|3", "urn:c|1"]);
}

#[test]
fn an_expansion_is_taken_as_it_stands() {
    let contains = json!([
        {"system": A, "code": "1", "contains": [{"system": A, "code": "1.1"}]},
        {"system": A, "code": "2", "abstract": true, "contains": [{"system": A, "code": "2.1"}]},
        {"display": "a heading", "abstract": true, "contains": [{"system": B, "code": "3"}]},
    ]);
    let body = json!({
        "expansion": {"total": 6, "contains": contains},
        "compose": {"include": [{"system": "http://snomed.info/sct"}]},
    });
    assert_eq!(
        codes(&[resource("urn:s", body)]),
        ["urn:a|1", "urn:a|1.1", "urn:a|2.1", "urn:b|3"]
    );
}

#[test]
fn parts_of_an_expansion_are_refused() {
    let one = json!([{"system": A, "code": "1"}]);
    let unclosed = json!([{"url": "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "valueBoolean": true}]);
    for expansion in [
        json!({"total": 2, "contains": one}),
        json!({"offset": 1, "contains": one}),
        json!({"extension": unclosed, "contains": one}),
    ] {
        let file = resource("urn:s", json!({"expansion": expansion}));
        refused(&[file], "/expansion", "only a part");
    }
    let nameless = json!({"expansion": {"contains": [{"code": "1"}]}});
    refused(
        &[resource("urn:s", nameless)],
        "/expansion/contains/0",
        "no system",
    );
}

#[test]
fn what_needs_a_terminology_server_is_refused() {
    let filter = json!({"system": A, "filter": [{"property": "concept", "op": "is-a", "value": "73211009"}]});
    refused(
        &[set("urn:s", "1", json!({"include": [filter]}))],
        "/compose/include/0/filter",
        "concept is-a 73211009",
    );
    refused(
        &[set("urn:s", "1", json!({"include": [{"system": A}]}))],
        "/compose/include/0",
        "terminology server",
    );
    let excluded = json!({"include": [listed(A, &["1"])], "exclude": [filter]});
    refused(
        &[set("urn:s", "1", excluded)],
        "/compose/exclude/0/filter",
        "terminology server",
    );
}

#[test]
fn references_that_lead_nowhere_or_back() {
    let refers = |to: &str| json!({"include": [{"valueSet": [to]}]});
    let at = "/compose/include/0/valueSet/0";
    refused(&[set("urn:s", "1", refers("urn:t"))], at, "not at hand");
    refused(&[set("urn:s", "1", refers("urn:s|1"))], at, "leads back");
    refused(
        &[
            set("urn:s", "1", refers("urn:t")),
            set("urn:t", "1", refers("urn:s")),
        ],
        at,
        "leads back",
    );
    let one = || json!({"include": [listed(A, &["1"])]});
    refused(
        &[
            set("urn:s", "1", refers("urn:t")),
            set("urn:t", "1", one()),
            set("urn:t", "2", one()),
        ],
        at,
        "several versions",
    );
    let chain: Vec<_> = (0..20)
        .map(|n| set(&format!("urn:{n}"), "1", refers(&format!("urn:{}", n + 1))))
        .collect();
    refused(&chain, at, "16 references deep");
}

#[test]
fn files_that_are_no_value_sets() {
    let file = |text: &str| vec![("x.json".to_owned(), text.as_bytes().to_vec())];
    refused(&file("{"), "", "not JSON");
    refused(
        &file(r#"{"resourceType": "CodeSystem"}"#),
        "/resourceType",
        "ValueSet",
    );
    refused(&file(r#"{"resourceType": "ValueSet"}"#), "/url", "missing");
    refused(
        &file(r#"{"resourceType": "ValueSet", "url": "urn:s"}"#),
        "/version",
        "missing",
    );
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    refused(&file(&deep), "", "deeper than 127 levels");
    refused(&[resource("urn:s", json!({}))], "", "neither");
    refused(&[set("urn:s", "1", json!({"include": []}))], "", "no code");
    refused(
        &[set(
            "urn:s",
            "1",
            json!({"include": [{"concept": [{"code": "1"}]}]}),
        )],
        "/compose/include/0/system",
        "system",
    );
    refused(
        &[set(
            "urn:s",
            "1",
            json!({"include": [{"system": A, "concept": [{"code": 1}]}]}),
        )],
        "/compose/include/0/concept/0/code",
        "no text",
    );
    refused(&[set("urn:a|1", "1", json!({}))], "/url", "|");
    refused(
        &[resource("urn:s", json!({"modifierExtension": []}))],
        "/modifierExtension",
        "means",
    );
    refused(
        &[set("urn:s", "1", json!({"include": [{}]}))],
        "/compose/include/0",
        "nothing",
    );
}
