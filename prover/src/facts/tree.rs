//! The facts tree: leaves sorted by key and linked, so that one opening proves a key present or absent.
//!
//! From the root the tree has 4, 16, 8 and 8 children a node: 4,096 leaves. Source: docs/PROTOCOL.md, section 4.

use super::{Ends, Fact, MAX_FACTS};
use crate::{
    field::Fr,
    poseidon::{self, Domain},
};
use ark_ff::Zero;

mod leaf;
#[cfg(test)]
mod tests;

pub use leaf::{Leaf, COLUMNS};

/// Leaves of the tree.
pub const LEAVES: usize = MAX_FACTS + 1;
/// Nodes of the frontier, each over 64 leaves.
pub const FRONTIER: usize = 64;
/// Children of a node in the two lower layers.
const WIDTH: usize = 8;
/// Children of a node above the frontier.
const UPPER_WIDTH: usize = 16;
/// What the last leaf links to.
const UPPER_SENTINEL: u128 = u128::MAX;

/// Why facts make no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// More facts than leaves beside the sentinel.
    #[error("{found} facts; a facts tree holds {MAX_FACTS}")]
    TooManyFacts {
        /// How many.
        found: usize,
    },
    /// Two facts of one key, or a key that equals a sentinel.
    #[error("key digest {key:#034x} occurs twice or is reserved")]
    Key {
        /// The digest.
        key: u128,
    },
}

/// The tree over the facts of one record.
#[derive(Clone, Debug)]
pub struct FactsTree {
    /// The sentinel and the facts, sorted by key; unused leaves are left out.
    leaves: Vec<Leaf>,
    /// Hashes of all 4,096 leaves.
    leaf_hashes: Vec<Fr>,
    /// 512 nodes over 8 leaves each.
    lower: Vec<Fr>,
    /// 64 nodes over 8 of those each.
    frontier: [Fr; FRONTIER],
    root: Fr,
}

/// A path from a leaf to the frontier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Whether the leaf has the key; otherwise it has the nearest smaller one and links past it.
    pub present: bool,
    /// The leaf.
    pub leaf: Leaf,
    /// Its place among the 4,096.
    pub index: usize,
    /// The 8 leaf hashes of the leaf's group, and the 8 nodes of that group's group.
    pub siblings8: [[Fr; 8]; 2],
}

impl FactsTree {
    /// Builds the tree; the order of the facts changes nothing.
    ///
    /// # Errors
    /// There are too many facts, or two have the same key.
    pub fn new(facts: &[Fact]) -> Result<Self, TreeError> {
        let leaves = link(facts)?;
        let mut leaf_hashes: Vec<Fr> = leaves.iter().map(Leaf::hash).collect();
        leaf_hashes.resize(LEAVES, Fr::zero());
        let lower = layer(&leaf_hashes);
        let mut frontier = [Fr::zero(); FRONTIER];
        frontier.copy_from_slice(&layer(&lower));
        let root = root_over(&frontier);
        Ok(Self {
            leaves,
            leaf_hashes,
            lower,
            frontier,
            root,
        })
    }

    /// The root, which the record commitment holds.
    pub fn root(&self) -> Fr {
        self.root
    }

    /// The 64 nodes that all openings of a proof share.
    pub fn frontier(&self) -> [Fr; FRONTIER] {
        self.frontier
    }

    /// A used leaf: 0 is the sentinel, the facts follow in the order of their keys.
    pub fn leaf(&self, index: usize) -> Option<&Leaf> {
        self.leaves.get(index)
    }

    /// Proves the key present, with its numbers, or absent.
    pub fn open(&self, key: u128) -> Opening {
        // The sentinel has the least key, so there always is a leaf at or below the one sought
        let index = self
            .leaves
            .partition_point(|leaf| leaf.key <= key)
            .saturating_sub(1);
        let leaf = self.leaves[index];
        Opening {
            present: leaf.key == key,
            leaf,
            index,
            siblings8: [
                group(&self.leaf_hashes, index),
                group(&self.lower, index / WIDTH),
            ],
        }
    }
}

impl Opening {
    /// The frontier node that this path leads to, and its place; to be compared with the tree's frontier.
    pub fn frontier_node(&self) -> (usize, Fr) {
        let node = Domain::Node8.hash(&self.siblings8[1]);
        (self.index / (WIDTH * WIDTH), node)
    }
}

/// The root over a frontier: 4 nodes of 16, then 4.
pub fn root_over(frontier: &[Fr; FRONTIER]) -> Fr {
    let upper: Vec<Fr> = frontier.chunks(UPPER_WIDTH).map(poseidon::hash).collect();
    Domain::Node4.hash(&upper)
}

/// Sorts the facts, puts the sentinel before them and lets each leaf name the next key.
fn link(facts: &[Fact]) -> Result<Vec<Leaf>, TreeError> {
    if facts.len() > MAX_FACTS {
        return Err(TreeError::TooManyFacts { found: facts.len() });
    }
    let mut leaves: Vec<Leaf> = facts.iter().map(Leaf::of).collect();
    leaves.push(Leaf::SENTINEL);
    leaves.sort_by_key(|leaf| leaf.key);
    for index in 0..leaves.len() {
        let next = leaves
            .get(index + 1)
            .map_or(UPPER_SENTINEL, |leaf| leaf.key);
        let leaf = &mut leaves[index];
        if leaf.key >= next {
            return Err(TreeError::Key { key: leaf.key });
        }
        leaf.next = next;
    }
    Ok(leaves)
}

/// The nodes over groups of 8. Most groups of a small record are empty, so their node is made once.
fn layer(children: &[Fr]) -> Vec<Fr> {
    let mut last: Option<(&[Fr], Fr)> = None;
    children
        .chunks(WIDTH)
        .map(|group| match last {
            Some((same, node)) if same == group => node,
            _ => {
                let node = Domain::Node8.hash(group);
                last = Some((group, node));
                node
            }
        })
        .collect()
}

/// The group of 8 in which a place lies.
fn group(nodes: &[Fr], index: usize) -> [Fr; WIDTH] {
    let start = index / WIDTH * WIDTH;
    std::array::from_fn(|offset| nodes[start + offset])
}
