//! A ciphertext put together segment by segment: of what is served, and of what was posted on chain, where the contract checked it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::content::io_failure;
use crate::domain::envelope::Envelope;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::merkle::{TreeBuilder, SEALED_SEGMENT_BYTES};
use crate::domain::stream::{open_segment, SegmentMap, StreamKeys};

#[cfg(test)]
mod tests;

/// A file that grows by whole segments, and the tree over them.
pub(super) struct Assembly<'a> {
    path: PathBuf,
    file: BufWriter<File>,
    tree: TreeBuilder,
    posted: &'a BTreeMap<u32, Vec<u8>>,
    /// Of the whole ciphertext, in bytes.
    length: u64,
    /// Bytes of the whole segments so far.
    filled: u64,
    pending: Vec<u8>,
    is_too_long: bool,
    /// By which served segments are checked, if they are.
    keys: Option<(StreamKeys, SegmentMap)>,
}

impl<'a> Assembly<'a> {
    /// Begins a file for a ciphertext of this length; `posted` are segments by their place.
    pub(super) fn create(
        path: &Path,
        length: u64,
        posted: &'a BTreeMap<u32, Vec<u8>>,
    ) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| io_failure(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            tree: TreeBuilder::new(),
            posted,
            length,
            filled: 0,
            pending: Vec::new(),
            is_too_long: false,
            keys: None,
        })
    }

    /// Takes served segments only if they open, so that one that was altered is told from the rest before all are there.
    ///
    /// # Errors
    /// `envelope-invalid` if there is no ciphertext of this length.
    pub(super) fn opening_with(mut self, keys: StreamKeys) -> Result<Self, Failure> {
        let map = SegmentMap::new(self.length)
            .map_err(|error| Failure::new(FailureCode::EnvelopeInvalid, error.to_string()))?;
        self.keys = Some((keys, map));
        Ok(self)
    }

    /// Where the next byte that is served belongs.
    pub(super) fn offset(&self) -> u64 {
        self.filled
    }

    /// The segment that comes next.
    pub(super) fn segment(&self) -> u64 {
        self.tree.leaves()
    }

    /// Whether every segment is there.
    pub(super) fn is_whole(&self) -> bool {
        self.filled >= self.length
    }

    /// Puts posted segments in their places as far as they come next; says whether one did.
    pub(super) fn fill(&mut self) -> Result<bool, Failure> {
        let before = self.filled;
        while let Some(segment) = self.next_posted() {
            self.push(segment)?;
        }
        Ok(self.filled > before)
    }

    /// Takes bytes that were served from [`Self::offset`] on. In the place of a posted segment that one counts.
    ///
    /// # Errors
    /// `ciphertext-altered` at a segment that does not open, if that is asked for; `io`.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        while !bytes.is_empty() {
            if self.is_whole() {
                // What opens is whole, whatever comes after it
                self.is_too_long = self.keys.is_none();
                return Ok(());
            }
            let wanted = self.next_length().saturating_sub(self.pending.len());
            let (taken, rest) = bytes.split_at(wanted.min(bytes.len()));
            self.pending.extend_from_slice(taken);
            bytes = rest;
            if taken.len() == wanted {
                let served = std::mem::take(&mut self.pending);
                if let Some(posted) = self.next_posted() {
                    self.push(posted)?;
                } else {
                    self.require_open(&served)?;
                    self.push(&served)?;
                }
            }
        }
        Ok(())
    }

    /// Forgets the part of a segment at which serving ended.
    pub(super) fn break_off(&mut self) {
        self.pending.clear();
    }

    /// Whether it is the ciphertext that the envelope names.
    ///
    /// # Errors
    /// `ciphertext-altered` if not; `io`.
    pub(super) fn check(mut self, envelope: &Envelope) -> Result<(), Failure> {
        let flushed = self.file.flush();
        flushed.map_err(|error| io_failure(&self.path, &error))?;
        let is_right = self.filled == self.length && !self.is_too_long;
        if is_right && self.tree.root() == envelope.ciphertext_root {
            return Ok(());
        }
        let words = "it is not the one that the envelope names";
        Err(Failure::new(FailureCode::CiphertextAltered, words))
    }

    fn next_posted(&self) -> Option<&'a [u8]> {
        if self.is_whole() {
            return None;
        }
        let place = u32::try_from(self.segment()).ok()?;
        self.posted.get(&place).map(Vec::as_slice)
    }

    fn require_open(&self, segment: &[u8]) -> Result<(), Failure> {
        let Some((keys, map)) = &self.keys else {
            return Ok(());
        };
        // No map has more
        let place = u32::try_from(self.segment()).unwrap_or(u32::MAX);
        open_segment(keys, map, place, segment)
            .map(drop)
            .map_err(|error| Failure::new(FailureCode::CiphertextAltered, error.to_string()))
    }

    fn next_length(&self) -> usize {
        let left = self.length.saturating_sub(self.filled);
        usize::try_from(left).map_or(SEALED_SEGMENT_BYTES, |left| left.min(SEALED_SEGMENT_BYTES))
    }

    fn push(&mut self, segment: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(segment);
        written.map_err(|error| io_failure(&self.path, &error))?;
        self.tree.push(segment);
        self.filled += segment.len() as u64;
        Ok(())
    }
}
