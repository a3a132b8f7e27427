//! A prover who lies in one place, and adapts what follows from it as far as possible, has no witness.

use std::slice::from_ref;

use super::{accepts, claiming, honest, power_of_two, with_slots};
use crate::circuit::assignment::Assignment;
use crate::circuit::claims::{claim, Claim};
use crate::circuit::EligibilityInputs;
use crate::clause::{ClauseSlot, Column};
use crate::facts::number::{DATE_BIAS, POS_INF};
use crate::facts::tree::FactsTree;
use crate::facts::FactKey;
use crate::field::Fr;
use crate::poseidon::Domain;
use crate::sample::{self, clause, condition, drug, end};

/// Signals of the sample, changed.
fn forged(change: impl FnOnce(&mut Assignment)) -> Assignment {
    let mut assignment = honest(&sample::inputs(1));
    change(&mut assignment);
    assignment
}

/// The sample patient before criteria of one clause.
fn one_clause(slot: ClauseSlot) -> EligibilityInputs {
    with_slots(sample::inputs(1), &[end(1, slot)])
}

/// A change to what is proved, given today.
type Lie = fn(&mut EligibilityInputs, u32);

/// A claim on the first slot that nothing was checked of.
fn lie(inputs: &EligibilityInputs, target: u128, column: Option<Column>) -> Claim {
    Claim {
        slot: 0,
        target,
        opening: inputs.facts.open(target),
        column,
    }
}

#[test]
fn the_honest_prover_is_accepted() {
    assert!(accepts(&forged(|_| {})));
}

#[test]
fn a_present_key_is_not_absent() {
    let key = condition("44054006");
    let inputs = one_clause(ClauseSlot {
        absence_counts: true,
        ..clause(from_ref(&key), &[])
    });
    assert!(!accepts(&claiming(
        &inputs,
        &[lie(&inputs, key.digest(), None)]
    )));
    // Nor by the gap before it, nor by the one after it.
    for neighbour in [key.digest() - 1, key.digest() + 1] {
        let opening = inputs.facts.open(neighbour);
        let claim = Claim {
            opening,
            ..lie(&inputs, key.digest(), None)
        };
        assert!(!accepts(&claiming(&inputs, &[claim])));
    }
}

#[test]
fn an_absent_key_is_not_present() {
    let key = condition("1");
    let inputs = one_clause(clause(from_ref(&key), &[Column::Count]));
    for opening in [
        inputs.facts.open(key.digest()),
        inputs.facts.open(condition("44054006").digest()),
        inputs.facts.open(0),
    ] {
        let claim = Claim {
            opening,
            ..lie(&inputs, key.digest(), Some(Column::Count))
        };
        assert!(!accepts(&claiming(&inputs, &[claim])));
    }
    // Nor does its absence count where the criteria don't say so.
    assert!(!accepts(&claiming(
        &inputs,
        &[lie(&inputs, key.digest(), None)]
    )));
}

#[test]
fn another_key_is_not_the_clauses() {
    let inputs = one_clause(clause(&[condition("1")], &[Column::Count]));
    let other = condition("44054006").digest();
    assert!(!accepts(&claiming(
        &inputs,
        &[lie(&inputs, other, Some(Column::Count))]
    )));
    assert!(!accepts(&claiming(
        &inputs,
        &[lie(&inputs, 0, Some(Column::Count))]
    )));
}

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
        assert!(!accepts(&claiming(&inputs, &[honest.clone(), lie])));
    }
}

#[test]
fn no_clause_counts_twice() {
    let used = clause(&[condition("44054006")], &[Column::Count]);
    let other = end(2, clause(&[condition("1")], &[Column::Count]));
    let inputs = with_slots(sample::inputs(1), &[used, other]);
    let honest = claim(0, &used, &inputs.facts, &inputs.reference).unwrap();
    assert!(!accepts(&claiming(
        &inputs,
        &[honest.clone(), honest.clone()]
    )));
    // One opening for both clauses.
    let mut both = claiming(&inputs, &[honest]);
    both.set("serves", 1, Fr::from(1u8));
    assert!(!accepts(&both));
}

#[test]
fn selectors_are_bits() {
    for (name, values) in [
        ("serves", [2, 1_000]),
        ("pick", [2, 1_000]),
        ("flags", [2, 1_000]),
        ("absent", [2, 1]),
        ("clauseStructure", [2, 1_000]),
    ] {
        for value in values {
            assert!(
                !accepts(&forged(|a| a.set(name, 0, Fr::from(value)))),
                "{name}"
            );
            assert!(
                !accepts(&forged(|a| a.set(name, 0, -Fr::from(value)))),
                "{name}"
            );
        }
    }
}

#[test]
fn only_permitted_columns_witness() {
    let key = condition("44054006");
    let inputs = one_clause(clause(from_ref(&key), &[Column::Min]));
    // Its minimum is missing, its count would do.
    assert!(!accepts(&claiming(
        &inputs,
        &[lie(&inputs, key.digest(), Some(Column::Count))]
    )));
    assert!(!accepts(&claiming(
        &inputs,
        &[lie(&inputs, key.digest(), Some(Column::Min))]
    )));
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
        assert!(!accepts(&assignment));
    }
}

#[test]
fn an_undated_entry_blocks() {
    let key = drug("1191");
    let slot = ClauseSlot {
        high: DATE_BIAS,
        high_relative: true,
        ..clause(from_ref(&key), &[Column::LastDate])
    };
    let claims = |inputs: &EligibilityInputs| [lie(inputs, key.digest(), Some(Column::LastDate))];
    let open = one_clause(slot);
    assert!(accepts(&claiming(&open, &claims(&open))));
    let blocked = one_clause(ClauseSlot {
        undated_blocks: true,
        ..slot
    });
    assert!(!accepts(&claiming(&blocked, &claims(&blocked))));
}

#[test]
fn a_leaf_of_another_record_is_not_in_this_one() {
    let mut facts = sample::facts();
    facts[2].count = 99;
    let other = FactsTree::new(&facts).unwrap();
    let key = condition("44054006");
    let inputs = one_clause(ClauseSlot {
        low: 50,
        ..clause(from_ref(&key), &[Column::Count])
    });
    let claim = Claim {
        opening: other.open(key.digest()),
        ..lie(&inputs, key.digest(), Some(Column::Count))
    };
    assert!(!accepts(&claiming(&inputs, from_ref(&claim))));
    // Nor with the other record's frontier: then the commitment differs.
    let mut assignment = claiming(&inputs, &[claim]);
    for (place, node) in other.frontier().into_iter().enumerate() {
        assignment.set("frontier", place, node);
    }
    assert!(!accepts(&assignment));
}

#[test]
fn terms_bind() {
    let day = sample::today();
    let lies: [Lie; 5] = [
        |i, day| i.reference.day = day + 366,
        |i, day| i.reference.oldest_as_of = day - 29,
        |i, _| i.study.purposes = 0b11,
        |i, _| i.study.purposes = 1 << 31,
        |i, _| i.record.terms.consent = 0b1111,
    ];
    for lie in lies {
        let mut inputs = sample::inputs(1);
        let claims =
            crate::circuit::claims::choose(&inputs.study.slots, &inputs.facts, &inputs.reference);
        lie(&mut inputs, day);
        assert!(!accepts(&claiming(&inputs, &claims.unwrap())));
    }
}

#[test]
fn packed_signals_have_one_reading() {
    // The reference time with a day too many and a carry taken from the calendar date; a purpose beyond 32 bits.
    assert!(!accepts(&forged(|a| {
        let inputs = sample::inputs(1);
        a.set("day", 0, Fr::from(inputs.reference.day) + power_of_two(32));
        a.set("calendar", 0, Fr::from(inputs.reference.calendar - 1));
    })));
    assert!(!accepts(&forged(|a| a.set(
        "purposes",
        0,
        power_of_two(32)
    ))));
    // The terms with an expiry of more than 32 bits, taken from asOf.
    assert!(!accepts(&forged(|a| {
        let terms = sample::inputs(1).record.terms;
        a.set("expiry", 0, Fr::from(terms.expiry_day) + power_of_two(32));
        a.set("asOf", 0, Fr::from(terms.as_of_day - 1));
    })));
}

#[test]
fn every_public_signal_is_checked() {
    for name in [
        "registryRoot",
        "criteriaHash",
        "purposes",
        "referenceTime",
        "studyId",
        "nullifier",
        "recordTag",
    ] {
        assert!(
            !accepts(&forged(|a| a.set(name, 0, Fr::from(7u8)))),
            "{name}"
        );
    }
    // The context binds by standing in the proof; any is accepted.
    assert!(accepts(&forged(|a| a.set("context", 0, Fr::from(7u8)))));
}

#[test]
fn another_identity_has_no_witness() {
    let study = sample::inputs(1).study.id;
    let secret = Fr::from(5u8);
    assert!(!accepts(&forged(|a| {
        a.set("identitySecret", 0, secret);
        a.set("nullifier", 0, Domain::Nullifier.hash(&[secret, study]));
    })));
}

#[test]
fn the_registrys_root_is_never_zero() {
    for depth in [33, 1_000] {
        assert!(!accepts(&forged(|a| {
            a.set("pathDepth", 0, Fr::from(depth));
            a.set("registryRoot", 0, Fr::from(0u8));
        })));
    }
}

#[test]
fn groups_need_their_number() {
    // Two of three are claimed; one claim fewer is not enough.
    let inputs = sample::inputs(1);
    let mut claims =
        crate::circuit::claims::choose(&inputs.study.slots, &inputs.facts, &inputs.reference)
            .unwrap();
    claims.remove(2);
    assert!(!accepts(&claiming(&inputs, &claims)));
    // A key that nothing is known of does not fill the gap.
    let missing = FactKey::uncoded("Condition").digest();
    claims.push(Claim {
        slot: 4,
        ..lie(&inputs, missing, Some(Column::Count))
    });
    assert!(!accepts(&claiming(&inputs, &claims)));
}
