//! Transactions that a proxy sends for others: they need no account, and the chain does not see where they are.

use super::proxy::Proxy;
use crate::domain::context::revocation_hash;
use crate::domain::enrolment::{Enrolment, EnrolmentKey, EnrolmentRequest, EnrolmentState};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Nullifier, StudyId};
use crate::domain::signer::Signature;
use crate::ports::index::AttemptKey;
use crate::ports::ledger::{Call, Included, OnEnrolment};

/// Names an attempt.
pub fn attempt_key(study: StudyId, nullifier: Nullifier, attempt: u32) -> AttemptKey {
    AttemptKey {
        study,
        nullifier,
        attempt,
    }
}

impl Proxy {
    /// Sends an enrolment to the chain, together with others that are waiting, and waits for it. The contract checks everything.
    ///
    /// # Errors
    /// The contract's refusal, by its cause; those of the chain.
    pub async fn relay_enrolment(&self, request: EnrolmentRequest) -> Result<Included, Failure> {
        Ok(self.gatherer.submit(Call::Enrol(Box::new(request))).await?)
    }

    /// Sends the institution's acceptance.
    ///
    /// # Errors
    /// As [`Proxy::relay_enrolment`]; `not-found`, `attempt-mismatch`.
    pub async fn relay_acceptance(
        &self,
        key: AttemptKey,
        signature: Signature,
    ) -> Result<Included, Failure> {
        let words = "there is no such enrolment";
        let enrolment = self.enrolled(&key).await?;
        let enrolment = enrolment.ok_or_else(|| Failure::new(FailureCode::NotFound, words))?;
        let accept = Call::Accept {
            on: OnEnrolment::of(&enrolment),
            signature,
        };
        Ok(self.gatherer.submit(accept).await?)
    }

    /// Sends a revocation: of the enrolment if there is one, otherwise of what would have been enrolled. The fragment held
    /// for it is destroyed at once, without waiting for the follower. A revocation waits for nobody and goes by itself.
    ///
    /// # Errors
    /// As [`Proxy::relay_enrolment`]; `attempt-mismatch`.
    pub async fn relay_revocation(
        &self,
        key: AttemptKey,
        secret: &[u8; 32],
    ) -> Result<Included, Failure> {
        let hash = revocation_hash(secret);
        let enrolment = self.enrolled(&key).await?.filter(|enrolment| {
            enrolment.details.revocation_hash == hash && !enrolment.state.is_ended()
        });
        let call = match &enrolment {
            Some(enrolment) => Call::Revoke {
                on: OnEnrolment::of(enrolment),
                secret: *secret,
            },
            None => Call::Reveal { secret: *secret },
        };
        let included = self.ledger.submit(&call).await?;
        if enrolment.is_some_and(|enrolment| enrolment.state != EnrolmentState::Settled) {
            self.destroy(&key).await?;
        }
        Ok(included)
    }

    /// The enrolment of this attempt, or `None` before it is made.
    async fn enrolled(&self, key: &AttemptKey) -> Result<Option<Enrolment>, Failure> {
        let on_chain = EnrolmentKey {
            study_id: key.study,
            nullifier: key.nullifier,
        };
        match self.ledger.enrolment(on_chain).await? {
            Some(enrolment) if enrolment.attempt == key.attempt => Ok(Some(enrolment)),
            Some(enrolment) if enrolment.attempt > key.attempt => {
                let words = format!("the enrolment is at attempt {}", enrolment.attempt);
                Err(Failure::new(FailureCode::AttemptMismatch, words))
            }
            _ => Ok(None),
        }
    }
}
