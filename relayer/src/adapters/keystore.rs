//! Keys and state at rest, in a role's own folder.
//!
//! * [`home`]: the folder, mode 0700, and files in it that are written whole or not at all, mode 0600
//! * [`evm`]: Ethereum keys as Web3 keystore v3
//! * [`secret`]: every other secret under a password: Argon2id and XChaCha20-Poly1305

mod evm;
mod home;
mod secret;

pub use evm::{load_evm_key, store_evm_key};
pub use home::RoleHome;
pub use secret::{load_secret, store_secret, SecretKind};

use crate::domain::failure::{Failure, FailureCode};

/// Why a key or state file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeystoreError {
    /// The machine could not read or write.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no such file.
    #[error("there is no {0}")]
    Missing(String),
    /// There is such a file already, and it is not overwritten.
    #[error("{0} is there already")]
    Exists(String),
    /// The password does not open it, or it was altered.
    #[error("the password does not open {0}")]
    Password(String),
    /// It is no file of this kind.
    #[error("{path} is not usable: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl From<KeystoreError> for Failure {
    fn from(error: KeystoreError) -> Self {
        let code = match error {
            KeystoreError::Io { .. } => FailureCode::Io,
            KeystoreError::Missing(_) => FailureCode::NotFound,
            KeystoreError::Exists(_) => FailureCode::AlreadyExists,
            KeystoreError::Password(_) => FailureCode::WrongPassword,
            KeystoreError::Malformed { .. } => FailureCode::Malformed,
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests;
