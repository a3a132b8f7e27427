//! The compiled circuit against what it must accept and refuse. Needs `make keys`.

mod agreement;
mod forgeries;
mod proofs;
mod wires;

use std::path::Path;
use std::sync::LazyLock;

use super::assignment::Assignment;
use super::claims::{self, Claim};
use super::{EligibilityInputs, Prover, PublicSignals};
use crate::clause::{criteria_hash, ClauseSlot};
use crate::field::Fr;

/// The circuit with its development key.
static PROVER: LazyLock<Prover> =
    LazyLock::new(|| Prover::load(Path::new("../target/circuits")).expect("make keys builds it"));

/// Puts other criteria in the place of the sample's.
fn with_slots(mut inputs: EligibilityInputs, slots: &[ClauseSlot]) -> EligibilityInputs {
    inputs.study.slots = slots.to_vec();
    inputs
        .study
        .slots
        .resize(super::SLOTS, ClauseSlot::default());
    inputs.study.criteria_hash =
        criteria_hash(inputs.record.terms.mapping_version, &inputs.study.slots);
    inputs
}

/// The signals of an honest prover.
fn honest(inputs: &EligibilityInputs) -> Assignment {
    let claims = claims::choose(&inputs.study.slots, &inputs.facts, &inputs.reference)
        .expect("the sample is eligible");
    claiming(inputs, &claims)
}

/// The signals of a prover who makes these claims, true or not.
fn claiming(inputs: &EligibilityInputs, claims: &[Claim]) -> Assignment {
    Assignment::of(inputs, claims, &PublicSignals::of(inputs))
}

/// Whether there is a witness for these signals that satisfies every constraint.
fn accepts(assignment: &Assignment) -> bool {
    PROVER
        .calculator
        .calculate(assignment)
        .is_ok_and(|witness| PROVER.r1cs.first_broken(&witness).is_none())
}

/// `2^exponent` in the field.
fn power_of_two(exponent: u32) -> Fr {
    (0..exponent).fold(Fr::from(1u8), |power, _| power + power)
}
