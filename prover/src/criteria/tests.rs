use super::*;
use crate::facts::number::{Day, NEG_INF, POS_INF, VALUE_BIAS};
use crate::facts::{Ends, Fact, FactKey};
use jiff::civil::date;

mod operators;
mod value_sets;

const SNOMED: &str = "http://snomed.info/sct";

fn reference() -> Reference {
    Reference::try_from(date(2026, 1, 15)).unwrap()
}

/// A fact of so many dated entries, with days counted back from the reference.
fn fact(key: FactKey, count: u64, first: i32, last: i32) -> Fact {
    let day = |before: i32| {
        let today = Day::from_date(date(2026, 1, 15)).number();
        Ends::exact(Day::from_number(today - before).encode())
    };
    Fact {
        key,
        count,
        undated: 0,
        min: Ends::MISSING,
        max: Ends::MISSING,
        latest: Ends::MISSING,
        first_date: day(first),
        last_date: day(last),
    }
}

fn condition(code: &str) -> FactKey {
    FactKey::new("Condition", SNOMED, code)
}

fn born(yyyymmdd: u64) -> Fact {
    let value = Ends::exact(VALUE_BIAS + yyyymmdd * 1_000_000);
    Fact {
        latest: value,
        ..fact(FactKey::birth_date(), 1, 0, 0)
    }
}

fn condition_json(code: &str, rest: &str) -> String {
    format!(r#"{{"condition": {{"system": "{SNOMED}", "code": "{code}"}}{rest}}}"#)
}

/// Whether criteria hold of facts, which evaluation and report must agree on.
#[track_caller]
fn holds(json: &str, facts: &[Fact]) -> bool {
    let criteria = parse(json).unwrap();
    let evaluation = evaluate(&compile(json).unwrap(), facts, reference());
    let report = report(&criteria, facts, reference());
    assert_eq!(evaluation.holds(), report.eligible);
    evaluation.holds()
}

#[test]
fn age_is_exact_to_the_day() {
    let adult = r#"{"include": [{"age": {"$gte": 18}}]}"#;
    let minor = r#"{"include": [{"age": {"$lt": 18}}]}"#;
    for (birth, is_adult) in [(20_080_115, true), (20_080_116, false)] {
        assert_eq!(holds(adult, &[born(birth)]), is_adult);
        assert_eq!(holds(minor, &[born(birth)]), !is_adult);
    }
    assert!(!holds(adult, &[]) && !holds(minor, &[]));
    let between = r#"{"include": [{"age": {"$between": [18, 75]}}]}"#;
    assert!(holds(between, &[born(19_500_116)]));
    assert!(!holds(between, &[born(19_500_115)]));
}

#[test]
fn a_missing_sex_is_no_other_sex() {
    let excluded = r#"{"exclude": [{"sex": "male"}]}"#;
    assert!(!holds(excluded, &[]));
    assert!(holds(excluded, &[fact(FactKey::sex("female"), 1, 0, 0)]));
    assert!(!holds(excluded, &[fact(FactKey::sex("male"), 1, 0, 0)]));
}

#[test]
fn windows_of_presence() {
    let json = |window: &str| {
        format!(
            r#"{{"include": [{}]}}"#,
            condition_json("1", &format!(r#", "window": {window}"#))
        )
    };
    let recent = json(r#"{"from": "30 days ago"}"#);
    assert!(holds(&recent, &[fact(condition("1"), 2, 90, 30)]));
    assert!(!holds(&recent, &[fact(condition("1"), 2, 90, 31)]));
    assert!(!holds(&recent, &[fact(condition("1"), 2, 90, -1)]));
    let long_ago = json(r#"{"to": "1 year ago"}"#);
    assert!(holds(&long_ago, &[fact(condition("1"), 2, 365, 3)]));
    assert!(!holds(&long_ago, &[fact(condition("1"), 2, 364, 3)]));
}

#[test]
fn windows_of_absence() {
    let json = |window: &str| {
        format!(
            r#"{{"exclude": [{}]}}"#,
            condition_json("1", &format!(r#", "window": {window}"#))
        )
    };
    let recent = json(r#"{"from": "30 days ago"}"#);
    assert!(holds(&recent, &[]));
    assert!(holds(&recent, &[fact(condition("1"), 1, 31, 31)]));
    assert!(!holds(&recent, &[fact(condition("1"), 1, 30, 30)]));
    let undated = Fact {
        undated: 1,
        ..fact(condition("1"), 1, 31, 31)
    };
    assert!(!holds(&recent, &[undated]));
    let between = json(r#"{"from": "60 days ago", "to": "30 days ago"}"#);
    assert!(holds(&between, &[fact(condition("1"), 2, 29, 3)]));
    assert!(!holds(&between, &[fact(condition("1"), 2, 30, 3)]));
    assert!(!holds(&between, &[fact(condition("1"), 2, 70, 3)]));
}

#[test]
fn entries_with_reserve_prove_neither_presence_nor_absence() {
    let reserved = Fact {
        undated: 1,
        first_date: Ends::MISSING,
        last_date: Ends::MISSING,
        ..fact(condition("1"), 0, 0, 0)
    };
    for list in ["include", "exclude"] {
        let json = format!(r#"{{"{list}": [{}]}}"#, condition_json("1", ""));
        assert!(!holds(&json, std::slice::from_ref(&reserved)));
    }
    let few = format!(
        r#"{{"include": [{}]}}"#,
        condition_json("1", r#", "count": {"$lte": 2}"#)
    );
    assert!(!holds(&few, &[reserved]));
    assert!(holds(&few, &[]));
}

fn latest(low: u64, high: u64) -> Vec<Fact> {
    let base = FactKey::new("Observation", "http://loinc.org", "4548-4");
    let value = |number: u64| match number {
        NEG_INF | POS_INF => number,
        number => VALUE_BIAS + number * 100_000,
    };
    let valued = Fact {
        latest: Ends {
            low: value(low),
            high: value(high),
        },
        ..fact(base.with_unit("%"), 1, 20, 20)
    };
    vec![fact(base, 1, 20, 20), valued]
}

#[test]
fn values_with_two_ends_are_compared_with_the_worse_one() {
    let json = |list: &str| {
        format!(
            r#"{{"{list}": [{{"observation": {{"system": "http://loinc.org", "code": "4548-4", "display": "HbA1c"}}, "latest": {{"$lte": 6.5, "unit": "%"}}}}]}}"#
        )
    };
    assert!(holds(&json("include"), &latest(65, 65)));
    assert!(!holds(&json("include"), &latest(65, 66)));
    assert!(!holds(&json("exclude"), &latest(65, 66)));
    assert!(holds(&json("exclude"), &latest(66, POS_INF)));
    assert!(holds(&json("include"), &latest(NEG_INF, 60)));
    assert!(holds(&json("exclude"), &[]));
    assert!(!holds(&json("exclude"), &latest(60, 60)[..1]));
}

#[test]
fn strict_bounds_leave_the_number_itself_out() {
    let json = r#"{"include": [{"observation": {"system": "http://loinc.org", "code": "4548-4"}, "latest": {"$lt": 6.5, "unit": "%"}}]}"#;
    assert!(!holds(json, &latest(65, 65)));
    let clause = &compile(json).unwrap().groups[0].clauses[0];
    assert_eq!(clause.high, VALUE_BIAS + 6_499_999);
}

#[test]
fn any_exactly_convertible_unit_compiles_alike() {
    let json = |bound: &str| {
        format!(
            r#"{{"include": [{{"observation": {{"system": "http://loinc.org", "code": "718-7"}}, "latest": {bound}}}]}}"#
        )
    };
    let hash = |bound| compile(&json(bound)).unwrap().hash();
    assert_eq!(
        hash(r#"{"$gte": 9, "unit": "g/dL"}"#),
        hash(r#"{"unit": "g/L", "$gte": 90.0}"#)
    );
    assert_ne!(
        hash(r#"{"$gte": 9, "unit": "g/dL"}"#),
        hash(r#"{"$gt": 9, "unit": "g/dL"}"#)
    );
}

#[test]
fn neither_form_nor_order_change_the_hash() {
    let one = format!(
        r#"{{"title": "a", "include": [{{"age": {{"$gte": 18, "$lt": 66}}}}, {}], "exclude": [{}]}}"#,
        condition_json("1", ""),
        condition_json("2", r#", "window": {"from": "1 year ago"}"#)
    );
    let other = format!(
        r#"{{ "exclude": [{}], "include": [{{"any": [{}]}}, {{"text": "b", "age": {{"$between": [18, 65]}}}}]}}"#,
        condition_json(
            "2",
            r#", "window": {"from": "365 days ago", "to": "0 days ago"}"#
        ),
        condition_json("1", r#", "$exists": true"#)
    );
    assert_eq!(
        compile(&one).unwrap().hash(),
        compile(&other).unwrap().hash()
    );
}

#[test]
fn none_of_several_codes_is_a_clause_for_each() {
    let codes: Vec<_> = (0..5)
        .map(|n| format!(r#"{{"system": "{SNOMED}", "code": "{n}"}}"#))
        .collect();
    let json = |list: &str| {
        format!(
            r#"{{"{list}": [{{"condition": {{"$in": [{}]}}}}]}}"#,
            codes.join(",")
        )
    };
    let excluded = compile(&json("exclude")).unwrap();
    assert_eq!(
        (
            excluded.groups.len(),
            excluded.clauses(),
            excluded.openings()
        ),
        (5, 5, 5)
    );
    let included = compile(&json("include")).unwrap();
    assert_eq!(
        (
            included.groups.len(),
            included.clauses(),
            included.openings()
        ),
        (1, 2, 1)
    );
    assert!(!holds(&json("exclude"), &[fact(condition("3"), 1, 9, 9)]));
    assert!(holds(&json("include"), &[fact(condition("3"), 1, 9, 9)]));
}

#[test]
fn what_does_not_fit_is_refused_with_the_numbers() {
    let excluded: Vec<_> = (0..17)
        .map(|n| condition_json(&n.to_string(), ""))
        .collect();
    let json = format!(r#"{{"exclude": [{}]}}"#, excluded.join(","));
    let errors = compile(&json).unwrap_err();
    assert!(
        errors[0].message.contains("17 clauses with 17 openings"),
        "{errors:?}"
    );
    assert!(errors[0].message.contains("32 with 16"), "{errors:?}");
}

#[test]
fn failures_are_said_in_words() {
    let json = r#"{"include": [{"age": {"$gte": 18}}, {"observation": {"system": "http://loinc.org", "code": "4548-4", "display": "HbA1c"}, "latest": {"$lte": 6.5, "unit": "%"}}]}"#;
    let criteria = parse(json).unwrap();
    let failures = |facts: &[Fact]| report(&criteria, facts, reference()).failures();
    let mut facts = latest(79, 79);
    assert_eq!(
        failures(&facts),
        [
            "criterion 1 can't be proved: no birth date recorded",
            "criterion 2 not met: latest HbA1c 7.9 % is above 6.5 %"
        ]
    );
    facts = latest(60, 79);
    facts.push(born(19_700_101));
    let open = failures(&facts);
    assert_eq!(open.len(), 1);
    assert!(
        open[0].starts_with("criterion 2 can't be proved: latest HbA1c is 6 to 7.9 %"),
        "{open:?}"
    );
}

#[test]
fn clauses_read_back_in_plain_english() {
    let json = format!(
        r#"{{"include": [{{"age": {{"$between": [18, 75]}}}}, {{"observation": {{"system": "http://loinc.org", "code": "4548-4"}}, "latest": {{"$gt": 6.5, "$lte": 9, "unit": "%"}}}}], "exclude": [{}]}}"#,
        condition_json("1", r#", "window": {"from": "6 months ago"}"#)
    );
    let mut lines = decompile(&compile(&json).unwrap());
    lines.sort();
    assert_eq!(
        lines,
        [
            "Condition SNOMED CT 1: no entry, or last date on or before 181 days before the reference date and no undated entry",
            "Observation LOINC 4548-4 in %: latest value above 6.5 and at most 9",
            "Patient birthDate: latest value after the day 76 years before the reference date and on or before the day 18 years before the reference date",
        ]
    );
}
