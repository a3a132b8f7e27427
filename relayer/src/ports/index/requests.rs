//! Signed requests that a proxy has answered, so that none is answered twice.

use async_trait::async_trait;

use super::IndexError;
use crate::domain::ids::Address;

/// Nonces of signed requests.
#[async_trait]
pub trait RequestIndex: Send + Sync {
    /// Remembers a signer's nonce until `expires` (Unix seconds) and says whether it was new.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn remember(
        &self,
        signer: Address,
        nonce: &[u8; 16],
        expires: u64,
    ) -> Result<bool, IndexError>;

    /// Forgets the nonces that have expired at `now`.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn forget_expired(&self, now: u64) -> Result<(), IndexError>;
}
