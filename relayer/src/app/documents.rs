//! Criteria and agreement texts, kept and served by their SHA-256.

use bytes::Bytes;

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::hash::sha256;
use crate::domain::ids::ContentHash;
use crate::ports::storage::{ObjectKey, SharedBlobStore, StorageError};

/// Folder of the documents, by hash.
const DOCUMENTS: &str = "documents";
/// Largest document that is kept, in bytes.
pub const MAX_DOCUMENT_BYTES: u64 = 1024 * 1024;

/// The documents of a proxy.
pub struct Documents {
    store: SharedBlobStore,
}

impl Documents {
    /// Documents in a store.
    pub fn new(store: SharedBlobStore) -> Self {
        Self { store }
    }

    /// Keeps a document under its hash.
    ///
    /// # Errors
    /// `document-altered` if it has another hash, `payload-too-large`, `storage-unavailable`.
    pub async fn put(&self, hash: ContentHash, bytes: Bytes) -> Result<(), Failure> {
        if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
            let words = format!("a document has at most {MAX_DOCUMENT_BYTES} bytes");
            return Err(Failure::new(FailureCode::PayloadTooLarge, words));
        }
        check(hash, &bytes)?;
        Ok(self.store.put(&key(hash), bytes).await?)
    }

    /// A document.
    ///
    /// # Errors
    /// `document-missing`, `document-altered` if the store has changed it, `storage-unavailable`.
    pub async fn get(&self, hash: ContentHash) -> Result<Bytes, Failure> {
        match self.store.get(&key(hash), MAX_DOCUMENT_BYTES).await {
            Ok(bytes) => check(hash, &bytes).map(|()| bytes),
            Err(StorageError::Missing(_)) => {
                let words = format!("the document {hash} is not held here");
                Err(Failure::new(FailureCode::DocumentMissing, words))
            }
            Err(other) => Err(other.into()),
        }
    }
}

fn key(hash: ContentHash) -> ObjectKey {
    ObjectKey::hashed(DOCUMENTS, hash.as_bytes())
}

/// Whether a document is the one that its hash names; both sides of HTTP ask.
///
/// # Errors
/// `document-altered` if not.
pub fn check(hash: ContentHash, bytes: &[u8]) -> Result<(), Failure> {
    let found = ContentHash::new(sha256(&[bytes]));
    if found == hash {
        Ok(())
    } else {
        let words = format!("the document has the hash {found}, not {hash}");
        Err(Failure::new(FailureCode::DocumentAltered, words))
    }
}
