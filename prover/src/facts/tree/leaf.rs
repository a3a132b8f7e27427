//! A leaf of the facts tree.

use super::{Ends, Fact, UPPER_SENTINEL};
use crate::{field::Fr, poseidon::Domain};

/// Columns of a leaf, as they are hashed.
pub const COLUMNS: usize = 14;

/// One fact as the tree holds it, linked to the next key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Digest of the fact's key.
    pub key: u128,
    /// Digest of the next fact's key.
    pub next: u128,
    /// Number of entries.
    pub count: u64,
    /// Number of entries whose time is open.
    pub undated: u64,
    /// Smallest value.
    pub min: Ends,
    /// Largest value.
    pub max: Ends,
    /// Value on the latest day.
    pub latest: Ends,
    /// First day.
    pub first_date: Ends,
    /// Last day.
    pub last_date: Ends,
}

impl Leaf {
    /// Leaf 0, before every key.
    pub const SENTINEL: Self = Self {
        key: 0,
        next: UPPER_SENTINEL,
        count: 0,
        undated: 0,
        min: Ends::MISSING,
        max: Ends::MISSING,
        latest: Ends::MISSING,
        first_date: Ends::MISSING,
        last_date: Ends::MISSING,
    };

    /// The leaf of a fact, not linked yet.
    pub(super) fn of(fact: &Fact) -> Self {
        Self {
            key: fact.key.digest(),
            next: UPPER_SENTINEL,
            count: fact.count,
            undated: fact.undated,
            min: fact.min,
            max: fact.max,
            latest: fact.latest,
            first_date: fact.first_date,
            last_date: fact.last_date,
        }
    }

    /// The columns in the order in which they are hashed.
    pub fn columns(&self) -> [Fr; COLUMNS] {
        [
            self.key.into(),
            self.next.into(),
            self.count.into(),
            self.undated.into(),
            self.min.low.into(),
            self.min.high.into(),
            self.max.low.into(),
            self.max.high.into(),
            self.latest.low.into(),
            self.latest.high.into(),
            self.first_date.low.into(),
            self.first_date.high.into(),
            self.last_date.low.into(),
            self.last_date.high.into(),
        ]
    }

    /// The leaf's hash.
    pub fn hash(&self) -> Fr {
        Domain::Leaf.hash(&self.columns())
    }
}
