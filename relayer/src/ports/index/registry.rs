//! The registry's history, from which the tree and old roots are rebuilt.

use async_trait::async_trait;

use super::{Cursor, IndexError};

/// One leaf of the registry set to a value: appended, or replaced by zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeafChange {
    /// The leaf's position, from 0.
    pub position: u64,
    /// The commitment, or zero.
    pub leaf: [u8; 32],
}

/// A root that the registry had, and how many changes had led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootAt {
    /// The root.
    pub root: [u8; 32],
    /// Number of leaf changes, from the first on, after which the tree has this root.
    pub changes: u64,
}

/// The log of the registry's changes, in order.
///
/// [`append`](Self::append) MUST store the changes, the roots and the cursor in one transaction.
#[async_trait]
pub trait RegistryIndex: Send + Sync {
    /// Up to where the log is complete, or `None` if it is empty.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn registry_cursor(&self) -> Result<Option<Cursor>, IndexError>;

    /// Appends what happened between two cursors: changes, and the roots that they led to. Does nothing and says
    /// `false` if the log no longer ends at `after`, because someone else has appended.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn append(
        &self,
        after: Option<Cursor>,
        changes: &[LeafChange],
        roots: &[RootAt],
        to: Cursor,
    ) -> Result<bool, IndexError>;

    /// Number of changes in the log.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn length(&self) -> Result<u64, IndexError>;

    /// `limit` changes from number `from` (0 is the first) on.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn changes(&self, from: u64, limit: u64) -> Result<Vec<LeafChange>, IndexError>;

    /// The first time that the registry had this root, if it ever had.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn root(&self, root: &[u8; 32]) -> Result<Option<RootAt>, IndexError>;

    /// The root after a number of changes; `None` if they end in the middle of an event.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn root_after(&self, changes: u64) -> Result<Option<[u8; 32]>, IndexError>;

    /// Forgets everything, to rebuild from the chain.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn clear_registry(&self) -> Result<(), IndexError>;
}
