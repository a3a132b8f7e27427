//! Books of a process that is killed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::NamedTempFile;

use crate::domain::ids::{IdentityCommitment, RecordCommitment};
use crate::domain::request::PatientRequest;
use crate::ports::books::{Books, BooksError, RecordEntry};

/// Books of a process that is killed just before a certain write.
pub(super) struct Killed<B> {
    pub(super) books: B,
    /// Writes until then.
    pub(super) left: AtomicUsize,
}

impl<B> Killed<B> {
    fn write(&self) -> Result<(), BooksError> {
        let left = self.left.load(Ordering::SeqCst);
        self.left.store(left.saturating_sub(1), Ordering::SeqCst);
        if left == 0 {
            return Err(BooksError::Io("killed".to_owned()));
        }
        Ok(())
    }
}

impl<B: Books> Books for Killed<B> {
    fn entries(&self) -> Result<Vec<RecordEntry>, BooksError> {
        self.books.entries()
    }

    fn write(&self, entry: &RecordEntry) -> Result<(), BooksError> {
        self.write()?;
        self.books.write(entry)
    }

    fn request(&self, identity: IdentityCommitment) -> Result<Option<PatientRequest>, BooksError> {
        self.books.request(identity)
    }

    fn write_request(&self, request: &PatientRequest) -> Result<(), BooksError> {
        self.write()?;
        self.books.write_request(request)
    }

    fn batch(&self) -> Result<Vec<RecordCommitment>, BooksError> {
        self.books.batch()
    }

    fn write_batch(&self, commitments: &[RecordCommitment]) -> Result<(), BooksError> {
        self.write()?;
        self.books.write_batch(commitments)
    }

    fn new_ciphertext(&self) -> Result<NamedTempFile, BooksError> {
        self.books.new_ciphertext()
    }

    fn keep_ciphertext(
        &self,
        commitment: RecordCommitment,
        file: NamedTempFile,
    ) -> Result<(), BooksError> {
        self.write()?;
        self.books.keep_ciphertext(commitment, file)
    }

    fn ciphertext(&self, commitment: RecordCommitment) -> PathBuf {
        self.books.ciphertext(commitment)
    }
}
