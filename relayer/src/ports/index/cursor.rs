//! How far a follower of the chain has come.

use async_trait::async_trait;

use super::IndexError;

/// A position in the chain's events: everything up to and including it has been dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Number of the last block that was read to its end.
    pub block: u64,
    /// That block's hash, by which a reorganisation is noticed.
    pub block_hash: [u8; 32],
}

/// Durable cursors, one per named follower.
///
/// A follower MUST advance its cursor only after the effects of the events before it are durable. Implementations
/// MUST refuse to move a cursor backwards except through [`rewind`](Self::rewind).
#[async_trait]
pub trait Cursors: Send + Sync {
    /// The follower's cursor, or `None` if it has never advanced.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn cursor(&self, follower: &str) -> Result<Option<Cursor>, IndexError>;

    /// Moves the cursor forward.
    ///
    /// # Errors
    /// [`IndexError::Inconsistent`] if it would move backwards, [`IndexError::Database`].
    async fn advance(&self, follower: &str, to: Cursor) -> Result<(), IndexError>;

    /// Forgets the cursor, so that the follower starts afresh.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn rewind(&self, follower: &str) -> Result<(), IndexError>;
}
