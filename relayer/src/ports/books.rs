//! A hospital's books: which records it certified for whom, and how far each has come.
//!
//! They are what keeps one identity and one live record per patient, and what an interrupted certification goes on
//! from. They hold no secret: the file key is in the envelope, encrypted to the patient, and the blinding in
//! the sealed content. But they tell whose a record is, so they stay with the hospital.

use std::path::PathBuf;

use prover::record::Terms;

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{
    Address, CiphertextRoot, ContentHash, EnvelopeHash, IdentityCommitment, Pseudonym,
    RecordCommitment, TransactionHash,
};
use crate::domain::point::CompressedPoint;
use crate::domain::request::PatientRequest;

/// Why the books could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BooksError {
    /// The disk failed; names the file or folder.
    #[error("{0}")]
    Io(String),
    /// An entry does not decode.
    #[error("{path} is not an entry of the books: {reason}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another program has the books open.
    #[error("another command of this hospital is running")]
    InUse,
}

impl From<BooksError> for Failure {
    fn from(error: BooksError) -> Self {
        let code = match error {
            BooksError::Io(_) => FailureCode::Io,
            BooksError::Malformed { .. } => FailureCode::Malformed,
            BooksError::InUse => FailureCode::WrongState,
        };
        Self::new(code, error.to_string())
    }
}

/// How far a record version has come. Each stage is entered only after what it says is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Stage {
    /// The ciphertext lies on the disk, the envelope in the entry. Nothing has left the hospital.
    Sealed,
    /// The commitment is in the registry.
    Inserted {
        /// Its place there.
        index: u64,
        /// The transaction, unless it was found there after an interruption.
        transaction: Option<TransactionHash>,
    },
}

/// A certified record version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordEntry {
    /// Version of this layout: [`RecordEntry::VERSION`].
    pub version: u32,
    /// The commitment, which names the entry.
    pub commitment: RecordCommitment,
    /// The file that was certified, as a person would look for it.
    pub source: String,
    /// SHA-256 over all that was asked for, by which the same request is recognised.
    pub input: ContentHash,
    /// The patient in the hospital's own numbering.
    pub person: Option<String>,
    /// The patient's identity commitment.
    pub identity: IdentityCommitment,
    /// The pseudonym in this version.
    pub pseudonym: Pseudonym,
    /// Which of the patient's key sets it used.
    pub key_set: u32,
    /// What it is encrypted to.
    pub delegating_key: CompressedPoint,
    /// The envelope's bytes in hex.
    pub envelope: String,
    /// The envelope's hash.
    pub envelope_hash: EnvelopeHash,
    /// Root of the ciphertext.
    pub ciphertext_root: CiphertextRoot,
    /// Length in bytes of the ciphertext.
    pub ciphertext_length: u64,
    /// Conditions of use.
    pub terms: Terms,
    /// Number of facts.
    pub facts: u32,
    /// Number of resources that were skipped, or left out as another patient's.
    pub skipped: u32,
    /// The version that this one takes the place of.
    pub replaces: Option<RecordCommitment>,
    /// How far it has come.
    pub stage: Stage,
    /// Proxies that hold envelope and ciphertext.
    pub deposited: Vec<Address>,
    /// Whether the hospital withdrew it.
    pub withdrawn: bool,
}

impl RecordEntry {
    /// The layout that this program writes, and the only one that it reads.
    pub const VERSION: u32 = 1;

    /// Its place in the registry, once it has one.
    pub fn index(&self) -> Option<u64> {
        match self.stage {
            Stage::Sealed => None,
            Stage::Inserted { index, .. } => Some(index),
        }
    }
}

/// The books of one hospital.
///
/// Every write MUST be durable and whole when it returns, whatever happens to the machine meanwhile.
pub trait Books: Send + Sync {
    /// All entries, in any order.
    ///
    /// # Errors
    /// [`BooksError`].
    fn entries(&self) -> Result<Vec<RecordEntry>, BooksError>;

    /// Writes an entry, over the one of the same commitment.
    ///
    /// # Errors
    /// [`BooksError::Io`].
    fn write(&self, entry: &RecordEntry) -> Result<(), BooksError>;

    /// The request that a patient handed in last.
    ///
    /// # Errors
    /// [`BooksError`].
    fn request(&self, identity: IdentityCommitment) -> Result<Option<PatientRequest>, BooksError>;

    /// Keeps a patient's request, for its spare key sets.
    ///
    /// # Errors
    /// [`BooksError::Io`].
    fn write_request(&self, request: &PatientRequest) -> Result<(), BooksError>;

    /// The batch that was about to be inserted.
    ///
    /// # Errors
    /// [`BooksError`].
    fn batch(&self) -> Result<Vec<RecordCommitment>, BooksError>;

    /// Notes a batch before it is sent; an empty one when it is done with. The same commitments are sent in the same order until
    /// they are in the registry, so that an interruption never inserts one twice.
    ///
    /// # Errors
    /// [`BooksError::Io`].
    fn write_batch(&self, commitments: &[RecordCommitment]) -> Result<(), BooksError>;

    /// A new file for a ciphertext in the making, on the disk where it will stay.
    ///
    /// # Errors
    /// [`BooksError::Io`].
    fn new_ciphertext(&self) -> Result<tempfile::NamedTempFile, BooksError>;

    /// Keeps a finished ciphertext for a commitment, durably.
    ///
    /// # Errors
    /// [`BooksError::Io`].
    fn keep_ciphertext(
        &self,
        commitment: RecordCommitment,
        file: tempfile::NamedTempFile,
    ) -> Result<(), BooksError>;

    /// Where a commitment's ciphertext is kept.
    fn ciphertext(&self, commitment: RecordCommitment) -> PathBuf;
}
