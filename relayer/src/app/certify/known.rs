//! What the books say: who has which record, and which keys were used.

use super::order::LoadedOrder;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{IdentityCommitment, RecordCommitment};
use crate::domain::request::{KeySet, PatientRequest};
use crate::ports::books::{Books, BooksError, RecordEntry, Stage};

/// How a record version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Sealed, but not in the registry yet.
    Unfinished,
    /// In the registry.
    Live,
    /// Another version took its place.
    Superseded(RecordCommitment),
    /// The hospital withdrew it.
    Withdrawn,
}

/// All entries of the books.
#[derive(Debug, Clone)]
pub struct Known {
    entries: Vec<RecordEntry>,
}

impl Known {
    /// Reads the books.
    ///
    /// # Errors
    /// [`BooksError`].
    pub fn load(books: &dyn Books) -> Result<Self, BooksError> {
        let mut entries = books.entries()?;
        entries.sort_by_key(|entry| (entry.index().unwrap_or(u64::MAX), entry.commitment));
        Ok(Self { entries })
    }

    /// All entries in the order of the registry, those that are not in it last.
    pub fn entries(&self) -> &[RecordEntry] {
        &self.entries
    }

    /// The entry of a commitment.
    ///
    /// # Errors
    /// `not-found`.
    pub fn entry(&self, commitment: RecordCommitment) -> Result<&RecordEntry, Failure> {
        let found = self.entries.iter().find(|e| e.commitment == commitment);
        found.ok_or_else(|| {
            let words = format!("the books have no record {commitment}");
            Failure::new(FailureCode::NotFound, words)
        })
    }

    /// How a record version stands.
    ///
    /// # Errors
    /// `not-found`.
    pub fn standing(&self, commitment: RecordCommitment) -> Result<Standing, Failure> {
        Ok(self.standing_of(self.entry(commitment)?))
    }

    /// How an entry of these books stands.
    pub fn standing_of(&self, entry: &RecordEntry) -> Standing {
        if entry.withdrawn {
            return Standing::Withdrawn;
        }
        // Stands with the newer version only, so that the two can't contradict each other after an interruption
        let newer = self
            .entries
            .iter()
            .find(|other| other.replaces == Some(entry.commitment) && other.stage != Stage::Sealed);
        match (newer, entry.stage) {
            (Some(newer), _) => Standing::Superseded(newer.commitment),
            (None, Stage::Sealed) => Standing::Unfinished,
            (None, Stage::Inserted { .. }) => Standing::Live,
        }
    }

    /// Records that are live or on their way to be.
    pub fn current(&self) -> impl Iterator<Item = &RecordEntry> {
        let is_current = |standing| matches!(standing, Standing::Live | Standing::Unfinished);
        self.entries
            .iter()
            .filter(move |entry| is_current(self.standing_of(entry)))
    }

    /// The one record that `name` means: a commitment, or the live one of a patient by identity commitment or by the hospital's
    /// own number.
    ///
    /// # Errors
    /// `not-found`.
    pub fn find(&self, name: &str) -> Result<RecordCommitment, Failure> {
        if let Some(entry) = self
            .entries
            .iter()
            .find(|e| e.commitment.to_string() == name)
        {
            return Ok(entry.commitment);
        }
        let means = |entry: &&RecordEntry| {
            entry.identity.to_string() == name || entry.person.as_deref() == Some(name)
        };
        let live = |entry: &&RecordEntry| self.standing_of(entry) == Standing::Live;
        let found = self.entries.iter().filter(means).find(live);
        found.map(|entry| entry.commitment).ok_or_else(|| {
            let words = format!("the books have no live record that {name:?} names");
            Failure::new(FailureCode::NotFound, words)
                .with_hint("`relayer hospital records` lists them.")
        })
    }

    /// The live record that was made from this file.
    ///
    /// # Errors
    /// `not-found`.
    pub fn made_from(&self, source: &str) -> Result<RecordCommitment, Failure> {
        let live = |entry: &&RecordEntry| self.standing_of(entry) == Standing::Live;
        let found = self
            .entries
            .iter()
            .filter(live)
            .find(|entry| entry.source == source);
        found.map(|entry| entry.commitment).ok_or_else(|| {
            let words = format!("the books have no live record that was made from {source}");
            Failure::new(FailureCode::NotFound, words)
                .with_hint("`relayer hospital records` lists them, with their files.")
        })
    }

    /// The record that the same order made before.
    pub(super) fn made_by(&self, order: &LoadedOrder) -> Option<&RecordEntry> {
        self.current().find(|entry| {
            entry.input == order.input && entry.identity == order.request.identity_commitment
        })
    }

    /// One identity a patient: whoever is in the books keeps theirs.
    pub(super) fn check_person(&self, order: &LoadedOrder) -> Result<(), Failure> {
        let Some(person) = &order.person else {
            return Ok(());
        };
        let identity = order.request.identity_commitment;
        let of_person = |entry: &&RecordEntry| entry.person.as_ref() == Some(person);
        let other = |entry: &&RecordEntry| entry.identity != identity;
        if self.entries.iter().filter(of_person).any(|e| other(&e)) {
            let words = format!("patient {person:?} is in the books under another identity");
            let hint = "A patient has one identity. If this is another person with the same id, say so with --person.";
            return Err(Failure::new(FailureCode::IdentityMismatch, words).with_hint(hint));
        }
        Ok(())
    }

    /// One live record a patient.
    pub(super) fn check_no_live_record(&self, order: &LoadedOrder) -> Result<(), Failure> {
        let identity = order.request.identity_commitment;
        match self.current().find(|entry| entry.identity == identity) {
            None => Ok(()),
            Some(entry) => {
                let words = format!(
                    "the patient has the record {}, made from {}",
                    entry.commitment, entry.source
                );
                Err(Failure::new(FailureCode::LiveRecordExists, words))
            }
        }
    }

    /// One replacement a record, also while it is under way.
    pub(super) fn check_no_replacement(&self, old: RecordCommitment) -> Result<(), Failure> {
        match self.current().find(|entry| entry.replaces == Some(old)) {
            None => Ok(()),
            Some(entry) => {
                let words = format!(
                    "another new version of record {old} is under way, made from {}",
                    entry.source
                );
                Err(Failure::new(FailureCode::WrongState, words)
                    .with_hint("Finish it with `relayer hospital resume`, or withdraw it."))
            }
        }
    }

    /// The first key set of a request that was never used.
    pub(super) fn next_keys(&self, request: &PatientRequest) -> Result<KeySet, Failure> {
        let identity = request.identity_commitment;
        for set in &request.key_sets {
            self.check_not_anothers(identity, set)?;
        }
        let unused = |set: &&KeySet| {
            let pseudonym = set.pseudonym(identity);
            let same = |entry: &RecordEntry| {
                entry.delegating_key == set.delegating_key || entry.pseudonym == pseudonym
            };
            !self.entries.iter().any(same)
        };
        request
            .key_sets
            .iter()
            .find(unused)
            .copied()
            .ok_or_else(|| {
                let words = format!(
                    "all {} key sets of the patient's request are used",
                    request.key_sets.len()
                );
                Failure::new(FailureCode::RequestUsedUp, words)
            })
    }

    fn check_not_anothers(
        &self,
        identity: IdentityCommitment,
        set: &KeySet,
    ) -> Result<(), Failure> {
        let taken = |entry: &RecordEntry| {
            entry.identity != identity && entry.delegating_key == set.delegating_key
        };
        if self.entries.iter().any(taken) {
            let words = format!(
                "the delegating key of key set {} was used for another patient",
                set.index
            );
            return Err(Failure::new(FailureCode::KeySeen, words));
        }
        Ok(())
    }
}
