//! Compiled criteria: clauses in groups, as the circuit sees them but with their keys in words.

use std::collections::BTreeSet;

use crate::clause::{criteria_hash, CircuitSize, ClauseSlot, Column, KEYS_PER_CLAUSE};
use crate::facts::number::POS_INF;
use crate::facts::{FactKey, ValueSetDigest};
use crate::field::Fr;

/// Columns of a clause that no number can witness: it holds by absence alone.
pub const NO_COLUMN: u8 = 0;

/// One comparison with a record's facts.
///
/// It holds if one of its keys is present and one of its columns lies within the bounds with both ends, and the fact
/// has no undated entry where that blocks; or if absence counts and its key is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one bit of the protocol's packed clause"
)]
pub struct Clause {
    /// One to four keys, sorted by digest; exactly one where absence counts.
    pub keys: Vec<FactKey>,
    /// Low bound, encoded like the column it bounds.
    pub low: u64,
    /// High bound, at most [`POS_INF`].
    pub high: u64,
    /// Columns that may witness the clause, a mask of [`Column`] bits.
    pub columns: u8,
    /// The clause also holds if its key is absent.
    pub absence_counts: bool,
    /// The clause does not hold of a fact with an undated entry.
    pub undated_blocks: bool,
    /// The reference is added to the low bound.
    pub low_relative: bool,
    /// The reference is added to the high bound.
    pub high_relative: bool,
    /// The reference is `yyyymmdd · 10^6` instead of the day.
    pub calendar: bool,
}

/// What a clause asks, apart from its keys: clauses that agree in it can share their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Shape {
    low: u64,
    high: u64,
    columns: u8,
    flags: [bool; 5],
}

impl Clause {
    /// A clause on one key with open bounds: the column is there, whatever it says.
    pub fn on(key: FactKey, columns: u8) -> Self {
        Self {
            keys: vec![key],
            low: 0,
            high: POS_INF,
            columns,
            absence_counts: false,
            undated_blocks: false,
            low_relative: false,
            high_relative: false,
            calendar: false,
        }
    }

    /// At least one entry that the record asserts without reserve.
    pub fn present(key: FactKey) -> Self {
        Self {
            low: 1,
            ..Self::on(key, Column::Count as u8)
        }
    }

    /// No entry at all, not even one with reserve.
    pub fn absent(key: FactKey) -> Self {
        Self {
            absence_counts: true,
            ..Self::on(key, NO_COLUMN)
        }
    }

    /// The clause as a slot of the circuit, first or inner of its group.
    pub fn slot(&self) -> ClauseSlot {
        let digests = self.digests();
        let first = digests.first().copied().unwrap_or_default();
        let mut keys = [first; KEYS_PER_CLAUSE];
        for (place, digest) in keys.iter_mut().zip(&digests) {
            *place = *digest;
        }
        ClauseSlot {
            keys,
            low: self.low,
            high: self.high,
            columns: self.columns,
            undated_blocks: self.undated_blocks,
            low_relative: self.low_relative,
            high_relative: self.high_relative,
            calendar: self.calendar,
            absence_counts: self.absence_counts,
            group_end: false,
            at_least: 0,
        }
    }

    /// The digests of the keys, in order.
    pub(super) fn digests(&self) -> Vec<u128> {
        self.keys.iter().map(FactKey::digest).collect()
    }

    /// What the clause asks, apart from its keys.
    pub(super) fn shape(&self) -> Shape {
        Shape {
            low: self.low,
            high: self.high,
            columns: self.columns,
            flags: [
                self.absence_counts,
                self.undated_blocks,
                self.low_relative,
                self.high_relative,
                self.calendar,
            ],
        }
    }

    /// The canonical order of clauses: by their keys' digests, then bounds, columns and flags.
    pub(super) fn order(&self) -> (Vec<u128>, Shape) {
        (self.digests(), self.shape())
    }
}

/// At least so many of these clauses hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How many must hold, from 1 to the number of clauses.
    pub at_least: u8,
    /// The clauses, in canonical order.
    pub clauses: Vec<Clause>,
    /// The criteria that the group comes from, as JSON pointers into their document.
    pub paths: BTreeSet<String>,
}

impl Group {
    /// One clause that must hold.
    pub(super) fn of(clause: Clause) -> Self {
        Self {
            at_least: 1,
            clauses: vec![clause],
            paths: BTreeSet::new(),
        }
    }
}

/// Criteria as the circuit sees them: all groups must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// Version of the mapping from FHIR to facts that the keys belong to.
    pub mapping_version: u32,
    /// The circuit that it was compiled for.
    pub size: CircuitSize,
    /// The groups, in canonical order.
    pub groups: Vec<Group>,
}

impl Compiled {
    /// The value sets that the clauses name.
    pub fn value_sets(&self) -> BTreeSet<ValueSetDigest> {
        let clauses = self.groups.iter().flat_map(|group| &group.clauses);
        let keys = clauses.flat_map(|clause| &clause.keys);
        keys.filter_map(FactKey::value_set).collect()
    }

    /// Clauses used.
    pub fn clauses(&self) -> usize {
        self.groups.iter().map(|group| group.clauses.len()).sum()
    }

    /// Openings used: every group claims as many clauses as it must.
    pub fn openings(&self) -> usize {
        self.groups
            .iter()
            .map(|group| usize::from(group.at_least))
            .sum()
    }

    /// The slots of the circuit: the clauses of each group in turn, then unused ones.
    pub fn packed(&self) -> Vec<ClauseSlot> {
        let mut slots: Vec<_> = self.groups.iter().flat_map(group_slots).collect();
        slots.resize(self.size.slots(), ClauseSlot::default());
        slots
    }

    /// `criteriaHash`.
    pub fn hash(&self) -> Fr {
        criteria_hash(self.mapping_version, &self.packed())
    }
}

fn group_slots(group: &Group) -> Vec<ClauseSlot> {
    let mut slots: Vec<_> = group.clauses.iter().map(Clause::slot).collect();
    if let Some(last) = slots.last_mut() {
        last.group_end = true;
        last.at_least = group.at_least;
    }
    slots
}
