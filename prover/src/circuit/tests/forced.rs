//! The witness generator without its assertions, as a cheat would run it.

use super::{honest, CIRCUITS};
use crate::circuit::artefacts::Artefacts;
use crate::circuit::witness::WitnessCalculator;
use crate::circuit::CircuitSize;
use crate::field::Fr;
use crate::sample;
use std::fs;
use std::path::Path;

/// How circom ends a template whose assertion failed: call the handler (import 1), return code 4, end of the branch.
const RETURNS: [u8; 6] = [0x10, 0x01, 0x41, 0x04, 0x0f, 0x0b];
/// The same, but the code is dropped and the template goes on.
const GOES_ON: [u8; 6] = [0x10, 0x01, 0x41, 0x04, 0x1a, 0x0b];
/// Assertions in the code of either circuit: one for each `===` of a template, however often it is used.
const FEWEST: usize = 20;

/// The generator of a circuit's witnesses, which computes whatever follows from its inputs and never stops.
pub(super) fn calculator(size: CircuitSize) -> WitnessCalculator {
    let artefacts = Artefacts::open(Path::new(CIRCUITS), size).expect("make keys builds it");
    let mut module = fs::read(artefacts.wasm()).expect("the module is there");
    let places: Vec<usize> = (0..module.len() - RETURNS.len())
        .filter(|place| module[*place..].starts_with(&RETURNS))
        .collect();
    assert!(places.len() >= FEWEST, "{} assertions", places.len());
    for place in places {
        module[place..place + GOES_ON.len()].copy_from_slice(&GOES_ON);
    }
    let folder = tempfile::tempdir().expect("a folder for the module");
    let path = folder.path().join("forced.wasm");
    fs::write(&path, module).expect("the module is written");
    let loaded = WitnessCalculator::load(&path, &artefacts.r1cs());
    loaded.expect("the changed module is one").0
}

#[test]
fn a_false_claim_gets_a_witness_that_breaks_a_constraint() {
    for size in CircuitSize::ALL {
        let circuit = super::circuit(size);
        let mut assignment = honest(&sample::inputs_of(size, 1));
        assert_eq!(
            circuit.force(&assignment),
            circuit.prover.calculator.calculate(&assignment).unwrap(),
            "of what is true both give the same"
        );
        let low = assignment.get("low", 0) + Fr::from(1u8);
        assignment.set("low", 0, low);
        // The generator with assertions stops there, and leaves what follows as it was
        let witness = circuit.force(&assignment);
        assert_ne!(
            circuit.prover.calculator.calculate(&assignment).ok(),
            Some(witness.clone())
        );
        assert!(circuit.prover.r1cs.first_broken(&witness).is_some());
    }
}
