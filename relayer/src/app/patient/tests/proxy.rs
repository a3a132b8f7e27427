//! A proxy in memory: it checks a draft as a real one does, but for the eligibility proof.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;

use super::chain::{Chain, NOW};
use super::world::ENROLMENTS;
use crate::domain::delivery::Delivery;
use crate::domain::draft::{EnrolmentDraft, ReceiptGiven};
use crate::domain::eip712::{Receipt, SigningDomain, TypedMessage as _};
use crate::domain::enrolment::{
    Enrolment, EnrolmentDetails, EnrolmentKey, EnrolmentRequest, EnrolmentState,
};
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::fragment::SecretFragment;
use crate::domain::grant::fragment_context;
use crate::domain::ids::{
    Address, CiphertextRoot, ContentHash, EnvelopeHash, RecordTag, TransactionHash,
};
use crate::domain::members::ProxyCard;
use crate::domain::point::CompressedPoint;
use crate::domain::precursor::PrecursorContext;
use crate::domain::sealing::SealingKey;
use crate::domain::signer::{address_of_public_key, EvmKey, Signature};
use crate::domain::umbral::{verify_fragment, FragmentKeys};
use crate::ports::ledger::OnEnrolment;
use crate::ports::proxies::{DepositProgress, ProxyClient, ProxyDirectory, ProxyInfo};
use crate::ports::storage::ByteStream;

/// How a proxy behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Honest,
    Unreachable,
    /// Signs receipts with another key.
    ForeignReceipts,
    /// Gives receipts but never sends a transaction.
    Idle,
    /// Sends a transaction and falls silent before it says so.
    SilentAfterSending,
    /// Serves ciphertexts with one byte changed.
    Alters,
}

pub(super) struct Proxy {
    pub(super) key: EvmKey,
    pub(super) sealing: SealingKey,
    pub(super) manner: Mutex<Manner>,
    pub(super) envelopes: Mutex<BTreeMap<[u8; 33], Bytes>>,
    pub(super) ciphertexts: Mutex<BTreeMap<CiphertextRoot, Bytes>>,
    pub(super) documents: Mutex<BTreeMap<ContentHash, Bytes>>,
    pub(super) drafts: Mutex<Vec<EnrolmentDraft>>,
    pub(super) chain: Arc<Chain>,
}

impl Proxy {
    pub(super) fn new(chain: &Arc<Chain>) -> Arc<Self> {
        Arc::new(Self {
            key: EvmKey::random(),
            sealing: SealingKey::random(),
            manner: Mutex::new(Manner::Honest),
            envelopes: Mutex::default(),
            ciphertexts: Mutex::default(),
            documents: Mutex::default(),
            drafts: Mutex::default(),
            chain: Arc::clone(chain),
        })
    }

    pub(super) fn card(&self) -> ProxyCard {
        ProxyCard {
            operator: Address::new([3; 20]),
            sealing_key: self.sealing.public().to_bytes(),
            url: "memory:".to_owned(),
        }
    }

    fn reach(&self) -> Result<Manner, Failure> {
        match *self.manner.lock().unwrap() {
            Manner::Unreachable => Err(Failure::new(FailureCode::ProxyUnreachable, "no answer")),
            manner => Ok(manner),
        }
    }

    fn check(&self, draft: &EnrolmentDraft) {
        let study = self.chain.0.lock().unwrap().studies[0].clone();
        let envelope = Envelope::decode(&draft.envelope).unwrap();
        let hash = envelope_hash(&draft.envelope).to_field();
        let tag = prover::record::record_tag(&hash, &draft.tag_blinding.to_field());
        assert_eq!(RecordTag::from(&tag), draft.record_tag);
        let context = PrecursorContext {
            receiving_key: study.terms.receiving_key,
            chain_id: 31337,
            enrolments: ENROLMENTS,
            enrolment: draft.key,
            attempt: draft.attempt,
        };
        draft.grant.check(&study.terms, &context).unwrap();
        let sealing = fragment_context(&context, self.key.address());
        let opened = self.sealing.open(&sealing, &draft.sealed_fragment).unwrap();
        let fragment = SecretFragment::decode(&opened).unwrap();
        draft
            .grant
            .check_fragment(self.key.address(), &fragment)
            .unwrap();
        let keys = FragmentKeys {
            verifying: envelope.verifying_key,
            delegating: envelope.delegating_key,
            receiving: study.terms.receiving_key,
        };
        verify_fragment(&fragment, &envelope.capsule, &keys).unwrap();
    }
}

#[async_trait]
impl ProxyClient for Proxy {
    fn address(&self) -> Address {
        self.key.address()
    }

    async fn info(&self) -> Result<ProxyInfo, Failure> {
        unimplemented!("a patient goes by the chain")
    }

    async fn put_envelope(&self, _: &EvmKey, _: EnvelopeHash, _: Bytes) -> Result<(), Failure> {
        unimplemented!("hospitals do")
    }

    async fn envelope_of(
        &self,
        delegating: &EvmKey,
        key: &CompressedPoint,
    ) -> Result<Option<Bytes>, Failure> {
        self.reach()?;
        assert_eq!(
            address_of_public_key(key.as_bytes()).unwrap(),
            delegating.address()
        );
        Ok(self.envelopes.lock().unwrap().get(key.as_bytes()).cloned())
    }

    async fn ciphertext_progress(
        &self,
        _: &EvmKey,
        _: CiphertextRoot,
    ) -> Result<DepositProgress, Failure> {
        unimplemented!("hospitals do")
    }

    async fn put_ciphertext(
        &self,
        _: &EvmKey,
        _: CiphertextRoot,
        _: u64,
        _: u64,
        _: ByteStream,
    ) -> Result<DepositProgress, Failure> {
        unimplemented!("hospitals do")
    }

    async fn ciphertext(
        &self,
        _: &EvmKey,
        root: CiphertextRoot,
        offset: u64,
    ) -> Result<ByteStream, Failure> {
        let manner = self.reach()?;
        let mut bytes = self.ciphertexts.lock().unwrap()[&root].to_vec();
        bytes[100] ^= u8::from(manner == Manner::Alters);
        let rest = bytes.split_off(usize::try_from(offset).unwrap());
        let pieces: Vec<_> = rest
            .chunks(10_000)
            .map(Bytes::copy_from_slice)
            .map(Ok)
            .collect();
        Ok(futures::stream::iter(pieces).boxed())
    }

    async fn draft(&self, draft: &EnrolmentDraft) -> Result<ReceiptGiven, Failure> {
        let manner = self.reach()?;
        self.check(draft);
        self.drafts.lock().unwrap().push(draft.clone());
        let receipt = Receipt {
            study_id: draft.key.study_id,
            nullifier: draft.key.nullifier,
            attempt: draft.attempt,
            record_tag: draft.record_tag,
            grant_digest: draft.grant.digest(),
            valid_until: NOW + 600,
        };
        let domain = SigningDomain {
            chain_id: 31337,
            enrolments: ENROLMENTS,
        };
        let foreign = EvmKey::random();
        let key = if manner == Manner::ForeignReceipts {
            &foreign
        } else {
            &self.key
        };
        let signature = receipt.sign(&domain, key);
        Ok(ReceiptGiven {
            proxy: self.key.address(),
            valid_until: NOW + 600,
            signature,
        })
    }

    async fn enrol(&self, request: &EnrolmentRequest) -> Result<TransactionHash, Failure> {
        let manner = self.reach()?;
        if manner == Manner::Idle {
            return Err(Failure::new(FailureCode::ChainUnreachable, "no node"));
        }
        let mut state = self.chain.0.lock().unwrap();
        let earlier = state.enrolments.get(&request.key);
        if earlier.is_some_and(|earlier| !earlier.state.is_ended()) {
            return Err(Failure::new(FailureCode::AlreadyEnrolled, "refused"));
        }
        let slots = request
            .receipts
            .iter()
            .fold(0, |bits, receipt| bits | 1 << receipt.slot);
        let enrolment = Enrolment {
            key: request.key,
            attempt: request.attempt,
            state: EnrolmentState::Enrolled,
            payout: request.payout,
            since: NOW,
            since_block: 1,
            attested: 0,
            details: EnrolmentDetails {
                registry_root: request.registry_root,
                record_tag: request.record_tag,
                grant_digest: request.grant_digest,
                revocation_hash: request.revocation_hash,
                slots,
            },
        };
        state.enrolments.insert(request.key, enrolment);
        if manner == Manner::SilentAfterSending {
            return Err(Failure::new(FailureCode::ProxyUnreachable, "no answer"));
        }
        Ok(TransactionHash::new([8; 32]))
    }

    async fn revoke(
        &self,
        on: &OnEnrolment,
        secret: &[u8; 32],
    ) -> Result<TransactionHash, Failure> {
        self.reach()?;
        let hash = crate::domain::context::revocation_hash(secret);
        assert_eq!(hash, on.details.revocation_hash);
        let mut state = self.chain.0.lock().unwrap();
        state.enrolments.get_mut(&on.key).unwrap().state = EnrolmentState::Revoked;
        Ok(TransactionHash::new([9; 32]))
    }

    async fn delivery(&self, _: &EvmKey, _: EnrolmentKey) -> Result<Delivery, Failure> {
        unimplemented!("institutions do")
    }

    async fn accept(&self, _: &OnEnrolment, _: Signature) -> Result<TransactionHash, Failure> {
        unimplemented!("institutions do")
    }

    async fn put_document(&self, _: &EvmKey, _: Bytes) -> Result<ContentHash, Failure> {
        unimplemented!("institutions do")
    }

    async fn document(&self, hash: ContentHash) -> Result<Bytes, Failure> {
        self.reach()?;
        let found = self.documents.lock().unwrap().get(&hash).cloned();
        found.ok_or_else(|| Failure::new(FailureCode::DocumentMissing, "not held"))
    }
}

/// The ways to the proxies.
pub(super) struct Directory(pub(super) Vec<Arc<Proxy>>);

impl ProxyDirectory for Directory {
    fn client(&self, proxy: Address, _: &ProxyCard) -> Result<Arc<dyn ProxyClient>, Failure> {
        let found = self
            .0
            .iter()
            .find(|each| each.key.address() == proxy)
            .unwrap();
        Ok(Arc::clone(found) as Arc<dyn ProxyClient>)
    }
}
