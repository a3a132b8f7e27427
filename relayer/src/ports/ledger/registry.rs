//! The registry of record commitments.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::ids::{Address, RecordCommitment, RegistryRoot};

/// How the registry stands to a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootStanding {
    /// Proofs against it are accepted.
    Accepted,
    /// It was replaced longer than a root lifetime ago.
    Stale,
    /// It never was a root.
    Unknown,
}

/// The registry, without its leaves: those come from events.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait RegistryReader: Send + Sync {
    /// The root, or `None` while the registry is empty.
    async fn current_root(&self) -> Result<Option<RegistryRoot>, LedgerError>;

    /// Whether proofs against a root are accepted.
    async fn root_standing(&self, root: RegistryRoot) -> Result<RootStanding, LedgerError>;

    /// Number of leaves that are not zero.
    async fn live_records(&self) -> Result<u64, LedgerError>;

    /// The hospital that inserted a commitment, even if it was withdrawn since.
    async fn certifier(&self, commitment: RecordCommitment)
        -> Result<Option<Address>, LedgerError>;
}
