//! Every wire of an honest witness is fixed by the constraints around it: changed alone, it breaks one of them.

use std::collections::BTreeMap;

use super::constraints::{breaks, kind, occurrences, sides, wire_names};
use super::{circuit, honest, honest_cases, size_of};
use crate::circuit::EligibilityInputs;
use crate::field::Fr;
use ark_ff::{UniformRand, Zero};
use rand::rngs::StdRng;
use rand::SeedableRng;

/// Wires that may take another value alone, and why that gives a cheat nothing.
pub(super) const FREE: [(&str, &str); 2] = [
    (
        "isz.inv",
        "circomlib's IsZero leaves the inverse of 0 open: its output is fixed either way",
    ),
    (
        "context",
        "every context has a witness, and its negative the same one: it binds by standing in the proof",
    ),
];

/// What was tried on one witness.
struct Tried {
    wires: usize,
    changes: usize,
    /// Kinds of the wires that were free, and how many there were of each.
    free: BTreeMap<String, usize>,
}

#[test]
fn no_single_wire_can_be_changed() {
    for (case, inputs) in honest_cases() {
        let tried = change_each_wire(&inputs);
        let Tried { wires, changes, .. } = tried;
        println!("wires, {case}: {wires} tried with {changes} changes");
        for (kind, count) in &tried.free {
            let (_, reason) = FREE
                .iter()
                .find(|(known, _)| kind.ends_with(known))
                .unwrap_or_else(|| panic!("{case}: {count} wires {kind} are free"));
            println!("wires, {case}: {count} free, {kind}: {reason}");
        }
    }
}

fn change_each_wire(inputs: &EligibilityInputs) -> Tried {
    let size = size_of(inputs);
    let prover = &circuit(size).prover;
    let witness = prover.calculator.calculate(&honest(inputs)).unwrap();
    let (occurrences, sides) = (occurrences(&prover.r1cs), sides(&prover.r1cs, &witness));
    let names = wire_names(size);
    let mut rng = StdRng::seed_from_u64(1);
    let mut tried = Tried {
        wires: 0,
        changes: 0,
        free: BTreeMap::new(),
    };
    for wire in 1..prover.r1cs.wires {
        let value = witness[wire];
        let others = [
            Fr::rand(&mut rng),
            value + Fr::from(1u8),
            Fr::zero(),
            -value,
        ];
        let differences = others.map(|other| other - value);
        let differences: Vec<Fr> = differences.into_iter().filter(|d| !d.is_zero()).collect();
        tried.wires += 1;
        tried.changes += differences.len();
        let open = |difference: &Fr| !breaks(&sides, &occurrences[wire], *difference);
        if differences.iter().any(open) {
            *tried.free.entry(kind(&names[&wire])).or_default() += 1;
        }
    }
    tried
}
