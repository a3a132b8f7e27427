//! Lies about the record: keys, leaves, values and what is open about them.

use std::slice::from_ref;

use super::*;
use crate::facts::number::{DATE_BIAS, POS_INF};
use crate::facts::tree::FactsTree;
use crate::facts::{Ends, FactKey, ValueSetDigest};
use crate::field::Fr;
use crate::sample::{clause, condition, drug};

#[test]
fn a_present_key_is_not_absent() {
    let key = condition("44054006");
    let inputs = one_clause(ClauseSlot {
        absence_counts: true,
        ..clause(from_ref(&key), &[])
    });
    refused(&claiming(&inputs, &[lie(&inputs, key.digest(), None)]));
    // Nor by the gap before it, nor by the one after it.
    for neighbour in [key.digest() - 1, key.digest() + 1] {
        let opening = inputs.facts.open(neighbour);
        let claim = Claim {
            opening,
            ..lie(&inputs, key.digest(), None)
        };
        refused(&claiming(&inputs, &[claim]));
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
        refused(&claiming(&inputs, &[claim]));
    }
    // Nor does its absence count where the criteria don't say so.
    refused(&claiming(&inputs, &[lie(&inputs, key.digest(), None)]));
}

#[test]
fn another_key_is_not_the_clauses() {
    let inputs = one_clause(clause(&[condition("1")], &[Column::Count]));
    let other = condition("44054006").digest();
    refused(&claiming(
        &inputs,
        &[lie(&inputs, other, Some(Column::Count))],
    ));
    refused(&claiming(&inputs, &[lie(&inputs, 0, Some(Column::Count))]));
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
    refused(&claiming(&blocked, &claims(&blocked)));
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
    refused(&claiming(&inputs, from_ref(&claim)));
    // Nor with the other record's frontier: then the commitment differs.
    let mut assignment = claiming(&inputs, &[claim]);
    for (place, node) in other.frontier().into_iter().enumerate() {
        assignment.set("frontier", place, node);
    }
    refused(&assignment);
}

/// Facts in place of the sample's, in a registry of this record alone.
fn with_facts(mut inputs: EligibilityInputs, facts: FactsTree) -> EligibilityInputs {
    inputs.record.facts_root = facts.root();
    inputs.facts = facts;
    inputs.path.siblings.clear();
    inputs.path.index = 0;
    inputs.path.root = inputs.record.commitment();
    inputs
}

#[test]
fn a_record_that_was_not_rolled_up_says_nothing_about_a_value_set() {
    let rolled_up = FactKey::rolled_up("Condition", ValueSetDigest::new([7; 32]));
    // "None of its codes" is the presence of its fact with count 0
    let inputs = one_clause(ClauseSlot {
        high: 0,
        undated_blocks: true,
        ..clause(from_ref(&rolled_up), &[Column::Count])
    });
    let target = rolled_up.digest();
    for column in [None, Some(Column::Count)] {
        refused(&claiming(&inputs, &[lie(&inputs, target, column)]));
        // Nor does the sentinel do, which has count 0
        let sentinel = Claim {
            opening: inputs.facts.open(0),
            ..lie(&inputs, target, column)
        };
        refused(&claiming(&inputs, &[sentinel]));
    }
    let mut facts = sample::facts();
    let mut none = facts[2].clone();
    (none.key, none.count) = (rolled_up, 0);
    facts.push(none);
    let rolled = with_facts(inputs, FactsTree::new(&facts).unwrap());
    let claim = lie(&rolled, target, Some(Column::Count));
    assert!(accepts(&claiming(&rolled, &[claim])));
}

#[test]
fn the_sentinels_are_no_keys() {
    for key in [0, u128::MAX] {
        let slot = ClauseSlot {
            keys: [key; 4],
            absence_counts: true,
            high: POS_INF,
            columns: Column::Count as u8,
            ..ClauseSlot::default()
        };
        let inputs = one_clause(slot);
        refused(&claiming(&inputs, &[lie(&inputs, key, None)]));
        let last = Claim {
            opening: inputs.facts.open(u128::MAX - 1),
            ..lie(&inputs, key, None)
        };
        refused(&claiming(&inputs, from_ref(&last)));
    }
    // Beside them there is room
    for key in [1, u128::MAX - 1] {
        let slot = ClauseSlot {
            keys: [key; 4],
            absence_counts: true,
            ..ClauseSlot::default()
        };
        let inputs = one_clause(slot);
        assert!(accepts(&claiming(&inputs, &[lie(&inputs, key, None)])));
    }
}

#[test]
fn values_at_both_ends_of_64_bits_are_compared_as_they_are() {
    let key = condition("44054006");
    let accepted = |count: u64, low: u64, high: u64| {
        let mut facts = sample::facts();
        facts[2].count = count;
        let slot = ClauseSlot {
            low,
            high,
            ..clause(from_ref(&key), &[Column::Count])
        };
        let inputs = with_facts(one_clause(slot), FactsTree::new(&facts).unwrap());
        let claim = lie(&inputs, key.digest(), Some(Column::Count));
        accepts(&claiming(&inputs, &[claim]))
    };
    for (count, low, high, expected) in [
        (0, 0, 0, true),
        (0, 1, POS_INF, false),
        (1, 0, 0, false),
        (POS_INF, 0, POS_INF, true),
        (POS_INF, POS_INF, POS_INF, true),
        (POS_INF, 0, POS_INF - 1, false),
        (POS_INF - 1, POS_INF, POS_INF, false),
        // What is missing has the end beyond every bound
        (u64::MAX, 0, POS_INF, false),
        (u64::MAX, u64::MAX, POS_INF, false),
        (0, u64::MAX, POS_INF, false),
    ] {
        assert_eq!(
            accepted(count, low, high),
            expected,
            "{low} ≤ {count} ≤ {high}"
        );
    }
}

#[test]
fn a_missing_number_lies_within_no_bounds() {
    // This diagnosis has no values: low end minus infinity, high end beyond every bound.
    let key = condition("44054006");
    for (low, high) in [(0, POS_INF), (0, 0), (POS_INF, POS_INF)] {
        for column in [Column::Min, Column::Max, Column::Latest] {
            let slot = ClauseSlot {
                low,
                high,
                ..clause(from_ref(&key), &[column])
            };
            let inputs = one_clause(slot);
            assert_eq!(inputs.facts.open(key.digest()).leaf.min, Ends::MISSING);
            refused(&claiming(
                &inputs,
                &[lie(&inputs, key.digest(), Some(column))],
            ));
        }
    }
}

#[test]
fn an_undated_entry_is_in_every_window_that_must_be_empty() {
    // Twice given and once without a date; "not in the last 90 days" can't be said of it.
    let key = drug("1191");
    let inputs = one_clause(ClauseSlot {
        high: DATE_BIAS - 91,
        high_relative: true,
        undated_blocks: true,
        absence_counts: true,
        ..clause(from_ref(&key), &[Column::LastDate])
    });
    for column in [None, Some(Column::LastDate), Some(Column::FirstDate)] {
        let mut assignment = claiming(&inputs, &[lie(&inputs, key.digest(), column)]);
        refused(&assignment);
        // Nor if the flag is read as 0
        assignment.set("flags", 6, Fr::from(0u8));
        refused(&assignment);
        // Nor if the leaf says so
        assignment.set("leaf", 3, Fr::from(0u8));
        refused(&assignment);
    }
}
