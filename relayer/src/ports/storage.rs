//! The [`BlobStore`] port: where a proxy keeps its objects.
//!
//! Objects are written once under a name that does not change its meaning (a content hash, or a keyed
//! digest), read whole or by range, listed by prefix and deleted. Nothing here knows what they hold.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use crate::domain::failure::{Failure, FailureCode};

/// Bytes that arrive in pieces of any size; an error ends the stream.
pub type ByteStream = BoxStream<'static, Result<Bytes, StorageError>>;

/// A store that is shared by the tasks of a service.
pub type SharedBlobStore = Arc<dyn BlobStore>;

/// Why a store could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// There is no object of this name.
    #[error("the store has no object {0}")]
    Missing(String),
    /// The range asked for does not lie within the object.
    #[error("{key} holds {size} bytes, not {start}..{end}")]
    Range {
        /// The object's name.
        key: String,
        /// Its size in bytes.
        size: u64,
        /// First byte asked for.
        start: u64,
        /// End (exclusive) of what was asked for.
        end: u64,
    },
    /// The name breaks the rules of [`ObjectKey`].
    #[error("{0:?} can't name an object")]
    Key(String),
    /// The store's URL can't be used.
    #[error("storage URL: {0}")]
    Url(String),
    /// The store itself failed; trying again may help.
    #[error("the store failed to {action}: {reason}")]
    Failed {
        /// What was being done, in words.
        action: &'static str,
        /// What the store said. Names no credentials.
        reason: String,
    },
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        let code = match error {
            StorageError::Missing(_) => FailureCode::NotFound,
            StorageError::Failed { .. } => FailureCode::StorageUnavailable,
            _ => FailureCode::InvalidInput,
        };
        Self::new(code, error.to_string())
    }
}

/// An object's name: segments of lower-case letters, digits, `-`, `_` and `.`, joined by `/`.
///
/// The rules are those that a file system, S3 and everything between them agree on, so that names never
/// need escaping and can't leave the store's folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// Checks a name.
    ///
    /// # Errors
    /// [`StorageError::Key`] for an empty or overlong name, an empty segment, one that starts with a dot,
    /// or another character.
    pub fn new(name: impl Into<String>) -> Result<Self, StorageError> {
        let name = name.into();
        let good = name.len() <= 512 && name.split('/').all(is_segment);
        if good {
            Ok(Self(name))
        } else {
            Err(StorageError::Key(name))
        }
    }

    /// The name of an object that is known by its hash: the folder, then the hash in hex.
    pub fn hashed(folder: &'static str, hash: &[u8; 32]) -> Self {
        Self(format!("{folder}/{}", hex::encode(hash)))
    }

    /// The name of a piece of this object, by a number that sorts as text does.
    #[must_use]
    pub fn piece(&self, number: u64) -> Self {
        Self(format!("{}/{number:020}", self.0))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_segment(segment: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    !segment.is_empty() && !segment.starts_with('.') && segment.chars().all(allowed)
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An object found by [`BlobStore::list`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its name.
    pub key: ObjectKey,
    /// Its size in bytes.
    pub size: u64,
}

/// A store of objects.
///
/// Implementations MUST make a written object visible at once and whole, or not at all; MUST replace an
/// object that is put again; and MUST pass the conformance suite in `adapters::storage`.
#[async_trait]
pub trait BlobStore: Send + Sync + fmt::Debug {
    /// Writes an object that fits in memory.
    async fn put(&self, key: &ObjectKey, content: Bytes) -> Result<(), StorageError>;

    /// Starts an object that is written piece by piece, in constant memory.
    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn BlobWriter>, StorageError>;

    /// Reads a whole object into memory, at most `limit` bytes.
    ///
    /// # Errors
    /// [`StorageError::Missing`]; [`StorageError::Range`] if it is larger than `limit`.
    async fn get(&self, key: &ObjectKey, limit: u64) -> Result<Bytes, StorageError>;

    /// Streams the bytes of `range`, which must lie within the object.
    ///
    /// # Errors
    /// [`StorageError::Missing`] or [`StorageError::Range`], before the first byte.
    async fn range(&self, key: &ObjectKey, range: Range<u64>) -> Result<ByteStream, StorageError>;

    /// The size in bytes, or `None` if there is no such object.
    async fn size(&self, key: &ObjectKey) -> Result<Option<u64>, StorageError>;

    /// Whether there is such an object.
    async fn exists(&self, key: &ObjectKey) -> Result<bool, StorageError> {
        Ok(self.size(key).await?.is_some())
    }

    /// Removes an object. One that isn't there is no error.
    async fn delete(&self, key: &ObjectKey) -> Result<(), StorageError>;

    /// All objects whose name starts with `folder` and a slash, sorted by name.
    async fn list(&self, folder: &ObjectKey) -> Result<Vec<ObjectInfo>, StorageError>;
}

/// An object being written. Dropped before [`BlobWriter::finish`], it leaves no object behind.
#[async_trait]
pub trait BlobWriter: Send {
    /// Appends bytes; waits while too many are under way.
    async fn write(&mut self, piece: Bytes) -> Result<(), StorageError>;

    /// Makes the object visible, durably.
    async fn finish(self: Box<Self>) -> Result<(), StorageError>;

    /// Gives the object up and frees what the store holds of it.
    async fn abort(self: Box<Self>) -> Result<(), StorageError>;
}

#[cfg(test)]
mod tests;
