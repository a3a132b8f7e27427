//! How an enrolment ends once a window has passed. Anybody may call it, so that no money hangs on one party's machine: the slots do by
//! themselves ([`super::duties`]), and patient and institution can where no slot is left that would.

use crate::domain::dispute::Dispute;
use crate::domain::enrolment::{Enrolment, EnrolmentState};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::TransactionHash;
use crate::domain::study::{Study, StudyTerms, Window};
use crate::ports::ledger::{BlockRef, Call, DisputeCall, Ledger, LedgerError, OnEnrolment};

/// What is called at a window's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EndingKind {
    /// Too few slots attested in the delivery window.
    Refund,
    /// The institution did not object in the challenge window.
    Settle,
    /// A challenge or a demand was not answered in its own window.
    Expire,
}

impl std::fmt::Display for EndingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Refund => "refunded",
            Self::Settle => "settled",
            Self::Expire => "expired",
        })
    }
}

/// How an enrolment ends, and from when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// What is called,
    pub kind: EndingKind,
    /// for which attempt,
    pub on: OnEnrolment,
    /// from this Unix second on,
    pub time: u64,
    /// and from this block on; both must have come.
    pub block: u64,
}

/// An enrolment that was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// What was called.
    pub step: EndingKind,
    /// In which transaction.
    pub transaction: TransactionHash,
}

impl Ending {
    /// The ending that an enrolment waits for as it stands; `None` once it has ended. `dispute` is that of its attempt.
    pub fn of(
        terms: &StudyTerms,
        enrolment: &Enrolment,
        dispute: Option<&Dispute>,
    ) -> Option<Self> {
        let on = OnEnrolment::of(enrolment);
        let after = |kind, window: &Window| Self {
            kind,
            on,
            time: enrolment.since + u64::from(window.seconds),
            block: enrolment.since_block + u64::from(window.blocks),
        };
        match enrolment.state {
            EnrolmentState::Enrolled => Some(after(EndingKind::Refund, &terms.delivery_window)),
            EnrolmentState::Delivered => Some(after(EndingKind::Settle, &terms.challenge_window)),
            EnrolmentState::Challenged | EnrolmentState::Demanded => {
                let dispute = dispute.filter(|dispute| dispute.pending.is_some())?;
                Some(Self {
                    kind: EndingKind::Expire,
                    on,
                    time: dispute.ends_at,
                    block: dispute.ends_at_block,
                })
            }
            EnrolmentState::Settled
            | EnrolmentState::Refunded
            | EnrolmentState::Revoked
            | EnrolmentState::Faulted => None,
        }
    }

    /// Whether the window has passed, for at least `patience` seconds.
    pub fn is_due(&self, head: &BlockRef, patience: u64) -> bool {
        head.time >= self.time + patience && head.number >= self.block
    }

    /// The call.
    pub fn call(&self) -> Call {
        match self.kind {
            EndingKind::Refund => Call::Refund(self.on),
            EndingKind::Settle => Call::Settle(self.on),
            EndingKind::Expire => Call::Dispute {
                on: self.on,
                step: Box::new(DisputeCall::Expire),
            },
        }
    }
}

/// Whether a refusal tells that somebody else was quicker, or that the node lags behind: there is nothing to mend.
pub fn is_done_already(code: FailureCode) -> bool {
    matches!(
        code,
        FailureCode::WrongState | FailureCode::NothingToClaim | FailureCode::WindowOpen
    )
}

/// Ends an enrolment if its window has passed; `None` if it has not, or if somebody else ends it.
///
/// # Errors
/// Those of the chain and of the contracts.
pub async fn end_due(
    ledger: &dyn Ledger,
    study: &Study,
    enrolment: &Enrolment,
) -> Result<Option<Ended>, Failure> {
    // A study's enrolments are looked through one by one, and most have ended
    if enrolment.state.is_ended() {
        return Ok(None);
    }
    let dispute = ledger.dispute(enrolment.key, enrolment.attempt).await?;
    let head = ledger.head().await?;
    let ending = Ending::of(&study.terms, enrolment, dispute.as_ref());
    let Some(ending) = ending.filter(|ending| ending.is_due(&head, 0)) else {
        return Ok(None);
    };
    match ledger.submit(&ending.call()).await {
        Ok(included) => Ok(Some(Ended {
            step: ending.kind,
            transaction: TransactionHash::new(included.hash),
        })),
        Err(LedgerError::Refused { code, .. }) if is_done_already(code) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
