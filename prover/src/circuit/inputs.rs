//! What an eligibility proof is made from. Nothing here has `Debug`: most of it is secret.

use jiff::civil::Date;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::clause::ClauseSlot;
use crate::facts::number::Day;
use crate::facts::tree::FactsTree;
use crate::field::Fr;
use crate::record::registry::MerkleProof;
use crate::record::RecordOpening;

/// Everything that a proof is made from.
#[derive(Clone)]
pub struct EligibilityInputs {
    /// Who proves.
    pub identity: IdentityInputs,
    /// The opened record commitment.
    pub record: RecordOpening,
    /// The record's facts.
    pub facts: FactsTree,
    /// Where the commitment lies in the registry.
    pub path: MerkleProof,
    /// What the study asks for.
    pub study: StudyInputs,
    /// The day of enrolment.
    pub reference: ReferenceTime,
    /// What belongs to this enrolment alone.
    pub enrolment: EnrolmentInputs,
}

/// The secret behind the record's pseudonym.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct IdentityInputs {
    /// The identity secret, which derives from the patient's seed.
    pub secret: Fr,
    /// The nonce of this record version.
    pub pseudonym_nonce: Fr,
}

/// A study as it stands on chain, and its compiled criteria.
#[derive(Clone)]
pub struct StudyInputs {
    /// The study's id.
    pub id: Fr,
    /// Uses that the study needs, a bit mask.
    pub purposes: u32,
    /// The criteria's hash, as on chain.
    pub criteria_hash: Fr,
    /// The compiled criteria: all slots of the circuit, unused ones included. Their number is that of the circuit's size.
    pub slots: Vec<ClauseSlot>,
}

/// Blinding and binding of one enrolment.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct EnrolmentInputs {
    /// Hides the envelope hash in the record tag; one per study and attempt.
    pub tag_blinding: Fr,
    /// Digest of all that the proof is bound to (docs/PROTOCOL.md, section 9).
    pub context: Fr,
}

/// The reference time, as the contract packs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceTime {
    /// The day, since 1900-01-01.
    pub day: u32,
    /// The same day as `yyyymmdd`.
    pub calendar: u32,
    /// The oldest day to which a record may be complete.
    pub oldest_as_of: u32,
}

impl ReferenceTime {
    /// The reference time of a day, for records complete to `oldest_as_of` at least.
    ///
    /// `None` if the day is before 1900 or beyond the calendar.
    pub fn of(date: Date, oldest_as_of: u32) -> Option<Self> {
        Some(Self {
            day: u32::try_from(Day::from_date(date).number()).ok()?,
            calendar: Day::calendar_number(date),
            oldest_as_of,
        })
    }

    /// `day + yyyymmdd·2^32 + oldestAsOf·2^64`.
    pub fn pack(&self) -> Fr {
        Fr::from(
            u128::from(self.day)
                | u128::from(self.calendar) << 32
                | u128::from(self.oldest_as_of) << 64,
        )
    }

    /// Whether the two forms of the day agree.
    pub(super) fn is_consistent(&self) -> bool {
        i32::try_from(self.day)
            .ok()
            .and_then(|day| Day::from_number(day).date())
            .is_some_and(|date| Day::calendar_number(date) == self.calendar)
    }
}
