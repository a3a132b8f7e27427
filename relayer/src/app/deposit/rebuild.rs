//! Rebuilds the index of the deposits from the store.

use futures::TryStreamExt;

use super::cutter::Cutter;
use super::intake::Intake;
use super::{decode, entry, part_key, Deposits, ENVELOPES, MAX_ENVELOPE_BYTES};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{CiphertextRoot, EnvelopeHash};
use crate::domain::merkle::TreeBuilder;
use crate::ports::index::{EnvelopeEntry, Part};
use crate::ports::storage::{ObjectInfo, ObjectKey, StorageError};

impl Deposits {
    /// Reads every envelope and ciphertext of the store, recomputes hashes and roots, and fills an empty index.
    ///
    /// What is not what its name says is left where it is and told in the log. Returns the number of envelopes.
    ///
    /// # Errors
    /// `storage-unavailable` or `internal`; the next start begins again.
    pub async fn rebuild(&self) -> Result<usize, Failure> {
        let folder = ObjectKey::new(ENVELOPES)?;
        let mut envelopes = 0;
        for object in self.store.list(&folder).await? {
            match self.rebuild_envelope(&object).await {
                Ok(entry) => {
                    self.rebuild_ciphertext(&entry).await?;
                    envelopes += 1;
                }
                Err(failure) if failure.code() == FailureCode::EnvelopeInvalid => {
                    tracing::warn!(object = %object.key, reason = %failure, "left out of the index");
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(envelopes)
    }

    async fn rebuild_envelope(&self, object: &ObjectInfo) -> Result<EnvelopeEntry, Failure> {
        let hash = hash_of(&object.key)?;
        let bytes = self.store.get(&object.key, MAX_ENVELOPE_BYTES).await?;
        let entry = entry(hash, &decode(hash, &bytes)?);
        self.index.add_envelope(&entry).await?;
        Ok(entry)
    }

    async fn rebuild_ciphertext(&self, entry: &EnvelopeEntry) -> Result<(), Failure> {
        let root = entry.root;
        if self.index.deposit(root).await?.is_some() {
            return Ok(());
        }
        let mut progress = Intake::nothing_yet(root, entry.length);
        let mut tree = TreeBuilder::new();
        while !progress.complete {
            let Some(size) = self.store.size(&part_key(root, progress.received)).await? else {
                break;
            };
            let part = Part {
                start: progress.received,
                length: size,
            };
            if !self.hash_part(root, part, entry.length, &mut tree).await? {
                tracing::warn!(%root, start = part.start, "a part that ends within a segment is left out");
                break;
            }
            progress.received += size;
            progress.tree = tree.to_bytes();
            progress.complete = progress.received == progress.length;
            if progress.complete && tree.root() != root {
                tracing::warn!(%root, "the ciphertext in the store has another root: it is left out");
                return Ok(self.index.forget_deposit(root).await?);
            }
            self.index.add_part(part, &progress).await?;
        }
        Ok(())
    }

    /// Feeds a part to the tree; whether it consists of whole segments.
    async fn hash_part(
        &self,
        root: CiphertextRoot,
        part: Part,
        length: u64,
        tree: &mut TreeBuilder,
    ) -> Result<bool, StorageError> {
        let mut cutter = Cutter::new(length.saturating_sub(part.start));
        let mut hashed = 0;
        let mut stream = self
            .store
            .range(&part_key(root, part.start), 0..part.length)
            .await?;
        while let Some(mut piece) = stream.try_next().await? {
            while let Some(segment) = cutter.next(&mut piece) {
                hashed += segment.len() as u64;
                tree.push(&segment);
            }
        }
        Ok(hashed == part.length)
    }
}

fn hash_of(key: &ObjectKey) -> Result<EnvelopeHash, Failure> {
    let name = key.as_str().rsplit('/').next().unwrap_or_default();
    let wrong = |_| {
        Failure::new(
            FailureCode::EnvelopeInvalid,
            format!("{key} is no envelope's name"),
        )
    };
    format!("0x{name}").parse().map_err(wrong)
}
