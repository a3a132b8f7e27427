use super::*;
use crate::facts::number::{DATE_BIAS, POS_INF};
use crate::sample::{self, clause, condition, drug, end};

fn chosen(slots: &[ClauseSlot]) -> Result<Vec<usize>, ProveError> {
    let inputs = sample::inputs(1);
    let claims = choose(CircuitSize::Small, slots, &inputs.facts, &inputs.reference)?;
    Ok(claims.iter().map(|claim| claim.slot).collect())
}

#[test]
fn the_sample_needs_six_openings() {
    assert_eq!(chosen(&sample::slots()), Ok(vec![0, 1, 2, 3, 5, 6]));
}

#[test]
fn a_group_that_is_not_met_is_named() {
    let absent = |codes: &[&str]| {
        let keys: Vec<_> = codes.iter().map(|code| condition(code)).collect();
        clause(&keys, &[Column::Count])
    };
    let slots = [
        end(1, absent(&["44054006"])),
        absent(&["44054006"]),
        end(2, absent(&["1", "2"])),
    ];
    let expected = ProveError::CriterionNotMet {
        group: 1,
        holding: 1,
        needed: 2,
    };
    assert_eq!(chosen(&slots), Err(expected));
}

#[test]
fn more_claims_than_openings_are_refused() {
    let slot = end(1, clause(&[condition("44054006")], &[Column::Count]));
    assert_eq!(chosen(&[slot; 8]).map(|slots| slots.len()), Ok(8));
    let refused = ProveError::TooManyOpenings {
        needed: 9,
        openings: 8,
    };
    assert_eq!(chosen(&[slot; 9]), Err(refused));
}

#[test]
fn a_missing_number_meets_no_bound() {
    // This diagnosis has no values.
    let slot = end(1, clause(&[condition("44054006")], &[Column::Latest]));
    assert_eq!(slot.high, POS_INF);
    assert!(chosen(&[slot]).is_err());
}

#[test]
fn the_worse_end_counts() {
    // Insulin was last given 120 days ago.
    let before = |days: u64| {
        let slot = ClauseSlot {
            high: DATE_BIAS - days,
            high_relative: true,
            ..clause(&[drug("5856")], &[Column::LastDate])
        };
        chosen(&[end(1, slot)]).is_ok()
    };
    assert!(before(120));
    assert!(!before(121));
}
