//! The circuit's statement, checked natively, so that a wrong input is named instead of failing an assertion.

use super::claims::{self, Claim};
use super::{CircuitSize, EligibilityInputs, ProveError};
use crate::clause::{criteria_hash, ClauseSlot};
use crate::field::Fr;
use crate::record::{identity_commitment, pseudonym};

#[cfg(test)]
mod tests;

/// Checks everything that the circuit of a size will, and chooses the facts to open.
///
/// # Errors
/// The [`ProveError`] that names the part of the statement that is false.
pub(super) fn check(
    size: CircuitSize,
    inputs: &EligibilityInputs,
) -> Result<Vec<Claim>, ProveError> {
    record(inputs)?;
    terms(inputs)?;
    criteria(size, inputs)?;
    claims::choose(size, &inputs.study.slots, &inputs.facts, &inputs.reference)
}

/// The record is this identity's, has these facts and lies in the registry.
fn record(inputs: &EligibilityInputs) -> Result<(), ProveError> {
    let identity = identity_commitment(&inputs.identity.secret);
    if pseudonym(&identity, &inputs.identity.pseudonym_nonce) != inputs.record.pseudonym {
        return Err(ProveError::WrongIdentity);
    }
    if inputs.facts.root() != inputs.record.facts_root {
        return Err(ProveError::WrongFacts);
    }
    if inputs.path.root == Fr::from(0u8) {
        return Err(ProveError::ZeroRoot);
    }
    if inputs.path.root_of(&inputs.record.commitment()) != Ok(inputs.path.root) {
        return Err(ProveError::WrongPath);
    }
    Ok(())
}

/// The record's terms allow this use on this day.
fn terms(inputs: &EligibilityInputs) -> Result<(), ProveError> {
    let terms = &inputs.record.terms;
    let reference = &inputs.reference;
    if !reference.is_consistent() {
        return Err(ProveError::ReferenceTime {
            day: reference.day,
            calendar: reference.calendar,
        });
    }
    if terms.expiry_day < reference.day {
        return Err(ProveError::Expired {
            expiry: terms.expiry_day,
            today: reference.day,
        });
    }
    if terms.as_of_day < reference.oldest_as_of {
        return Err(ProveError::TooOld {
            as_of: terms.as_of_day,
            oldest: reference.oldest_as_of,
        });
    }
    match inputs.study.purposes & !terms.consent {
        0 => Ok(()),
        missing => Err(ProveError::PurposesNotConsented(missing)),
    }
}

/// The compiled criteria are well formed and those of the study.
fn criteria(size: CircuitSize, inputs: &EligibilityInputs) -> Result<(), ProveError> {
    let slots = &inputs.study.slots;
    if slots.len() != size.slots() {
        return Err(ProveError::SlotCount(slots.len()));
    }
    for (slot, clause) in slots.iter().enumerate() {
        if let Some(reason) = fault(clause) {
            return Err(ProveError::MalformedSlot { slot, reason });
        }
    }
    let mapping_version = inputs.record.terms.mapping_version;
    if criteria_hash(mapping_version, slots) != inputs.study.criteria_hash {
        return Err(ProveError::WrongCriteria);
    }
    Ok(())
}

/// What no compiler writes, and the circuit relies on.
fn fault(clause: &ClauseSlot) -> Option<&'static str> {
    if clause.keys.iter().all(|key| *key == 0) {
        let empty = ClauseSlot::default();
        return (*clause != empty).then_some("it has no key");
    }
    if clause.keys.contains(&0) {
        return Some("key 0 is never valid");
    }
    if clause.absence_counts && clause.keys.iter().any(|key| *key != clause.keys[0]) {
        return Some("absence counts of one key only");
    }
    if clause.high == u64::MAX {
        return Some("the high bound would admit a missing number");
    }
    if clause.columns > 0x3f || clause.at_least > 0x3f {
        return Some("a part has more bits than its place");
    }
    None
}
