//! The local index: what a role remembers of the chain and of its own transactions.
//!
//! The chain is the source of truth; everything but the outbox can be deleted and rebuilt from it. One trait per
//! concern, all implemented by one database.

mod cursor;
mod deposits;
mod grants;
mod outbox;
mod registry;
mod requests;

pub use cursor::{Cursor, Cursors};
pub use deposits::{Deposit, DepositIndex, EnvelopeAdded, EnvelopeEntry, Part};
pub use grants::{AttemptKey, GrantEntry, GrantIndex};
pub use outbox::{
    Effect, Included, OutboxEntry, OutboxState, OutboxStore, QueuedTransaction, SignAt,
    SignedTransaction,
};
pub use registry::{LeafChange, RegistryIndex, RootAt};
pub use requests::RequestIndex;

use crate::domain::failure::{Failure, FailureCode};

/// Why the index did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The database failed.
    #[error("the local index failed: {0}")]
    Database(String),
    /// What is stored contradicts what is being stored, or does not decode.
    #[error("the local index is inconsistent: {0}; delete it and it is rebuilt from the chain")]
    Inconsistent(String),
    /// The chain no longer has the block that the index stands on.
    #[error("block {block} is no longer the one that the index has seen: it must be rebuilt")]
    Reorganised {
        /// The block's number.
        block: u64,
    },
    /// The same effect was asked for with other contents.
    #[error("effect `{0}` is already under way with other contents")]
    EffectConflict(String),
    /// A transaction can't go by itself, because one that carries it was signed meanwhile.
    #[error("effect `{0}` is carried by a batch that is under way")]
    Joined(String),
}

impl From<IndexError> for Failure {
    fn from(error: IndexError) -> Self {
        let code = match error {
            IndexError::Database(_) => FailureCode::Io,
            IndexError::Inconsistent(_) | IndexError::Reorganised { .. } => FailureCode::Internal,
            IndexError::EffectConflict(_) | IndexError::Joined(_) => FailureCode::WrongState,
        };
        Self::new(code, error.to_string())
    }
}
