//! Given the inputs, no intermediate signal has a second value: what is determined spreads from the inputs.
//!
//! The method, in the manner of Ecne and Picus: a wire is *determined* if every witness with these inputs has the same value
//! there. The inputs are. A constraint one factor of which is a constant is linear in the other wires, and goes into a linear
//! system, which is solved as far as it can be ([`system`]); a factor is a constant if its wires are determined, or if the system
//! says so of their combination. The system determines more in two ways:
//!
//! 1. an equation of the solved system has one wire left;
//! 2. an equation has bits alone left, whose factors are distinct powers of two, up to one factor for all and signs: no two sets of
//!    bits have the same sum in the field.
//!
//! A bit is a wire with `w · (w − 1) = 0`. The compiler may have replaced a bit by a combination `L` of other wires, so that
//! `L · (L − c) = 0` stands there; then `L` is `c` times a bit, which gets a wire of its own.
//!
//! Where a factor depends on other wires it is taken at the witness, so the result holds for these inputs, not for all; hence
//! several witnesses. It says nothing of what the inputs themselves may be: that is for `inputs` and `forgeries`.

mod system;

use std::collections::{BTreeMap, BTreeSet};

use self::system::System;
use super::constraints::{kind, wire_names};
use super::wires::FREE;
use super::{circuit, honest, honest_cases, size_of};
use crate::circuit::assignment;
use crate::circuit::r1cs::R1cs;
use crate::circuit::EligibilityInputs;
use crate::field::Fr;
use ark_ff::{Field, One, Zero};

/// A linear combination without its constant: factors by wire.
type Combination = BTreeMap<usize, Fr>;

#[test]
fn no_intermediate_signal_has_a_second_value() {
    for (case, inputs) in honest_cases() {
        let (wires, undetermined) = undetermined(&inputs);
        let count: usize = undetermined.values().sum();
        println!("second values, {case}: {count} of {wires} wires not determined by the inputs");
        for (kind, count) in &undetermined {
            let (_, reason) = FREE
                .iter()
                .find(|(known, _)| kind.ends_with(known))
                .unwrap_or_else(|| panic!("{case}: {undetermined:?}"));
            println!("second values, {case}: {count} of {kind}: {reason}");
        }
    }
}

/// All wires, and those that the inputs do not determine, counted by kind.
fn undetermined(inputs: &EligibilityInputs) -> (usize, BTreeMap<String, usize>) {
    let size = size_of(inputs);
    let prover = &circuit(size).prover;
    let witness = prover.calculator.calculate(&honest(inputs)).unwrap();
    let names = wire_names(size);
    let signals = assignment::inputs(size);
    let is_input = |name: &str| {
        let name = name.trim_start_matches("main.");
        let signal = name.split('[').next().unwrap_or_default();
        !name.contains('.') && signals.iter().any(|(input, _)| *input == signal)
    };
    let given = (0..prover.r1cs.wires)
        .filter(|wire| *wire == 0 || names.get(wire).is_some_and(|name| is_input(name)));
    let determined = Spread::new(&prover.r1cs, &witness).spread(given);
    let mut open = BTreeMap::new();
    for wire in (0..prover.r1cs.wires).filter(|wire| !determined[*wire]) {
        *open.entry(kind(&names[&wire])).or_default() += 1;
    }
    (prover.r1cs.wires, open)
}

/// The constraints, and the system of those that are linear in what is not determined yet.
struct Spread<'a> {
    r1cs: &'a R1cs,
    witness: &'a [Fr],
    system: System,
    rows_of: Vec<Vec<usize>>,
    /// Constraints that are not in the system yet.
    outside: Vec<bool>,
}

impl<'a> Spread<'a> {
    fn new(r1cs: &'a R1cs, witness: &'a [Fr]) -> Self {
        let mut rows_of = vec![Vec::new(); r1cs.wires];
        for (row, wire) in terms(r1cs) {
            rows_of[wire].push(row);
        }
        let mut spread = Self {
            r1cs,
            witness,
            system: System::new(r1cs.wires),
            rows_of,
            outside: vec![true; r1cs.constraints()],
        };
        for row in 0..r1cs.constraints() {
            if let Some((combination, factor)) = spread.multiple_of_a_bit(row) {
                spread.system.add_bit(combination, factor);
                spread.outside[row] = false;
            }
        }
        spread
    }

    /// Which wires the given ones determine.
    fn spread(mut self, given: impl Iterator<Item = usize>) -> Vec<bool> {
        given.for_each(|wire| self.system.determine(wire));
        let mut waiting: BTreeSet<usize> = (0..self.r1cs.constraints()).collect();
        loop {
            for wire in std::mem::take(&mut self.system.news) {
                // A bit of its own occurs in no constraint
                waiting.extend(self.rows_of.get(wire).into_iter().flatten());
            }
            let Some(row) = waiting.pop_first() else {
                return self.system.determined;
            };
            if !self.outside[row] {
                continue;
            }
            if let Some(equation) = self.linear(row) {
                self.outside[row] = false;
                self.system.add(&equation);
            }
        }
    }

    /// What a constraint says if one of its factors is a constant by now.
    fn linear(&self, row: usize) -> Option<Combination> {
        let [a, b, c] = [0, 1, 2].map(|side| &self.r1cs.matrices[side][row]);
        let value = |terms: &[(Fr, usize)]| -> Fr {
            let terms = terms.iter();
            terms
                .map(|(factor, wire)| *factor * self.witness[*wire])
                .sum()
        };
        let is_constant = |terms: &[(Fr, usize)]| {
            let combination = sum(terms.iter().copied());
            self.system.reduce(&combination).is_empty()
        };
        let (known, rest) = if is_constant(a) {
            (value(a), b)
        } else if is_constant(b) {
            (value(b), a)
        } else {
            return None;
        };
        let product = rest.iter().map(|(factor, wire)| (known * factor, *wire));
        let result = c.iter().map(|(factor, wire)| (-*factor, *wire));
        Some(sum(product.chain(result)))
    }

    /// If the constraint is `L · (L − c) = 0` up to factors, with c other than 0: the combination without its constant, and c.
    fn multiple_of_a_bit(&self, row: usize) -> Option<(Combination, Fr)> {
        let [a, b, c] = [0, 1, 2].map(|side| sum(self.r1cs.matrices[side][row].iter().copied()));
        let (mut one, mut other) = (a, b);
        let constant = |sum: &mut Combination| sum.remove(&0).unwrap_or_else(Fr::zero);
        let (of_one, of_other) = (constant(&mut one), constant(&mut other));
        let (wire, factor) = one.first_key_value()?;
        let ratio = *other.get(wire)? / factor;
        let same = one.len() == other.len()
            && one
                .iter()
                .all(|(wire, factor)| other.get(wire) == Some(&(ratio * factor)));
        // A product that is a multiple of the wire itself, w · w = w, is the same with the result moved over
        let result = if c.is_empty() {
            Fr::zero()
        } else {
            let share = *c.get(wire)? / factor;
            let is_share = c.len() == one.len()
                && one
                    .iter()
                    .all(|(wire, factor)| c.get(wire) == Some(&(share * factor)));
            if !is_share || !of_one.is_zero() {
                return None;
            }
            share
        };
        if !same || ratio.is_zero() {
            return None;
        }
        // one = L + p, other = ratio · L + q: roots are −p and −(q − result) / ratio; L + p is 0 or c
        let root = of_one - (of_other - result) / ratio;
        (!root.is_zero()).then_some((one, root))
    }
}

/// The combination of some terms.
fn sum(terms: impl Iterator<Item = (Fr, usize)>) -> Combination {
    let mut sum = Combination::new();
    for (factor, wire) in terms {
        *sum.entry(wire).or_insert_with(Fr::zero) += factor;
    }
    sum.retain(|_, factor| !factor.is_zero());
    sum
}

/// Constraint and wire of every term.
fn terms(r1cs: &R1cs) -> impl Iterator<Item = (usize, usize)> + '_ {
    r1cs.matrices.iter().flat_map(|matrix| {
        let rows = matrix.iter().enumerate();
        rows.flat_map(|(row, terms)| terms.iter().map(move |(_, wire)| (row, *wire)))
    })
}

/// `2^exponent` and its inverse for exponents below `count`, with their exponents.
fn powers_of_two(count: i32) -> impl Iterator<Item = (Fr, i32)> {
    let half = Fr::from(2u8).inverse().unwrap_or_else(Fr::one);
    let mut pair = (Fr::one(), Fr::one());
    (0..count).flat_map(move |exponent| {
        let (power, inverse) = pair;
        pair = (power + power, inverse * half);
        [(power, exponent), (inverse, -exponent)]
    })
}
