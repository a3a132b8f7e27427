//! What the consortium has set for studies to come, beside their bounds.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::ids::{Address, VerifyingKeyHash};

/// The consortium's settings.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait ConsortiumReader: Send + Sync {
    /// Who is credited slashed bond beyond compensation.
    async fn consortium_account(&self) -> Result<Address, LedgerError>;

    /// The verifier of new studies of a circuit, by its number of openings; `None` if there can be none.
    async fn verifier(&self, openings: u8) -> Result<Option<Address>, LedgerError>;

    /// Digest of the verifying key of a verifier that may be named; `None` if there is no contract. [`LedgerError::Refused`] if
    /// it is a development key and this is no development chain.
    async fn key_of(&self, verifier: Address) -> Result<Option<VerifyingKeyHash>, LedgerError>;
}
