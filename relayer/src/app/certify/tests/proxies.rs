//! Proxies in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt as _;

use crate::domain::delivery::Delivery;
use crate::domain::draft::{EnrolmentDraft, ReceiptGiven};
use crate::domain::enrolment::{EnrolmentKey, EnrolmentRequest};
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, CiphertextRoot, ContentHash, EnvelopeHash, TransactionHash};
use crate::domain::members::ProxyCard;
use crate::domain::merkle::{TreeBuilder, SEALED_SEGMENT_BYTES};
use crate::domain::point::CompressedPoint;
use crate::domain::signer::{EvmKey, Signature};
use crate::ports::ledger::OnEnrolment;
use crate::ports::proxies::{DepositProgress, ProxyClient, ProxyDirectory, ProxyInfo};
use crate::ports::storage::ByteStream;

/// A proxy that checks what it is given as a real one does.
#[derive(Default)]
pub(super) struct Proxy {
    account: Address,
    pub(super) envelopes: Mutex<BTreeMap<EnvelopeHash, Bytes>>,
    pub(super) ciphertexts: Mutex<BTreeMap<CiphertextRoot, Vec<u8>>>,
    /// Does not answer.
    pub(super) down: AtomicBool,
    /// The next upload breaks off after so many bytes, unless 0.
    pub(super) break_after: AtomicUsize,
}

impl Proxy {
    pub(super) fn new(number: u8) -> Arc<Self> {
        Arc::new(Self {
            account: Address::new([number; 20]),
            ..Self::default()
        })
    }

    fn length_of(&self, root: CiphertextRoot) -> Result<u64, Failure> {
        let envelopes = self.envelopes.lock().unwrap();
        let mut decoded = envelopes.values().map(|e| Envelope::decode(e).unwrap());
        let found = decoded.find(|envelope| envelope.ciphertext_root == root);
        let missing = || Failure::new(FailureCode::EnvelopeMissing, "no envelope");
        Ok(found.ok_or_else(missing)?.ciphertext_length)
    }

    fn progress(&self, root: CiphertextRoot) -> Result<DepositProgress, Failure> {
        let length = self.length_of(root)?;
        let held = self.ciphertexts.lock().unwrap();
        let held = held.get(&root).map_or(&[][..], Vec::as_slice);
        let complete = held.len() as u64 == length;
        if complete {
            let mut tree = TreeBuilder::new();
            held.chunks(SEALED_SEGMENT_BYTES)
                .for_each(|each| tree.push(each));
            assert_eq!(tree.root(), root, "a wrong ciphertext was deposited");
        }
        Ok(DepositProgress {
            received: held.len() as u64,
            complete,
        })
    }
}

#[async_trait]
impl ProxyClient for Proxy {
    fn address(&self) -> Address {
        self.account
    }

    async fn put_envelope(
        &self,
        _: &EvmKey,
        hash: EnvelopeHash,
        envelope: Bytes,
    ) -> Result<(), Failure> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Failure::new(FailureCode::ProxyUnreachable, "down"));
        }
        assert_eq!(envelope_hash(&envelope), hash);
        self.envelopes.lock().unwrap().insert(hash, envelope);
        Ok(())
    }

    async fn ciphertext_progress(
        &self,
        _: &EvmKey,
        root: CiphertextRoot,
    ) -> Result<DepositProgress, Failure> {
        self.progress(root)
    }

    async fn put_ciphertext(
        &self,
        _: &EvmKey,
        root: CiphertextRoot,
        offset: u64,
        length: u64,
        body: ByteStream,
    ) -> Result<DepositProgress, Failure> {
        assert_eq!(self.progress(root)?.received, offset);
        let pieces: Vec<Bytes> = body.try_collect().await?;
        let mut bytes = pieces.concat();
        assert_eq!(bytes.len() as u64, length);
        let most = self.break_after.swap(0, Ordering::SeqCst);
        if most > 0 {
            bytes.truncate(most);
        }
        let mut held = self.ciphertexts.lock().unwrap();
        held.entry(root).or_default().extend(bytes);
        drop(held);
        self.progress(root)
    }

    async fn info(&self) -> Result<ProxyInfo, Failure> {
        Err(not_asked())
    }

    async fn envelope_of(&self, _: &EvmKey, _: &CompressedPoint) -> Result<Option<Bytes>, Failure> {
        Err(not_asked())
    }

    async fn ciphertext(
        &self,
        _: &EvmKey,
        _: CiphertextRoot,
        _: u64,
    ) -> Result<ByteStream, Failure> {
        Err(not_asked())
    }

    async fn draft(&self, _: &EnrolmentDraft) -> Result<ReceiptGiven, Failure> {
        Err(not_asked())
    }

    async fn enrol(&self, _: &EnrolmentRequest) -> Result<TransactionHash, Failure> {
        Err(not_asked())
    }

    async fn revoke(&self, _: &OnEnrolment, _: &[u8; 32]) -> Result<TransactionHash, Failure> {
        Err(not_asked())
    }

    async fn delivery(&self, _: &EvmKey, _: EnrolmentKey) -> Result<Delivery, Failure> {
        Err(not_asked())
    }

    async fn accept(&self, _: &OnEnrolment, _: Signature) -> Result<TransactionHash, Failure> {
        Err(not_asked())
    }

    async fn put_document(&self, _: &EvmKey, _: Bytes) -> Result<ContentHash, Failure> {
        Err(not_asked())
    }

    async fn document(&self, _: ContentHash) -> Result<Bytes, Failure> {
        Err(not_asked())
    }
}

fn not_asked() -> Failure {
    Failure::new(FailureCode::Internal, "a hospital does not ask for this")
}

/// Finds proxies by account.
pub(super) struct Directory(pub(super) Vec<Arc<Proxy>>);

impl ProxyDirectory for Directory {
    fn client(&self, account: Address, _: &ProxyCard) -> Result<Arc<dyn ProxyClient>, Failure> {
        let found = self.0.iter().find(|proxy| proxy.account == account);
        found
            .map(|proxy| Arc::clone(proxy) as Arc<dyn ProxyClient>)
            .ok_or_else(not_asked)
    }
}
