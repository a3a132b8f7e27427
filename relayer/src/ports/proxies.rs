//! The proxies as their clients see them: hospitals, patients and institutions ask, over whatever wire.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::domain::delivery::Delivery;
use crate::domain::draft::{EnrolmentDraft, ReceiptGiven};
use crate::domain::enrolment::{EnrolmentKey, EnrolmentRequest};
use crate::domain::failure::Failure;
use crate::domain::ids::{
    Address, CiphertextRoot, ContentHash, EnvelopeHash, TransactionHash, VerifyingKeyHash,
};
use crate::domain::members::ProxyCard;
use crate::domain::point::CompressedPoint;
use crate::domain::sealing::SealingPublicKey;
use crate::domain::signer::{EvmKey, Signature};
use crate::ports::ledger::OnEnrolment;
use crate::ports::storage::ByteStream;

/// How far a ciphertext has been deposited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepositProgress {
    /// Bytes held from the start: where the upload goes on.
    pub received: u64,
    /// Whether all is held and the root was recomputed.
    pub complete: bool,
}

/// What a proxy says of itself. The chain is the authority on its account and sealing key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyInfo {
    /// Its account.
    pub address: Address,
    /// To which key fragments are sealed.
    pub sealing_key: SealingPublicKey,
    /// The chain that it works on.
    pub chain_id: u64,
    /// The `Enrolments` contract that it works with.
    pub enrolments: Address,
    /// Digests of the verifying keys by which it checks eligibility proofs, by the circuit's number of openings.
    pub verifying_key_hashes: BTreeMap<usize, VerifyingKeyHash>,
    /// Version of the program.
    pub version: String,
}

/// One proxy.
///
/// # Errors
/// Every method: a [`Failure`] with the proxy's own code, or `proxy-unreachable`, `malformed`.
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait ProxyClient: Send + Sync {
    /// The proxy's account.
    fn address(&self) -> Address;

    /// What the proxy says of itself.
    async fn info(&self) -> Result<ProxyInfo, Failure>;

    /// Deposits an envelope. Signed by an admitted hospital.
    async fn put_envelope(
        &self,
        hospital: &EvmKey,
        hash: EnvelopeHash,
        envelope: Bytes,
    ) -> Result<(), Failure>;

    /// The envelope of a delegating key, signed for by that key; `None` if the proxy holds none.
    async fn envelope_of(
        &self,
        delegating: &EvmKey,
        key: &CompressedPoint,
    ) -> Result<Option<Bytes>, Failure>;

    /// How far a ciphertext has been deposited. Signed by an admitted hospital.
    async fn ciphertext_progress(
        &self,
        hospital: &EvmKey,
        root: CiphertextRoot,
    ) -> Result<DepositProgress, Failure>;

    /// Goes on with a ciphertext from `offset`, with `length` bytes that `body` gives. Signed by an admitted hospital.
    async fn put_ciphertext(
        &self,
        hospital: &EvmKey,
        root: CiphertextRoot,
        offset: u64,
        length: u64,
        body: ByteStream,
    ) -> Result<DepositProgress, Failure>;

    /// A ciphertext from `offset` to its end, as a stream; signed by the record's delegating key, or by the institution
    /// of a study in which it is delivered.
    async fn ciphertext(
        &self,
        reader: &EvmKey,
        root: CiphertextRoot,
        offset: u64,
    ) -> Result<ByteStream, Failure>;

    /// Hands in a draft and asks for a receipt.
    async fn draft(&self, draft: &EnrolmentDraft) -> Result<ReceiptGiven, Failure>;

    /// Asks the proxy to send an enrolment's transaction, and waits for it.
    async fn enrol(&self, request: &EnrolmentRequest) -> Result<TransactionHash, Failure>;

    /// Asks the proxy to send a revocation, and waits for it. The secret is public from then on.
    async fn revoke(&self, on: &OnEnrolment, secret: &[u8; 32])
        -> Result<TransactionHash, Failure>;

    /// What the proxy has for an enrolment that is under way. Signed by the study's institution.
    async fn delivery(&self, institution: &EvmKey, key: EnrolmentKey) -> Result<Delivery, Failure>;

    /// Asks the proxy to send the institution's acceptance, and waits for it.
    async fn accept(
        &self,
        on: &OnEnrolment,
        signature: Signature,
    ) -> Result<TransactionHash, Failure>;

    /// Deposits criteria or an agreement. Signed by an admitted institution.
    async fn put_document(
        &self,
        institution: &EvmKey,
        document: Bytes,
    ) -> Result<ContentHash, Failure>;

    /// A document by its SHA-256, checked against it.
    async fn document(&self, hash: ContentHash) -> Result<Bytes, Failure>;
}

/// Finds the way to a proxy.
pub trait ProxyDirectory: Send + Sync {
    /// A client for the proxy of this account and card.
    ///
    /// # Errors
    /// `invalid-input` if the card's URL is none.
    fn client(&self, proxy: Address, card: &ProxyCard) -> Result<Arc<dyn ProxyClient>, Failure>;
}
