//! Counts, numbers and days.

use super::*;

fn percent(resources: &[Value]) -> Fact {
    fact(resources, &hba1c_key().with_unit("%"))
}

#[test]
fn least_greatest_and_latest() {
    let found = percent(&[
        hba1c("2021-05-01", json!(7.1)),
        hba1c("2019-05-01", json!(9)),
        hba1c("2020-05-01", json!(6.25)),
    ]);
    assert_eq!((found.count, found.undated), (3, 0));
    assert_eq!(numbers(&found), ["6.25", "9", "7.1"]);
    assert_eq!(days(&found), ["2019-05-01", "2021-05-01"]);
}

#[test]
fn entries_of_one_day_are_ties_whatever_their_clock() {
    let found = percent(&[
        hba1c("2021-05-01T08:00:00Z", json!(7.1)),
        hba1c("2021-05-01T20:00:00Z", json!(6.9)),
        hba1c("2021-04-30T23:59:59-08:00", json!(5)),
    ]);
    assert_eq!(numbers(&found)[2], "6.9/7.1");
}

#[test]
fn partial_dates_open_the_days_and_the_latest_number() {
    let found = percent(&[
        hba1c("2021-05", json!(7)),
        hba1c("2021-05-20", json!(8)),
        hba1c("2021-04", json!(1)),
    ]);
    assert_eq!(numbers(&found), ["1", "8", "7/8"]);
    assert_eq!(
        days(&found),
        ["2021-04-01/2021-04-30", "2021-05-20/2021-05-31"]
    );
}

#[test]
fn an_undated_entry_opens_the_latest_number_but_moves_no_day() {
    let found = percent(&[hba1c("2021-05-01", json!(7)), hba1c("", json!(9))]);
    assert_eq!((found.count, found.undated), (2, 1));
    assert_eq!(numbers(&found), ["7", "9", "7/9"]);
    assert_eq!(days(&found), ["2021-05-01", "2021-05-01"]);
    let undated = percent(&[hba1c("", json!(9))]);
    assert_eq!((undated.count, undated.undated), (1, 1));
    assert_eq!(numbers(&undated), ["9", "9", "9"]);
    assert_eq!(days(&undated), ["missing", "missing"]);
}

#[test]
fn a_comparator_hides_the_number() {
    let mut high = hba1c("2021-05-02", json!(14));
    high["valueQuantity"]["comparator"] = ">".into();
    let found = percent(&[hba1c("2021-05-01", json!(7)), high]);
    assert_eq!(numbers(&found), ["7", "14/inf", "14/inf"]);
    let mut low = hba1c("2021-05-02", json!(4));
    low["valueQuantity"]["comparator"] = "<".into();
    let found = percent(&[hba1c("2021-05-01", json!(7)), low]);
    assert_eq!(numbers(&found), ["-inf/4", "7", "-inf/4"]);
}

#[test]
fn units_of_one_group_meet_in_one_key() {
    let hemoglobin = |day: &str, value: f64, unit: &str| {
        json!({"resourceType": "Observation", "status": "final", "effectiveDateTime": day,
            "code": {"coding": [{"system": LOINC, "code": "718-7"}]}, "valueQuantity": {"value": value, "unit": unit}})
    };
    let resources = [
        hemoglobin("2020-01-01", 13.5, "g/dL"),
        hemoglobin("2021-01-01", 120.0, "g/L"),
    ];
    let key = FactKey::new("Observation", LOINC, "718-7");
    assert_eq!(
        numbers(&fact(&resources, &key.with_unit("mg/dL"))),
        ["12000", "13500", "12000"]
    );
    let base = fact(&resources, &key);
    assert_eq!(base.count, 2, "the bare code counts them too");
    assert_eq!(numbers(&base), ["missing"; 3]);
}

#[test]
fn numbers_without_unit_stand_under_the_bare_code_unless_others_have_units() {
    let mut plain = hba1c("2021-05-01", json!(7));
    plain["valueQuantity"] = json!({"value": 7});
    assert_eq!(
        numbers(&fact(std::slice::from_ref(&plain), &hba1c_key())),
        ["7", "7", "7"]
    );
    let both = [plain.clone(), hba1c("2020-05-01", json!(8))];
    assert_eq!(numbers(&fact(&both, &hba1c_key())), ["missing"; 3]);
    assert_eq!(numbers(&percent(&both)), ["8", "8", "8"]);
    let mut words = plain.clone();
    words["valueQuantity"] = Value::Null;
    words["valueString"] = "about eight".into();
    assert_eq!(
        numbers(&fact(&[plain, words], &hba1c_key())),
        ["missing"; 3]
    );
}

#[test]
fn words_may_hide_a_number_in_any_unit() {
    let words = |day: &str| {
        let mut words = hba1c(day, Value::Null);
        words["valueQuantity"].take();
        words["valueString"] = "< 4 %".into();
        words
    };
    let earlier = percent(&[hba1c("2021-05-01", json!(7)), words("2020-01-01")]);
    assert_eq!((earlier.count, earlier.undated), (1, 0));
    assert_eq!(numbers(&earlier), ["-inf/7", "7/inf", "7"]);
    let later = percent(&[hba1c("2021-05-01", json!(7)), words("2022-01-01")]);
    assert_eq!(numbers(&later), ["-inf/7", "7/inf", "-inf/inf"]);
    let answer = fact(&[words("2022-01-01")], &hba1c_key().with_uncoded_answer());
    assert_eq!(answer.count, 1);
}

#[test]
fn what_the_record_leaves_open_proves_neither_presence_nor_absence() {
    let open = json!({"coding": [{"code": "provisional"}]});
    let found = fact(
        &[condition(
            json!({"verificationStatus": open, "recordedDate": "2020-01-01"}),
        )],
        &condition_key(),
    );
    assert_eq!((found.count, found.undated), (0, 1));
    assert_eq!(days(&found), ["missing", "missing"]);
    let both = fact(
        &[
            condition(
                json!({"verificationStatus": open, "onsetDateTime": "2019-01-01", "abatementDateTime": "2022-01-01"}),
            ),
            condition(json!({"onsetDateTime": "2020-01-01", "abatementDateTime": "2021-01-01"})),
        ],
        &condition_key(),
    );
    assert_eq!((both.count, both.undated), (1, 1));
    assert_eq!(
        days(&both),
        ["2019-01-01/2020-01-01", "2021-01-01/2022-01-01"]
    );
}

#[test]
fn a_preliminary_number_only_opens_ends() {
    let mut preliminary = hba1c("2022-01-01", json!(5));
    preliminary["status"] = "preliminary".into();
    let both = percent(&[hba1c("2021-01-01", json!(7)), preliminary.clone()]);
    assert_eq!((both.count, both.undated), (1, 1));
    assert_eq!(numbers(&both), ["5/7", "7", "5/7"]);
    let alone = percent(&[preliminary]);
    assert_eq!(alone.count, 0);
    assert_eq!(numbers(&alone), ["missing"; 3]);
}

#[test]
fn a_result_that_is_not_there_yet_opens_the_latest_number() {
    let mut registered = hba1c("2022-01-01", Value::Null);
    registered["status"] = "registered".into();
    registered["valueQuantity"].take();
    let found = percent(&[hba1c("2021-01-01", json!(7)), registered]);
    assert_eq!(numbers(&found), ["-inf/7", "7/inf", "-inf/inf"]);
}

#[test]
fn values_beyond_the_range_are_open_ends() {
    let resources: Value = serde_json::from_str(
        &hba1c("2022-01-01", json!(1))
            .to_string()
            .replace("\"value\":1", "\"value\":1e30"),
    )
    .unwrap();
    let found = percent(&[resources]);
    assert_eq!(found.min.high, POS_INF);
    assert_eq!(found.min.low, POS_INF - 1);
}

#[test]
fn an_order_in_force_blocks_windows_of_absence_but_keeps_its_day() {
    let order = |status: &str| {
        json!({"resourceType": "MedicationRequest", "status": status, "intent": "order", "authoredOn": "2020-05-01",
            "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "860975"}]}})
    };
    let key = FactKey::new(
        "Medication",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "860975",
    );
    let active = fact(&[order("active")], &key);
    assert_eq!((active.count, active.undated), (1, 1));
    assert_eq!(days(&active), ["2020-05-01", "2020-05-01"]);
    assert_eq!(fact(&[order("stopped")], &key).undated, 0);
}
