//! Linear equations over the wires that are not determined, kept solved: each is for a wire that no other equation has.

use std::collections::{BTreeSet, HashMap};

use super::{powers_of_two, Combination};
use crate::field::Fr;
use ark_ff::{Field, One, Zero};

/// Exponents that a sum of bits may span without coming near the field's order.
const SPAN: i32 = 252;

/// The equations, and what they have determined.
pub(super) struct System {
    /// By wire.
    pub(super) determined: Vec<bool>,
    /// Wires of which more is known since somebody last looked: combinations with them may have become constant.
    pub(super) news: Vec<usize>,
    bits: Vec<bool>,
    /// Each solved for its key, whose factor is one.
    equations: HashMap<usize, Combination>,
    /// For each wire, the equations that it occurs in besides the one for it.
    occurs: HashMap<usize, BTreeSet<usize>>,
    powers: HashMap<Fr, i32>,
}

impl System {
    pub(super) fn new(wires: usize) -> Self {
        Self {
            determined: vec![false; wires],
            news: Vec::new(),
            bits: vec![false; wires],
            equations: HashMap::new(),
            occurs: HashMap::new(),
            powers: powers_of_two(SPAN).collect(),
        }
    }

    /// The combination, up to a constant, is `factor` times a bit: that of its one wire, or of a new one.
    pub(super) fn add_bit(&mut self, mut combination: Combination, factor: Fr) {
        if let Some((wire, own)) = combination.first_key_value() {
            if combination.len() == 1 && (*own == factor || *own == -factor) {
                self.bits[*wire] = true;
                return;
            }
        }
        let bit = self.bits.len();
        self.bits.push(true);
        self.determined.push(false);
        combination.insert(bit, -factor);
        self.add(&combination);
    }

    /// Adds an equation: the combination is a constant.
    pub(super) fn add(&mut self, equation: &Combination) {
        self.place(self.reduce(equation));
    }

    /// What is left of a combination once the equations are put into it; nothing if it is a constant.
    pub(super) fn reduce(&self, combination: &Combination) -> Combination {
        let mut reduced = Combination::new();
        for (wire, factor) in combination {
            match self.equations.get(wire) {
                Some(known) => subtract(&mut reduced, known, *factor, *wire),
                None => add_term(&mut reduced, *wire, *factor),
            }
        }
        reduced.retain(|wire, factor| !factor.is_zero() && !self.determined[*wire]);
        reduced
    }

    /// Takes a wire for determined, and what follows.
    pub(super) fn determine(&mut self, wire: usize) {
        if std::mem::replace(&mut self.determined[wire], true) {
            return;
        }
        self.news.push(wire);
        if let Some(rest) = self.equations.remove(&wire) {
            // A sum of bits told more than the equation says: without its wire it is an equation of the rest
            self.forget(wire, &rest);
            let rest = rest.into_iter().filter(|(other, _)| *other != wire);
            self.add(&rest.collect());
        }
        for key in self.occurs.remove(&wire).unwrap_or_default() {
            if let Some(equation) = self.equations.get_mut(&key) {
                equation.remove(&wire);
                self.news.push(key);
                self.look_at(key);
            }
        }
    }

    /// Solves a reduced equation for one of its wires, not for a bit if it can be helped, and puts that into the others.
    fn place(&mut self, equation: Combination) {
        let not_a_bit = equation.keys().find(|wire| !self.bits[**wire]);
        let Some(key) = not_a_bit.or_else(|| equation.keys().next()).copied() else {
            return;
        };
        let Some(scale) = equation[&key].inverse() else {
            return;
        };
        let solved: Combination = equation
            .into_iter()
            .map(|(wire, factor)| (wire, factor * scale))
            .collect();
        let users = self.occurs.remove(&key).unwrap_or_default();
        for user in &users {
            let Some(mut other) = self.equations.remove(user) else {
                continue;
            };
            self.forget(*user, &other);
            if let Some(factor) = other.remove(&key) {
                subtract(&mut other, &solved, factor, key);
            }
            other.retain(|_, factor| !factor.is_zero());
            self.keep(*user, other);
        }
        self.keep(key, solved);
        self.news.push(key);
        self.news.extend(&users);
        self.look_at(key);
        users.into_iter().for_each(|user| self.look_at(user));
    }

    fn keep(&mut self, key: usize, equation: Combination) {
        for wire in equation.keys().filter(|wire| **wire != key) {
            self.occurs.entry(*wire).or_default().insert(key);
        }
        self.equations.insert(key, equation);
    }

    fn forget(&mut self, key: usize, equation: &Combination) {
        for wire in equation.keys() {
            if let Some(keys) = self.occurs.get_mut(wire) {
                keys.remove(&key);
            }
        }
    }

    /// Determines what an equation says alone.
    fn look_at(&mut self, key: usize) {
        let Some(equation) = self.equations.get(&key) else {
            return;
        };
        if equation.len() == 1 || self.is_sum_of_bits(equation) {
            let wires: Vec<usize> = equation.keys().copied().collect();
            self.equations.remove(&key);
            for wire in wires {
                if let Some(keys) = self.occurs.get_mut(&wire) {
                    keys.remove(&key);
                }
                self.determine(wire);
            }
        }
    }

    /// Whether all are bits, and their factors distinct powers of two but for one factor of all and signs.
    fn is_sum_of_bits(&self, equation: &Combination) -> bool {
        if !equation.keys().all(|wire| self.bits[*wire]) {
            return false;
        }
        let Some(base) = equation.values().next().and_then(Fr::inverse) else {
            return false;
        };
        let exponent = |factor: &Fr| {
            let ratio = *factor * base;
            self.powers
                .get(&ratio)
                .or_else(|| self.powers.get(&-ratio))
                .copied()
        };
        let Some(mut exponents) = equation
            .values()
            .map(exponent)
            .collect::<Option<Vec<i32>>>()
        else {
            return false;
        };
        exponents.sort_unstable();
        let span = exponents[exponents.len() - 1] - exponents[0];
        exponents.windows(2).all(|pair| pair[0] != pair[1]) && span < SPAN
    }
}

/// Takes `factor` times an equation off a combination; the wire that the equation is for has gone from it.
fn subtract(combination: &mut Combination, equation: &Combination, factor: Fr, key: usize) {
    for (wire, own) in equation.iter().filter(|(wire, _)| **wire != key) {
        add_term(combination, *wire, -(*own * factor));
    }
}

fn add_term(combination: &mut Combination, wire: usize, factor: Fr) {
    *combination.entry(wire).or_insert_with(Fr::zero) += factor;
}

#[test]
fn equations_determine_together_what_none_does_alone() {
    let sum = |terms: &[(usize, i64)]| -> Combination {
        let terms = terms.iter();
        terms
            .map(|(wire, factor)| (*wire, Fr::from(*factor)))
            .collect()
    };
    let mut system = System::new(8);
    system.add(&sum(&[(1, 1), (2, 1)]));
    assert!(!system.determined[1]);
    system.add(&sum(&[(1, 1), (2, -1)]));
    assert!(system.determined[1] && system.determined[2]);
    // 3, 4 and 5 are bits: 3 + 2 · 4 says what they are, 4 + 5 does not
    for bit in 3..6 {
        system.add_bit(sum(&[(bit, 1)]), Fr::one());
    }
    system.add(&sum(&[(4, 1), (5, 1)]));
    assert!(!system.determined[4]);
    system.add(&sum(&[(3, 1), (4, 2), (6, 1)]));
    assert!(!system.determined[3]);
    system.determine(6);
    assert!((3..6).all(|wire| system.determined[wire]));
    assert!(!system.determined[7]);
}
