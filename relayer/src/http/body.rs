//! The JSON bodies of the service that are no domain objects, as server and client both know them.
//!
//! Keys and hashes are hex, other bytes base64, amounts decimal strings, times Unix seconds. The domain objects that travel
//! are [`EnrolmentDraft`](crate::domain::draft::EnrolmentDraft), [`ReceiptGiven`](crate::domain::draft::ReceiptGiven) and
//! [`Delivery`](crate::domain::delivery::Delivery).

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::draft::proof_words;
use crate::domain::enrolment::{EnrolmentKey, EnrolmentRequest, ProofWords, SlotReceipt};
use crate::domain::grant::hex32;
use crate::domain::ids::{
    Address, GrantDigest, Nullifier, RecordTag, RegistryRoot, RevocationHash, StudyId,
    TransactionHash,
};
use crate::domain::signer::Signature;
use crate::ports::index::Deposit;
use crate::ports::proxies::DepositProgress;

/// How far a ciphertext has been deposited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Length of the whole ciphertext in bytes.
    pub length: u64,
    /// Bytes held from the start: where the upload goes on.
    pub received: u64,
    /// Whether all is held and the root was recomputed.
    pub complete: bool,
}

impl From<Deposit> for Progress {
    fn from(deposit: Deposit) -> Self {
        Self {
            length: deposit.length,
            received: deposit.received,
            complete: deposit.complete,
        }
    }
}

impl From<Progress> for DepositProgress {
    fn from(progress: Progress) -> Self {
        Self {
            received: progress.received,
            complete: progress.complete,
        }
    }
}

/// An enrolment that is to be sent to the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentBody {
    /// The study.
    pub study_id: StudyId,
    /// The patient in it.
    pub nullifier: Nullifier,
    /// The attempt, from 0.
    pub attempt: u32,
    /// Reference day, in days since 1900-01-01.
    pub day: u32,
    /// The registry root that the proof was made against.
    pub registry_root: RegistryRoot,
    /// The tag of the record.
    pub record_tag: RecordTag,
    /// The grant.
    pub grant_digest: GrantDigest,
    /// What revokes it.
    pub revocation_hash: RevocationHash,
    /// Who is to be paid.
    pub payout: Address,
    /// The eligibility proof.
    #[serde(with = "proof_words")]
    pub proof: ProofWords,
    /// At least 2m − 1, slots ascending.
    pub receipts: Vec<SlotReceipt>,
}

impl From<&EnrolmentRequest> for EnrolmentBody {
    fn from(request: &EnrolmentRequest) -> Self {
        Self {
            study_id: request.key.study_id,
            nullifier: request.key.nullifier,
            attempt: request.attempt,
            day: request.day,
            registry_root: request.registry_root,
            record_tag: request.record_tag,
            grant_digest: request.grant_digest,
            revocation_hash: request.revocation_hash,
            payout: request.payout,
            proof: request.proof,
            receipts: request.receipts.clone(),
        }
    }
}

impl From<EnrolmentBody> for EnrolmentRequest {
    fn from(body: EnrolmentBody) -> Self {
        Self {
            key: EnrolmentKey {
                study_id: body.study_id,
                nullifier: body.nullifier,
            },
            attempt: body.attempt,
            day: body.day,
            registry_root: body.registry_root,
            record_tag: body.record_tag,
            grant_digest: body.grant_digest,
            revocation_hash: body.revocation_hash,
            payout: body.payout,
            proof: body.proof,
            receipts: body.receipts,
        }
    }
}

/// An acceptance that is to be sent to the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptanceBody {
    /// The study.
    pub study_id: StudyId,
    /// The patient in it.
    pub nullifier: Nullifier,
    /// The attempt, from 0.
    pub attempt: u32,
    /// The institution's signature under the [`Acceptance`](crate::domain::eip712::Acceptance).
    pub signature: Signature,
}

/// A revocation that is to be sent to the chain. Of no debug output: the secret is one until it is sent.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevocationBody {
    /// The study.
    pub study_id: StudyId,
    /// The patient in it.
    pub nullifier: Nullifier,
    /// The attempt, from 0.
    pub attempt: u32,
    /// What is behind the revocation hash.
    #[serde(with = "secret32")]
    pub secret: Zeroizing<[u8; 32]>,
}

/// What came of something that was sent to the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relayed {
    /// The transaction that did it.
    pub transaction: TransactionHash,
    /// Number of its block.
    pub block: u64,
}

/// A secret of 32 bytes as `0x` and 64 hex digits.
mod secret32 {
    use serde::{Deserializer, Serializer};
    use zeroize::Zeroizing;

    use super::hex32;

    pub(super) fn serialize<S: Serializer>(
        secret: &Zeroizing<[u8; 32]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        hex32::serialize(secret, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Zeroizing<[u8; 32]>, D::Error> {
        hex32::deserialize(deserializer).map(Zeroizing::new)
    }
}
