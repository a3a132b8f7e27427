//! What hospitals have deposited at a proxy: envelopes, and how far each ciphertext has come.

use async_trait::async_trait;

use super::IndexError;
use crate::domain::ids::{CiphertextRoot, EnvelopeHash};

/// An envelope that the proxy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeEntry {
    /// Its hash, under which the store has its bytes.
    pub hash: EnvelopeHash,
    /// The record's delegating key, compressed: to its signature the envelope is given back.
    pub delegating_key: [u8; 33],
    /// Root of the ciphertext that belongs to it.
    pub root: CiphertextRoot,
    /// Length of that ciphertext in bytes.
    pub length: u64,
}

/// What became of an envelope that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeAdded {
    /// It is held now, or was already.
    Held,
    /// Another envelope has its delegating key: one key per record.
    KeyTaken,
}

/// How far a ciphertext has been deposited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// Its root.
    pub root: CiphertextRoot,
    /// Its length in bytes.
    pub length: u64,
    /// Bytes held without a gap from the start: whole segments.
    pub received: u64,
    /// The Merkle tree's state after them, as `domain::merkle` writes it.
    pub tree: Vec<u8>,
    /// Whether all is held and the root was recomputed.
    pub complete: bool,
}

/// A run of a ciphertext that one object of the store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// First byte.
    pub start: u64,
    /// Number of bytes.
    pub length: u64,
}

/// Envelopes and ciphertexts. A cache: it can be rebuilt from the store.
#[async_trait]
pub trait DepositIndex: Send + Sync {
    /// Adds an envelope.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn add_envelope(&self, entry: &EnvelopeEntry) -> Result<EnvelopeAdded, IndexError>;

    /// The envelope with this hash.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn envelope(&self, hash: EnvelopeHash) -> Result<Option<EnvelopeEntry>, IndexError>;

    /// The envelope of a delegating key.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn envelope_of(
        &self,
        delegating_key: &[u8; 33],
    ) -> Result<Option<EnvelopeEntry>, IndexError>;

    /// An envelope whose ciphertext has this root.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn envelope_with(
        &self,
        root: CiphertextRoot,
    ) -> Result<Option<EnvelopeEntry>, IndexError>;

    /// How far a ciphertext has come, or `None` if nothing of it is held.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn deposit(&self, root: CiphertextRoot) -> Result<Option<Deposit>, IndexError>;

    /// The parts held of a ciphertext, from its start.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn parts(&self, root: CiphertextRoot) -> Result<Vec<Part>, IndexError>;

    /// Records a part that is durable in the store, and the progress that it makes, in one transaction.
    ///
    /// # Errors
    /// [`IndexError::Inconsistent`] if it does not start where the last one ended, [`IndexError::Database`].
    async fn add_part(&self, part: Part, progress: &Deposit) -> Result<(), IndexError>;

    /// Forgets a ciphertext and its parts.
    ///
    /// # Errors
    /// [`IndexError::Database`].
    async fn forget_deposit(&self, root: CiphertextRoot) -> Result<(), IndexError>;
}
