use super::*;

const LOINC: &str = r#"{"system": "http://loinc.org", "code": "4548-4"}"#;

/// The mistakes in a document as `path: message | hint`.
fn mistakes(json: &str) -> Vec<String> {
    let errors = parse(json).expect_err("the document has a mistake");
    let lines = errors.iter();
    lines
        .map(|e| format!("{}: {} | {}", e.path, e.message, e.hint))
        .collect()
}

/// The mistakes in one criterion to include.
fn criterion(json: &str) -> Vec<String> {
    mistakes(&format!(r#"{{"include": [{json}]}}"#))
}

/// Expects one mistake at this place, whose message and hint hold these words.
#[track_caller]
fn expect(found: &[String], path: &str, words: &[&str]) {
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("{path}: ")), "{found:?}");
    for word in words {
        assert!(found[0].contains(word), "{word:?} in {found:?}");
    }
}

#[test]
fn documents() {
    expect(&mistakes(""), "", &["not JSON"]);
    expect(&mistakes("{\"include\": [}"), "", &["line 1 column 14"]);
    expect(
        &mistakes("[]"),
        "",
        &["must be an object, not an empty list"],
    );
    expect(&mistakes("{}"), "", &["no criteria"]);
    expect(
        &mistakes(r#"{"include": []}"#),
        "/include",
        &["an empty list"],
    );
    expect(
        &mistakes(r#"{"includes": []}"#)[1..],
        "/includes",
        &["did you mean \"include\"?"],
    );
    expect(&mistakes(&" ".repeat(MOST_BYTES + 1)), "", &["1 MiB"]);
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    expect(&mistakes(&deep), "", &["deeper than 127 levels"]);
}

#[test]
fn repeated_members() {
    let twice = r#"{"include": [{"age": {"$gte": 18, "$gte": 21}}]}"#;
    expect(&mistakes(twice), "/include/0/age/$gte", &["twice"]);
    let escaped = r#"{"include": [{"sex": "male", "text": "a \"sex\": b", "s\u0065x": "female"}]}"#;
    expect(&mistakes(escaped), "/include/0/sex", &["twice"]);
}

#[test]
fn subjects() {
    expect(
        &criterion("{}"),
        "/include/0",
        &["nothing that can be tested"],
    );
    expect(
        &criterion(r#"{"aeg": {"$gte": 18}}"#),
        "/include/0",
        &["\"age\" instead of \"aeg\""],
    );
    expect(
        &criterion(r#"{"age": {"$gte": 18}, "sex": "male"}"#),
        "/include/0",
        &["age and sex at once"],
    );
    expect(
        &criterion(r#"{"age": {"$gte": 18}, "window": {}}"#),
        "/include/0/window",
        &["unknown field"],
    );
    expect(&criterion("7"), "/include/0", &["not the number 7"]);
    expect(
        &criterion(r#"{"deceased": "no"}"#),
        "/include/0/deceased",
        &["true or false"],
    );
    expect(
        &criterion(r#"{"sex": "F"}"#),
        "/include/0/sex",
        &["write \"female\""],
    );
    expect(
        &criterion(r#"{"sex": {"$in": ["male", "femal"]}}"#),
        "/include/0/sex/$in/1",
        &["write \"female\""],
    );
}

#[test]
fn parts() {
    let part = r#"{"sex": "male"}"#;
    let other = r#"{"sex": "female"}"#;
    expect(
        &criterion(&format!(
            r#"{{"atLeast": 2, "of": [{part}, {other}, {part}]}}"#
        )),
        "/include/0/of/2",
        &["count twice"],
    );
    expect(
        &criterion(r#"{"any": []}"#),
        "/include/0/any",
        &["empty list"],
    );
    expect(
        &criterion(&format!(r#"{{"atLeast": 3, "of": [{part}, {other}]}}"#)),
        "/include/0/atLeast",
        &["1 to 2"],
    );
    expect(
        &criterion(&format!(r#"{{"atLeast": 0, "of": [{part}]}}"#)),
        "/include/0/atLeast",
        &["exclude"],
    );
    expect(
        &criterion(r#"{"atLeast": 1}"#),
        "/include/0",
        &["\"of\" is missing"],
    );
    let deep = format!("{}{part}{}", r#"{"all": ["#.repeat(9), "]}".repeat(9));
    assert!(criterion(&deep)[0].contains("8 deep"));
}

#[test]
fn numbers() {
    let age = |json: &str| criterion(&format!(r#"{{"age": {json}}}"#));
    let at = "/include/0/age";
    expect(&age("18"), at, &["{\"$gte\": 18}"]);
    expect(&age("{}"), at, &["no operator"]);
    expect(
        &age(r#"{"gte": 18}"#)[1..],
        "/include/0/age/gte",
        &["did you mean \"$gte\"?"],
    );
    expect(
        &age(r#"{"$gte": "18"}"#),
        "/include/0/age/$gte",
        &["without quotes"],
    );
    expect(
        &age(r#"{"$gte": 17.5}"#),
        "/include/0/age/$gte",
        &["whole number of years"],
    );
    expect(
        &age(r#"{"$gt": 18}"#),
        "/include/0/age/$gt",
        &["\"$gte\": 18", "\"$gte\": 19"],
    );
    expect(&age(r#"{"$gte": 75, "$lte": 18}"#), at, &["swap them"]);
    expect(
        &age(r#"{"$between": [18]}"#),
        "/include/0/age/$between",
        &["two numbers"],
    );
    expect(
        &age(r#"{"$eq": 18, "$lte": 20}"#),
        at,
        &["can't stand together"],
    );
    expect(&age(r#"{"$gte": 0}"#), at, &["always true"]);
    expect(&age(r#"{"$lt": 0}"#), at, &["nothing is below 0"]);
}

#[test]
fn codes_and_answers() {
    let condition = |json: &str| criterion(&format!(r#"{{"condition": {json}}}"#));
    let at = "/include/0/condition";
    expect(
        &condition(r#""http://snomed.info/sct|1""#),
        at,
        &["must be an object"],
    );
    expect(&condition("[]"), at, &["$in"]);
    expect(
        &condition(r#"{"$in": []}"#),
        "/include/0/condition/$in",
        &["empty list"],
    );
    expect(
        &condition(r#"{"system": "SNOMED", "code": "1"}"#),
        "/include/0/condition/system",
        &["http://snomed.info/sct"],
    );
    expect(
        &condition(r#"{"system": "icd10cm", "code": "1"}"#),
        "/include/0/condition/system",
        &["sid/icd-10-cm"],
    );
    expect(
        &condition(r#"{"system": "urn:a"}"#),
        at,
        &["\"code\" is missing"],
    );
    expect(
        &condition(r#"{"system": "urn:a", "code": 44054006}"#),
        "/include/0/condition/code",
        &["not the number"],
    );
    expect(
        &condition(r#"{"system": "urn:a", "code": " 1"}"#),
        "/include/0/condition/code",
        &["blanks"],
    );
    expect(
        &condition(
            r#"{"$in": [{"system": "urn:a", "code": "1"}, {"system": "urn:a", "code": "1"}]}"#,
        ),
        "/include/0/condition/$in/1",
        &["twice"],
    );
    expect(
        &criterion(r#"{"condition": "uncoded", "answer": true}"#),
        "/include/0/answer",
        &["only observations"],
    );
}

#[test]
fn questions() {
    let hba1c = |json: &str| criterion(&format!(r#"{{"observation": {LOINC}, {json}}}"#));
    expect(
        &hba1c(r#""$exists": false"#),
        "/include/0/$exists",
        &["\"$absent\": true"],
    );
    expect(
        &hba1c(r#""$gte": 6.5"#)[1..],
        "/include/0/$gte",
        &["unknown operator"],
    );
    expect(
        &hba1c(r#""latest": {"$gte": 6.5}"#),
        "/include/0/latest",
        &["\"unit\" is missing"],
    );
    expect(
        &hba1c(r#""latest": 6.5"#),
        "/include/0/latest",
        &["must be an object"],
    );
    expect(
        &hba1c(r#""latest": {"$gte": 1e30, "unit": "%"}"#),
        "/include/0/latest/$gte",
        &["beyond"],
    );
    expect(
        &hba1c(r#""min": {"$gte": 1, "unit": "%"}, "max": {"$lt": 2, "unit": "%"}"#),
        "/include/0",
        &["max and min", "all"],
    );
    expect(
        &hba1c(r#""count": {"$gte": 2}, "window": {"from": "1 year ago"}"#),
        "/include/0/window",
        &["all times together"],
    );
    expect(
        &hba1c(r#""answer": true, "max": {"$lt": 2, "unit": "%"}"#),
        "/include/0/answer",
        &["no number"],
    );
    expect(
        &hba1c(r#""latets": {}"#),
        "/include/0/latets",
        &["did you mean \"latest\"?"],
    );
}

#[test]
fn days() {
    let window =
        |json: &str| criterion(&format!(r#"{{"observation": {LOINC}, "window": {json}}}"#));
    let from = "/include/0/window/from";
    expect(&window("{}"), "/include/0/window", &["neither"]);
    expect(
        &window(r#"{"from": "6 months"}"#),
        from,
        &["\"6 months ago\""],
    );
    expect(&window(r#"{"from": "P6M"}"#), from, &["2 years ago"]);
    expect(
        &window(r#"{"from": "-6 months ago"}"#),
        from,
        &["not a day"],
    );
    expect(
        &window(r#"{"from": "6  months ago"}"#),
        from,
        &["not a day"],
    );
    expect(&window(r#"{"from": "2024-02-30"}"#), from, &["not a day"]);
    expect(
        &window(r#"{"from": "900 years ago"}"#),
        from,
        &["200 years"],
    );
    expect(&window(r#"{"from": 30}"#), from, &["not the number 30"]);
    expect(
        &window(r#"{"from": "1 year ago", "to": "5 years ago"}"#),
        "/include/0/window",
        &["starts after it ends"],
    );
    expect(
        &criterion(&format!(
            r#"{{"observation": {LOINC}, "lastDate": {{"$in": []}}}}"#
        )),
        "/include/0/lastDate/$in",
        &["list of days"],
    );
}

#[test]
fn every_mistake_is_reported_at_once() {
    let document =
        r#"{"include": [{"age": {"$gt": 18}}, {"sex": "F"}], "exclude": [{"deceased": 1}]}"#;
    assert_eq!(mistakes(document).len(), 3);
}

#[test]
fn what_reading_accepts_the_schema_accepts() {
    let documents = [
        r#"{"include": [{"text": "x", "age": {"$between": [18, 75]}}, {"sex": {"$in": ["male", "other"]}}]}"#,
        r#"{"exclude": [{"deceased": true}, {"condition": "uncoded"}]}"#,
        r#"{"include": [{"atLeast": 1, "of": [{"all": [{"any": [{"sex": "male"}]}]}]}]}"#,
        r#"{"include": [{"observation": {"$in": [{"system": "urn:a", "code": "b c", "display": "d"}]}, "answer": {"system": "urn:a", "code": "1"}, "window": {"from": "2 weeks ago", "to": "2024-01-01"}}]}"#,
        r#"{"include": [{"observation": {"system": "urn:a", "code": "1"}, "value": {"$gt": -1.5e1, "$lt": 2, "unit": ""}}]}"#,
        r#"{"include": [{"procedure": {"system": "urn:a", "code": "1"}, "lastDate": {"$gt": "10 days ago"}}]}"#,
    ];
    for document in documents {
        parse(document).unwrap_or_else(|errors| panic!("{document}: {errors:?}"));
    }
}
