use super::*;

const STUDY: &str = "0x00000000000000000000000000000000000000000000000000000000000000ff";

#[test]
fn text_goes_both_ways() {
    let study: StudyId = STUDY.parse().unwrap();
    assert_eq!(study.to_string(), STUDY);
    assert_eq!(
        serde_json::to_string(&study).unwrap(),
        format!("\"{STUDY}\"")
    );
    assert_eq!(
        serde_json::from_str::<StudyId>(&format!("\"{STUDY}\"")).unwrap(),
        study
    );
}

#[test]
fn numbers_outside_the_field_are_refused() {
    assert_eq!(StudyId::new(FIELD_ORDER), Err(IdError::NotInField));
    let mut last = FIELD_ORDER;
    last[31] = 0;
    assert!(StudyId::new(last).is_ok());
    assert_eq!(RecordTag::new([0xff; 32]), Err(IdError::NotInField));
}

#[test]
fn text_of_another_shape_is_refused() {
    for text in [
        "",
        "0x",
        "ff",
        &STUDY[2..],
        "0x00",
        &format!("{STUDY}00"),
        "0xzz",
    ] {
        assert!(text.parse::<StudyId>().is_err(), "{text}");
        assert!(text.parse::<GrantDigest>().is_err(), "{text}");
    }
    assert!("0x00000000000000000000000000000000000000ff"
        .parse::<Address>()
        .is_ok());
}
