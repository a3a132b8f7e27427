//! The registry of commitments: a lean incremental Merkle tree, as zk-kit's `LeanIMT` and its Solidity twin.
//!
//! A node without right child is its left child. A withdrawn or superseded leaf is 0 and keeps its place.
//! Source: docs/PROTOCOL.md, section 7.

use thiserror::Error;

use crate::field::Fr;
use crate::poseidon;

#[cfg(test)]
mod tests;

/// The greatest depth that the circuit opens.
pub const MAX_DEPTH: usize = 32;

/// Why an operation on the tree is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RegistryError {
    /// A commitment is never 0: 0 marks a removed one.
    #[error("a leaf of the registry can't be 0")]
    ZeroLeaf,
    /// There is no leaf at this index.
    #[error("the registry has no leaf {0}")]
    NoSuchLeaf(u64),
    /// More leaves than the circuit's depth allows.
    #[error("the registry is full")]
    Full,
    /// A proof with more siblings than the circuit's depth, or path bits beyond its siblings.
    #[error("the Merkle path is malformed")]
    MalformedPath,
}

/// A path from a leaf to the root, without the levels at which the node has no sibling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerkleProof {
    /// Place of the leaf in the tree.
    pub leaf_index: u64,
    /// Bit `i` is set if the node is the right child where `siblings[i]` is the left one. This is the index of
    /// zk-kit's circuit; it differs from [`Self::leaf_index`] where levels are left out.
    pub index: u32,
    /// Siblings from the leaf upwards.
    pub siblings: Vec<Fr>,
    /// The root that the path leads to.
    pub root: Fr,
}

impl MerkleProof {
    /// Number of siblings.
    pub fn depth(&self) -> usize {
        self.siblings.len()
    }

    /// The root that the path gives for a leaf.
    ///
    /// # Errors
    /// [`RegistryError::MalformedPath`] if there are more than [`MAX_DEPTH`] siblings, or path bits beyond them.
    pub fn root_of(&self, leaf: &Fr) -> Result<Fr, RegistryError> {
        let depth = self.depth();
        if depth > MAX_DEPTH || (depth < MAX_DEPTH && self.index >> depth != 0) {
            return Err(RegistryError::MalformedPath);
        }
        let climb = |node: Fr, (level, sibling): (usize, &Fr)| {
            if self.index >> level & 1 == 1 {
                poseidon::hash(&[*sibling, node])
            } else {
                poseidon::hash(&[node, *sibling])
            }
        };
        Ok(self.siblings.iter().enumerate().fold(*leaf, climb))
    }
}

/// The tree, with all its nodes in memory.
#[derive(Debug, Clone)]
pub struct LeanTree {
    /// `levels[0]` holds the leaves, the last level the root alone.
    levels: Vec<Vec<Fr>>,
}

impl Default for LeanTree {
    fn default() -> Self {
        Self {
            levels: vec![Vec::new()],
        }
    }
}

impl LeanTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves, removed ones included.
    pub fn len(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// Whether nothing was ever inserted.
    pub fn is_empty(&self) -> bool {
        self.levels[0].is_empty()
    }

    /// The leaf at an index; 0 if it was removed.
    pub fn leaf(&self, index: u64) -> Option<Fr> {
        self.levels[0].get(usize::try_from(index).ok()?).copied()
    }

    /// The index of a leaf that is not removed.
    pub fn find(&self, leaf: &Fr) -> Option<u64> {
        if *leaf == Fr::from(0u8) {
            return None;
        }
        let place = self.levels[0].iter().position(|each| each == leaf)?;
        Some(place as u64)
    }

    /// The root; `None` for an empty tree.
    pub fn root(&self) -> Option<Fr> {
        self.levels.last().and_then(|top| top.first()).copied()
    }

    /// Appends one leaf.
    ///
    /// # Errors
    /// As [`Self::insert_many`].
    pub fn insert(&mut self, leaf: Fr) -> Result<(), RegistryError> {
        self.insert_many(&[leaf])
    }

    /// Appends leaves in order.
    ///
    /// # Errors
    /// [`RegistryError::ZeroLeaf`] or [`RegistryError::Full`]; the tree is then unchanged.
    pub fn insert_many(&mut self, leaves: &[Fr]) -> Result<(), RegistryError> {
        if leaves.contains(&Fr::from(0u8)) {
            return Err(RegistryError::ZeroLeaf);
        }
        if self.len() + leaves.len() as u64 > 1 << MAX_DEPTH {
            return Err(RegistryError::Full);
        }
        if leaves.is_empty() {
            return Ok(());
        }
        let first_changed = self.levels[0].len();
        self.levels[0].extend_from_slice(leaves);
        self.rebuild_from(first_changed);
        Ok(())
    }

    /// Replaces a leaf, or removes it with 0.
    ///
    /// # Errors
    /// [`RegistryError::NoSuchLeaf`].
    pub fn update(&mut self, index: u64, leaf: Fr) -> Result<(), RegistryError> {
        let mut place = self.place(index)?;
        self.levels[0][place] = leaf;
        for level in 1..self.levels.len() {
            place >>= 1;
            self.levels[level][place] = self.parent(level - 1, place);
        }
        Ok(())
    }

    /// The path of a leaf to the present root.
    ///
    /// # Errors
    /// [`RegistryError::NoSuchLeaf`].
    pub fn proof(&self, index: u64) -> Result<MerkleProof, RegistryError> {
        let mut place = self.place(index)?;
        let mut proof = MerkleProof {
            leaf_index: index,
            index: 0,
            siblings: Vec::new(),
            root: self.root().ok_or(RegistryError::NoSuchLeaf(index))?,
        };
        for nodes in &self.levels[..self.levels.len() - 1] {
            if let Some(sibling) = nodes.get(place ^ 1) {
                proof.index |= u32::from(place & 1 == 1) << proof.siblings.len();
                proof.siblings.push(*sibling);
            }
            place >>= 1;
        }
        Ok(proof)
    }

    /// The index as a place in the lowest level.
    fn place(&self, index: u64) -> Result<usize, RegistryError> {
        usize::try_from(index)
            .ok()
            .filter(|place| *place < self.levels[0].len())
            .ok_or(RegistryError::NoSuchLeaf(index))
    }

    /// Computes every node above the leaves from `first` on.
    fn rebuild_from(&mut self, mut first: usize) {
        let mut level = 0;
        while self.levels[level].len() > 1 {
            if self.levels.len() == level + 1 {
                self.levels.push(Vec::new());
            }
            first >>= 1;
            let parents = self.levels[level].len().div_ceil(2);
            self.levels[level + 1].truncate(first);
            for place in first..parents {
                let node = self.parent(level, place);
                self.levels[level + 1].push(node);
            }
            level += 1;
        }
    }

    /// The node above `level` at `place`: the hash of its two children, or its only child.
    fn parent(&self, level: usize, place: usize) -> Fr {
        let nodes = &self.levels[level];
        let left = nodes[2 * place];
        match nodes.get(2 * place + 1) {
            Some(right) => poseidon::hash(&[left, *right]),
            None => left,
        }
    }
}
