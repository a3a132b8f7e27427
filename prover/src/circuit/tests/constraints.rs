//! The constraints by wire, so that a change is checked where it matters, and the wires' names.

use std::collections::BTreeMap;
use std::fs;

use super::CIRCUITS;
use crate::circuit::r1cs::R1cs;
use crate::circuit::CircuitSize;
use crate::field::Fr;
use ark_ff::Zero;
use ark_groth16::r1cs_to_qap::evaluate_constraint;

/// A wire's factors in the sides A, B and C of one constraint.
pub(super) struct Occurrence {
    row: usize,
    factors: [Fr; 3],
}

/// For each wire, where it occurs.
pub(super) fn occurrences(r1cs: &R1cs) -> Vec<Vec<Occurrence>> {
    let mut rows: Vec<BTreeMap<usize, [Fr; 3]>> = vec![BTreeMap::new(); r1cs.wires];
    for (side, matrix) in r1cs.matrices.iter().enumerate() {
        for (row, terms) in matrix.iter().enumerate() {
            for (factor, wire) in terms {
                rows[*wire].entry(row).or_insert([Fr::zero(); 3])[side] += factor;
            }
        }
    }
    let listed = |rows: BTreeMap<usize, [Fr; 3]>| {
        let rows = rows.into_iter();
        rows.map(|(row, factors)| Occurrence { row, factors })
            .collect()
    };
    rows.into_iter().map(listed).collect()
}

/// The three sides of every constraint under a witness.
pub(super) fn sides(r1cs: &R1cs, witness: &[Fr]) -> Vec<[Fr; 3]> {
    (0..r1cs.constraints())
        .map(|row| [0, 1, 2].map(|side| evaluate_constraint(&r1cs.matrices[side][row], witness)))
        .collect()
}

/// Whether some constraint breaks if a wire that occurs there becomes larger by `difference`.
pub(super) fn breaks(sides: &[[Fr; 3]], occurrences: &[Occurrence], difference: Fr) -> bool {
    occurrences.iter().any(|Occurrence { row, factors }| {
        let [a, b, c] = [0, 1, 2].map(|side| sides[*row][side] + factors[side] * difference);
        a * b != c
    })
}

/// One signal's name for each wire, from the compiler's list: label, wire, component, name.
pub(super) fn wire_names(size: CircuitSize) -> BTreeMap<usize, String> {
    let path = format!("{CIRCUITS}/{}.sym", size.name());
    let list = fs::read_to_string(path).expect("make circuits writes it");
    let mut names = BTreeMap::new();
    for line in list.lines() {
        let mut parts = line.splitn(4, ',');
        let wire = parts.nth(1).and_then(|wire| wire.parse().ok());
        if let (Some(wire), Some(name)) = (wire, parts.nth(1)) {
            // The first name is the outermost one
            names.entry(wire).or_insert_with(|| name.to_owned());
        }
    }
    names
}

/// A name without its indices and without what merely contains it: by this, wires of one kind are counted together.
pub(super) fn kind(name: &str) -> String {
    let mut kind = String::new();
    let mut depth = 0;
    for letter in name.trim_start_matches("main.").chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            '0'..='9' | '_' if depth > 0 => {}
            _ if depth == 0 => kind.push(letter),
            _ => {}
        }
    }
    kind
}
