//! Lies about the criteria: clauses, bounds, groups and which opening serves what.

use std::slice::from_ref;

use super::*;
use crate::circuit::tests::{claiming, power_of_two};
use crate::facts::number::POS_INF;
use crate::facts::FactKey;
use crate::field::Fr;
use crate::sample::{clause, condition};

#[test]
fn an_unused_slot_never_holds() {
    // The group asks for two, and has one clause that holds and fifteen unused ones.
    let used = clause(&[condition("44054006")], &[Column::Count]);
    let inputs = with_slots(
        sample::inputs(1),
        &[
            used,
            ClauseSlot::default(),
            end(2, clause(&[condition("1")], &[Column::Count])),
        ],
    );
    let honest = claim(0, &used, &inputs.facts, &inputs.reference).unwrap();
    for column in [None, Some(Column::Count)] {
        let lie = Claim {
            slot: 1,
            ..lie(&inputs, 0, column)
        };
        refused(&claiming(&inputs, &[honest.clone(), lie]));
    }
}

#[test]
fn no_clause_counts_twice() {
    let used = clause(&[condition("44054006")], &[Column::Count]);
    let other = end(2, clause(&[condition("1")], &[Column::Count]));
    let inputs = with_slots(sample::inputs(1), &[used, other]);
    let honest = claim(0, &used, &inputs.facts, &inputs.reference).unwrap();
    refused(&claiming(&inputs, &[honest.clone(), honest.clone()]));
    // One opening for both clauses.
    let mut both = claiming(&inputs, &[honest]);
    both.set("serves", 1, Fr::from(1u8));
    refused(&both);
}

#[test]
fn selectors_are_bits() {
    for size in CircuitSize::ALL {
        for (name, values) in [
            ("serves", [2, 1_000]),
            ("pick", [2, 1_000]),
            ("flags", [2, 1_000]),
            ("absent", [2, 1]),
            ("clauseStructure", [2, 1_000]),
        ] {
            for value in values.map(Fr::from) {
                refused(&forged(size, |a| a.set(name, 0, value)));
                refused(&forged(size, |a| a.set(name, 0, -value)));
            }
        }
    }
}

#[test]
fn only_permitted_columns_witness() {
    let key = condition("44054006");
    let inputs = one_clause(clause(from_ref(&key), &[Column::Min]));
    // Its minimum is missing, its count would do.
    refused(&claiming(
        &inputs,
        &[lie(&inputs, key.digest(), Some(Column::Count))],
    ));
    refused(&claiming(
        &inputs,
        &[lie(&inputs, key.digest(), Some(Column::Min))],
    ));
}

#[test]
fn bounds_are_kept_at_their_edges() {
    let key = condition("44054006");
    let count = |low, high| {
        let slot = ClauseSlot {
            low,
            high,
            ..clause(from_ref(&key), &[Column::Count])
        };
        let inputs = one_clause(slot);
        accepts(&claiming(
            &inputs,
            &[lie(&inputs, key.digest(), Some(Column::Count))],
        ))
    };
    assert!(count(2, 2));
    assert!(count(0, POS_INF));
    assert!(!count(3, POS_INF));
    assert!(!count(0, 1));
    assert!(!count(3, 1));
}

#[test]
fn a_packed_clause_has_one_reading() {
    let key = condition("44054006");
    let inputs = one_clause(ClauseSlot {
        low: 3,
        ..clause(from_ref(&key), &[Column::Count])
    });
    let claims = [lie(&inputs, key.digest(), Some(Column::Count))];
    let shift = power_of_two(128);
    for (low, high, flag) in [
        // Two occurrences lie between 3 − 2^128 and POS_INF + 1.
        (
            Fr::from(3u8) - shift,
            Fr::from(POS_INF) + Fr::from(1u8),
            None,
        ),
        // Or with the flags carried into the high bound.
        (Fr::from(2u8), Fr::from(POS_INF) + power_of_two(72), Some(0)),
        // Or with a fraction of the field.
        (
            Fr::from(2u8),
            Fr::from(POS_INF) + Fr::from(1u8) / shift,
            None,
        ),
    ] {
        let mut assignment = claiming(&inputs, &claims);
        assignment.set("low", 0, low);
        assignment.set("high", 0, high);
        if let Some(flag) = flag {
            assignment.set("flags", flag, Fr::from(0u8));
        }
        refused(&assignment);
    }
}

#[test]
fn groups_need_their_number() {
    // Two of three are claimed; one claim fewer is not enough.
    let inputs = sample::inputs(1);
    let mut claims = honest_claims(&inputs);
    claims.remove(2);
    refused(&claiming(&inputs, &claims));
    // A key that nothing is known of does not fill the gap.
    let missing = FactKey::uncoded("Condition").digest();
    claims.push(Claim {
        slot: 4,
        ..lie(&inputs, missing, Some(Column::Count))
    });
    refused(&claiming(&inputs, &claims));
}
