//! The inputs as the signals of `circuits/eligibility.circom`, complete and of the right lengths.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::claims::Claim;
use super::{CircuitSize, EligibilityInputs, PublicSignals};
use crate::clause::{ClauseSlot, Column, KEYS_PER_CLAUSE};
use crate::facts::tree::{FactsTree, Opening, COLUMNS, FRONTIER};
use crate::field::Fr;
use crate::record::registry::{MerkleProof, MAX_DEPTH};

/// The circuit's input signals with their numbers of elements, arrays flattened: eight public ones, then the private ones.
pub(super) fn inputs(size: CircuitSize) -> [(&'static str, usize); 37] {
    let (openings, slots) = (size.openings(), size.slots());
    [
        ("registryRoot", 1),
        ("criteriaHash", 1),
        ("purposes", 1),
        ("referenceTime", 1),
        ("studyId", 1),
        ("nullifier", 1),
        ("recordTag", 1),
        ("context", 1),
        ("identitySecret", 1),
        ("pseudonymNonce", 1),
        ("envelopeHash", 1),
        ("blinding", 1),
        ("tagBlinding", 1),
        ("consent", 1),
        ("expiry", 1),
        ("asOf", 1),
        ("mappingVersion", 1),
        ("day", 1),
        ("calendar", 1),
        ("oldestAsOf", 1),
        ("pathDepth", 1),
        ("pathIndex", 1),
        ("pathSiblings", MAX_DEPTH),
        ("clauseKeys", slots * KEYS_PER_CLAUSE),
        ("clausePacked", slots),
        ("clauseStructure", slots * 8),
        ("frontier", FRONTIER),
        ("leaf", openings * COLUMNS),
        ("leafGroup", openings * 8),
        ("nodeGroup", openings * 8),
        ("serves", openings * slots),
        ("target", openings),
        ("absent", openings),
        ("low", openings),
        ("high", openings),
        ("flags", openings * ClauseSlot::FLAGS),
        ("pick", openings * Column::ALL.len()),
    ]
}

/// Input signals by name. Most of it is secret: no `Debug`, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Assignment {
    #[zeroize(skip)]
    pub(super) size: CircuitSize,
    #[zeroize(skip)]
    names: Vec<&'static str>,
    values: Vec<Vec<Fr>>,
}

impl Assignment {
    /// The signals of inputs whose claims are chosen, for a circuit of a size.
    pub(super) fn of(
        size: CircuitSize,
        inputs: &EligibilityInputs,
        claims: &[Claim],
        shown: &PublicSignals,
    ) -> Self {
        let mut assignment = Self {
            size,
            names: Vec::new(),
            values: Vec::new(),
        };
        for (name, value) in PublicSignals::NAMES.into_iter().zip(shown.0) {
            assignment.one(name, value);
        }
        assignment.identity_and_record(inputs);
        assignment.path(&inputs.path);
        assignment.criteria(&inputs.study.slots);
        assignment.openings(&inputs.facts, &inputs.study.slots, claims);
        assignment
    }

    /// Names and values, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &[Fr])> {
        self.names
            .iter()
            .copied()
            .zip(self.values.iter().map(Vec::as_slice))
    }

    /// What is missing, given twice, unknown or of another length than in the circuit.
    pub(super) fn fault(&self) -> Option<String> {
        let inputs = inputs(self.size);
        let expected = |name: &str| inputs.iter().find(|(known, _)| *known == name);
        for (name, values) in self.iter() {
            match expected(name) {
                None => return Some(format!("unknown signal {name}")),
                Some((_, count)) if *count != values.len() => {
                    let found = values.len();
                    return Some(format!("{name} has {found} elements, not {count}"));
                }
                Some(_) => {}
            }
        }
        inputs.iter().find_map(|(name, _)| {
            match self.names.iter().filter(|given| *given == name).count() {
                1 => None,
                times => Some(format!("signal {name} is given {times} times")),
            }
        })
    }

    /// One element.
    #[cfg(test)]
    pub(super) fn get(&self, name: &str, place: usize) -> Fr {
        let signal = self.names.iter().position(|known| *known == name);
        self.values[signal.expect("a signal of the circuit")][place]
    }

    /// Replaces one element, as a lying prover would.
    #[cfg(test)]
    pub(super) fn set(&mut self, name: &str, place: usize, value: Fr) {
        let signal = self.names.iter().position(|known| *known == name);
        self.values[signal.expect("a signal of the circuit")][place] = value;
    }

    fn many(&mut self, name: &'static str, values: Vec<Fr>) {
        self.names.push(name);
        self.values.push(values);
    }

    fn one(&mut self, name: &'static str, value: impl Into<Fr>) {
        self.many(name, vec![value.into()]);
    }

    fn identity_and_record(&mut self, inputs: &EligibilityInputs) {
        self.one("identitySecret", inputs.identity.secret);
        self.one("pseudonymNonce", inputs.identity.pseudonym_nonce);
        self.one("envelopeHash", inputs.record.envelope_hash);
        self.one("blinding", inputs.record.blinding);
        self.one("tagBlinding", inputs.enrolment.tag_blinding);
        self.one("consent", inputs.record.terms.consent);
        self.one("expiry", inputs.record.terms.expiry_day);
        self.one("asOf", inputs.record.terms.as_of_day);
        self.one("mappingVersion", inputs.record.terms.mapping_version);
        self.one("day", inputs.reference.day);
        self.one("calendar", inputs.reference.calendar);
        self.one("oldestAsOf", inputs.reference.oldest_as_of);
    }

    fn path(&mut self, path: &MerkleProof) {
        let mut siblings = path.siblings.clone();
        siblings.resize(MAX_DEPTH, Fr::from(0u8));
        self.one("pathDepth", path.depth() as u64);
        self.one("pathIndex", path.index);
        self.many("pathSiblings", siblings);
    }

    fn criteria(&mut self, slots: &[ClauseSlot]) {
        let keys = slots.iter().flat_map(|slot| slot.keys.map(Fr::from));
        self.many("clauseKeys", keys.collect());
        self.many(
            "clausePacked",
            slots.iter().map(ClauseSlot::packed).collect(),
        );
        let structure = slots
            .iter()
            .flat_map(|slot| bits(u16::from(slot.structure()), 8));
        self.many("clauseStructure", structure.collect());
    }

    fn openings(&mut self, facts: &FactsTree, slots: &[ClauseSlot], claims: &[Claim]) {
        // An unused opening shows the sentinel, and serves no clause.
        let unused = || (facts.open(0), None);
        let openings: Vec<(Opening, Option<&Claim>)> = claims
            .iter()
            .map(|claim| (claim.opening.clone(), Some(claim)))
            .chain(std::iter::repeat_with(unused))
            .take(self.size.openings())
            .collect();
        let paths = || openings.iter().map(|(opening, _)| opening);
        let uses = || openings.iter().map(|(_, claim)| *claim);
        let slot = |claim: &Claim| slots[claim.slot];

        self.many("frontier", facts.frontier().to_vec());
        let leaves = paths().flat_map(|path| path.leaf.columns());
        self.many("leaf", leaves.collect());
        let groups = |layer: usize| paths().flat_map(move |path| path.siblings8[layer]);
        self.many("leafGroup", groups(0).collect());
        self.many("nodeGroup", groups(1).collect());

        let serves = uses().flat_map(|claim| one_hot(claim.map(|claim| claim.slot), slots.len()));
        self.many("serves", serves.collect());
        let targets = uses().map(|claim| claim.map_or(0, |claim| claim.target));
        self.many("target", targets.map(Fr::from).collect());
        let absent = uses().map(|claim| claim.is_some_and(|claim| claim.column.is_none()));
        self.many("absent", absent.map(Fr::from).collect());
        let low = uses().map(|claim| claim.map_or(0, |claim| slot(claim).low));
        self.many("low", low.map(Fr::from).collect());
        let high = uses().map(|claim| claim.map_or(0, |claim| slot(claim).high));
        self.many("high", high.map(Fr::from).collect());
        let flags = uses().map(|claim| claim.map_or(0, |claim| slot(claim).flags()));
        self.many(
            "flags",
            flags
                .flat_map(|flags| bits(flags, ClauseSlot::FLAGS))
                .collect(),
        );
        let pick = uses().flat_map(|claim| {
            let column = claim.and_then(|claim| claim.column);
            let place = column.map(|column| (column as u8).trailing_zeros() as usize);
            one_hot(place, Column::ALL.len())
        });
        self.many("pick", pick.collect());
    }
}

/// The lowest bits of a number, lowest first.
fn bits(number: u16, count: usize) -> impl Iterator<Item = Fr> {
    (0..count).map(move |bit| Fr::from(number >> bit & 1))
}

/// A row of zeros with a one at a place, or none.
fn one_hot(place: Option<usize>, length: usize) -> impl Iterator<Item = Fr> {
    (0..length).map(move |index| Fr::from(Some(index) == place))
}
