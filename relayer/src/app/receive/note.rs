//! What an institution remembers of a delivery that passed: enough to accept it later, by another command.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Received;
use crate::domain::eip712::{Acceptance, SigningDomain, TypedMessage as _};
use crate::domain::enrolment::{EnrolmentDetails, EnrolmentKey};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::signer::{EvmKey, Signature};
use crate::ports::ledger::{EnrolmentsReader, OnEnrolment};

/// Kept in the institution's own folder, which nobody else writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedNote {
    /// Study and patient.
    #[serde(flatten)]
    pub key: EnrolmentKey,
    /// The attempt that was received.
    pub attempt: u32,
    /// What it was made with.
    pub details: EnrolmentDetails,
    /// Where the opened record lies.
    pub folder: PathBuf,
}

impl Received {
    /// The note to keep.
    pub fn note(&self) -> ReceivedNote {
        ReceivedNote {
            key: self.on.key,
            attempt: self.on.attempt,
            details: self.on.details,
            folder: self.folder.clone(),
        }
    }

    /// Takes up a note, if what it tells of is what stands on chain.
    ///
    /// # Errors
    /// `attempt-mismatch` if another attempt has followed, `wrong-state` if it has ended; those of the chain.
    pub async fn recall(
        note: ReceivedNote,
        ledger: &(impl EnrolmentsReader + ?Sized),
    ) -> Result<Self, Failure> {
        let standing = ledger.enrolment(note.key).await?.ok_or_else(|| {
            Failure::new(FailureCode::NotFound, "the chain has no such enrolment")
        })?;
        if standing.attempt != note.attempt || standing.details != note.details {
            let words = format!(
                "attempt {} was received, attempt {} stands on chain",
                note.attempt, standing.attempt
            );
            return Err(Failure::new(FailureCode::AttemptMismatch, words));
        }
        if standing.state.is_ended() {
            let words = format!("the enrolment is {:?}", standing.state).to_lowercase();
            return Err(Failure::new(FailureCode::WrongState, words));
        }
        let on = OnEnrolment {
            key: note.key,
            attempt: note.attempt,
            details: note.details,
        };
        Ok(Self {
            on,
            folder: note.folder,
        })
    }

    /// The institution's signature under its acceptance.
    pub fn sign_acceptance(&self, domain: &SigningDomain, account: &EvmKey) -> Signature {
        let acceptance = Acceptance {
            study_id: self.on.key.study_id,
            nullifier: self.on.key.nullifier,
            attempt: self.on.attempt,
        };
        acceptance.sign(domain, account)
    }
}
