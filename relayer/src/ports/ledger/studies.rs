//! Studies.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::{
    ids::{StudyId, VerifyingKeyHash},
    study::Study,
};

/// Studies and their escrow.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait StudiesReader: Send + Sync {
    /// A study, or `None` if there is none of this identifier.
    async fn study(&self, id: StudyId) -> Result<Option<Study>, LedgerError>;

    /// Number of studies ever opened.
    async fn study_count(&self) -> Result<u64, LedgerError>;

    /// The identifiers of up to `limit` studies, from number `from` (0 is the first) on.
    async fn study_ids(&self, from: u64, limit: u64) -> Result<Vec<StudyId>, LedgerError>;

    /// What of a study's escrow no open enrolment needs, in the token's smallest unit.
    async fn free_escrow(&self, id: StudyId) -> Result<u128, LedgerError>;

    /// Digest of the verifying key by which new studies of a circuit size are verified, by its number of openings; `None` if there is
    /// no such size.
    async fn verifying_key_hash(
        &self,
        openings: u8,
    ) -> Result<Option<VerifyingKeyHash>, LedgerError>;

    /// Digest of the verifying key by which a study's proofs are verified: that of its circuit size when it was opened; `None` if there
    /// is no such study.
    async fn study_key_hash(&self, id: StudyId) -> Result<Option<VerifyingKeyHash>, LedgerError>;
}
