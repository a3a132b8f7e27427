//! Grants at rest: each sealed to the proxy's own sealing key, under a name that tells nothing.
//!
//! The fragments' store is no shared one: deleting from it destroys the fragment for good.

use zeroize::Zeroizing;

use crate::domain::enrolment::EnrolmentKey;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::fragment::SecretFragment;
use crate::domain::grant::Grant;
use crate::domain::hash::sha256;
use crate::domain::ids::{Address, EnvelopeHash, RecordTag, TagBlinding};
use crate::domain::sealing::{SealingError, SealingKey};
use crate::domain::study::decimal;
use crate::domain::wire::{Header, Reader, HEADER_LEN};
use crate::ports::index::AttemptKey;
use crate::ports::storage::{ObjectKey, SharedBlobStore, StorageError};

/// Folder of the grants.
const GRANTS: &str = "grants";
/// What sealing at rest is bound to.
const CONTEXT: &[u8] = b"medshare.grant.at-rest";
const HELD_GRANT: Header = Header::new(*b"MSHG", 1, 0);
/// A grant has at most 16 slots: a few KiB.
const MAX_BYTES: u64 = 64 * 1024;

/// A grant with everything that serving it needs. The fragment is secret; the rest is for this proxy only.
#[derive(Debug, Clone)]
pub(super) struct HeldGrant {
    pub(super) terms: HeldTerms,
    pub(super) fragment: SecretFragment,
}

/// A held grant but for the fragment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeldTerms {
    #[serde(flatten)]
    pub(super) key: EnrolmentKey,
    pub(super) attempt: u32,
    pub(super) record_tag: RecordTag,
    pub(super) tag_blinding: TagBlinding,
    pub(super) envelope: EnvelopeHash,
    pub(super) grant: Grant,
    pub(super) promised_until: u64,
    pub(super) token: Address,
    #[serde(with = "decimal")]
    pub(super) slice: u128,
}

impl HeldTerms {
    /// Study, patient and attempt.
    pub(super) fn attempt_key(&self) -> AttemptKey {
        AttemptKey {
            study: self.key.study_id,
            nullifier: self.key.nullifier,
            attempt: self.attempt,
        }
    }
}

/// The store of the grants.
pub(super) struct Vault {
    store: SharedBlobStore,
    sealing: SealingKey,
}

impl Vault {
    pub(super) fn new(store: SharedBlobStore, sealing: SealingKey) -> Self {
        Self { store, sealing }
    }

    /// Keeps a grant.
    pub(super) async fn put(&self, held: &HeldGrant) -> Result<(), Failure> {
        let sealed = self
            .sealing
            .public()
            .seal(CONTEXT, &encode(held)?)
            .map_err(unusable)?;
        Ok(self
            .store
            .put(&self.name(&held.terms.attempt_key()), sealed.into())
            .await?)
    }

    /// The grant of an attempt, or `None` if it was never held or is destroyed.
    pub(super) async fn get(&self, key: &AttemptKey) -> Result<Option<HeldGrant>, Failure> {
        match self.store.get(&self.name(key), MAX_BYTES).await {
            Ok(sealed) => self.open(&sealed).map(Some),
            Err(StorageError::Missing(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// Destroys a grant.
    pub(super) async fn destroy(&self, key: &AttemptKey) -> Result<(), Failure> {
        Ok(self.store.delete(&self.name(key)).await?)
    }

    /// All grants held, without their fragments.
    pub(super) async fn all(&self) -> Result<Vec<HeldTerms>, Failure> {
        let mut held = Vec::new();
        for object in self.store.list(&ObjectKey::new(GRANTS)?).await? {
            let sealed = self.store.get(&object.key, MAX_BYTES).await?;
            held.push(self.open(&sealed)?.terms);
        }
        Ok(held)
    }

    fn open(&self, sealed: &[u8]) -> Result<HeldGrant, Failure> {
        decode(&self.sealing.open(CONTEXT, sealed).map_err(unusable)?)
    }

    /// A name that only the holder of the sealing key can work out.
    fn name(&self, key: &AttemptKey) -> ObjectKey {
        let hash = sha256(&[
            b"medshare.grant.name",
            self.sealing.to_bytes().as_slice(),
            key.study.as_bytes(),
            key.nullifier.as_bytes(),
            &key.attempt.to_be_bytes(),
        ]);
        ObjectKey::hashed(GRANTS, &hash)
    }
}

/// Header, the encoded fragment with its length before it (`u16`), and the rest in JSON.
fn encode(held: &HeldGrant) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let terms = serde_json::to_vec(&held.terms)
        .map_err(|e| Failure::new(FailureCode::Internal, e.to_string()))?;
    let fragment = held.fragment.encode();
    let length = u16::try_from(fragment.len()).unwrap_or(u16::MAX);
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        HEADER_LEN + 2 + fragment.len() + terms.len(),
    ));
    bytes.extend(HELD_GRANT.to_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend_from_slice(&fragment);
    bytes.extend(terms);
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Result<HeldGrant, Failure> {
    let mut reader = Reader::new("held grant", bytes);
    reader.header(HELD_GRANT)?;
    let length = usize::from(u16::from_be_bytes(reader.array()?));
    let fragment = SecretFragment::decode(reader.take(length)?)?;
    let terms = serde_json::from_slice(&bytes[HEADER_LEN + 2 + length..])
        .map_err(|e| reader.invalid("terms", e))?;
    Ok(HeldGrant { terms, fragment })
}

#[allow(clippy::needless_pass_by_value, reason = "made for map_err")]
fn unusable(error: SealingError) -> Failure {
    Failure::new(FailureCode::Internal, format!("a grant at rest: {error}"))
}
