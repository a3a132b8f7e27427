//! The compiled circuits against what they must accept and refuse. Needs `make keys`.
//!
//! A cheat is not stopped by the witness generator: wherever a false claim is tried, its assertions are taken out, and the
//! witness that it then gives is checked against the constraints ([`forced`]).
//!
//! Tests that take minutes are ignored; `make soundness` runs all of them and says what they found.
#![allow(
    clippy::print_stdout,
    reason = "what was tried is part of the result: make soundness shows it"
)]

mod agreement;
mod constraints;
mod forced;
mod forgeries;
mod inputs;
mod proofs;
mod uniqueness;
mod wires;

use std::path::Path;
use std::sync::LazyLock;

use super::assignment::Assignment;
use super::claims::{self, Claim};
use super::witness::WitnessCalculator;
use super::{CircuitSize, EligibilityInputs, Prover, PublicSignals};
use crate::clause::{criteria_hash, ClauseSlot};
use crate::field::Fr;
use crate::sample;
use zeroize::Zeroizing;

/// Folder of the compiled circuits.
const CIRCUITS: &str = "../target/circuits";

/// One circuit with its development key, and its witness generator without assertions.
struct Circuit {
    prover: Prover,
    forced: WitnessCalculator,
}

static SMALL: LazyLock<Circuit> = LazyLock::new(|| Circuit::load(CircuitSize::Small));
static LARGE: LazyLock<Circuit> = LazyLock::new(|| Circuit::load(CircuitSize::Large));

/// The circuit of a size, loaded once.
fn circuit(size: CircuitSize) -> &'static Circuit {
    match size {
        CircuitSize::Small => &SMALL,
        CircuitSize::Large => &LARGE,
    }
}

impl Circuit {
    fn load(size: CircuitSize) -> Self {
        Self {
            prover: Prover::load(Path::new(CIRCUITS), size).expect("make keys builds it"),
            forced: forced::calculator(size),
        }
    }

    /// The witness of these signals, whether they are true or not.
    fn force(&self, assignment: &Assignment) -> Zeroizing<Vec<Fr>> {
        self.forced
            .calculate(assignment)
            .expect("nothing stops the generator")
    }
}

/// Puts other criteria in the place of the sample's.
fn with_slots(mut inputs: EligibilityInputs, slots: &[ClauseSlot]) -> EligibilityInputs {
    let size = size_of(&inputs);
    inputs.study.slots = slots.to_vec();
    inputs
        .study
        .slots
        .resize(size.slots(), ClauseSlot::default());
    inputs.study.criteria_hash =
        criteria_hash(inputs.record.terms.mapping_version, &inputs.study.slots);
    inputs
}

/// What an honest prover claims.
fn honest_claims(inputs: &EligibilityInputs) -> Vec<Claim> {
    let slots = &inputs.study.slots;
    claims::choose(size_of(inputs), slots, &inputs.facts, &inputs.reference)
        .expect("the sample is eligible")
}

/// The signals of an honest prover.
fn honest(inputs: &EligibilityInputs) -> Assignment {
    claiming(inputs, &honest_claims(inputs))
}

/// The signals of a prover who makes these claims, true or not.
fn claiming(inputs: &EligibilityInputs, claims: &[Claim]) -> Assignment {
    Assignment::of(size_of(inputs), inputs, claims, &PublicSignals::of(inputs))
}

/// The circuit that the inputs are for.
fn size_of(inputs: &EligibilityInputs) -> CircuitSize {
    CircuitSize::of_slots(inputs.study.slots.len()).expect("criteria of a circuit")
}

/// Whether the witness of these signals, forced if need be, satisfies every constraint.
fn accepts(assignment: &Assignment) -> bool {
    let circuit = circuit(assignment.size);
    let witness = circuit.force(assignment);
    circuit.prover.r1cs.first_broken(&witness).is_none()
}

/// Honest witnesses of both sizes: facts present and absent, openings used and unused.
fn honest_cases() -> Vec<(&'static str, EligibilityInputs)> {
    let small = CircuitSize::Small;
    let large = CircuitSize::Large;
    vec![
        ("six of 8 openings", sample::inputs_of(small, 1)),
        ("all 16 openings", sample::inputs_of(large, 2)),
        (
            "no opening of 8",
            with_slots(sample::inputs_of(small, 3), &[]),
        ),
        (
            "the small criteria in the large circuit",
            with_slots(sample::inputs_of(large, 4), &sample::slots()),
        ),
    ]
}

/// `2^exponent` in the field.
fn power_of_two(exponent: u32) -> Fr {
    (0..exponent).fold(Fr::from(1u8), |power, _| power + power)
}
