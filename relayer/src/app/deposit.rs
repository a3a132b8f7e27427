//! What hospitals deposit at a proxy: envelopes, and ciphertexts of any size in constant memory.
//!
//! A ciphertext is kept as a row of objects, each a run of whole segments named by its first byte. An upload that
//! breaks off keeps the segments that had arrived and goes on after them later; the Merkle tree is computed as they
//! come, so that when the last one has arrived the root is known to be right.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};

use crate::domain::envelope::{self, envelope_hash, Envelope};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{CiphertextRoot, EnvelopeHash};
use crate::ports::index::{Deposit, DepositIndex, EnvelopeAdded, EnvelopeEntry, Part};
use crate::ports::storage::{ByteStream, ObjectKey, SharedBlobStore};

mod cutter;
mod intake;
mod rebuild;
mod segments;

#[cfg(test)]
mod tests;

use intake::Intake;
pub use segments::ProvenSegment;

/// Folder of the envelopes, by hash.
const ENVELOPES: &str = "envelopes";
/// Folder of the ciphertexts, by root.
const CIPHERTEXTS: &str = "ciphertexts";
/// What is larger is no envelope.
const MAX_ENVELOPE_BYTES: u64 = envelope::MOST_BYTES as u64;

/// The deposits of a proxy.
pub struct Deposits {
    store: SharedBlobStore,
    index: Arc<dyn DepositIndex>,
    uploading: Mutex<HashSet<CiphertextRoot>>,
}

impl Deposits {
    /// Deposits in a store, with an index of them.
    pub fn new(store: SharedBlobStore, index: Arc<dyn DepositIndex>) -> Self {
        Self {
            store,
            index,
            uploading: Mutex::default(),
        }
    }

    /// Where everything is kept.
    pub(super) fn store(&self) -> &SharedBlobStore {
        &self.store
    }

    /// Keeps an envelope under its hash.
    ///
    /// # Errors
    /// `envelope-invalid` if it doesn't decode or has another hash, `key-seen` if another envelope has its
    /// delegating key; `storage-unavailable`.
    pub async fn put_envelope(&self, hash: EnvelopeHash, bytes: Bytes) -> Result<(), Failure> {
        let envelope = decode(hash, &bytes)?;
        self.store.put(&envelope_key(hash), bytes).await?;
        let added = self.index.add_envelope(&entry(hash, &envelope)).await?;
        match added {
            EnvelopeAdded::Held => Ok(()),
            EnvelopeAdded::KeyTaken => {
                self.store.delete(&envelope_key(hash)).await?;
                let words = "another envelope was deposited for this delegating key";
                Err(Failure::new(FailureCode::KeySeen, words))
            }
        }
    }

    /// An envelope and its bytes.
    ///
    /// # Errors
    /// `envelope-missing`, or `envelope-invalid` if the store has altered it.
    pub async fn envelope(&self, hash: EnvelopeHash) -> Result<(Envelope, Bytes), Failure> {
        let missing = || {
            Failure::new(
                FailureCode::EnvelopeMissing,
                format!("envelope {hash} is not held here"),
            )
        };
        self.index.envelope(hash).await?.ok_or_else(missing)?;
        let bytes = self
            .store
            .get(&envelope_key(hash), MAX_ENVELOPE_BYTES)
            .await?;
        Ok((decode(hash, &bytes)?, bytes))
    }

    /// The envelope of a delegating key, to give back to its owner.
    ///
    /// # Errors
    /// `envelope-missing`.
    pub async fn envelope_of(&self, delegating_key: &[u8; 33]) -> Result<Bytes, Failure> {
        if let Some(entry) = self.index.envelope_of(delegating_key).await? {
            Ok(self.envelope(entry.hash).await?.1)
        } else {
            let words = "no envelope of this delegating key is held here";
            Err(Failure::new(FailureCode::EnvelopeMissing, words))
        }
    }

    /// How far a ciphertext has been deposited.
    ///
    /// # Errors
    /// `envelope-missing` if no envelope names this root.
    pub async fn progress(&self, root: CiphertextRoot) -> Result<Deposit, Failure> {
        if let Some(deposit) = self.index.deposit(root).await? {
            return Ok(deposit);
        }
        let entry = self.index.envelope_with(root).await?.ok_or_else(|| {
            let words = format!("no envelope with the ciphertext {root} is held here");
            Failure::new(FailureCode::EnvelopeMissing, words)
        })?;
        Ok(Intake::nothing_yet(root, entry.length))
    }

    /// Takes the bytes of a ciphertext from `offset` on, as far as they come, and says how far the deposit is then.
    ///
    /// # Errors
    /// `invalid-input` if the deposit is not at `offset`, `payload-too-large` for more bytes than the envelope says,
    /// `ciphertext-altered` if the root turns out another (what was deposited is then thrown away), `overloaded` while
    /// another upload of it runs, `storage-unavailable`.
    pub async fn append<E: std::fmt::Display + Send>(
        &self,
        root: CiphertextRoot,
        offset: u64,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
    ) -> Result<Deposit, Failure> {
        let _upload = self.start_upload(root)?;
        let progress = self.progress(root).await?;
        if progress.complete {
            return Ok(progress);
        }
        if progress.received != offset {
            let words = format!(
                "the deposit goes on at byte {}, not at {offset}",
                progress.received
            );
            return Err(Failure::new(FailureCode::InvalidInput, words));
        }
        let mut intake = Intake::new(&*self.store, &*self.index, progress)?;
        let mut body = std::pin::pin!(body);
        while let Some(piece) = body.next().await {
            match piece {
                Ok(piece) => intake.take(piece).await?,
                Err(reason) => {
                    tracing::info!(%root, %reason, "an upload broke off");
                    break;
                }
            }
        }
        intake.finish().await
    }

    /// Streams a range of a ciphertext that is held completely.
    ///
    /// # Errors
    /// `ciphertext-missing` if it isn't, `invalid-input` for a range outside of it, `storage-unavailable`.
    pub async fn read(
        &self,
        root: CiphertextRoot,
        range: Range<u64>,
    ) -> Result<ByteStream, Failure> {
        let deposit = self
            .index
            .deposit(root)
            .await?
            .filter(|deposit| deposit.complete);
        let Some(deposit) = deposit else {
            let words = format!("the ciphertext {root} is not held completely");
            return Err(Failure::new(FailureCode::CiphertextMissing, words));
        };
        if range.start > range.end || range.end > deposit.length {
            let words = format!("the ciphertext has {} bytes, not {range:?}", deposit.length);
            return Err(Failure::new(FailureCode::InvalidInput, words));
        }
        let parts = self.index.parts(root).await?;
        let pieces = parts
            .into_iter()
            .filter_map(move |part| overlap(part, &range));
        let store = Arc::clone(&self.store);
        let streams = futures::stream::iter(pieces).then(move |(start, range)| {
            let store = Arc::clone(&store);
            async move { store.range(&part_key(root, start), range).await }
        });
        Ok(streams.try_flatten().boxed())
    }

    /// Whether every segment under a root is held.
    ///
    /// # Errors
    /// `internal` if the index fails.
    pub async fn holds(&self, root: CiphertextRoot) -> Result<bool, Failure> {
        Ok(self
            .index
            .deposit(root)
            .await?
            .is_some_and(|deposit| deposit.complete))
    }

    fn start_upload(&self, root: CiphertextRoot) -> Result<Upload<'_>, Failure> {
        let mut uploading = self
            .uploading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if uploading.insert(root) {
            Ok(Upload {
                uploading: &self.uploading,
                root,
            })
        } else {
            let words = "another upload of this ciphertext is under way";
            Err(Failure::new(FailureCode::Overloaded, words))
        }
    }
}

/// Marks a ciphertext as being uploaded until it is dropped.
struct Upload<'a> {
    uploading: &'a Mutex<HashSet<CiphertextRoot>>,
    root: CiphertextRoot,
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        self.uploading
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.root);
    }
}

fn decode(hash: EnvelopeHash, bytes: &[u8]) -> Result<Envelope, Failure> {
    let found = envelope_hash(bytes);
    if found != hash {
        let words = format!("the envelope has the hash {found}, not {hash}");
        return Err(Failure::new(FailureCode::EnvelopeInvalid, words));
    }
    Envelope::decode(bytes).map_err(|e| Failure::new(FailureCode::EnvelopeInvalid, e.to_string()))
}

fn entry(hash: EnvelopeHash, envelope: &Envelope) -> EnvelopeEntry {
    EnvelopeEntry {
        hash,
        delegating_key: *envelope.delegating_key.as_bytes(),
        root: envelope.ciphertext_root,
        length: envelope.ciphertext_length,
    }
}

fn envelope_key(hash: EnvelopeHash) -> ObjectKey {
    ObjectKey::hashed(ENVELOPES, hash.as_bytes())
}

fn part_key(root: CiphertextRoot, start: u64) -> ObjectKey {
    ObjectKey::hashed(CIPHERTEXTS, root.as_bytes()).piece(start)
}

/// The bytes of a part that lie in `range`: the part's start, and the range within its object.
fn overlap(part: Part, range: &Range<u64>) -> Option<(u64, Range<u64>)> {
    let start = range.start.max(part.start);
    let end = range.end.min(part.start + part.length);
    (start < end).then(|| (part.start, start - part.start..end - part.start))
}
