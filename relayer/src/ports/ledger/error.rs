//! Why the chain did not answer, or refused.

use crate::domain::failure::{Failure, FailureCode};

/// Why a read or a write of the chain failed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A contract refused, for a cause of the closed list. `detail` is the contract's custom error with its arguments.
    #[error("{detail}")]
    Refused {
        /// The cause.
        code: FailureCode,
        /// The contract's error, for the log and for `--json`.
        detail: String,
    },
    /// No node answered; may be tried again.
    #[error("the chain can't be reached at {endpoint}: {reason}")]
    Unreachable {
        /// The node's URL without user, password, path and query.
        endpoint: String,
        /// What the transport said.
        reason: String,
    },
    /// The node answered with an error that is not a contract's.
    #[error("the node refused `{method}`: {reason}")]
    Node {
        /// The JSON-RPC method.
        method: String,
        /// The node's words.
        reason: String,
    },
    /// The transaction is sent but not yet in a block; asking for the same effect again goes on waiting.
    #[error(
        "transaction {hash} is not in a block after {waited_s} s; the same command goes on with it"
    )]
    NotIncluded {
        /// The transaction's hash.
        hash: String,
        /// Seconds waited.
        waited_s: u64,
    },
    /// What answers is not the network that the settings describe.
    #[error("not the expected network: {0}")]
    WrongNetwork(String),
    /// An answer or an event does not decode.
    #[error("the chain's answer does not make sense: {0}")]
    Malformed(String),
    /// A write was asked of a ledger without a signing key.
    #[error("this command needs a signing key")]
    ReadOnly,
    /// The local index failed.
    #[error(transparent)]
    Index(#[from] crate::ports::index::IndexError),
}

impl LedgerError {
    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Refused { code, .. } => code.is_retryable(),
            Self::Unreachable { .. } | Self::NotIncluded { .. } => true,
            _ => false,
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let message = error.to_string();
        match error {
            LedgerError::Refused { code, detail } => Self::new(code, detail),
            LedgerError::Unreachable { .. } | LedgerError::NotIncluded { .. } => {
                Self::new(FailureCode::ChainUnreachable, message)
            }
            LedgerError::WrongNetwork(_) => Self::new(FailureCode::ChainMismatch, message),
            LedgerError::ReadOnly => Self::new(FailureCode::NotPermitted, message),
            LedgerError::Index(error) => error.into(),
            LedgerError::Node { .. } | LedgerError::Malformed(_) => {
                Self::new(FailureCode::TransactionReverted, message)
            }
        }
    }
}
