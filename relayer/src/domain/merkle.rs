//! The Merkle tree over a ciphertext's sealed segments: RFC 6962's, with SHA-256 (PROTOCOL section 10).
//!
//! A leaf is `SHA-256(00 ‖ segment)`, a node `SHA-256(01 ‖ left ‖ right)`. The tree is computed while the segments
//! pass, in memory that grows with the logarithm of their number, and its state can be kept between two sittings.

use super::hash::sha256;
use super::ids::CiphertextRoot;
use super::wire::{DecodeError, Header, Reader};

/// Plaintext bytes of a segment; the last one of a ciphertext may have fewer, but at least one.
pub const SEGMENT_BYTES: usize = 32_768;

/// Bytes of a sealed segment: the plaintext's and those of the authentication tag.
pub const SEALED_SEGMENT_BYTES: usize = SEGMENT_BYTES + 16;

/// The state of a [`TreeBuilder`] as it is stored.
const STATE: Header = Header::new(*b"MSMT", 1, 0);

/// A tree that grows by one segment at a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TreeBuilder {
    leaves: u64,
    /// Roots of the complete subtrees so far, the largest first: one for each bit that is set in `leaves`.
    peaks: Vec<[u8; 32]>,
}

impl TreeBuilder {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of segments so far.
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// Appends a sealed segment.
    pub fn push(&mut self, segment: &[u8]) {
        let mut node = leaf(segment);
        // Each trailing one of the count is a complete subtree as large as the new one: join them
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = join(&left, &node);
            }
        }
        self.peaks.push(node);
        self.leaves += 1;
    }

    /// The root over the segments so far; that of an empty tree is the hash of nothing.
    pub fn root(&self) -> CiphertextRoot {
        let joined = self
            .peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| join(&left, &right));
        CiphertextRoot::new(joined.unwrap_or_else(|| sha256(&[])))
    }

    /// The state, to go on later: header, number of leaves (`u64`), peaks.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = STATE.to_bytes().to_vec();
        bytes.extend(self.leaves.to_be_bytes());
        bytes.extend(self.peaks.iter().flatten());
        bytes
    }

    /// Reads what [`TreeBuilder::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("Merkle tree state", bytes);
        reader.header(STATE)?;
        let leaves = u64::from_be_bytes(reader.array()?);
        let peaks = (0..leaves.count_ones())
            .map(|_| reader.array())
            .collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(Self { leaves, peaks })
    }
}

/// The hash of a sealed segment as a leaf.
pub fn leaf(segment: &[u8]) -> [u8; 32] {
    sha256(&[&[0], segment])
}

/// The path of a leaf, the lowest sibling first (RFC 6962 section 2.1.1); `index` is below the number of leaves.
pub fn path(leaves: &[[u8; 32]], index: usize) -> Vec<[u8; 32]> {
    let mut path = Vec::new();
    let (mut level, mut index) = (leaves.to_vec(), index);
    while level.len() > 1 {
        path.extend(level.get(index ^ 1));
        level = level.chunks(2).map(over).collect();
        index /= 2;
    }
    path
}

/// A node of a level from the pair under it; one that has no sibling is carried up.
fn over(pair: &[[u8; 32]]) -> [u8; 32] {
    match pair {
        [left, right] => join(left, right),
        _ => pair[0],
    }
}

fn join(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    sha256(&[&[1], left, right])
}

#[cfg(test)]
mod tests;
