//! A patient who does not follow the scheme: what their own client would have handed to the proxies is held back, and a grant of
//! another kind is handed in.
//!
//! Whether they are eligible is not at issue, so the proof for the other grant is simulated: the development key's trapdoor is public, and a
//! proof by it verifies like any other.

use anyhow::{ensure, Context as _, Result};
use k256::ecdsa::signature::Signer as _;
use k256::ecdsa::{Signature, SigningKey};
use k256::elliptic_curve::group::GroupEncoding as _;
use k256::{AffinePoint, ProjectivePoint};
use prover::keys::simulated::Simulator;
use prover::keys::VerifyingKey;
use relayer::app::patient::RecordKeyPairs;
use relayer::domain::draft::EnrolmentDraft;
use relayer::domain::eip712::{Receipt, TypedMessage as _};
use relayer::domain::enrolment::{ProofWords, SlotReceipt};
use relayer::domain::envelope::Envelope;
use relayer::domain::failure::Failure;
use relayer::domain::fragment::{CapsuleFragment, SecretFragment};
use relayer::domain::grant::{fragment_context, Grant, GrantSlot};
use relayer::domain::point::CompressedPoint;
use relayer::domain::precursor::{self, PrecursorContext, PrecursorProof};
use relayer::domain::scalar::nonzero_scalar;
use relayer::domain::sealing::SealingPublicKey;
use relayer::domain::seed::Seed;
use relayer::domain::study::Study;
use relayer::domain::umbral::{
    make_fragments, open, reencrypt, verify_capsule_fragment, verify_fragment, FragmentKeys,
    Fragments, ReceivingKey, SealedFileKey,
};
use relayer::ports::ledger::{ChainReader as _, MembersReader as _, StudiesReader as _};

use crate::world::{code_of, Patient, World};
use crate::Meddling;

const GRANTS: &str = "/v1/grants";

/// A patient with a record, a study, and a client that was stopped before any proxy heard of it.
pub struct Dishonest {
    /// What the client made.
    pub draft: EnrolmentDraft,
    /// The study.
    pub study: Study,
    envelope: Envelope,
    pairs: RecordKeyPairs,
    signing: SigningKey,
    context: PrecursorContext,
}

impl Dishonest {
    /// Has a patient's client make everything for an enrolment with their first record, and lets none of it reach the proxies.
    ///
    /// # Errors
    /// The client does not get so far.
    pub async fn of(world: &World, patient: &Patient, study: &str) -> Result<Self> {
        let withhold = Meddling {
            withhold: Some(GRANTS),
            ..Meddling::default()
        };
        let between = world.interpose_all(&withhold).await?;
        let code = code_of(patient.actor.run(&["patient", "enrol", study, "--yes"]));
        ensure!(code == "chain-unreachable", "the client says {code}");
        let seen = between[0].seen(GRANTS);
        let passing = seen.first().context("no draft was seen")?;
        let draft: EnrolmentDraft = serde_json::from_slice(&passing.body)?;
        let ledger = world.ledger().await?;
        let study = ledger.study(draft.key.study_id).await?;
        let study = study.context("a study")?;
        let seed = Seed::from_words(&std::fs::read_to_string(&patient.words)?)?;
        let keys = seed.record_keys(0);
        let domain = world.signing_domain()?;
        Ok(Self {
            context: PrecursorContext {
                receiving_key: study.terms.receiving_key,
                chain_id: domain.chain_id,
                enrolments: domain.enrolments,
                enrolment: draft.key,
                attempt: draft.attempt,
            },
            envelope: Envelope::decode(&draft.envelope)?,
            pairs: RecordKeyPairs::of(&keys),
            signing: SigningKey::from_slice(nonzero_scalar(&keys.verifying).as_slice())?,
            study,
            draft,
        })
    }

    /// A set of fragments that opens for a receiving key; other numbers give other sets.
    ///
    /// # Errors
    /// The keys are of no use.
    pub fn set_for(&self, receiving: &CompressedPoint, number: u8) -> Result<Fragments> {
        let terms = &self.study.terms;
        let made = make_fragments(
            &self.pairs.delegating,
            receiving,
            &self.pairs.signer,
            terms.threshold,
            u8::try_from(terms.proxies.len())?,
            &[number; 32],
        );
        Ok(made?)
    }

    /// A fragment of whatever set, signed as if it were one under this precursor and for the study's key: by itself it verifies.
    ///
    /// # Errors
    /// It is malformed.
    pub fn signed_anew(
        &self,
        fragment: &SecretFragment,
        precursor: &CompressedPoint,
    ) -> Result<SecretFragment> {
        let (id, key) = fragment.body()[..64].split_at(32);
        let commitment = fragment.commitment()?;
        let keys = self.keys();
        let message = [
            id,
            commitment.as_bytes(),
            precursor.as_bytes(),
            &[1],
            keys.delegating.as_bytes(),
            &[1],
            keys.receiving.as_bytes(),
        ];
        let signature: Signature = self.signing.sign(&message.concat());
        let signature = signature.to_bytes();
        let body = [
            id,
            key,
            precursor.as_bytes(),
            commitment.as_bytes(),
            &signature,
            &signature,
        ];
        Ok(SecretFragment::new(&body.concat())?)
    }

    /// Whether fragments, in the order of the slots, open the record's file key for a receiving key.
    ///
    /// # Errors
    /// One of them does not verify for the study's key.
    pub fn opens_for(
        &self,
        receiving: &ReceivingKey,
        fragments: &[SecretFragment],
    ) -> Result<bool> {
        let verified = fragments.iter().map(|fragment| {
            let fragment = self.reencrypted(fragment)?;
            Ok(verify_capsule_fragment(
                &fragment,
                &self.envelope.capsule,
                &self.keys(),
            )?)
        });
        let verified = verified.collect::<Result<Vec<_>>>()?;
        let sealed = SealedFileKey {
            capsule: self.envelope.capsule,
            wrapped: self.envelope.wrapped_key.clone(),
        };
        let opened = open(
            receiving,
            &self.envelope.delegating_key,
            &sealed,
            &verified[..usize::from(self.study.terms.threshold)],
        );
        Ok(opened.is_ok())
    }

    /// What a proxy makes of a fragment.
    ///
    /// # Errors
    /// It does not verify for the study's key.
    pub fn reencrypted(&self, fragment: &SecretFragment) -> Result<CapsuleFragment> {
        let capsule = &self.envelope.capsule;
        let verified = verify_fragment(fragment, capsule, &self.keys())?;
        Ok(reencrypt(capsule, &verified)?)
    }

    fn keys(&self) -> FragmentKeys {
        FragmentKeys {
            verifying: self.envelope.verifying_key,
            delegating: self.envelope.delegating_key,
            receiving: self.study.terms.receiving_key,
        }
    }

    /// A grant under a set's precursor, whose secret the patient knows.
    ///
    /// # Errors
    /// A fragment is malformed.
    pub fn grant(&self, set: &Fragments, fragments: &[SecretFragment]) -> Result<Grant> {
        let proof = precursor::prove(&set.precursor_secret, &set.precursor, &self.context)?;
        self.grant_under(set.precursor, proof, fragments)
    }

    /// A grant under any precursor, with a proof that need not hold.
    ///
    /// # Errors
    /// A fragment is malformed.
    pub fn grant_under(
        &self,
        precursor: CompressedPoint,
        proof: PrecursorProof,
        fragments: &[SecretFragment],
    ) -> Result<Grant> {
        let terms = &self.study.terms;
        let slots = terms.proxies.iter().zip(fragments).map(|(proxy, one)| {
            Ok(GrantSlot {
                proxy: *proxy,
                fragment_id: one.id(),
                fragment_commitment: one.commitment()?.into(),
            })
        });
        Ok(Grant {
            threshold: terms.threshold,
            precursor,
            proof,
            slots: slots.collect::<Result<_>>()?,
        })
    }

    /// The draft with another grant, and a proof for it.
    ///
    /// # Errors
    /// The study's circuit has no development key.
    pub fn draft_with(&self, grant: Grant) -> Result<EnrolmentDraft> {
        let mut draft = self.draft.clone();
        draft.grant = grant;
        draft.proof = self.proof_for(&draft)?;
        Ok(draft)
    }

    fn proof_for(&self, draft: &EnrolmentDraft) -> Result<ProofWords> {
        let (terms, context) = (&self.study.terms, &self.context);
        let signals = draft.signals(context.chain_id, context.enrolments, terms);
        let signals = signals.context("a date")?;
        let simulator = Simulator::of(VerifyingKey::development(terms.circuit()?)?);
        let proof = simulator.context("a development key")?.prove(&signals);
        Ok(proof.to_contract().words())
    }

    /// Asks the proxy of a slot for its receipt, with the fragment of that slot.
    ///
    /// # Errors
    /// Nothing could be asked; that the proxy refuses is no error.
    pub async fn ask(
        &self,
        world: &World,
        slot: u8,
        draft: &EnrolmentDraft,
        fragments: &[SecretFragment],
    ) -> Result<Result<SlotReceipt, Failure>> {
        let place = usize::from(slot);
        let proxy = self.study.terms.proxies[place];
        let card = world.ledger().await?.proxy_card(proxy).await?;
        let context = fragment_context(&self.context, proxy);
        let mut draft = draft.clone();
        draft.sealed_fragment =
            SealingPublicKey::new(card.sealing_key).seal(&context, &fragments[place].encode())?;
        let given = world.client(proxy).await?.draft(&draft).await;
        Ok(given.map(|given| SlotReceipt {
            slot,
            valid_until: given.valid_until,
            signature: given.signature,
        }))
    }

    /// Receipts by the proxies' keys, whatever the draft says: of proxies that conspire with the patient.
    ///
    /// # Errors
    /// A key can't be read.
    pub async fn conspired(
        &self,
        world: &World,
        draft: &EnrolmentDraft,
    ) -> Result<Vec<SlotReceipt>> {
        let receipt = Receipt {
            study_id: draft.key.study_id,
            nullifier: draft.key.nullifier,
            attempt: draft.attempt,
            record_tag: draft.record_tag,
            grant_digest: draft.grant.digest(),
            valid_until: world.ledger().await?.head().await?.time + 600,
        };
        let domain = world.signing_domain()?;
        let signed = (0..).zip(&self.study.terms.proxies).map(|(slot, proxy)| {
            Ok(SlotReceipt {
                slot,
                valid_until: receipt.valid_until,
                signature: receipt.sign(&domain, &world.proxy_key(*proxy)?),
            })
        });
        signed.collect()
    }

    /// Has a proxy send the enrolment.
    ///
    /// # Errors
    /// The contract refuses it.
    pub async fn send(
        &self,
        world: &World,
        draft: EnrolmentDraft,
        receipts: Vec<SlotReceipt>,
    ) -> Result<()> {
        let client = world.client(self.study.terms.proxies[0]).await?;
        client.enrol(&draft.into_request(receipts)).await?;
        Ok(())
    }

    /// Enrols with a grant that honest proxies have nothing against.
    ///
    /// # Errors
    /// One of them refuses, or the contract does.
    pub async fn enrol(
        &self,
        world: &World,
        grant: Grant,
        fragments: &[SecretFragment],
    ) -> Result<()> {
        let draft = self.draft_with(grant)?;
        let mut receipts = Vec::new();
        for (slot, _) in (0..).zip(fragments) {
            receipts.push(self.ask(world, slot, &draft, fragments).await??);
        }
        self.send(world, draft, receipts).await
    }
}

/// A precursor, moved by a known amount.
///
/// # Errors
/// It is not on the curve.
pub fn shifted(precursor: &CompressedPoint) -> Result<CompressedPoint> {
    let point = Option::<AffinePoint>::from(AffinePoint::from_bytes(precursor.as_bytes().into()));
    let moved = ProjectivePoint::from(point.context("a point")?) + ProjectivePoint::GENERATOR;
    Ok(CompressedPoint::new(&moved.to_affine().to_bytes())?)
}
