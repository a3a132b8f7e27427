//! Why there is no proof, or why one does not hold.

use std::path::PathBuf;

use thiserror::Error;

use crate::facts::number::Day;

/// Why an eligibility proof can't be made from these inputs. Each variant is one part of the circuit's statement.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The pseudonym in the record is not this identity's, or the nonce is of another version.
    #[error("the record's pseudonym does not belong to this identity secret and nonce")]
    WrongIdentity,
    /// The facts are not those that the record was committed with.
    #[error("the facts do not have the root that the record was committed with")]
    WrongFacts,
    /// The path does not lead from the record's commitment to its root.
    #[error("the Merkle path does not lead from this record's commitment to the registry's root")]
    WrongPath,
    /// Root 0 is never valid.
    #[error("the registry's root is 0, which is never valid")]
    ZeroRoot,
    /// The consent has run out.
    #[error("the consent in the record expired on {} (reference day {})", show(*expiry), show(*today))]
    Expired {
        /// Last day of the consent.
        expiry: u32,
        /// The reference day.
        today: u32,
    },
    /// The record is not complete to a recent enough day.
    #[error("the record is complete to {} only, the study asks for {} or later", show(*as_of), show(*oldest))]
    TooOld {
        /// The day to which the record is complete.
        as_of: u32,
        /// The oldest permitted.
        oldest: u32,
    },
    /// The study needs uses that the record's owner did not consent to.
    #[error("purposes not consented (bits {0:#x})")]
    PurposesNotConsented(u32),
    /// Day and calendar date differ.
    #[error("the reference day {day} is not the calendar date {calendar}")]
    ReferenceTime {
        /// The day, since 1900-01-01.
        day: u32,
        /// `yyyymmdd`.
        calendar: u32,
    },
    /// No circuit, or not this one, has as many slots.
    #[error("criteria with {0} clause slots, for another circuit")]
    SlotCount(usize),
    /// A slot that no compiler writes.
    #[error("clause slot {slot} is malformed: {reason}")]
    MalformedSlot {
        /// Its place, from 0.
        slot: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The compiled criteria are not those on chain, or of another mapping version than the record.
    #[error("the compiled criteria, with the record's mapping version, do not have the study's criteria hash")]
    WrongCriteria,
    /// A group has fewer clauses that hold than it needs.
    #[error("criterion group {group} is not met: {holding} of its clauses hold, {needed} must")]
    CriterionNotMet {
        /// Place of the group, from 0.
        group: usize,
        /// Clauses that hold.
        holding: usize,
        /// Clauses that must.
        needed: usize,
    },
    /// More clauses must be shown than the circuit opens facts.
    #[error("the criteria need {needed} facts opened; this circuit opens {openings}")]
    TooManyOpenings {
        /// Facts that must be opened.
        needed: usize,
        /// Facts that the circuit opens.
        openings: usize,
    },
    /// The witness calculator stopped, though every check had passed.
    #[error("the witness calculator refused the inputs: {0}")]
    Witness(String),
    /// The witness breaks a constraint, though every check had passed.
    #[error("the witness breaks constraint {0} of the circuit")]
    Unsatisfied(usize),
    /// The prover did not make a proof that verifies.
    #[error("the proof does not hold against the verifying key")]
    SelfCheck,
}

/// Why a proof is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The pairing equation does not hold.
    #[error("the proof does not hold for these public signals")]
    Invalid,
    /// A file in another form than snarkjs'.
    #[error("malformed {what}: {reason}")]
    Malformed {
        /// Which file or field.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A point that is not on the curve or not in the group.
    #[error("{0} is not a point of the group")]
    Point(&'static str),
    /// A verifying key with which proofs could be forged.
    #[error("the verifying key was made without secret contribution: {0}")]
    TrivialKey(&'static str),
}

/// Why circuit files or keys can't be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArtefactError {
    /// A file that can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is not what its name says.
    #[error("{}: {reason}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file that differs from the one its manifest names.
    #[error("{}: not the file that the manifest names; compile the circuit again", .0.display())]
    Digest(PathBuf),
    /// A key of another circuit.
    #[error("the proving key was made for constraints {key}, these are {circuit}")]
    OtherCircuit {
        /// SHA-256 of the constraints that the key was made for.
        key: String,
        /// SHA-256 of the constraints at hand.
        circuit: String,
    },
    /// Key generation failed.
    #[error("key generation: {0}")]
    Setup(String),
    /// The verifying key is unusable.
    #[error(transparent)]
    VerifyingKey(#[from] VerifyError),
}

/// A day for people.
fn show(day: u32) -> String {
    i32::try_from(day)
        .ok()
        .and_then(|number| Day::from_number(number).date())
        .map_or_else(|| format!("day {day}"), |date| date.to_string())
}
