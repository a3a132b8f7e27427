//! Clause slots: what a circuit sees of criteria, and the hash that stands on chain for them.
//!
//! Source: docs/PROTOCOL.md, section 5.

use ark_ff::Field;

use crate::field::Fr;
use crate::poseidon::Domain;

mod size;
#[cfg(test)]
mod tests;

pub use size::CircuitSize;

/// Key places of a clause.
pub const KEYS_PER_CLAUSE: usize = 4;
/// Slots whose structure bytes share one field element.
const SLOTS_PER_WORD: usize = 16;

/// A bit of [`ClauseSlot::columns`]: the column that may witness the clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Column {
    /// Number of entries.
    Count = 1,
    /// Least value.
    Min = 1 << 1,
    /// Greatest value.
    Max = 1 << 2,
    /// Latest value.
    Latest = 1 << 3,
    /// First date.
    FirstDate = 1 << 4,
    /// Last date.
    LastDate = 1 << 5,
}

impl Column {
    /// Every column, lowest bit first: also the order of the circuit's picks.
    pub const ALL: [Self; 6] = [
        Self::Count,
        Self::Min,
        Self::Max,
        Self::Latest,
        Self::FirstDate,
        Self::LastDate,
    ];
}

/// One clause slot of the circuit. The default is the unused slot: it can never hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one bit of the protocol's packed clause"
)]
pub struct ClauseSlot {
    /// Key digests; unused places repeat the first key.
    pub keys: [u128; KEYS_PER_CLAUSE],
    /// Low bound, encoded like the column it bounds.
    pub low: u64,
    /// High bound, at most `2^64 − 2`.
    pub high: u64,
    /// Columns that may witness the clause, a mask of [`Column`] bits (6 bits).
    pub columns: u8,
    /// The clause does not hold of a fact with an undated entry.
    pub undated_blocks: bool,
    /// The reference is added to the low bound.
    pub low_relative: bool,
    /// The reference is added to the high bound.
    pub high_relative: bool,
    /// The reference is `yyyymmdd · 10^6` instead of the day.
    pub calendar: bool,
    /// The clause also holds if its key is absent (one key only).
    pub absence_counts: bool,
    /// Last clause of its group.
    pub group_end: bool,
    /// On the last clause of a group, how many of the group's clauses must hold (6 bits); 0 elsewhere.
    pub at_least: u8,
}

impl ClauseSlot {
    /// Bounds and witness flags in one element: `low + high·2^128 + flags·2^200`, where `flags` has the columns in
    /// bits 0 to 5, then undated blocks, low relative, high relative and calendar.
    ///
    /// The gaps let the circuit derive both bounds uniquely from its comparisons instead of checking their ranges.
    pub fn packed(&self) -> Fr {
        Fr::from(self.low)
            + Fr::from(self.high) * power_of_two(128)
            + Fr::from(self.flags()) * power_of_two(200)
    }

    /// Bits of [`Self::flags`].
    pub const FLAGS: usize = 10;

    /// The flags of [`Self::packed`], columns in the lowest bits.
    pub fn flags(&self) -> u16 {
        u16::from(self.columns & 0x3f)
            | u16::from(self.undated_blocks) << 6
            | u16::from(self.low_relative) << 7
            | u16::from(self.high_relative) << 8
            | u16::from(self.calendar) << 9
    }

    /// How the slot takes part in its group: `at_least` in bits 0 to 5, group end in bit 6, absence counts in bit 7.
    pub fn structure(&self) -> u8 {
        self.at_least & 0x3f | u8::from(self.group_end) << 6 | u8::from(self.absence_counts) << 7
    }

    /// The five elements of the slot in the criteria hash: four keys and [`Self::packed`].
    fn elements(&self) -> [Fr; KEYS_PER_CLAUSE + 1] {
        let [a, b, c, d] = self.keys.map(Fr::from);
        [a, b, c, d, self.packed()]
    }
}

/// `criteriaHash`: the Poseidon hash of a mapping version and all the slots of a circuit, unused ones included.
///
/// # Panics
/// If the number of slots is odd or zero: circuits have 16 or 32.
pub fn criteria_hash(mapping_version: u32, slots: &[ClauseSlot]) -> Fr {
    assert!(
        !slots.is_empty() && slots.len().is_multiple_of(2),
        "clause slots come in pairs"
    );
    let mut first = vec![Fr::from(mapping_version), Fr::from(slots.len() as u64)];
    first.extend(slots.chunks(SLOTS_PER_WORD).map(structure_word));
    slots
        .chunks(2)
        .fold(Domain::Criteria.hash(&first), |previous, pair| {
            let mut link = vec![previous];
            link.extend(pair.iter().flat_map(ClauseSlot::elements));
            Domain::Clause.hash(&link)
        })
}

/// The structure bytes of up to 16 slots, the first in the lowest byte.
fn structure_word(slots: &[ClauseSlot]) -> Fr {
    let word = slots
        .iter()
        .rev()
        .fold(0u128, |word, slot| word << 8 | u128::from(slot.structure()));
    Fr::from(word)
}

/// `2^exponent` in the field.
fn power_of_two(exponent: u64) -> Fr {
    Fr::from(2u8).pow([exponent])
}
