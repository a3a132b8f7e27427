//! What an enrolment is made of: fragments, grant, proof, and one draft for each proxy.

use futures::future::try_join_all;
use prover::circuit::inputs::{
    EligibilityInputs, EnrolmentInputs, IdentityInputs, ReferenceTime, StudyInputs,
};

use super::catalogue::StudyOffer;
use super::fit::Moment;
use super::record::OpenedRecord;
use super::{Patient, RecordKeyPairs};
use crate::domain::context::ContextParts;
use crate::domain::draft::EnrolmentDraft;
use crate::domain::enrolment::{EnrolmentKey, ProofWords};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::fragment::SecretFragment;
use crate::domain::grant::{fragment_context, Grant, GrantSlot};
use crate::domain::ids::{Address, RecordTag, RegistryRoot};
use crate::domain::precursor::{self, PrecursorContext};
use crate::domain::sealing::SealingPublicKey;
use crate::domain::seed::{EnrolmentSecrets, GrantShape};
use crate::domain::umbral::make_fragments;
use crate::ports::proving::EligibilityProver;

/// An attempt at enrolling, before anything was sent.
pub(super) struct Attempt<'a> {
    pub(super) patient: &'a Patient,
    pub(super) offer: &'a StudyOffer,
    pub(super) record: &'a OpenedRecord,
    pub(super) moment: &'a Moment,
    pub(super) number: u32,
    pub(super) payout: Address,
    pub(super) secrets: EnrolmentSecrets,
}

/// A grant with the fragments that it pins, in the order of its slots.
pub(super) struct GrantParts {
    pub(super) grant: Grant,
    fragments: Vec<SecretFragment>,
}

/// A proof and what it was made against.
pub(super) struct Proved {
    pub(super) words: ProofWords,
    pub(super) root: RegistryRoot,
}

impl Attempt<'_> {
    pub(super) fn key(&self) -> EnrolmentKey {
        let study_id = self.offer.study.id;
        EnrolmentKey {
            study_id,
            nullifier: self.patient.seed.nullifier(study_id),
        }
    }

    pub(super) fn record_tag(&self) -> RecordTag {
        let hash = self.record.envelope_hash.to_field();
        let blinding = self.secrets.tag_blinding.to_field();
        RecordTag::from(&prover::record::record_tag(&hash, &blinding))
    }

    fn precursor_context(&self) -> PrecursorContext {
        PrecursorContext {
            receiving_key: self.offer.study.terms.receiving_key,
            chain_id: self.patient.ledger.chain_id(),
            enrolments: self.patient.enrolments,
            enrolment: self.key(),
            attempt: self.number,
        }
    }

    /// Splits the re-encryption key, and pins the parts. Made again, it is the same.
    pub(super) fn grant(&self) -> Result<GrantParts, Failure> {
        let terms = &self.offer.study.terms;
        let too_many = |_| Failure::new(FailureCode::OutOfBounds, "the study has too many proxies");
        let count = u8::try_from(terms.proxies.len()).map_err(too_many)?;
        let pairs = RecordKeyPairs::of(&self.patient.seed.record_keys(self.record.index));
        let shape = GrantShape {
            delegating: pairs.delegating.public(),
            receiving: terms.receiving_key,
            threshold: terms.threshold,
            count,
        };
        let seed = self
            .patient
            .seed
            .grant_seed(self.offer.study.id, self.number, &shape);
        let made = make_fragments(
            &pairs.delegating,
            &shape.receiving,
            &pairs.signer,
            shape.threshold,
            count,
            &seed,
        )
        .map_err(|error| Failure::new(FailureCode::GrantInvalid, error.to_string()))?;
        let context = self.precursor_context();
        let proof = precursor::prove(&made.precursor_secret, &made.precursor, &context)
            .map_err(|error| Failure::new(FailureCode::PrecursorInvalid, error.to_string()))?;
        let slot = |(proxy, fragment): (&Address, &SecretFragment)| {
            Ok(GrantSlot {
                proxy: *proxy,
                fragment_id: fragment.id(),
                fragment_commitment: fragment.commitment()?.into(),
            })
        };
        let slots = terms.proxies.iter().zip(&made.fragments).map(slot);
        let grant = Grant {
            threshold: terms.threshold,
            precursor: made.precursor,
            proof,
            slots: slots.collect::<Result<_, Failure>>()?,
        };
        Ok(GrantParts {
            grant,
            fragments: made.fragments,
        })
    }

    /// Proves that the record fits the study, for this grant and payout.
    pub(super) async fn prove(
        &self,
        grant: &Grant,
        prover: &dyn EligibilityProver,
    ) -> Result<Proved, Failure> {
        let path = self.patient.registry.path(self.record.commitment).await?;
        let root = RegistryRoot::from(&path.root);
        let context = ContextParts {
            chain_id: self.patient.ledger.chain_id(),
            enrolments: self.patient.enrolments,
            study_id: self.offer.study.id,
            attempt: self.number,
            payout: self.payout,
            revocation_hash: self.secrets.revocation_hash(),
            grant_digest: grant.digest(),
        };
        let inputs = EligibilityInputs {
            identity: IdentityInputs {
                secret: self.patient.seed.identity_secret(),
                pseudonym_nonce: self
                    .patient
                    .seed
                    .record_keys(self.record.index)
                    .pseudonym_nonce,
            },
            record: self.record.opening.with_envelope(self.record.envelope_hash),
            facts: self.record.tree.clone(),
            path,
            study: self.study_inputs()?,
            reference: self.reference_time()?,
            enrolment: EnrolmentInputs {
                tag_blinding: self.secrets.tag_blinding.to_field(),
                context: context.context().to_field(),
            },
        };
        Ok(Proved {
            words: prover.prove(&inputs)?,
            root,
        })
    }

    fn study_inputs(&self) -> Result<StudyInputs, Failure> {
        let study = &self.offer.study;
        let compiled = self
            .offer
            .criteria
            .compile(study.terms.circuit()?)
            .map_err(|error| Failure::new(FailureCode::CriteriaInvalid, error.to_string()))?;
        Ok(StudyInputs {
            id: study.id.to_field(),
            purposes: study.terms.purposes,
            criteria_hash: study.terms.criteria_hash.to_field(),
            slots: compiled.packed(),
        })
    }

    fn reference_time(&self) -> Result<ReferenceTime, Failure> {
        let day = self.moment.reference.day;
        let oldest = day.saturating_sub(self.offer.study.terms.max_record_age);
        ReferenceTime::of(self.moment.date, oldest).ok_or_else(|| {
            let words = format!(
                "the latest block's date, {}, can't be a reference",
                self.moment.date
            );
            Failure::new(FailureCode::ReferenceTimeWrong, words)
        })
    }

    /// One draft for each proxy of the study, in the order of its terms; they differ in the fragment only.
    pub(super) async fn drafts(
        &self,
        parts: &GrantParts,
        proved: &Proved,
    ) -> Result<Vec<EnrolmentDraft>, Failure> {
        let proxies = self.offer.study.terms.proxies.iter().zip(&parts.fragments);
        try_join_all(proxies.map(|(proxy, fragment)| async move {
            let card = self.patient.ledger.proxy_card(*proxy).await?;
            let context = fragment_context(&self.precursor_context(), *proxy);
            let sealed = SealingPublicKey::new(card.sealing_key)
                .seal(&context, &fragment.encode())
                .map_err(|error| {
                    let words = format!("proxy {proxy}: {error}");
                    Failure::new(FailureCode::ProxyUnreachable, words)
                })?;
            Ok(self.draft(parts, proved, sealed))
        }))
        .await
    }

    fn draft(
        &self,
        parts: &GrantParts,
        proved: &Proved,
        sealed_fragment: Vec<u8>,
    ) -> EnrolmentDraft {
        EnrolmentDraft {
            key: self.key(),
            attempt: self.number,
            day: self.moment.reference.day,
            registry_root: proved.root,
            record_tag: self.record_tag(),
            tag_blinding: self.secrets.tag_blinding,
            revocation_hash: self.secrets.revocation_hash(),
            payout: self.payout,
            proof: proved.words,
            grant: parts.grant.clone(),
            envelope: self.record.envelope_bytes.clone(),
            sealed_fragment,
        }
    }
}
