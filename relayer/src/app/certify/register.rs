//! Commitments into the registry, and out of it; each exactly once, whatever is interrupted.

use prover::field::Fr;

use super::known::{Known, Standing};
use super::{Hospital, Progress};
use crate::app::registry::CommitmentStanding;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{RecordCommitment, RegistryRoot, TransactionHash};
use crate::ports::books::{RecordEntry, Stage};
use crate::ports::index::Included;
use crate::ports::ledger::{Call, LedgerError, LedgerEventKind};

/// Most commitments of one transaction, which keeps it well within a block's gas.
pub(super) const MAX_BATCH: usize = 64;
/// How often a path is computed anew because the registry moved on meanwhile.
const MAX_TRIES: usize = 5;

/// Where commitments are in the registry.
#[derive(Default)]
struct Places(Vec<(RecordCommitment, u64)>);

impl Hospital {
    /// Inserts those of the commitments that are sealed and wait for it, in one batch.
    pub(super) async fn insert(
        &self,
        commitments: &[RecordCommitment],
        progress: Progress<'_>,
    ) -> Result<(), Failure> {
        let known = Known::load(&*self.books)?;
        let waits = |commitment: &&RecordCommitment| {
            known.entry(**commitment).is_ok_and(|entry| {
                known.standing_of(entry) == Standing::Unfinished && entry.replaces.is_none()
            })
        };
        let batch: Vec<_> = commitments.iter().filter(waits).copied().collect();
        if batch.is_empty() {
            return Ok(());
        }
        progress(&format!("inserting {} commitments", batch.len()));
        self.books.write_batch(&batch)?;
        self.finish_batch().await
    }

    /// Sends the batch that the books name and notes where its commitments are. Does nothing if there is none.
    pub(super) async fn finish_batch(&self) -> Result<(), Failure> {
        self.note_inserted().await?;
        let known = Known::load(&*self.books)?;
        let batch = self.books.batch()?;
        let mut waits = false;
        for commitment in &batch {
            waits |= known.standing(*commitment)? == Standing::Unfinished;
        }
        if waits {
            let call = Call::Insert {
                commitments: batch.clone(),
            };
            let included = self.ledger.submit(&call).await?;
            let places = self.places(&batch, &included).await?;
            self.note_places(&places, Some(TransactionHash::new(included.hash)))?;
        }
        if !batch.is_empty() {
            self.books.write_batch(&[])?;
        }
        Ok(())
    }

    /// Puts a sealed version in the place of the one that it replaces.
    pub(super) async fn replace(
        &self,
        new: RecordCommitment,
        progress: Progress<'_>,
    ) -> Result<(), Failure> {
        let known = Known::load(&*self.books)?;
        let entry = known.entry(new)?;
        let (Some(old), Standing::Unfinished) = (entry.replaces, known.standing_of(entry)) else {
            return Ok(());
        };
        progress("replacing the commitment");
        let included = self
            .submit_with_path(old, |siblings| Call::Supersede {
                commitment: old,
                siblings,
                replacement: new,
            })
            .await?;
        let places = self.places(&[new], &included).await?;
        self.note_places(&places, Some(TransactionHash::new(included.hash)))
    }

    /// Sets the leaf of an inserted record to zero, unless it is.
    pub(super) async fn remove(&self, entry: &RecordEntry) -> Result<(), Failure> {
        let commitment = entry.commitment;
        let standing = self.registry.standing(commitment).await?;
        if standing == CommitmentStanding::Withdrawn {
            return Ok(());
        }
        self.submit_with_path(commitment, |siblings| Call::Withdraw {
            commitment,
            siblings,
        })
        .await?;
        Ok(())
    }

    /// Makes a call that needs the path of a commitment; with a new path if the registry moved on meanwhile.
    async fn submit_with_path(
        &self,
        commitment: RecordCommitment,
        call: impl Fn(Vec<[u8; 32]>) -> Call,
    ) -> Result<Included, Failure> {
        let mut last = None;
        for _ in 0..MAX_TRIES {
            let proof = self.registry.path(commitment).await?;
            let siblings = proof.siblings.iter().map(prover::field::to_be_bytes);
            match self.ledger.submit(&call(siblings.collect())).await {
                Ok(included) => return Ok(included),
                Err(refused @ LedgerError::Refused { .. })
                    if self.has_moved_on(&proof.root).await? =>
                {
                    last = Some(refused);
                }
                Err(other) => return Err(other.into()),
            }
        }
        Err(last.map_or_else(
            || Failure::new(FailureCode::Internal, "no attempt was made"),
            Failure::from,
        ))
    }

    /// Brings the books up to date with insertions that an interrupted command did not note.
    async fn note_inserted(&self) -> Result<(), Failure> {
        let known = Known::load(&*self.books)?;
        let mut found = Vec::new();
        for entry in known.entries() {
            let certifier = match known.standing_of(entry) {
                Standing::Unfinished => self.ledger.certifier(entry.commitment).await?,
                _ => None,
            };
            if certifier.is_some() {
                found.push(entry.commitment);
            }
        }
        let mut places = Places::default();
        for commitment in found {
            if let CommitmentStanding::Live { index } = self.registry.standing(commitment).await? {
                places.0.push((commitment, index));
            }
        }
        self.note_places(&places, None)
    }

    async fn has_moved_on(&self, root: &Fr) -> Result<bool, Failure> {
        let current = self.ledger.current_root().await?;
        Ok(current != Some(RegistryRoot::from(root)))
    }

    /// Where the commitments are: the transaction's events tell, or the registry if it was made before.
    async fn places(
        &self,
        commitments: &[RecordCommitment],
        included: &Included,
    ) -> Result<Places, Failure> {
        let hash = TransactionHash::new(included.hash);
        let mut places = Places::default();
        for event in self.ledger.events_of(hash).await? {
            places.learn(&event.kind);
        }
        if commitments.iter().all(|each| places.of(*each).is_some()) {
            return Ok(places);
        }
        let words = format!("transaction {hash} does not insert the commitments that it should");
        Err(Failure::new(FailureCode::CommitmentNotInRegistry, words))
    }

    fn note_places(
        &self,
        places: &Places,
        transaction: Option<TransactionHash>,
    ) -> Result<(), Failure> {
        let known = Known::load(&*self.books)?;
        for (commitment, index) in &places.0 {
            // Other hospitals' commitments are not in the books
            let Ok(entry) = known.entry(*commitment) else {
                continue;
            };
            let stage = Stage::Inserted {
                index: *index,
                transaction,
            };
            self.books.write(&RecordEntry {
                stage,
                ..entry.clone()
            })?;
        }
        Ok(())
    }
}

impl Places {
    fn learn(&mut self, event: &LedgerEventKind) {
        match event {
            LedgerEventKind::CommitmentsInserted {
                first_index,
                commitments,
                ..
            } => self
                .0
                .extend(commitments.iter().copied().zip(*first_index..)),
            LedgerEventKind::CommitmentSuperseded {
                replacement,
                new_index,
                ..
            } => self.0.push((*replacement, *new_index)),
            _ => {}
        }
    }

    fn of(&self, commitment: RecordCommitment) -> Option<u64> {
        let found = self.0.iter().find(|(each, _)| *each == commitment);
        found.map(|(_, index)| *index)
    }
}
