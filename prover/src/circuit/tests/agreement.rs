//! The evaluation of criteria, the native choice of claims and the circuit agree on random clauses over random facts.

use super::{accepts, claiming, with_slots};
use crate::circuit::claims::{claim, Claim};
use crate::circuit::EligibilityInputs;
use crate::clause::{ClauseSlot, Column};
use crate::criteria::{evaluate, Clause, Compiled, Group, Reference};
use crate::facts::number::DATE_BIAS;
use crate::facts::tree::FactsTree;
use crate::facts::{Ends, Fact, FactKey, MAPPING_VERSION};
use crate::sample::{self, condition};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeSet;

/// Small numbers, so that bounds are often met and often just missed.
const SPREAD: u64 = 4;
const CASES: u64 = 40;

#[test]
fn on_random_clauses() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut held = 0;
    for case in 0..CASES {
        let (inputs, evaluated) = random_case(&mut rng);
        let slot = inputs.study.slots[0];
        let holds = claim(0, &slot, &inputs.facts, &inputs.reference);
        held += u64::from(holds.is_some());
        let expected = holds.is_some();
        assert_eq!(evaluated, expected, "case {case}");
        let claims = [holds.unwrap_or_else(|| any_claim(&mut rng, &inputs, &slot))];
        assert_eq!(
            accepts(&claiming(&inputs, &claims)),
            expected,
            "case {case}"
        );
    }
    assert!((CASES / 5..CASES).contains(&held), "{held} of {CASES} hold");
}

/// A patient with random facts before a random clause, and whether the evaluation finds that it holds.
fn random_case(rng: &mut StdRng) -> (EligibilityInputs, bool) {
    let mut inputs = sample::inputs(1);
    let facts: Vec<Fact> = (0..6)
        .map(|code| random_fact(rng, condition(&code.to_string())))
        .collect();
    inputs.facts = FactsTree::new(&facts).unwrap();
    inputs.record.facts_root = inputs.facts.root();
    // The registry is this record alone.
    inputs.path.siblings.clear();
    inputs.path.index = 0;
    inputs.path.root = inputs.record.commitment();
    let compiled = Compiled {
        mapping_version: MAPPING_VERSION,
        slots: crate::circuit::SLOTS,
        groups: vec![Group {
            at_least: 1,
            clauses: vec![random_clause(rng, inputs.reference.day)],
            paths: BTreeSet::new(),
        }],
    };
    let today = Reference::try_from(sample::TODAY).unwrap();
    let evaluated = evaluate(&compiled, &facts, today).holds();
    (with_slots(inputs, &compiled.packed()), evaluated)
}

fn random_fact(rng: &mut StdRng, key: FactKey) -> Fact {
    let mut ends = |bias: u64| match rng.gen_range(0..6) {
        0 => Ends::MISSING,
        1 => Ends {
            low: bias,
            high: bias + rng.gen_range(0..SPREAD),
        },
        _ => Ends::exact(bias + rng.gen_range(0..SPREAD)),
    };
    let day = DATE_BIAS + u64::from(sample::today()) - SPREAD;
    Fact {
        key,
        min: ends(0),
        max: ends(0),
        latest: ends(0),
        first_date: ends(day),
        last_date: ends(day),
        count: rng.gen_range(0..SPREAD),
        undated: rng.gen_range(0..2),
    }
}

fn random_clause(rng: &mut StdRng, day: u32) -> Clause {
    let dates = rng.gen_bool(0.5);
    let absence_counts = rng.gen_bool(0.3);
    let places = if absence_counts { 1 } else { 3 };
    let keys = (0..places)
        .map(|_| condition(&rng.gen_range(0..9).to_string()))
        .collect();
    let columns = if dates {
        [Column::FirstDate, Column::LastDate]
    } else {
        [Column::Count, Column::Latest]
    };
    let relative = dates && rng.gen_bool(0.5);
    let bias = match (dates, relative) {
        (true, true) => DATE_BIAS - SPREAD,
        (true, false) => DATE_BIAS + u64::from(day) - SPREAD,
        (false, _) => 0,
    };
    Clause {
        keys,
        low: bias + rng.gen_range(0..SPREAD),
        high: bias + rng.gen_range(0..SPREAD),
        columns: columns.iter().fold(0, |mask, column| mask | *column as u8),
        absence_counts,
        undated_blocks: rng.gen_bool(0.3),
        low_relative: relative,
        high_relative: relative,
        calendar: false,
    }
}

/// A claim that pretends that the clause holds.
fn any_claim(rng: &mut StdRng, inputs: &EligibilityInputs, slot: &ClauseSlot) -> Claim {
    let target = slot.keys[rng.gen_range(0..4)];
    let opening = inputs.facts.open(target);
    let column = Column::ALL
        .into_iter()
        .rfind(|column| slot.columns & *column as u8 != 0);
    Claim {
        slot: 0,
        target,
        column: column.filter(|_| opening.present),
        opening,
    }
}
