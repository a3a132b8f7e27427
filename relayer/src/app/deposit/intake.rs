//! Cuts an upload into segments, hashes them and writes them to the store.

use bytes::Bytes;

use super::cutter::Cutter;
use super::{part_key, CIPHERTEXTS};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::CiphertextRoot;
use crate::domain::merkle::{TreeBuilder, SEALED_SEGMENT_BYTES};
use crate::ports::index::{Deposit, DepositIndex, Part};
use crate::ports::storage::{BlobStore, BlobWriter, ObjectKey};

/// Bytes after which an object is finished and the next one begun, so that a crash costs no more than this.
const PART_BYTES: u64 = 8192 * SEALED_SEGMENT_BYTES as u64;

/// An upload under way.
pub(super) struct Intake<'a> {
    store: &'a dyn BlobStore,
    index: &'a dyn DepositIndex,
    /// What is durable.
    progress: Deposit,
    tree: TreeBuilder,
    cutter: Cutter,
    /// The object being written, and its length so far.
    part: Option<(Box<dyn BlobWriter>, u64)>,
}

impl<'a> Intake<'a> {
    /// The progress of a ciphertext of which nothing has arrived.
    pub(super) fn nothing_yet(root: CiphertextRoot, length: u64) -> Deposit {
        let tree = TreeBuilder::new().to_bytes();
        Deposit {
            root,
            length,
            received: 0,
            tree,
            complete: false,
        }
    }

    pub(super) fn new(
        store: &'a dyn BlobStore,
        index: &'a dyn DepositIndex,
        progress: Deposit,
    ) -> Result<Self, Failure> {
        let tree = TreeBuilder::from_bytes(&progress.tree)?;
        let cutter = Cutter::new(progress.length - progress.received);
        Ok(Self {
            store,
            index,
            progress,
            tree,
            cutter,
            part: None,
        })
    }

    /// Takes the next bytes.
    pub(super) async fn take(&mut self, mut piece: Bytes) -> Result<(), Failure> {
        while let Some(segment) = self.cutter.next(&mut piece) {
            self.end_segment(segment).await?;
        }
        if piece.is_empty() {
            return Ok(());
        }
        self.give_up().await?;
        let words = format!(
            "the ciphertext has {} bytes, more came",
            self.progress.length
        );
        Err(Failure::new(FailureCode::PayloadTooLarge, words))
    }

    /// Ends the upload, complete or not: an unfinished segment is dropped.
    pub(super) async fn finish(mut self) -> Result<Deposit, Failure> {
        self.end_part().await?;
        Ok(self.progress)
    }

    /// Where the segments that have arrived end.
    fn position(&self) -> u64 {
        self.progress.received + self.part.as_ref().map_or(0, |(_, length)| *length)
    }

    async fn end_segment(&mut self, segment: Bytes) -> Result<(), Failure> {
        self.tree.push(&segment);
        let (writer, length) = self.part_writer().await?;
        *length += segment.len() as u64;
        let full = *length >= PART_BYTES;
        writer.write(segment).await?;
        if full || self.position() == self.progress.length {
            self.end_part().await?;
        }
        Ok(())
    }

    async fn part_writer(&mut self) -> Result<&mut (Box<dyn BlobWriter>, u64), Failure> {
        if self.part.is_none() {
            let key = part_key(self.progress.root, self.progress.received);
            self.part = Some((self.store.writer(&key).await?, 0));
        }
        let missing = || Failure::new(FailureCode::Internal, "no object is being written");
        self.part.as_mut().ok_or_else(missing)
    }

    /// Finishes the object and records it: first the effect, then the progress.
    async fn end_part(&mut self) -> Result<(), Failure> {
        let complete = self.position() == self.progress.length;
        if complete && self.tree.root() != self.progress.root {
            self.give_up().await?;
            return Err(self.throw_away().await?);
        }
        let Some((writer, length)) = self.part.take() else {
            return Ok(());
        };
        writer.finish().await?;
        let part = Part {
            start: self.progress.received,
            length,
        };
        self.progress.received += length;
        self.progress.tree = self.tree.to_bytes();
        self.progress.complete = complete;
        Ok(self.index.add_part(part, &self.progress).await?)
    }

    async fn give_up(&mut self) -> Result<(), Failure> {
        if let Some((writer, _)) = self.part.take() {
            writer.abort().await?;
        }
        Ok(())
    }

    /// Removes a ciphertext that is not what its root says.
    async fn throw_away(&mut self) -> Result<Failure, Failure> {
        let root = self.progress.root;
        self.index.forget_deposit(root).await?;
        let folder = ObjectKey::hashed(CIPHERTEXTS, root.as_bytes());
        for object in self.store.list(&folder).await? {
            self.store.delete(&object.key).await?;
        }
        let words = format!(
            "the segments have the root {}, not {root}",
            self.tree.root()
        );
        Ok(Failure::new(FailureCode::CiphertextAltered, words))
    }
}
