//! Every wire of an honest witness is fixed by the constraints around it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{honest, PROVER};
use crate::circuit::r1cs::R1cs;
use crate::field::Fr;
use crate::sample;
use ark_groth16::r1cs_to_qap::evaluate_constraint;

/// Wires that may take another value without breaking a constraint: circomlib's `IsZero` leaves the inverse of 0 open.
const OPEN: [&str; 1] = ["isz.inv"];

#[test]
fn no_single_wire_can_be_changed() {
    let mut witness = PROVER
        .calculator
        .calculate(&honest(&sample::inputs(1)))
        .unwrap();
    let names = wire_names();
    let constraints = constraints_by_wire(&PROVER.r1cs);
    let mut open = BTreeSet::new();
    for wire in 1..PROVER.r1cs.wires {
        let value = witness[wire];
        for change in [value + Fr::from(1u8), -value - Fr::from(1u8)] {
            witness[wire] = change;
            if !constraints[wire]
                .iter()
                .any(|row| broken(&PROVER.r1cs, *row, &witness))
            {
                open.insert(names[&wire].clone());
            }
        }
        witness[wire] = value;
    }
    let unexpected: Vec<_> = open
        .iter()
        .filter(|name| !OPEN.iter().any(|known| name.ends_with(known)))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
}

fn broken(r1cs: &R1cs, row: usize, witness: &[Fr]) -> bool {
    let [a, b, c] = [0, 1, 2].map(|side| evaluate_constraint(&r1cs.matrices[side][row], witness));
    a * b != c
}

/// For each wire, the constraints that it occurs in.
fn constraints_by_wire(r1cs: &R1cs) -> Vec<BTreeSet<usize>> {
    let mut rows = vec![BTreeSet::new(); r1cs.wires];
    for matrix in &r1cs.matrices {
        for (row, terms) in matrix.iter().enumerate() {
            for (_, wire) in terms {
                rows[*wire].insert(row);
            }
        }
    }
    rows
}

/// One signal's name for each wire, from the compiler's list: label, wire, component, name.
fn wire_names() -> BTreeMap<usize, String> {
    let list = fs::read_to_string("../target/circuits/eligibility_8.sym").unwrap();
    list.lines()
        .filter_map(|line| {
            let mut parts = line.splitn(4, ',');
            let wire = parts.nth(1)?.parse().ok()?;
            Some((wire, parts.nth(1)?.to_owned()))
        })
        .collect()
}
