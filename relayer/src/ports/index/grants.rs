//! Grants that a proxy has given its receipt for, and the enrolments that came of them.

use async_trait::async_trait;

use super::IndexError;
use crate::domain::ids::{Address, EnvelopeHash, GrantDigest, Nullifier, RecordTag, StudyId};

/// What names one attempt of an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptKey {
    /// The study.
    pub study: StudyId,
    /// The patient in it.
    pub nullifier: Nullifier,
    /// Attempt, from 0.
    pub attempt: u32,
}

/// A grant that the proxy holds. The fragment itself lies sealed in a store of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantEntry {
    /// The enrolment that it is for.
    pub key: AttemptKey,
    /// Its digest.
    pub digest: GrantDigest,
    /// The record's tag in this enrolment.
    pub record_tag: RecordTag,
    /// The envelope that the tag hides.
    pub envelope: EnvelopeHash,
    /// Unix time until which the latest receipt may be used.
    pub promised_until: u64,
    /// Currency of the study: zero for the native coin.
    pub token: Address,
    /// Bond that the enrolment will lock, in the token's smallest unit.
    pub slice: u128,
    /// Whether the enrolment stands on chain, as far as the follower has come.
    pub enrolled: bool,
    /// Whether this proxy's attestation is on chain or on its way.
    pub attested: bool,
}

/// Grants and what became of them. A cache: rebuilt from the sealed fragments and the chain.
#[async_trait]
pub trait GrantIndex: Send + Sync {
    /// Adds a grant, or renews the promise of the one that is held for the same enrolment with the same digest.
    ///
    /// # Errors
    /// [`IndexError::Inconsistent`] if another grant is held for this enrolment; [`IndexError::Database`].
    async fn put_grant(&self, entry: &GrantEntry) -> Result<(), IndexError>;

    /// The grant held for an enrolment.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn grant(&self, key: &AttemptKey) -> Result<Option<GrantEntry>, IndexError>;

    /// The grants held for enrolments of one envelope.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn grants_of(&self, envelope: EnvelopeHash) -> Result<Vec<GrantEntry>, IndexError>;

    /// Every grant held.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn grants(&self) -> Result<Vec<GrantEntry>, IndexError>;

    /// Bond promised in a token by receipts that may still be used at `now` and aren't on chain yet.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn promised(&self, token: Address, now: u64) -> Result<u128, IndexError>;

    /// Marks a grant as enrolled.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn mark_enrolled(&self, key: &AttemptKey) -> Result<(), IndexError>;

    /// Marks a grant as attested.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn mark_attested(&self, key: &AttemptKey) -> Result<(), IndexError>;

    /// Forgets a grant, once its fragment is destroyed.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn forget_grant(&self, key: &AttemptKey) -> Result<(), IndexError>;
}
