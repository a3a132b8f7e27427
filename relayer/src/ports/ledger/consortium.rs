//! What the consortium has set for studies to come, beside their bounds.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::ids::Address;

/// The consortium's settings.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait ConsortiumReader: Send + Sync {
    /// Who is credited slashed bond beyond compensation.
    async fn consortium_account(&self) -> Result<Address, LedgerError>;
}
