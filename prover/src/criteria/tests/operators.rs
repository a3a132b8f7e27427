//! Every operator on every column, and what is refused.

use super::*;

const HBA1C: &str = r#""observation": {"system": "http://loinc.org", "code": "4548-4"}"#;

fn include(criterion: &str) -> String {
    format!(r#"{{"include": [{{{criterion}}}]}}"#)
}

fn exclude(criterion: &str) -> String {
    format!(r#"{{"exclude": [{{{criterion}}}]}}"#)
}

fn hash(json: &str) -> crate::field::Fr {
    compile(json).unwrap().hash()
}

fn counted(count: u64) -> Vec<Fact> {
    vec![fact(condition("1"), count, 40, 20)]
}

#[test]
fn numbers_can_be_denied() {
    let code = format!(r#""condition": {{"system": "{SNOMED}", "code": "1"}}"#);
    let not_two = include(&format!(r#"{code}, "count": {{"$ne": 2}}"#));
    let not_listed = include(&format!(r#"{code}, "count": {{"$nin": [2, 4]}}"#));
    for (count, is_not_two, is_not_listed) in [
        (1, true, true),
        (2, false, false),
        (3, true, true),
        (4, true, false),
    ] {
        assert_eq!(holds(&not_two, &counted(count)), is_not_two);
        assert_eq!(holds(&not_listed, &counted(count)), is_not_listed);
    }
    assert!(holds(&not_two, &[]) && holds(&not_listed, &[]));
    let age = include(r#""age": {"$nin": [18, 19]}"#);
    assert!(holds(&age, &[born(20_060_101)]));
    assert!(!holds(&age, &[born(20_080_101)]));
    let value = include(&format!(
        r#"{HBA1C}, "latest": {{"$ne": 6.5, "unit": "%"}}"#
    ));
    assert!(holds(&value, &latest(64, 64)) && !holds(&value, &latest(65, 65)));
    assert!(!holds(&value, &[]));
}

#[test]
fn sexes_can_be_denied() {
    let sex = |code: &str| fact(FactKey::sex(code), 1, 0, 0);
    let not_male = include(r#""sex": {"$ne": "male"}"#);
    assert!(holds(&not_male, &[sex("other")]) && !holds(&not_male, &[sex("male")]));
    assert!(!holds(&not_male, &[]));
    let listed = include(r#""sex": {"$in": ["female", "other", "unknown"]}"#);
    assert_eq!(hash(&not_male), hash(&listed));
    let neither = include(r#""sex": {"$nin": ["male", "unknown"]}"#);
    assert!(holds(&neither, &[sex("female")]) && !holds(&neither, &[sex("unknown")]));
}

#[test]
fn days_can_be_listed_and_denied() {
    let ask = |operator: &str| {
        include(&format!(
            r#""condition": {{"system": "{SNOMED}", "code": "1"}}, "lastDate": {operator}"#
        ))
    };
    let last = |days: i32| vec![fact(condition("1"), 2, 90, days)];
    let listed = ask(r#"{"$in": ["10 days ago", "20 days ago"]}"#);
    let denied = ask(r#"{"$nin": ["10 days ago", "20 days ago", "21 days ago"]}"#);
    let other = ask(r#"{"$ne": "2026-01-05"}"#);
    for (days, is_listed, is_denied, is_other) in [
        (9, false, true, true),
        (10, true, false, false),
        (11, false, true, true),
        (20, true, false, true),
        (21, false, false, true),
        (22, false, true, true),
    ] {
        assert_eq!(holds(&listed, &last(days)), is_listed, "{days}");
        assert_eq!(holds(&denied, &last(days)), is_denied, "{days}");
        assert_eq!(holds(&other, &last(days)), is_other, "{days}");
    }
    assert!(!holds(&denied, &[]));
    let exclude = listed.replace("include", "exclude");
    assert!(holds(&exclude, &last(9)) && !holds(&exclude, &last(10)) && holds(&exclude, &[]));
    let mixed = ask(r#"{"$nin": ["10 days ago", "2025-01-05"]}"#);
    let errors = compile(&mixed).unwrap_err();
    assert_eq!(errors[0].path, "/include/0/lastDate/$nin");
    assert!(errors[0].message.contains("depends on the reference date"));
}

#[test]
fn a_number_or_date_may_just_have_to_be_there() {
    let valued = include(&format!(
        r#"{HBA1C}, "latest": {{"$exists": true, "unit": "%"}}"#
    ));
    assert!(holds(&valued, &latest(65, 65)));
    assert!(!holds(&valued, &latest(65, 65)[..1]) && !holds(&valued, &[]));
    let none = include(&format!(
        r#"{HBA1C}, "latest": {{"$absent": true, "unit": "%"}}"#
    ));
    assert_eq!(
        hash(&none),
        hash(&include(&format!(r#"{HBA1C}, "$absent": true"#)))
    );
    let dated = include(&format!(
        r#""condition": {{"system": "{SNOMED}", "code": "1"}}, "firstDate": {{"$exists": true}}"#
    ));
    assert!(holds(&dated, &counted(1)));
    let undated = Fact {
        undated: 1,
        first_date: Ends::MISSING,
        last_date: Ends::MISSING,
        ..fact(condition("1"), 1, 0, 0)
    };
    assert!(!holds(&dated, &[undated]));
    let counted = include(&format!(r#"{HBA1C}, "count": {{"$exists": true}}"#));
    assert_eq!(hash(&counted), hash(&include(HBA1C)));
    for (asked, path) in [
        (r#""latest": {"$exists": true}"#, "/include/0/latest"),
        (
            r#""latest": {"$exists": true, "$gte": 1, "unit": "%"}"#,
            "/include/0/latest",
        ),
        (r#""count": {"$exists": false}"#, "/include/0/count/$exists"),
    ] {
        let errors = compile(&include(&format!("{HBA1C}, {asked}"))).unwrap_err();
        assert_eq!(
            (errors.len(), errors[0].path.as_str()),
            (1, path),
            "{errors:?}"
        );
    }
}

#[test]
fn absent_with_a_list_means_none_of_the_codes() {
    let codes = format!(
        r#""condition": {{"$in": [{{"system": "{SNOMED}", "code": "1"}}, {{"system": "{SNOMED}", "code": "2"}}]}}"#
    );
    let none = include(&format!(r#"{codes}, "$absent": true"#));
    assert_eq!(hash(&none), hash(&exclude(&codes)));
    assert!(holds(&none, &[]));
    for code in ["1", "2"] {
        assert!(!holds(&none, &[fact(condition(code), 1, 9, 9)]));
    }
    let errors = compile(&include(&codes.replace("$in", "$nin"))).unwrap_err();
    assert_eq!(errors[0].path, "/include/0/condition/$nin");
    assert!(errors[0].hint.contains("$absent"));
}

#[test]
fn a_part_said_twice_in_other_words_is_refused() {
    let hb = |bound: &str| {
        format!(
            r#"{{"observation": {{"system": "http://loinc.org", "code": "718-7"}}, "latest": {bound}}}"#
        )
    };
    let parts = [
        hb(r#"{"$gte": 9, "unit": "g/dL"}"#),
        r#"{"sex": "male"}"#.to_owned(),
        format!(
            r#"{{"text": "the same", "all": [{}]}}"#,
            hb(r#"{"$gte": 90, "unit": "g/L"}"#)
        ),
    ];
    let json = |least: usize| {
        include(&format!(
            r#""atLeast": {least}, "of": [{}]"#,
            parts.join(",")
        ))
    };
    let errors = compile(&json(2)).unwrap_err();
    assert_eq!(
        (errors.len(), errors[0].path.as_str()),
        (1, "/include/0/of/2")
    );
    assert!(
        errors[0].message.contains("the same as /include/0/of/0"),
        "{errors:?}"
    );
    let nested = format!(
        r#"{{"exclude": [{{"any": [{{"atLeast": 2, "of": [{}]}}]}}]}}"#,
        parts.join(",")
    );
    assert_eq!(
        compile(&nested).unwrap_err()[0].path,
        "/exclude/0/any/0/of/2"
    );
    // Where all or one must hold, saying it twice adds nothing
    for least in [1, 3] {
        assert!(compile(&json(least)).is_ok());
    }
}

#[test]
fn what_multiplies_out_too_far_is_named_with_its_place() {
    let pair = |n: usize| {
        format!(
            r#"{{"all": [{}, {}]}}"#,
            condition_json(&format!("{n}0"), ""),
            condition_json(&format!("{n}1"), r#", "$absent": true"#)
        )
    };
    let pairs: Vec<_> = (0..20).map(pair).collect();
    let json = format!(
        r#"{{"include": [{{"sex": "male"}}, {{"any": [{{"sex": "female"}}, {{"text": "x", "any": [{}]}}]}}]}}"#,
        pairs.join(",")
    );
    let errors = compile(&json).unwrap_err();
    assert_eq!(errors[0].path, "/include/1/any/1");
    assert!(errors[0].message.contains("1 of 20 parts"), "{errors:?}");
    assert!(errors[0].hint.contains("in common"), "{errors:?}");
}

#[test]
fn what_a_clause_leaves_undecided_is_said() {
    let code = format!(r#""condition": {{"system": "{SNOMED}", "code": "1"}}"#);
    let line = |json: &str| decompile(&compile(json).unwrap()).join("\n");
    let inner = r#""window": {"from": "2 years ago", "to": "1 year ago"}"#;
    for json in [
        include(&format!("{code}, {inner}")),
        exclude(&format!("{code}, {inner}")),
    ] {
        assert!(
            line(&json).contains("(not decided for a record with entries before and after"),
            "{}",
            line(&json)
        );
    }
    let recent = r#""window": {"from": "2 years ago"}"#;
    for json in [
        include(&format!("{code}, {recent}")),
        exclude(&format!("{code}, {recent}")),
    ] {
        assert!(!line(&json).contains("not decided"), "{}", line(&json));
    }
    let some = include(&format!(
        r#"{HBA1C}, "value": {{"$between": [6, 7], "unit": "%"}}"#
    ));
    assert!(line(&some).contains("neither the least, the greatest nor the latest"));
}
