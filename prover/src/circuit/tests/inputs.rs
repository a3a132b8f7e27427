//! Which private input may take a second value, the rest following from it, while every public signal keeps its own.

use std::collections::BTreeMap;

use super::{accepts, honest, honest_cases, size_of};
use crate::circuit::assignment::{self, Assignment};
use crate::circuit::signals::COUNT;
use crate::circuit::EligibilityInputs;
use crate::field::Fr;
use ark_ff::{UniformRand, Zero};
use rand::rngs::StdRng;
use rand::SeedableRng;

/// Inputs that may, and why that gives a cheat nothing.
const FREE: [(&str, &str); 2] = [
    (
        "pathIndex",
        "bits above the path's depth choose a side where no node is hashed",
    ),
    (
        "pathSiblings",
        "siblings above the path's depth are hashed into nodes that are not the root",
    ),
];

/// One element of each signal and one change to it, in the small circuit; all of them take an hour.
#[test]
fn no_private_input_has_a_second_value() {
    let (case, inputs) = &honest_cases()[0];
    change_inputs(case, inputs, 1, 1);
}

#[test]
#[ignore = "takes minutes: make soundness"]
fn no_private_input_of_either_circuit_has_a_second_value() {
    for (case, inputs) in honest_cases() {
        change_inputs(case, &inputs, 24, 2);
    }
}

/// Changes up to so many elements of each private signal, in up to so many ways each.
fn change_inputs(case: &str, inputs: &EligibilityInputs, elements: usize, ways: usize) {
    let mut rng = StdRng::seed_from_u64(2);
    let honest = honest(inputs);
    let (mut tried, mut free) = (0, BTreeMap::new());
    for (name, length) in assignment::inputs(size_of(inputs)).into_iter().skip(COUNT) {
        let step = length.div_ceil(elements).max(1);
        for place in (0..length).rev().step_by(step) {
            let value = honest.get(name, place);
            let others = [
                value + Fr::from(1u8),
                Fr::rand(&mut rng),
                Fr::zero(),
                -value,
            ];
            for other in others
                .into_iter()
                .filter(|other| *other != value)
                .take(ways)
            {
                tried += 1;
                if accepts(&changed(&honest, name, place, other)) {
                    *free.entry(name).or_insert(0) += 1;
                }
            }
        }
    }
    println!("second values, {case}: {tried} changes to private inputs tried");
    for (name, count) in free {
        let (_, reason) = FREE
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("{case}: {name} has a second value"));
        println!("second values, {case}: {count} accepted, {name}: {reason}");
    }
}

fn changed(honest: &Assignment, name: &str, place: usize, value: Fr) -> Assignment {
    let mut assignment = honest.clone();
    assignment.set(name, place, value);
    assignment
}
