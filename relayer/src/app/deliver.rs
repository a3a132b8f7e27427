//! Serving the institution: envelope, re-encrypted capsule and ciphertext, only while the chain says so.

use super::proxy::Proxy;
use super::vault::HeldGrant;
use crate::domain::delivery::Delivery;
use crate::domain::enrolment::{Enrolment, EnrolmentKey, EnrolmentState};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, CiphertextRoot, EnvelopeHash};
use crate::domain::signer::address_of_public_key;
use crate::domain::study::Study;
use crate::domain::umbral::{self, FragmentKeys, UmbralError};
use crate::ports::index::AttemptKey;

impl Proxy {
    /// What this proxy has for an enrolment, for the study's institution.
    ///
    /// # Errors
    /// `not-permitted` for anyone else, `not-found` without an enrolment, `revoked` or `wrong-state` if it isn't served
    /// any more, `fragments-missing` if this proxy holds no fragment for it; those of chain and store.
    pub async fn deliver(&self, asker: Address, key: EnrolmentKey) -> Result<Delivery, Failure> {
        let study = self.study(key.study_id).await?;
        if study.institution != asker {
            let words = "only the study's institution is served";
            return Err(Failure::new(FailureCode::NotPermitted, words));
        }
        let absent = || Failure::new(FailureCode::NotFound, "there is no such enrolment");
        let enrolment = self.ledger.enrolment(key).await?.ok_or_else(absent)?;
        self.check_served(&enrolment).await?;
        let held = self.held_grant(&enrolment).await?;
        self.reencrypt(&study, held).await
    }

    /// Whether `asker` may read a ciphertext: by its delegating key, or as the institution of an enrolment that is served.
    ///
    /// # Errors
    /// `envelope-missing` if nothing is known of it, `not-permitted`; those of chain and store.
    pub async fn require_reader(
        &self,
        asker: Address,
        root: CiphertextRoot,
    ) -> Result<(), Failure> {
        let unknown = || {
            let words = format!("no envelope with the ciphertext {root} is held here");
            Failure::new(FailureCode::EnvelopeMissing, words)
        };
        let envelope = self.index.envelope_with(root).await?.ok_or_else(unknown)?;
        if address_of_public_key(&envelope.delegating_key) == Ok(asker) {
            return Ok(());
        }
        if self.serves_record_to(asker, envelope.hash).await? {
            return Ok(());
        }
        let words =
            "only the record's patient, and an institution that it is delivered to, may read it";
        Err(Failure::new(FailureCode::NotPermitted, words))
    }

    async fn serves_record_to(
        &self,
        asker: Address,
        envelope: EnvelopeHash,
    ) -> Result<bool, Failure> {
        for grant in self.index.grants_of(envelope).await? {
            let key = EnrolmentKey {
                study_id: grant.key.study,
                nullifier: grant.key.nullifier,
            };
            if self.study(key.study_id).await?.institution != asker {
                continue;
            }
            let Some(enrolment) = self.ledger.enrolment(key).await? else {
                continue;
            };
            let same = enrolment.attempt == grant.key.attempt
                && enrolment.details.grant_digest == grant.digest;
            if same && self.check_served(&enrolment).await.is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn check_served(&self, enrolment: &Enrolment) -> Result<(), Failure> {
        match enrolment.state {
            EnrolmentState::Enrolled
            | EnrolmentState::Delivered
            | EnrolmentState::Challenged
            | EnrolmentState::Demanded => Ok(()),
            EnrolmentState::Settled if !self.is_forgotten(enrolment).await? => Ok(()),
            EnrolmentState::Settled => {
                let words = "the enrolment was settled too long ago";
                Err(Failure::new(FailureCode::WindowEnded, words))
            }
            EnrolmentState::Revoked => {
                let words = "the patient has revoked this enrolment";
                Err(Failure::new(FailureCode::Revoked, words))
            }
            EnrolmentState::Refunded => {
                let words = "the enrolment was refunded";
                Err(Failure::new(FailureCode::WrongState, words))
            }
            EnrolmentState::Faulted => {
                let words = "the enrolment ended by a fault of the patient's grant or record";
                Err(Failure::new(FailureCode::WrongState, words))
            }
        }
    }

    /// Whether a settled enrolment is no longer served.
    pub(super) async fn is_forgotten(&self, enrolment: &Enrolment) -> Result<bool, Failure> {
        let served_until = enrolment.since + self.settings.serve_after_settlement_s;
        Ok(self.ledger.head().await?.time > served_until)
    }

    pub(super) async fn held_grant(&self, enrolment: &Enrolment) -> Result<HeldGrant, Failure> {
        let key = AttemptKey {
            study: enrolment.key.study_id,
            nullifier: enrolment.key.nullifier,
            attempt: enrolment.attempt,
        };
        let held = self.vault.get(&key).await?;
        let same = |held: &HeldGrant| {
            held.terms.grant.digest() == enrolment.details.grant_digest
                && held.terms.record_tag == enrolment.details.record_tag
        };
        held.filter(same).ok_or_else(|| {
            let words = format!(
                "proxy {} holds no fragment for this enrolment",
                self.address()
            );
            Failure::new(FailureCode::FragmentsMissing, words)
        })
    }

    pub(super) async fn reencrypt(
        &self,
        study: &Study,
        held: HeldGrant,
    ) -> Result<Delivery, Failure> {
        let (envelope, bytes) = self.deposits.envelope(held.terms.envelope).await?;
        let keys = FragmentKeys {
            verifying: envelope.verifying_key,
            delegating: envelope.delegating_key,
            receiving: study.terms.receiving_key,
        };
        let fragment = umbral::verify_fragment(&held.fragment, &envelope.capsule, &keys)
            .and_then(|verified| umbral::reencrypt(&envelope.capsule, &verified))
            .map_err(|e: UmbralError| Failure::new(FailureCode::FragmentInvalid, e.to_string()))?;
        Ok(Delivery {
            attempt: held.terms.attempt,
            envelope: bytes.to_vec(),
            tag_blinding: held.terms.tag_blinding,
            grant: held.terms.grant,
            fragment,
        })
    }
}
