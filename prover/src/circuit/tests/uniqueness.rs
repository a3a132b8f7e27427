//! Given the inputs, no intermediate signal has a second value: what is determined spreads from the inputs.
//!
//! The method, in the manner of Ecne and Picus: a wire is determined if every witness with these inputs has the same value
//! there. The inputs are. A constraint determines more in three ways, tried until nothing changes:
//!
//! 1. one of its factors is determined, and one wire of the rest is not: it is linear in that wire, whose factor is not 0;
//! 2. one of its factors is determined, and the undetermined rest are bits with factors that are distinct powers of two, up to one
//!    factor for all and signs: no two sets of bits have the same sum in the field;
//! 3. the wire is a bit by a constraint of its own, which is what rule 2 starts from.
//!
//! Where a factor depends on other wires it is taken at the witness, so the result holds for these inputs, not for all; hence
//! several witnesses. It says nothing of what the inputs themselves may be: that is for `inputs` and `forgeries`.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::constraints::{kind, wire_names};
use super::wires::FREE;
use super::{circuit, honest, honest_cases, size_of};
use crate::circuit::assignment;
use crate::circuit::r1cs::R1cs;
use crate::circuit::EligibilityInputs;
use crate::field::Fr;
use ark_ff::{Field, One, Zero};

/// Powers of two below the order, with room for a sum of them.
const POWERS: u32 = 252;

#[test]
fn no_intermediate_signal_has_a_second_value() {
    for (case, inputs) in honest_cases() {
        let undetermined = undetermined(&inputs);
        let count: usize = undetermined.values().sum();
        println!("second values, {case}: {count} signals are not determined by the inputs");
        for (kind, count) in &undetermined {
            let (_, reason) = FREE
                .iter()
                .find(|(known, _)| kind.ends_with(known))
                .unwrap_or_else(|| panic!("{case}: {undetermined:?}"));
            println!("second values, {case}: {count} of {kind}: {reason}");
        }
    }
}

/// The wires that the inputs do not determine, counted by kind.
fn undetermined(inputs: &EligibilityInputs) -> BTreeMap<String, usize> {
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
    let mut spread = Spread::new(&prover.r1cs, &witness);
    for wire in 0..prover.r1cs.wires {
        if wire == 0 || names.get(&wire).is_some_and(|name| is_input(name)) {
            spread.determine(wire);
        }
    }
    spread.run();
    let mut open = BTreeMap::new();
    for wire in (0..prover.r1cs.wires).filter(|wire| !spread.determined[*wire]) {
        *open.entry(kind(&names[&wire])).or_default() += 1;
    }
    open
}

/// What is determined so far, and the constraints that may determine more.
struct Spread<'a> {
    r1cs: &'a R1cs,
    witness: &'a [Fr],
    determined: Vec<bool>,
    bits: Vec<bool>,
    rows_of: Vec<Vec<usize>>,
    waiting: VecDeque<usize>,
    powers: HashMap<Fr, i32>,
}

impl<'a> Spread<'a> {
    fn new(r1cs: &'a R1cs, witness: &'a [Fr]) -> Self {
        let mut rows_of = vec![Vec::new(); r1cs.wires];
        for matrix in &r1cs.matrices {
            for (row, terms) in matrix.iter().enumerate() {
                for (_, wire) in terms {
                    rows_of[*wire].push(row);
                }
            }
        }
        Self {
            r1cs,
            witness,
            determined: vec![false; r1cs.wires],
            bits: bits(r1cs),
            rows_of,
            waiting: (0..r1cs.constraints()).collect(),
            powers: powers(),
        }
    }

    fn determine(&mut self, wire: usize) {
        if !std::mem::replace(&mut self.determined[wire], true) {
            self.waiting.extend(&self.rows_of[wire]);
        }
    }

    fn run(&mut self) {
        while let Some(row) = self.waiting.pop_front() {
            let Some(open) = self.linear(row) else {
                continue;
            };
            let wires: Vec<usize> = open.keys().copied().collect();
            if wires.len() == 1 || self.is_sum_of_bits(&open) {
                wires.into_iter().for_each(|wire| self.determine(wire));
            }
        }
    }

    /// The undetermined wires of a constraint with their factors, if it is linear in them.
    fn linear(&self, row: usize) -> Option<BTreeMap<usize, Fr>> {
        let [a, b, c] = [0, 1, 2].map(|side| &self.r1cs.matrices[side][row]);
        let open = |terms: &[(Fr, usize)]| terms.iter().any(|(_, wire)| !self.determined[*wire]);
        let value = |terms: &[(Fr, usize)]| -> Fr {
            let terms = terms.iter();
            terms.map(|(factor, wire)| *factor * self.witness[*wire]).sum()
        };
        let (known, rest) = match (open(a), open(b)) {
            (true, true) => return None,
            (true, false) => (value(b), a),
            (false, _) => (value(a), b),
        };
        let mut factors = BTreeMap::new();
        let product = rest.iter().map(|(factor, wire)| (*wire, known * factor));
        let result = c.iter().map(|(factor, wire)| (*wire, -*factor));
        for (wire, factor) in product.chain(result).filter(|(wire, _)| !self.determined[*wire]) {
            *factors.entry(wire).or_insert_with(Fr::zero) += factor;
        }
        factors.retain(|_, factor| !factor.is_zero());
        Some(factors)
    }

    /// Whether all are bits, and their factors distinct powers of two but for one factor of all and signs.
    fn is_sum_of_bits(&self, open: &BTreeMap<usize, Fr>) -> bool {
        let Some(base) = open.values().next().and_then(Fr::inverse) else {
            return false;
        };
        if open.is_empty() || !open.keys().all(|wire| self.bits[*wire]) {
            return false;
        }
        let mut exponents: Vec<i32> = Vec::new();
        for factor in open.values() {
            let ratio = *factor * base;
            match self.powers.get(&ratio).or_else(|| self.powers.get(&-ratio)) {
                Some(exponent) => exponents.push(*exponent),
                None => return false,
            }
        }
        exponents.sort_unstable();
        let span = exponents[exponents.len() - 1] - exponents[0];
        exponents.windows(2).all(|pair| pair[0] != pair[1]) && span < POWERS.cast_signed()
    }
}

/// Powers of two and their inverses, by exponent.
fn powers() -> HashMap<Fr, i32> {
    let mut powers = HashMap::new();
    let (mut power, half) = (Fr::one(), Fr::from(2u8).inverse().expect("2 is not 0"));
    let mut inverse = Fr::one();
    for exponent in 0..POWERS.cast_signed() {
        powers.insert(power, exponent);
        powers.insert(inverse, -exponent);
        power += power;
        inverse *= half;
    }
    powers
}

/// For each wire whether a constraint `w · (w − 1) = 0`, in whatever form, makes it a bit.
fn bits(r1cs: &R1cs) -> Vec<bool> {
    let mut bits = vec![false; r1cs.wires];
    for row in 0..r1cs.constraints() {
        let [a, b, c] = [0, 1, 2].map(|side| &r1cs.matrices[side][row]);
        let wires = || [a, b, c].into_iter().flatten().map(|(_, wire)| *wire);
        let Some(wire) = wires().find(|wire| *wire != 0) else {
            continue;
        };
        if wires().any(|other| other != 0 && other != wire) {
            continue;
        }
        let at = |terms: &[(Fr, usize)], value: Fr| -> Fr {
            let terms = terms.iter();
            terms
                .map(|(factor, wire)| if *wire == 0 { *factor } else { *factor * value })
                .sum()
        };
        let holds = |value: Fr| at(a, value) * at(b, value) == at(c, value);
        // A quadratic has two roots at most: if they are 0 and 1 and not every value is one, it makes a bit
        let two = Fr::from(2u8);
        bits[wire] |= holds(Fr::zero()) && holds(Fr::one()) && !holds(two);
    }
    bits
}
