//! Eligibility proofs by the circuits' own prover. Each circuit is loaded when the first proof of its size is asked for.

use std::collections::btree_map::{BTreeMap, Entry};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use prover::circuit::artefacts::Artefacts;
use prover::circuit::inputs::EligibilityInputs;
use prover::circuit::{ArtefactError, CircuitSize, ProveError, Prover};

use crate::domain::enrolment::ProofWords;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::VerifyingKeyHash;
use crate::ports::proving::EligibilityProver;

/// The prover of a folder of compiled circuits.
pub struct CircuitProver {
    folder: PathBuf,
    key: Option<PathBuf>,
    loaded: Mutex<BTreeMap<CircuitSize, Prover>>,
}

impl CircuitProver {
    /// The circuits in `folder` with a proving key, or with their development key; nothing is read yet, since it takes seconds.
    pub fn new(folder: PathBuf, key: Option<PathBuf>) -> Self {
        Self {
            folder,
            key,
            loaded: Mutex::default(),
        }
    }

    fn load(&self, size: CircuitSize) -> Result<Prover, ArtefactError> {
        match &self.key {
            Some(key) => Prover::with_key(&Artefacts::open(&self.folder, size)?, key),
            None => Prover::load(&self.folder, size),
        }
    }

    fn with<T>(
        &self,
        size: CircuitSize,
        work: impl FnOnce(&Prover) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match loaded.entry(size) {
            Entry::Occupied(prover) => work(prover.get()),
            Entry::Vacant(place) => {
                let prover = self.load(size).map_err(|error| artefacts(&error))?;
                work(place.insert(prover))
            }
        }
    }
}

impl EligibilityProver for CircuitProver {
    fn verifying_key_hash(&self, size: CircuitSize) -> Result<VerifyingKeyHash, Failure> {
        self.with(size, |prover| {
            Ok(VerifyingKeyHash::new(prover.verifier().key_hash()))
        })
    }

    fn prove(&self, inputs: &EligibilityInputs) -> Result<ProofWords, Failure> {
        let slots = inputs.study.slots.len();
        let size =
            CircuitSize::of_slots(slots).ok_or_else(|| refused(&ProveError::SlotCount(slots)))?;
        self.with(size, |prover| {
            let made = prover.prove(inputs).map_err(|error| refused(&error))?;
            Ok(made.proof.to_contract().words())
        })
    }
}

fn artefacts(error: &ArtefactError) -> Failure {
    let code = match error {
        ArtefactError::File { .. } => FailureCode::NotFound,
        _ => FailureCode::Malformed,
    };
    Failure::new(code, format!("the circuit's files: {error}"))
        .with_hint("`make circuits keys` builds them; MEDSHARE_CIRCUITS names their folder.")
}

fn refused(error: &ProveError) -> Failure {
    let code = match error {
        ProveError::Expired { .. } => FailureCode::RecordExpired,
        ProveError::TooOld { .. } => FailureCode::RecordTooOld,
        ProveError::PurposesNotConsented(_) => FailureCode::PurposeNotConsented,
        ProveError::CriterionNotMet { .. } => FailureCode::CriterionNotMet,
        ProveError::ReferenceTime { .. } => FailureCode::ReferenceTimeWrong,
        ProveError::WrongCriteria => FailureCode::CriteriaMismatch,
        ProveError::WrongFacts => FailureCode::CommitmentMismatch,
        ProveError::WrongPath | ProveError::ZeroRoot => FailureCode::CommitmentNotInRegistry,
        ProveError::WrongIdentity => FailureCode::WrongKey,
        ProveError::TooManyOpenings { .. } | ProveError::SlotCount(_) => {
            FailureCode::CriteriaInvalid
        }
        _ => FailureCode::Internal,
    };
    Failure::new(code, error.to_string())
}
