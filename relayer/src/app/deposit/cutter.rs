//! Cuts a stream of bytes into sealed segments.

use bytes::{Bytes, BytesMut};

use crate::domain::merkle::SEALED_SEGMENT_BYTES;

/// Holds the segment that is arriving, and no more than that.
pub(super) struct Cutter {
    /// Bytes still to come after the segments given out.
    rest: u64,
    segment: BytesMut,
}

impl Cutter {
    /// For a stream of `length` bytes: all its segments are whole but perhaps the last.
    pub(super) fn new(length: u64) -> Self {
        Self {
            rest: length,
            segment: BytesMut::with_capacity(SEALED_SEGMENT_BYTES),
        }
    }

    /// Takes bytes out of `piece` until a segment is whole or `piece` is empty. What is left in `piece` when `None` is
    /// returned lies beyond the end.
    pub(super) fn next(&mut self, piece: &mut Bytes) -> Option<Bytes> {
        let whole = usize::try_from(self.rest)
            .map_or(SEALED_SEGMENT_BYTES, |rest| rest.min(SEALED_SEGMENT_BYTES));
        let taken = piece.split_to(piece.len().min(whole - self.segment.len()));
        self.segment.extend_from_slice(&taken);
        if whole == 0 || self.segment.len() < whole {
            return None;
        }
        self.rest -= whole as u64;
        let segment = self.segment.split().freeze();
        self.segment.reserve(SEALED_SEGMENT_BYTES);
        Some(segment)
    }
}
