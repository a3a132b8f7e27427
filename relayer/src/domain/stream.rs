//! The sealed content: XChaCha20-Poly1305 in the STREAM construction (`StreamBE32`), in segments (PROTOCOL section 10).
//!
//! Sealing and opening work on `std::io` streams in the memory of two segments, whatever the size. STREAM numbers the
//! segments and marks the last one, so that reordering, dropping or cutting any is noticed.

use std::io::{self, Read, Write};
use std::ops::Range;

use chacha20poly1305::aead::stream::{NewStream, StreamBE32, StreamPrimitive};
use chacha20poly1305::XChaCha20Poly1305;
use rand::rngs::OsRng;
use rand::RngCore as _;
use zeroize::Zeroizing;

use super::ids::CiphertextRoot;
use super::merkle::{TreeBuilder, SEALED_SEGMENT_BYTES, SEGMENT_BYTES};

/// Length in bytes of a [`StreamKeys`]' nonce.
pub const NONCE_LEN: usize = 19;
/// Length in bytes of an authentication tag.
const TAG_LEN: usize = SEALED_SEGMENT_BYTES - SEGMENT_BYTES;

/// Why sealed content does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// No content has this sealed length: it is empty, has too many segments, or ends within a tag.
    #[error("{0} bytes are not the length of sealed content")]
    Length(u64),
    /// A segment is not authentic: altered, moved, or under another key.
    #[error("segment {0} was altered, is out of place or is under another key")]
    Segment(u32),
    /// The range does not lie within the content.
    #[error("bytes {start} to {end} do not lie within content of {length} bytes")]
    Range {
        /// First byte.
        start: u64,
        /// End, exclusive.
        end: u64,
        /// Length of the content.
        length: u64,
    },
}

impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// The file key and nonce of one sealed content. The key is used once.
#[derive(Clone)]
pub struct StreamKeys {
    key: Zeroizing<[u8; 32]>,
    nonce: [u8; NONCE_LEN],
}

impl StreamKeys {
    /// Fresh ones from the system's random numbers.
    pub fn random() -> Self {
        let (mut key, mut nonce) = (Zeroizing::new([0; 32]), [0; NONCE_LEN]);
        OsRng.fill_bytes(key.as_mut_slice());
        OsRng.fill_bytes(&mut nonce);
        Self { key, nonce }
    }

    /// Those of an envelope, once its file key is open.
    pub fn new(key: Zeroizing<[u8; 32]>, nonce: [u8; NONCE_LEN]) -> Self {
        Self { key, nonce }
    }

    /// The file key, to be wrapped.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The nonce, which stands in the envelope.
    pub fn nonce(&self) -> [u8; NONCE_LEN] {
        self.nonce
    }

    fn stream(&self) -> StreamBE32<XChaCha20Poly1305> {
        StreamBE32::new(self.key.as_slice().into(), self.nonce.as_slice().into())
    }
}

/// Where segments begin and end in sealed content of some length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentMap {
    sealed_length: u64,
    segments: u32,
}

impl SegmentMap {
    /// For sealed content of `sealed_length` bytes.
    ///
    /// # Errors
    /// [`StreamError::Length`].
    pub fn new(sealed_length: u64) -> Result<Self, StreamError> {
        let wrong = StreamError::Length(sealed_length);
        let segment = SEALED_SEGMENT_BYTES as u64;
        let last = sealed_length % segment;
        if sealed_length == 0 || (1..=TAG_LEN as u64).contains(&last) {
            return Err(wrong);
        }
        let segments = u32::try_from(sealed_length.div_ceil(segment)).map_err(|_| wrong)?;
        Ok(Self {
            sealed_length,
            segments,
        })
    }

    /// Number of segments.
    pub fn segments(&self) -> u32 {
        self.segments
    }

    /// Length in bytes of the content.
    pub fn content_length(&self) -> u64 {
        self.sealed_length - u64::from(self.segments) * TAG_LEN as u64
    }

    /// The sealed bytes of a segment.
    pub fn sealed(&self, segment: u32) -> Range<u64> {
        let start = u64::from(segment) * SEALED_SEGMENT_BYTES as u64;
        start..self.sealed_length.min(start + SEALED_SEGMENT_BYTES as u64)
    }

    /// The segments that hold a range of the content's bytes.
    ///
    /// # Errors
    /// [`StreamError::Range`] for an empty range or one beyond the end.
    pub fn covering(&self, content: &Range<u64>) -> Result<Range<u32>, StreamError> {
        let length = self.content_length();
        if content.start >= content.end || content.end > length {
            return Err(StreamError::Range {
                start: content.start,
                end: content.end,
                length,
            });
        }
        let segment_of = |byte: u64| u32::try_from(byte / SEGMENT_BYTES as u64);
        // Both lie below the number of segments, which is a `u32`
        let (first, last) = (segment_of(content.start), segment_of(content.end - 1));
        Ok(first.unwrap_or(u32::MAX)..last.unwrap_or(u32::MAX).saturating_add(1))
    }

    fn is_last(&self, segment: u32) -> bool {
        segment + 1 == self.segments
    }
}

/// Opens one segment.
///
/// # Errors
/// [`StreamError::Segment`].
pub fn open_segment(
    keys: &StreamKeys,
    map: &SegmentMap,
    segment: u32,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StreamError> {
    keys.stream()
        .decrypt(segment, map.is_last(segment), sealed)
        .map(Zeroizing::new)
        .map_err(|_| StreamError::Segment(segment))
}

/// Opens a range of the content, given the sealed bytes of the segments that [`SegmentMap::covering`] names.
///
/// # Errors
/// [`StreamError::Range`] or [`StreamError::Segment`].
pub fn open_range(
    keys: &StreamKeys,
    map: &SegmentMap,
    content: &Range<u64>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, StreamError> {
    let segments = map.covering(content)?;
    let first_byte = u64::from(segments.start) * SEGMENT_BYTES as u64;
    let mut opened = Zeroizing::new(Vec::with_capacity(sealed.len()));
    for (segment, bytes) in segments.zip(sealed.chunks(SEALED_SEGMENT_BYTES)) {
        opened.extend_from_slice(&open_segment(keys, map, segment, bytes)?);
    }
    let cut = |byte: u64| usize::try_from(byte - first_byte).unwrap_or(usize::MAX);
    let wanted = opened.get(cut(content.start)..cut(content.end));
    let length = first_byte + opened.len() as u64;
    wanted
        .map(|bytes| Zeroizing::new(bytes.to_vec()))
        .ok_or(StreamError::Range {
            start: content.start,
            end: content.end,
            length,
        })
}

/// What a [`Sealer`] made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Length in bytes of the sealed content.
    pub length: u64,
    /// Root of the tree over its segments.
    pub root: CiphertextRoot,
}

/// Seals what is written to it, and writes the segments on.
pub struct Sealer<W> {
    stream: StreamBE32<XChaCha20Poly1305>,
    sink: W,
    /// At most one segment: it is sealed only when more follows, since the last one is marked.
    pending: Zeroizing<Vec<u8>>,
    tree: TreeBuilder,
    length: u64,
}

impl<W: Write> Sealer<W> {
    /// Starts sealed content in `sink`.
    pub fn new(keys: &StreamKeys, sink: W) -> Self {
        Self {
            stream: keys.stream(),
            sink,
            pending: Zeroizing::new(Vec::with_capacity(SEGMENT_BYTES)),
            tree: TreeBuilder::new(),
            length: 0,
        }
    }

    /// Seals the last segment and gives the sink back.
    ///
    /// # Errors
    /// Those of the sink; `InvalidInput` if nothing was written, since there is no empty content.
    pub fn finish(mut self) -> io::Result<(Sealed, W)> {
        if self.pending.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "nothing to seal",
            ));
        }
        self.seal_pending(true)?;
        self.sink.flush()?;
        Ok((
            Sealed {
                length: self.length,
                root: self.tree.root(),
            },
            self.sink,
        ))
    }

    fn seal_pending(&mut self, last: bool) -> io::Result<()> {
        let full = || {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "too much for one sealed content",
            )
        };
        let segment = u32::try_from(self.tree.leaves()).map_err(|_| full())?;
        let sealed = self
            .stream
            .encrypt(segment, last, self.pending.as_slice())
            .map_err(|_| full())?;
        self.sink.write_all(&sealed)?;
        self.tree.push(&sealed);
        self.length += sealed.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.len() == SEGMENT_BYTES {
            self.seal_pending(false)?;
        }
        let taken = bytes.len().min(SEGMENT_BYTES - self.pending.len());
        self.pending.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Passes on whole segments only: what is pending may be the last one.
    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Reads sealed content as plaintext. What it gave is authentic; whether the content is complete is
/// known at the end of the stream, which it reaches only after the segment marked as last.
pub struct Opener<R> {
    keys: StreamKeys,
    map: SegmentMap,
    source: R,
    segment: u32,
    opened: Zeroizing<Vec<u8>>,
    given: usize,
    tree: TreeBuilder,
}

impl<R: Read> Opener<R> {
    /// Starts on `source`, which holds `sealed_length` bytes.
    ///
    /// # Errors
    /// [`StreamError::Length`].
    pub fn new(keys: StreamKeys, sealed_length: u64, source: R) -> Result<Self, StreamError> {
        Ok(Self {
            keys,
            map: SegmentMap::new(sealed_length)?,
            source,
            segment: 0,
            opened: Zeroizing::new(Vec::new()),
            given: 0,
            tree: TreeBuilder::new(),
        })
    }

    /// How many bytes of the source were read: whole segments.
    pub fn sealed_bytes_read(&self) -> u64 {
        self.segment
            .checked_sub(1)
            .map_or(0, |last| self.map.sealed(last).end)
    }

    /// The root over the segments read so far: after the end of the stream, that of the envelope.
    pub fn root(&self) -> CiphertextRoot {
        self.tree.root()
    }

    fn next_segment(&mut self) -> io::Result<()> {
        let place = self.map.sealed(self.segment);
        // At most one sealed segment
        let mut sealed = vec![0; usize::try_from(place.end - place.start).unwrap_or_default()];
        self.source.read_exact(&mut sealed)?;
        self.opened = open_segment(&self.keys, &self.map, self.segment, &sealed)?;
        self.tree.push(&sealed);
        self.segment += 1;
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.opened.len() && self.segment < self.map.segments() {
            self.next_segment()?;
        }
        let rest = &self.opened[self.given..];
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
