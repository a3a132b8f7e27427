//! What chain and store say: study, earlier enrolments, registry root, record.

use super::Case;
use crate::app::proxy::Proxy;
use crate::domain::enrolment::{Enrolment, EnrolmentState};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::RecordTag;
use crate::ports::ledger::RootStanding;

/// Days from 1900-01-01 to the Unix epoch.
const EPOCH_DAY: u64 = 25_567;
const DAY_S: u64 = 86_400;

impl Proxy {
    /// The study takes patients now, and this proxy is one of its own.
    pub(super) async fn check_study(&self, case: &Case<'_>) -> Result<(), Failure> {
        let (study, now) = (&case.study, case.head.time);
        if self.slot_in(study).is_none() {
            let words = format!("proxy {} is not one of the study's", self.address());
            return Err(Failure::new(FailureCode::ProxyNotAdmitted, words));
        }
        if now < study.terms.opens_at {
            let words = format!("the study opens at {}", study.terms.opens_at);
            return Err(Failure::new(FailureCode::StudyNotOpen, words));
        }
        if study.closed || now >= study.terms.closes_at {
            return Err(Failure::new(
                FailureCode::StudyClosed,
                "the study is closed",
            ));
        }
        if study.places_left() == 0 {
            let words = format!("all {} places of the study are taken", study.quota);
            return Err(Failure::new(FailureCode::QuotaUsedUp, words));
        }
        let (live, needed) = (
            self.ledger.live_records().await?,
            study.terms.minimum_records,
        );
        if live < u64::from(needed) {
            let words = format!("the registry holds {live} live records, the study wants {needed}");
            return Err(Failure::new(FailureCode::CrowdTooSmall, words));
        }
        Ok(())
    }

    /// This attempt is the next one, not revoked, and proved against a root and a day that count.
    pub(super) async fn check_enrolment(&self, case: &Case<'_>) -> Result<(), Failure> {
        let draft = case.draft;
        let before = self.ledger.enrolment(draft.key).await?;
        check_attempt(draft.attempt, before.as_ref())?;
        let most = self.ledger.bounds().await?.max_attempts;
        if draft.attempt >= u32::from(most) {
            let words = format!("a patient has {most} attempts in a study");
            return Err(Failure::new(FailureCode::OutOfBounds, words));
        }
        if self.ledger.is_revealed(draft.revocation_hash).await? {
            let words = "the secret behind the revocation hash was revealed";
            return Err(Failure::new(FailureCode::Revoked, words));
        }
        if draft.payout.is_zero() {
            return Err(Failure::new(
                FailureCode::InvalidInput,
                "a payout address is needed",
            ));
        }
        self.check_root(case).await?;
        check_day(draft.day, case.head.time)
    }

    async fn check_root(&self, case: &Case<'_>) -> Result<(), Failure> {
        let root = case.draft.registry_root;
        let code = match self.ledger.root_standing(root).await? {
            RootStanding::Accepted => return Ok(()),
            RootStanding::Stale => FailureCode::StaleRoot,
            RootStanding::Unknown => FailureCode::UnknownRoot,
        };
        Err(Failure::new(
            code,
            format!("the registry does not accept the root {root}"),
        ))
    }

    /// The envelope is the one that the tag hides, and everything that it names is held here.
    pub(super) async fn check_record(&self, case: &Case<'_>) -> Result<(), Failure> {
        let draft = case.draft;
        let tag = prover::record::record_tag(
            &case.envelope_hash.to_field(),
            &draft.tag_blinding.to_field(),
        );
        if RecordTag::from(&tag) != draft.record_tag {
            let words = "envelope and blinding do not give the record's tag";
            return Err(Failure::new(FailureCode::TagMismatch, words));
        }
        self.deposits.envelope(case.envelope_hash).await?;
        let root = case.envelope.ciphertext_root;
        if self.deposits.holds(root).await? {
            return Ok(());
        }
        let words = format!(
            "proxy {} does not hold the whole ciphertext",
            self.address()
        );
        Err(Failure::new(FailureCode::CiphertextMissing, words))
    }
}

/// Whether `attempt` follows what is on chain.
fn check_attempt(attempt: u32, before: Option<&Enrolment>) -> Result<(), Failure> {
    let expected = match before {
        None => 0,
        Some(before) => match before.state {
            EnrolmentState::Refunded => before.attempt + 1,
            EnrolmentState::Revoked => {
                let words = "the patient revoked an enrolment in this study";
                return Err(Failure::new(FailureCode::Revoked, words));
            }
            EnrolmentState::Faulted => {
                let words =
                    "an enrolment of this patient in the study ended by the patient's fault";
                return Err(Failure::new(FailureCode::AlreadyEnrolled, words));
            }
            _ => {
                let words = "this patient is enrolled in the study";
                return Err(Failure::new(FailureCode::AlreadyEnrolled, words));
            }
        },
    };
    if attempt == expected {
        return Ok(());
    }
    let words = format!("attempt {attempt}, but {expected} would be next");
    Err(Failure::new(FailureCode::AttemptMismatch, words))
}

/// Whether `day` is today or yesterday by the time of a block.
fn check_day(day: u32, block_time: u64) -> Result<(), Failure> {
    let today = block_time / DAY_S + EPOCH_DAY;
    if u64::from(day) == today || u64::from(day) + 1 == today {
        return Ok(());
    }
    let words = format!("the proof is of day {day}, the chain has day {today}");
    Err(Failure::new(FailureCode::ReferenceTimeWrong, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1900() {
        // 2024-02-29 is day 45,349; a block at its first and at its last second
        let midnight = 1_709_164_800;
        for time in [midnight, midnight + DAY_S - 1] {
            assert!(check_day(45_349, time).is_ok(), "today");
            assert!(check_day(45_348, time).is_ok(), "yesterday");
            assert!(check_day(45_350, time).is_err(), "tomorrow");
            assert!(check_day(45_347, time).is_err(), "two days ago");
        }
    }
}
