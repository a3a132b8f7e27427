//! circomlib's Poseidon over BN254, and the domain tags of every hash of the protocol.
//!
//! The permutation is `light-poseidon`'s. Its own constants end at 12 inputs; the rest comes from
//! [`constants`], which generates what circomlib has.

use std::cell::RefCell;
use std::collections::BTreeMap;

use light_poseidon::{Poseidon, PoseidonHasher};

use crate::field::Fr;

mod constants;
#[cfg(test)]
mod tests;

/// The greatest number of inputs that circomlib defines.
pub const MAX_INPUTS: usize = 16;

thread_local! {
    /// One hasher per number of inputs: its constants are costly to make and its state is reused.
    static HASHERS: RefCell<BTreeMap<usize, Poseidon<Fr>>> = const { RefCell::new(BTreeMap::new()) };
}

/// `Poseidon(inputs…)` as circomlib defines it.
///
/// # Panics
/// If there are no inputs or more than [`MAX_INPUTS`]: the number is fixed wherever the protocol hashes.
pub fn hash(inputs: &[Fr]) -> Fr {
    assert!(
        (1..=MAX_INPUTS).contains(&inputs.len()),
        "Poseidon takes 1 to {MAX_INPUTS} inputs, not {}",
        inputs.len()
    );
    HASHERS.with_borrow_mut(|hashers| {
        hashers
            .entry(inputs.len())
            .or_insert_with(|| Poseidon::new(constants::parameters(inputs.len())))
            .hash(inputs)
            .expect("the hasher was made for this number of inputs")
    })
}

/// What a hash is of. Its tag is the first input, so that no two kinds of hash can be confused.
///
/// Source: docs/PROTOCOL.md, section 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// Identity commitment: identity secret, 0.
    Identity,
    /// Pseudonym of one record version: identity commitment, nonce.
    Pseudonym,
    /// Record commitment: facts root, envelope hash, pseudonym, terms, blinding.
    Record,
    /// Nullifier: identity secret, study.
    Nullifier,
    /// Record tag: envelope hash, tag blinding.
    Tag,
    /// Leaf of the facts tree: its 14 columns.
    Leaf,
    /// Node of the facts tree over 8 children.
    Node8,
    /// Root of the facts tree over 4 children.
    Node4,
    /// First link of the criteria hash: mapping version, number of slots, structure words.
    Criteria,
    /// Further link of the criteria hash: the previous one, two clauses of five elements.
    Clause,
}

impl Domain {
    /// Every domain, in the order of the protocol's table.
    pub const ALL: [Self; 10] = [
        Self::Identity,
        Self::Pseudonym,
        Self::Record,
        Self::Nullifier,
        Self::Tag,
        Self::Leaf,
        Self::Node8,
        Self::Node4,
        Self::Criteria,
        Self::Clause,
    ];

    /// The ASCII string behind the tag.
    pub fn label(self) -> &'static str {
        match self {
            Self::Identity => "medshare.identity",
            Self::Pseudonym => "medshare.pseudonym",
            Self::Record => "medshare.record",
            Self::Nullifier => "medshare.nullifier",
            Self::Tag => "medshare.tag",
            Self::Leaf => "medshare.leaf",
            Self::Node8 => "medshare.node8",
            Self::Node4 => "medshare.node4",
            Self::Criteria => "medshare.criteria",
            Self::Clause => "medshare.clause",
        }
    }

    /// The tag: the label read as a big-endian integer.
    pub fn tag(self) -> Fr {
        crate::field::from_be_bytes_mod_order(self.label().as_bytes())
    }

    /// `Poseidon(tag, inputs…)`.
    ///
    /// # Panics
    /// If there are more than 15 inputs.
    pub fn hash(self, inputs: &[Fr]) -> Fr {
        let mut tagged = Vec::with_capacity(inputs.len() + 1);
        tagged.push(self.tag());
        tagged.extend_from_slice(inputs);
        hash(&tagged)
    }
}
