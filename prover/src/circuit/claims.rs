//! Which facts witness which clauses: the slots of compiled criteria against a facts tree, exactly as the circuit does it.

use super::{CircuitSize, ProveError, ReferenceTime};
use crate::clause::{ClauseSlot, Column};
use crate::facts::tree::{FactsTree, Leaf, Opening};
use crate::facts::Ends;

#[cfg(test)]
mod tests;

/// How one fact makes one clause hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    /// The clause slot, from 0.
    pub slot: usize,
    /// The key that is shown present or absent.
    pub target: u128,
    /// The path to the leaf that shows it.
    pub opening: Opening,
    /// The column that witnesses the clause; `None` if the key's absence does.
    pub column: Option<Column>,
}

/// Chooses, for each group, as many clauses that hold as it needs.
///
/// # Errors
/// [`ProveError::CriterionNotMet`] names the first group that is not met, [`ProveError::TooManyOpenings`] says how many
/// facts would have to be opened.
pub fn choose(
    size: CircuitSize,
    slots: &[ClauseSlot],
    facts: &FactsTree,
    reference: &ReferenceTime,
) -> Result<Vec<Claim>, ProveError> {
    let mut claims = Vec::new();
    for (group, range) in groups(slots).into_iter().enumerate() {
        let needed = usize::from(slots[range.end - 1].at_least);
        let holding: Vec<Claim> = range
            .filter_map(|slot| claim(slot, &slots[slot], facts, reference))
            .collect();
        if holding.len() < needed {
            return Err(ProveError::CriterionNotMet {
                group,
                holding: holding.len(),
                needed,
            });
        }
        claims.extend(holding.into_iter().take(needed));
    }
    if claims.len() > size.openings() {
        return Err(ProveError::TooManyOpenings {
            needed: claims.len(),
            openings: size.openings(),
        });
    }
    Ok(claims)
}

/// The ranges of slots that end with a group end.
fn groups(slots: &[ClauseSlot]) -> Vec<std::ops::Range<usize>> {
    let mut groups = Vec::new();
    let mut start = 0;
    for (index, slot) in slots.iter().enumerate() {
        if slot.group_end {
            groups.push(start..index + 1);
            start = index + 1;
        }
    }
    groups
}

/// A claim that the slot holds, if it does.
pub fn claim(
    slot: usize,
    clause: &ClauseSlot,
    facts: &FactsTree,
    reference: &ReferenceTime,
) -> Option<Claim> {
    clause.keys.iter().find_map(|&target| {
        let opening = facts.open(target);
        let column = if opening.present {
            Some(witnessing_column(clause, &opening.leaf, reference)?)
        } else if clause.absence_counts {
            None
        } else {
            return None;
        };
        Some(Claim {
            slot,
            target,
            opening,
            column,
        })
    })
}

/// The first permitted column that lies within the bounds.
fn witnessing_column(
    clause: &ClauseSlot,
    leaf: &Leaf,
    reference: &ReferenceTime,
) -> Option<Column> {
    if clause.undated_blocks && leaf.undated != 0 {
        return None;
    }
    Column::ALL
        .into_iter()
        .filter(|column| clause.columns & *column as u8 != 0)
        .find(|column| within(clause, ends(leaf, *column), reference))
}

/// The ends of a column.
fn ends(leaf: &Leaf, column: Column) -> Ends {
    match column {
        Column::Count => Ends::exact(leaf.count),
        Column::Min => leaf.min,
        Column::Max => leaf.max,
        Column::Latest => leaf.latest,
        Column::FirstDate => leaf.first_date,
        Column::LastDate => leaf.last_date,
    }
}

/// Whether both ends lie within the clause's bounds, by distances of 64 bits as in the circuit.
fn within(clause: &ClauseSlot, ends: Ends, reference: &ReferenceTime) -> bool {
    let reference = if clause.calendar {
        i128::from(reference.calendar) * 1_000_000
    } else {
        i128::from(reference.day)
    };
    let bound =
        |stored: u64, relative: bool| i128::from(stored) + if relative { reference } else { 0 };
    let low = bound(clause.low, clause.low_relative);
    let high = bound(clause.high, clause.high_relative);
    let distance = |distance: i128| u64::try_from(distance).is_ok();
    distance(i128::from(ends.low) - low) && distance(high - i128::from(ends.high))
}
