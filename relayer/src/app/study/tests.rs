use super::{StudyFile, WindowFile};

#[test]
fn what_is_given_beside_a_file_goes_before_it() {
    let file: StudyFile = serde_json::from_str(
        r#"{"price": "5", "quota": 3, "purposes": ["cancer"], "deliveryWindow": {"seconds": 60, "blocks": 2}}"#,
    )
    .unwrap();
    let given = StudyFile {
        quota: Some(9),
        threshold: Some(3),
        ..StudyFile::default()
    };
    let joined = file.overridden_by(given);
    assert_eq!(
        (joined.price.as_deref(), joined.quota, joined.threshold),
        (Some("5"), Some(9), Some(3))
    );
    assert_eq!(joined.purposes, ["cancer"]);
    assert_eq!(
        joined.delivery_window,
        Some(WindowFile {
            seconds: 60,
            blocks: 2
        })
    );
}

#[test]
fn unknown_members_of_a_study_file_are_refused() {
    assert!(serde_json::from_str::<StudyFile>(r#"{"prize": "5"}"#).is_err());
}
