use super::*;

#[test]
fn codes_are_kebab_case_and_distinct() {
    let mut seen = std::collections::BTreeSet::new();
    for code in FailureCode::ALL {
        let text = code.as_str();
        assert!(
            text.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{text}"
        );
        assert!(seen.insert(text), "{text} twice");
        assert_eq!(text.parse(), Ok(*code));
        assert!(!code.hint().is_empty(), "{text}");
        assert!((400..=599).contains(&code.http_status()), "{text}");
    }
    assert!("no-such-code".parse::<FailureCode>().is_err());
}

#[test]
fn a_body_goes_both_ways() {
    let failure = Failure::new(FailureCode::FragmentsMissing, "fragments missing (1 of 2)");
    let body = failure.to_json();
    assert_eq!(body["code"], "fragments-missing");
    assert_eq!(body["retryable"], true);
    let read = Failure::from_json(&body).unwrap();
    assert_eq!(
        (read.code(), read.message()),
        (failure.code(), failure.message())
    );
    assert_eq!(Failure::from_json(&serde_json::json!({"code": "x"})), None);
}

#[test]
fn exit_codes_are_the_classes() {
    assert_eq!(FailureCode::Internal.class() as u8, 1);
    assert_eq!(FailureCode::CriterionNotMet.class() as u8, 3);
    assert_eq!(FailureCode::WrongKey.class() as u8, 7);
}
