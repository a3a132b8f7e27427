//! What a proxy does by itself: it attests, ends enrolments whose windows have passed, pays out credits, and destroys
//! fragments that nobody may use any more.

use futures::stream::{self, StreamExt as _};

use super::ending::{is_done_already, Ending};
use super::gather::GatherError;
use super::proxy::Proxy;
use crate::domain::eip712::{Attestation, TypedMessage};
use crate::domain::enrolment::{
    slot_numbers, Enrolment, EnrolmentKey, EnrolmentState, SlotAttestation,
};
use crate::domain::failure::Failure;
use crate::domain::ids::Address;
use crate::domain::study::Study;
use crate::ports::index::GrantEntry;
use crate::ports::ledger::{BlockRef, Call, LedgerError, OnEnrolment};

/// Seconds by which each further slot waits before it calls an ending that anyone may call: so that not all do at once.
const STAGGER_S: u64 = 5;
/// Grants that are attended to at the same time.
const AT_ONCE: usize = 32;

impl Proxy {
    /// Does what is due for each of the grants held, for many at the same time, so that their transactions are gathered. One that fails does not
    /// hold up the others.
    ///
    /// # Errors
    /// Only if chain or index can't be read at all.
    pub async fn attend(&self) -> Result<(), Failure> {
        let head = self.ledger.head().await?;
        let head = &head;
        let grants = stream::iter(self.index.grants().await?);
        let attended = grants.for_each_concurrent(AT_ONCE, |grant| async move {
            if let Err(failure) = self.attend_grant(&grant, head).await {
                let study = grant.key.study;
                tracing::warn!(%study, code = %failure.code(), %failure, "a duty could not be done");
            }
        });
        attended.await;
        Ok(self.index.forget_expired(self.clock.now()).await?)
    }

    async fn attend_grant(&self, grant: &GrantEntry, head: &BlockRef) -> Result<(), Failure> {
        if !grant.enrolled && grant.promised_until >= head.time {
            return Ok(());
        }
        let key = EnrolmentKey {
            study_id: grant.key.study,
            nullifier: grant.key.nullifier,
        };
        let enrolment = self.ledger.enrolment(key).await?.filter(|enrolment| {
            enrolment.attempt == grant.key.attempt && enrolment.details.grant_digest == grant.digest
        });
        let Some(enrolment) = enrolment else {
            return self.destroy(&grant.key).await;
        };
        let study = self.study(key.study_id).await?;
        let dispute = match enrolment.state {
            EnrolmentState::Challenged | EnrolmentState::Demanded => {
                self.ledger.dispute(key, enrolment.attempt).await?
            }
            _ => None,
        };
        let ending = Ending::of(&study.terms, &enrolment, dispute.as_ref());
        if let Some(ending) = ending.filter(|ending| ending.is_due(head, self.patience(&study))) {
            return self.end(&ending.call()).await;
        }
        match enrolment.state {
            EnrolmentState::Enrolled => self.attend_enrolled(grant, &study, &enrolment, head).await,
            EnrolmentState::Delivered => Ok(()),
            EnrolmentState::Settled => self.attend_settled(grant, &study, &enrolment).await,
            EnrolmentState::Challenged | EnrolmentState::Demanded => match dispute {
                Some(dispute) => {
                    self.attend_disputed(&study, &enrolment, &dispute, head)
                        .await
                }
                None => Ok(()),
            },
            EnrolmentState::Refunded | EnrolmentState::Revoked | EnrolmentState::Faulted => {
                self.destroy(&grant.key).await
            }
        }
    }

    async fn attend_enrolled(
        &self,
        grant: &GrantEntry,
        study: &Study,
        enrolment: &Enrolment,
        head: &BlockRef,
    ) -> Result<(), Failure> {
        let window = u64::from(study.terms.delivery_window.seconds);
        let half_passed = head.time >= enrolment.since + window / 2;
        if grant.attested || !half_passed {
            return Ok(());
        }
        self.attest(study, enrolment).await?;
        Ok(self.index.mark_attested(&grant.key).await?)
    }

    /// A slot attests whether or not the institution has fetched: it answers for being able to serve.
    async fn attest(&self, study: &Study, enrolment: &Enrolment) -> Result<(), Failure> {
        let slot = self
            .slot_in(study)
            .filter(|slot| slot_numbers(enrolment.details.slots).any(|carried| carried == *slot));
        let Some(slot) = slot else { return Ok(()) };
        let attestation = Attestation {
            study_id: enrolment.key.study_id,
            nullifier: enrolment.key.nullifier,
            attempt: enrolment.attempt,
        };
        let signature = attestation.sign(&self.domain, &self.key);
        let attestations = vec![SlotAttestation { slot, signature }];
        self.end(&Call::Attest {
            on: OnEnrolment::of(enrolment),
            attestations,
        })
        .await
    }

    async fn attend_settled(
        &self,
        grant: &GrantEntry,
        study: &Study,
        enrolment: &Enrolment,
    ) -> Result<(), Failure> {
        if self.settings.push_credits {
            self.push(enrolment.payout, study.terms.token).await?;
        }
        if self.is_forgotten(enrolment).await? {
            self.destroy(&grant.key).await?;
        }
        Ok(())
    }

    /// Pays a credit out to its owner.
    async fn push(&self, account: Address, token: Address) -> Result<(), Failure> {
        if self.ledger.credit(account, token).await? == 0 {
            return Ok(());
        }
        self.end(&Call::Push { account, token }).await
    }

    /// Makes a call that another slot may have made before: then there is nothing left to do.
    pub(super) async fn end(&self, call: &Call) -> Result<(), Failure> {
        match self.gatherer.submit(call.clone()).await {
            Ok(included) => {
                tracing::info!(effect = call.effect().key, block = included.block, "done");
                Ok(())
            }
            Err(GatherError::Ledger(LedgerError::Refused { code, detail }))
                if is_done_already(code) =>
            {
                tracing::debug!(effect = call.effect().key, detail, "done by another");
                Ok(())
            }
            Err(other) => Err(other.into()),
        }
    }

    /// How much later than it could this slot calls an ending.
    pub(super) fn patience(&self, study: &Study) -> u64 {
        u64::from(self.slot_in(study).unwrap_or_default()) * STAGGER_S
    }
}
