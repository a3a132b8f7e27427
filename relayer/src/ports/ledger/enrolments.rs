//! Enrolments.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::enrolment::{Enrolment, EnrolmentKey};
use crate::domain::ids::{Context, RevocationHash, StudyId};

/// Enrolments, by study and nullifier.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait EnrolmentsReader: Send + Sync {
    /// The latest attempt of an enrolment, or `None` if the patient never enrolled in the study.
    async fn enrolment(&self, key: EnrolmentKey) -> Result<Option<Enrolment>, LedgerError>;

    /// The latest attempts of all enrolments in a study, in the order of enrolment.
    async fn enrolments(&self, study: StudyId) -> Result<Vec<Enrolment>, LedgerError>;

    /// Whether the secret behind a revocation hash was revealed.
    async fn is_revealed(&self, hash: RevocationHash) -> Result<bool, LedgerError>;

    /// The context that the contract would work out for an enrolment: to check one's own against.
    async fn context(&self, draft: &ContextOf) -> Result<Context, LedgerError>;
}

/// What a context is made of, beside chain and contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextOf {
    /// The study.
    pub study: StudyId,
    /// The attempt.
    pub attempt: u32,
    /// Who is to be paid.
    pub payout: crate::domain::ids::Address,
    /// What revokes it.
    pub revocation_hash: RevocationHash,
    /// The grant.
    pub grant_digest: crate::domain::ids::GrantDigest,
}
