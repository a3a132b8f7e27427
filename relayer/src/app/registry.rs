//! The registry's tree, rebuilt from events, so that nobody is asked for a path and learns whose it is.

use std::sync::Arc;

use prover::field;
use prover::record::registry::{LeanTree, MerkleProof, RegistryError};
use tokio::sync::{Mutex, MutexGuard};

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{RecordCommitment, RegistryRoot};
use crate::ports::index::{IndexError, LeafChange, RegistryIndex, RootAt};
use crate::ports::ledger::{
    EventPage, EventSource, EventsReader, LedgerError, LedgerEvent, LedgerEventKind,
};

#[cfg(test)]
mod tests;

/// Changes that are read from the log at once.
const PAGE: u64 = 10_000;
const ZERO: [u8; 32] = [0; 32];

/// How the registry stands to a commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitmentStanding {
    /// It is a leaf.
    Live {
        /// The leaf's place.
        index: u64,
    },
    /// The hospital withdrew it.
    Withdrawn,
    /// The hospital put another one in its place.
    Superseded,
    /// It was never inserted.
    Unknown,
}

/// The registry as this machine knows it: a log in the index, a tree in memory.
pub struct RegistryView {
    index: Arc<dyn RegistryIndex>,
    chain: Arc<dyn EventsReader>,
    tree: Mutex<Tree>,
}

/// The tree after a number of changes of the log.
#[derive(Default)]
struct Tree {
    tree: LeanTree,
    changes: u64,
}

impl RegistryView {
    /// A view of a chain's registry, with what the index knows of it already.
    pub fn new(index: Arc<dyn RegistryIndex>, chain: Arc<dyn EventsReader>) -> Self {
        Self {
            index,
            chain,
            tree: Mutex::default(),
        }
    }

    /// Catches up with the chain. If the chain has lost a block that the log stands on, the log is rebuilt.
    ///
    /// # Errors
    /// `chain-unreachable`, `io`; `internal` if events and tree contradict each other.
    pub async fn sync(&self) -> Result<(), Failure> {
        let mut tree = self.tree.lock().await;
        match self.follow().await {
            Err(LedgerError::Index(IndexError::Reorganised { block })) => {
                tracing::warn!(block, "the chain was reorganised: rebuilding the registry");
                self.index.clear_registry().await?;
                *tree = Tree::default();
                self.follow().await?;
            }
            other => other?,
        }
        self.grow(&mut tree, None).await
    }

    /// The current root, as far as this machine has come; `None` while the registry is empty.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub async fn root(&self) -> Result<Option<RegistryRoot>, Failure> {
        let tree = self.synced().await?;
        tree.tree.root().map(|root| root_id(&root)).transpose()
    }

    /// The path of a live commitment to the current root.
    ///
    /// # Errors
    /// `record-withdrawn`, `record-superseded`, `commitment-not-in-registry`; as [`Self::sync`].
    pub async fn path(&self, commitment: RecordCommitment) -> Result<MerkleProof, Failure> {
        let leaf = leaf_of(commitment.as_bytes())?;
        let tree = self.synced().await?;
        if let Some(index) = tree.tree.find(&leaf) {
            return tree.tree.proof(index).map_err(|error| defect(&error));
        }
        let (code, words) = match self.removal(commitment).await? {
            CommitmentStanding::Withdrawn => (FailureCode::RecordWithdrawn, "was withdrawn"),
            CommitmentStanding::Superseded => (FailureCode::RecordSuperseded, "was superseded"),
            _ => (
                FailureCode::CommitmentNotInRegistry,
                "was never in the registry",
            ),
        };
        Err(Failure::new(
            code,
            format!("the commitment {commitment} {words}"),
        ))
    }

    /// The path of a commitment to a root that the registry has or had.
    ///
    /// # Errors
    /// `unknown-root` if it never had it, `commitment-not-in-registry` if the commitment was no leaf then; as [`Self::sync`].
    pub async fn path_under(
        &self,
        root: RegistryRoot,
        commitment: RecordCommitment,
    ) -> Result<MerkleProof, Failure> {
        drop(self.synced().await?);
        let at = self.index.root(root.as_bytes()).await?.ok_or_else(|| {
            Failure::new(
                FailureCode::UnknownRoot,
                format!("the registry never had the root {root}"),
            )
        })?;
        let mut then = Tree::default();
        self.grow(&mut then, Some(at.changes)).await?;
        let leaf = leaf_of(commitment.as_bytes())?;
        let index = then.tree.find(&leaf).ok_or_else(|| {
            let words = format!("{commitment} was not in the registry under the root {root}");
            Failure::new(FailureCode::CommitmentNotInRegistry, words)
        })?;
        then.tree.proof(index).map_err(|error| defect(&error))
    }

    /// How the registry stands to a commitment.
    ///
    /// # Errors
    /// As [`Self::sync`].
    pub async fn standing(
        &self,
        commitment: RecordCommitment,
    ) -> Result<CommitmentStanding, Failure> {
        let leaf = leaf_of(commitment.as_bytes())?;
        if let Some(index) = self.synced().await?.tree.find(&leaf) {
            return Ok(CommitmentStanding::Live { index });
        }
        self.removal(commitment).await
    }

    async fn synced(&self) -> Result<MutexGuard<'_, Tree>, Failure> {
        self.sync().await?;
        Ok(self.tree.lock().await)
    }

    /// Copies the chain's events to the log.
    async fn follow(&self) -> Result<(), LedgerError> {
        loop {
            let after = self.index.registry_cursor().await?;
            let page = self
                .chain
                .events_after(after, &[EventSource::Registry])
                .await?;
            let Some(EventPage { events, upto }) = page else {
                return Ok(());
            };
            let (changes, roots) = log_of(&events, self.index.length().await?);
            // If another process was faster, the next round starts from where it has come.
            self.index.append(after, &changes, &roots, upto).await?;
        }
    }

    /// Brings a tree up to `limit` changes, or to the end of the log.
    async fn grow(&self, tree: &mut Tree, limit: Option<u64>) -> Result<(), Failure> {
        loop {
            let want = limit.map_or(PAGE, |limit| PAGE.min(limit - tree.changes));
            let changes = self.index.changes(tree.changes, want).await?;
            if changes.is_empty() {
                return Ok(());
            }
            tree.changes += changes.len() as u64;
            apply(&mut tree.tree, &changes)?;
        }
    }

    /// How a commitment that is no leaf came to be none. A withdrawal ends with its zero; superseding goes on with a new leaf.
    async fn removal(&self, commitment: RecordCommitment) -> Result<CommitmentStanding, Failure> {
        let mut place = None;
        let mut number = 0;
        loop {
            let changes = self.index.changes(number, PAGE).await?;
            if changes.is_empty() {
                return Ok(CommitmentStanding::Unknown);
            }
            for change in changes {
                number += 1;
                if change.leaf == *commitment.as_bytes() {
                    place = Some(change.position);
                } else if change.leaf == ZERO && place == Some(change.position) {
                    let ended = self.index.root_after(number).await?.is_some();
                    return Ok(if ended {
                        CommitmentStanding::Withdrawn
                    } else {
                        CommitmentStanding::Superseded
                    });
                }
            }
        }
    }
}

/// Events as changes of leaves and the roots that they led to, in a log that has `length` changes before them.
fn log_of(events: &[LedgerEvent], length: u64) -> (Vec<LeafChange>, Vec<RootAt>) {
    let (mut changes, mut roots) = (Vec::new(), Vec::new());
    for event in events {
        let root = match &event.kind {
            LedgerEventKind::CommitmentsInserted {
                first_index,
                commitments,
                root,
                ..
            } => {
                let leaves = commitments.iter().map(|each| each.to_bytes());
                let inserted = (*first_index..).zip(leaves);
                changes.extend(inserted.map(|(position, leaf)| LeafChange { position, leaf }));
                root
            }
            LedgerEventKind::CommitmentSuperseded {
                index,
                new_index,
                replacement,
                root,
                ..
            } => {
                changes.push(LeafChange {
                    position: *index,
                    leaf: ZERO,
                });
                changes.push(LeafChange {
                    position: *new_index,
                    leaf: replacement.to_bytes(),
                });
                root
            }
            LedgerEventKind::CommitmentWithdrawn { index, root, .. } => {
                changes.push(LeafChange {
                    position: *index,
                    leaf: ZERO,
                });
                root
            }
            _ => continue,
        };
        roots.push(RootAt {
            root: root.to_bytes(),
            changes: length + changes.len() as u64,
        });
    }
    (changes, roots)
}

/// Applies changes; runs of appended leaves at once.
fn apply(tree: &mut LeanTree, changes: &[LeafChange]) -> Result<(), Failure> {
    let mut appended = Vec::new();
    for change in changes {
        let leaf = leaf_of(&change.leaf)?;
        if change.position == tree.len() + appended.len() as u64 {
            appended.push(leaf);
            continue;
        }
        tree.insert_many(&appended)
            .map_err(|error| defect(&error))?;
        appended.clear();
        tree.update(change.position, leaf)
            .map_err(|error| defect(&error))?;
    }
    tree.insert_many(&appended).map_err(|error| defect(&error))
}

fn leaf_of(bytes: &[u8; 32]) -> Result<field::Fr, Failure> {
    field::from_be_bytes_canonical(bytes)
        .map_err(|error| Failure::new(FailureCode::Internal, format!("a leaf: {error}")))
}

fn root_id(root: &field::Fr) -> Result<RegistryRoot, Failure> {
    RegistryRoot::new(field::to_be_bytes(root))
        .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))
}

fn defect(error: &RegistryError) -> Failure {
    let words = format!(
        "the registry's events contradict its tree ({error}); delete the index and it is rebuilt"
    );
    Failure::new(FailureCode::Internal, words)
}
