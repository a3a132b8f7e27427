use super::*;
use crate::facts::number::show_day;
use crate::fhir::bundle::Bundle;
use serde_json::json;

/// The timing of the first resource, as `start..end`, each end as `low/high` where they differ.
fn timing_of(resource: Value, others: &[Value]) -> Timing {
    let entries: Vec<Value> = std::iter::once(resource)
        .chain(others.iter().cloned())
        .map(|resource| json!({"resource": resource}))
        .collect();
    let json = json!({"resourceType": "Bundle", "entry": entries});
    let bundle = Bundle::parse(json.to_string().as_bytes()).unwrap();
    let first = bundle.resources().next().unwrap();
    timing(&Index::new(&bundle), first)
}

fn show(period: Option<Period>) -> String {
    let bound = |encoded| match encoded {
        NEG_INF => "-inf".to_owned(),
        POS_INF => "inf".to_owned(),
        day => show_day(day).unwrap(),
    };
    let ends = |ends: Ends| {
        if ends.low == ends.high {
            bound(ends.low)
        } else {
            format!("{}/{}", bound(ends.low), bound(ends.high))
        }
    };
    period.map_or("none".into(), |period| {
        format!("{}..{}", ends(period.start), ends(period.end))
    })
}

fn shown(resource: Value) -> String {
    show(timing_of(resource, &[]).period)
}

#[test]
fn events_are_dated_by_their_own_elements() {
    for (resource, expected) in [
        (
            json!({"resourceType": "Observation", "effectiveDateTime": "2020-05", "issued": "2020-06-01T00:00:00Z"}),
            "2020-05-01/2020-05-31..2020-05-01/2020-05-31",
        ),
        (
            json!({"resourceType": "Observation", "issued": "2020-06-01T00:00:00Z"}),
            "2020-06-01..2020-06-01",
        ),
        (
            json!({"resourceType": "Observation", "effectivePeriod": {"start": "2020-05-01", "end": "2020-05-02"}}),
            "2020-05-01..2020-05-02",
        ),
        (
            json!({"resourceType": "Observation", "effectivePeriod": {"start": "2020-05-01"}}),
            "2020-05-01..2020-05-01/inf",
        ),
        (
            json!({"resourceType": "Observation", "effectivePeriod": {"extension": []}, "issued": "2020-06-01T00:00:00Z"}),
            "2020-06-01..2020-06-01",
        ),
        (
            json!({"resourceType": "Observation", "effectiveTiming": {"event": ["2020-05-03", "2020-05-01"]}}),
            "2020-05-01..2020-05-03",
        ),
        (
            json!({"resourceType": "Procedure", "performedDateTime": "2019"}),
            "2019-01-01/2019-12-31..2019-01-01/2019-12-31",
        ),
        (
            json!({"resourceType": "Immunization", "occurrenceString": "as a child"}),
            "none",
        ),
        (
            json!({"resourceType": "MedicationDispense", "whenPrepared": "2020-01-02", "whenHandedOver": "2020-01-03"}),
            "2020-01-03..2020-01-03",
        ),
        (
            json!({"resourceType": "Device", "manufactureDate": "2020-01-02"}),
            "none",
        ),
    ] {
        assert_eq!(shown(resource.clone()), expected, "{resource}");
    }
}

#[test]
fn conditions_last_until_they_abate() {
    for (fields, expected) in [
        (
            json!({"onsetDateTime": "2010-03-04"}),
            "2010-03-04..2010-03-04/inf",
        ),
        (
            json!({"recordedDate": "2010-03-04"}),
            "2010-03-04..2010-03-04/inf",
        ),
        (
            json!({"onsetDateTime": "2010", "abatementDateTime": "2011-02"}),
            "2010-01-01/2010-12-31..2011-02-01/2011-02-28",
        ),
        (
            json!({"abatementDateTime": "2011-02-03"}),
            "-inf/2011-02-03..2011-02-03",
        ),
        (
            json!({"onsetPeriod": {"start": "2010-01-01", "end": "2010-01-05"}}),
            "2010-01-01/2010-01-05..2010-01-01/inf",
        ),
        (
            json!({"onsetDateTime": "2010-01-01", "abatementString": "years ago"}),
            "2010-01-01..2010-01-01/inf",
        ),
        (
            json!({"onsetAge": {"value": 40}, "recordedDate": "2010-03-04"}),
            "-inf/2010-03-04..2010-03-04/inf",
        ),
        (
            json!({"onsetDateTime": "2010-01-01", "abatementDateTime": "soon"}),
            "none",
        ),
        (json!({}), "none"),
    ] {
        let mut resource = fields.clone();
        resource["resourceType"] = "Condition".into();
        assert_eq!(shown(resource), expected, "{fields}");
    }
}

#[test]
fn allergies_have_no_end() {
    for (fields, expected) in [
        (
            json!({"onsetDateTime": "2012"}),
            "2012-01-01/2012-12-31..2012-01-01/inf",
        ),
        (
            json!({"onsetDateTime": "2012-01-01", "lastOccurrence": "2015-01-01"}),
            "2012-01-01..2015-01-01/inf",
        ),
        (
            json!({"lastOccurrence": "2015-01-01"}),
            "-inf/2015-01-01..2015-01-01/inf",
        ),
    ] {
        let mut resource = fields.clone();
        resource["resourceType"] = "AllergyIntolerance".into();
        assert_eq!(shown(resource), expected, "{fields}");
    }
}

#[test]
fn orders_reach_as_far_as_their_bounds_or_are_in_force() {
    let order = |status: &str, bounds: Value| {
        let dosage = json!([{"timing": {"repeat": {"boundsPeriod": bounds}}}]);
        let body = json!({"resourceType": "MedicationRequest", "status": status, "authoredOn": "2020-05-01",
            "dosageInstruction": dosage});
        let timing = timing_of(body, &[]);
        (show(timing.period), timing.in_force)
    };
    let written = "2020-05-01..2020-05-01".to_owned();
    assert_eq!(order("active", Value::Null), (written.clone(), true));
    assert_eq!(order("on-hold", Value::Null), (written.clone(), true));
    assert_eq!(order("completed", Value::Null), (written, false));
    let bounds = json!({"start": "2020-04-28", "end": "2020-06-01"});
    assert_eq!(
        order("active", bounds),
        ("2020-04-28..2020-06-01".into(), false)
    );
    let open = json!({"start": "2020-05-03"});
    assert_eq!(
        order("completed", open),
        ("2020-05-01..2020-05-03/inf".into(), false)
    );
}

#[test]
fn what_has_no_date_has_that_of_its_encounter() {
    let encounter = json!({"resourceType": "Encounter", "id": "e", "status": "finished",
        "period": {"start": "2180-05-06T22:23:00-04:00", "end": "2180-05-07T17:15:00-04:00"}});
    let condition = json!({"resourceType": "Condition", "encounter": {"reference": "Encounter/e"}});
    let given = json!({"resourceType": "MedicationAdministration", "context": {"reference": "Encounter/e"}});
    for resource in [condition.clone(), given] {
        let found = timing_of(resource, std::slice::from_ref(&encounter));
        assert_eq!(show(found.period), "2180-05-06..2180-05-07");
    }
    let mut wrong = encounter;
    wrong["status"] = "entered-in-error".into();
    assert_eq!(timing_of(condition.clone(), &[wrong]).period, None);
    assert_eq!(timing_of(condition, &[]).period, None);
}

#[test]
fn a_date_that_cannot_be_read_leaves_the_entry_undated() {
    let body = json!({"resourceType": "Observation", "effectiveDateTime": "31.12.2020", "issued": "2021-01-01"});
    let found = timing_of(body, &[]);
    assert_eq!(
        (found.period, found.unreadable),
        (None, Some("31.12.2020".into()))
    );
}
