//! A proxy's receipt: everything that it checks before it answers for an enrolment (design section 5).
//!
//! A receipt locks bond, and a patient could block a study's places with junk if proxies signed for it. So nothing is
//! signed before the whole enrolment would pass the contract and the fragment is known to re-encrypt.

use crate::domain::draft::{EnrolmentDraft, ReceiptGiven};
use crate::domain::eip712::{Receipt, TypedMessage};
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::EnvelopeHash;
use crate::domain::study::Study;
use crate::ports::index::{AttemptKey, GrantEntry};
use crate::ports::ledger::BlockRef;

use super::proxy::Proxy;
use super::vault::{HeldGrant, HeldTerms};

mod fragment;
mod proof;
mod standing;

/// A draft with what its checks were made against.
struct Case<'a> {
    draft: &'a EnrolmentDraft,
    study: Study,
    head: BlockRef,
    envelope: Envelope,
    envelope_hash: EnvelopeHash,
}

impl Case<'_> {
    fn attempt_key(&self) -> AttemptKey {
        let key = self.draft.key;
        AttemptKey {
            study: key.study_id,
            nullifier: key.nullifier,
            attempt: self.draft.attempt,
        }
    }
}

impl Proxy {
    /// Checks a draft, keeps its grant and answers with a receipt. Asking again with the same grant renews it.
    ///
    /// # Errors
    /// The cause, from the closed list, for the first check that fails.
    pub async fn give_receipt(&self, draft: &EnrolmentDraft) -> Result<ReceiptGiven, Failure> {
        let case = self.open_case(draft).await?;
        self.check_study(&case).await?;
        self.check_enrolment(&case).await?;
        self.check_record(&case).await?;
        let fragment = self.check_fragment(&case)?;
        self.check_proof(&case).await?;
        self.promise(&case, fragment).await
    }

    async fn open_case<'a>(&self, draft: &'a EnrolmentDraft) -> Result<Case<'a>, Failure> {
        let head = self.ledger.head().await?;
        let study = self.study(draft.key.study_id).await?;
        let envelope = Envelope::decode(&draft.envelope)
            .map_err(|e| Failure::new(FailureCode::EnvelopeInvalid, e.to_string()))?;
        let envelope_hash = envelope_hash(&draft.envelope);
        Ok(Case {
            draft,
            study,
            head,
            envelope,
            envelope_hash,
        })
    }

    /// Counts the bond, keeps the grant and signs: in this order, so that whatever is signed can be served.
    async fn promise(
        &self,
        case: &Case<'_>,
        fragment: crate::domain::fragment::SecretFragment,
    ) -> Result<ReceiptGiven, Failure> {
        let _turn = self.promising.lock().await;
        let valid_until = self.valid_until(case).await?;
        self.make_room(case).await?;
        self.check_bond(case).await?;
        let terms = Self::held_terms(case, valid_until);
        let entry = index_entry(&terms);
        self.vault.put(&HeldGrant { terms, fragment }).await?;
        self.index.put_grant(&entry).await?;
        let receipt = Receipt {
            study_id: case.draft.key.study_id,
            nullifier: case.draft.key.nullifier,
            attempt: case.draft.attempt,
            record_tag: case.draft.record_tag,
            grant_digest: case.draft.grant.digest(),
            valid_until,
        };
        tracing::info!(study = %receipt.study_id, valid_until, "a receipt was given");
        Ok(ReceiptGiven {
            proxy: self.address(),
            valid_until,
            signature: receipt.sign(&self.domain, &self.key),
        })
    }

    async fn valid_until(&self, case: &Case<'_>) -> Result<u64, Failure> {
        let bound = u64::from(self.ledger.bounds().await?.max_receipt_seconds);
        let lifetime = self.settings.receipt_s.min(bound);
        Ok(rounded_end(case.head.time, lifetime))
    }

    fn held_terms(case: &Case<'_>, promised_until: u64) -> HeldTerms {
        HeldTerms {
            key: case.draft.key,
            attempt: case.draft.attempt,
            record_tag: case.draft.record_tag,
            tag_blinding: case.draft.tag_blinding,
            envelope: case.envelope_hash,
            grant: case.draft.grant.clone(),
            promised_until,
            token: case.study.terms.token,
            slice: case.study.slice,
        }
    }

    /// A receipt for another grant of this attempt may still be used: both can't be served.
    async fn make_room(&self, case: &Case<'_>) -> Result<(), Failure> {
        let key = case.attempt_key();
        let Some(held) = self.index.grant(&key).await? else {
            return Ok(());
        };
        if held.digest == case.draft.grant.digest() && held.record_tag == case.draft.record_tag {
            return Ok(());
        }
        if held.enrolled || held.promised_until >= case.head.time {
            let words = format!(
                "another grant was given a receipt for this attempt, until {}",
                held.promised_until
            );
            return Err(Failure::new(FailureCode::AlreadyExists, words)
                .with_hint("Use the same grant, or wait until that receipt has expired."));
        }
        self.destroy(&key).await
    }

    /// The enrolment would fail without free bond, and bond promised elsewhere is not free.
    async fn check_bond(&self, case: &Case<'_>) -> Result<(), Failure> {
        let (token, slice) = (case.study.terms.token, case.study.slice);
        let free = self.ledger.bond(self.address(), token).await?.free;
        let mut promised = self.index.promised(token, case.head.time).await?;
        if let Some(held) = self.index.grant(&case.attempt_key()).await? {
            if !held.enrolled && held.promised_until >= case.head.time {
                promised = promised.saturating_sub(held.slice);
            }
        }
        if free >= promised.saturating_add(slice) {
            return Ok(());
        }
        let words = format!(
            "proxy {} has {free} free bond, {promised} of it promised",
            self.address()
        );
        Err(Failure::new(FailureCode::BondTooSmall, words))
    }

    /// Destroys a grant: first the fragment, then what is known of it.
    pub(super) async fn destroy(&self, key: &AttemptKey) -> Result<(), Failure> {
        self.vault.destroy(key).await?;
        self.index.forget_grant(key).await?;
        tracing::info!(study = %key.study, "a key fragment was destroyed");
        Ok(())
    }
}

/// What the index keeps of a grant.
pub(super) fn index_entry(terms: &HeldTerms) -> GrantEntry {
    GrantEntry {
        key: terms.attempt_key(),
        digest: terms.grant.digest(),
        record_tag: terms.record_tag,
        envelope: terms.envelope,
        promised_until: terms.promised_until,
        token: terms.token,
        slice: terms.slice,
        enrolled: false,
        attested: false,
    }
}

/// When a receipt of this lifetime ends, rounded down to a tenth of it, ten minutes at most: of proxies that are asked one after the other mostly the
/// same, so that the contract hashes what they sign once.
fn rounded_end(now: u64, lifetime: u64) -> u64 {
    let end = now + lifetime;
    end - end % (lifetime / 10).clamp(1, 600)
}

#[cfg(test)]
mod rounding {
    use super::rounded_end;

    #[test]
    fn receipts_given_within_a_short_time_end_together() {
        assert_eq!(rounded_end(36_000, 3_600), 39_600);
        assert_eq!(rounded_end(36_359, 3_600), 39_600);
        assert_eq!(rounded_end(36_360, 3_600), 39_960);
        // Never more than was promised, and nine tenths of it at least
        for lifetime in [0, 1, 9, 10, 61, 3_600, 86_400] {
            for now in 1_000..2_300 {
                let end = rounded_end(now, lifetime);
                assert!(end <= now + lifetime && end >= now + lifetime - lifetime / 10);
            }
        }
    }
}
