//! A prover who lies in one place, and adapts what follows from it as far as possible, has no witness.
//!
//! `facts` lies about what the record says, `clauses` about what the criteria ask, `statement` about everything else.

mod clauses;
mod facts;
mod statement;

use super::{accepts, claiming, honest, honest_claims, power_of_two, with_slots};
use crate::circuit::assignment::Assignment;
use crate::circuit::claims::{claim, Claim};
use crate::circuit::{CircuitSize, EligibilityInputs};
use crate::clause::{ClauseSlot, Column};
use crate::sample::{self, end};

/// Fails if the forgery is accepted.
fn refused(forgery: &Assignment) {
    assert!(!accepts(forgery), "a forgery is accepted");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or_default();
    println!("forgery refused: {test}, {}", forgery.size.name());
}

/// Signals of the sample in a circuit, changed.
fn forged(size: CircuitSize, change: impl FnOnce(&mut Assignment)) -> Assignment {
    let mut assignment = honest(&sample::inputs_of(size, 1));
    change(&mut assignment);
    assignment
}

/// The sample patient before criteria of one clause.
fn one_clause(slot: ClauseSlot) -> EligibilityInputs {
    with_slots(sample::inputs(1), &[end(1, slot)])
}

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
    for size in CircuitSize::ALL {
        assert!(accepts(&forged(size, |_| {})), "{size:?}");
    }
}
