//! A hospital's books as files in its home, each written whole or not at all.
//!
//! ```text
//! books/lock                            held while a command runs
//! books/batch.json                      the batch that is about to be inserted
//! books/requests/<identity commitment>.bin
//! books/records/<commitment>.json
//! books/ciphertexts/<commitment>.bin
//! ```

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::keystore::{KeystoreError, RoleHome};
use crate::domain::ids::{IdentityCommitment, RecordCommitment};
use crate::domain::request::PatientRequest;
use crate::ports::books::{Books, BooksError, RecordEntry};

#[cfg(test)]
mod tests;

const BATCH: &str = "batch.json";
/// How files in the making are named, here and by [`RoleHome`].
const UNFINISHED: &str = ".tmp";

/// The books in a role's home, locked for this process.
#[derive(Debug)]
pub struct FileBooks {
    books: RoleHome,
    requests: RoleHome,
    records: RoleHome,
    ciphertexts: RoleHome,
    /// Released by the system when the process ends, however it ends.
    _lock: File,
}

impl FileBooks {
    /// Opens the books in a role's home; makes them if there are none. What interrupted commands left unfinished is removed.
    ///
    /// # Errors
    /// [`BooksError::InUse`] while another command has them open; [`BooksError::Io`].
    pub fn open(home: &RoleHome) -> Result<Self, BooksError> {
        let books = home.folder("books")?;
        let opened = Self {
            _lock: lock(&books.file("lock"))?,
            requests: books.folder("requests")?,
            records: books.folder("records")?,
            ciphertexts: books.folder("ciphertexts")?,
            books,
        };
        for folder in [&opened.requests, &opened.records, &opened.ciphertexts] {
            let path = folder.path();
            remove_unfinished(path).map_err(|error| io_error(path, &error))?;
        }
        Ok(opened)
    }
}

impl Books for FileBooks {
    fn entries(&self) -> Result<Vec<RecordEntry>, BooksError> {
        let names = self.records.list(".json")?;
        let entry = |name: &String| {
            let found: Option<RecordEntry> = read_json(&self.records, name)?;
            match found {
                Some(entry) if entry.version != RecordEntry::VERSION => {
                    let words = format!("version {} is not known", entry.version);
                    Err(malformed(&self.records, name, &words))
                }
                found => Ok(found),
            }
        };
        names
            .iter()
            .filter_map(|name| entry(name).transpose())
            .collect()
    }

    fn write(&self, entry: &RecordEntry) -> Result<(), BooksError> {
        let name = format!("{}.json", entry.commitment);
        write_json(&self.records, &name, entry)
    }

    fn request(&self, identity: IdentityCommitment) -> Result<Option<PatientRequest>, BooksError> {
        let name = format!("{identity}.bin");
        let Some(bytes) = self.requests.read(&name)? else {
            return Ok(None);
        };
        PatientRequest::decode(&bytes)
            .map(Some)
            .map_err(|error| malformed(&self.requests, &name, &error))
    }

    fn write_request(&self, request: &PatientRequest) -> Result<(), BooksError> {
        let name = format!("{}.bin", request.identity_commitment);
        Ok(self.requests.write(&name, &request.encode())?)
    }

    fn batch(&self) -> Result<Vec<RecordCommitment>, BooksError> {
        Ok(read_json(&self.books, BATCH)?.unwrap_or_default())
    }

    fn write_batch(&self, commitments: &[RecordCommitment]) -> Result<(), BooksError> {
        write_json(&self.books, BATCH, &commitments)
    }

    fn new_ciphertext(&self) -> Result<NamedTempFile, BooksError> {
        let folder = self.ciphertexts.path();
        NamedTempFile::with_prefix_in(UNFINISHED, folder).map_err(|error| io_error(folder, &error))
    }

    fn keep_ciphertext(
        &self,
        commitment: RecordCommitment,
        file: NamedTempFile,
    ) -> Result<(), BooksError> {
        let path = self.ciphertext(commitment);
        let keep = || -> io::Result<()> {
            file.as_file().sync_all()?;
            file.persist(&path)?;
            File::open(self.ciphertexts.path())?.sync_all()
        };
        keep().map_err(|error| io_error(&path, &error))
    }

    fn ciphertext(&self, commitment: RecordCommitment) -> PathBuf {
        self.ciphertexts.file(&format!("{commitment}.bin"))
    }
}

fn lock(path: &Path) -> Result<File, BooksError> {
    let file = File::create(path).map_err(|error| io_error(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BooksError::InUse),
        Err(TryLockError::Error(error)) => Err(io_error(path, &error)),
    }
}

/// Removes the files of a process that was killed; nobody else writes here while we hold the lock.
fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

fn read_json<T: DeserializeOwned>(folder: &RoleHome, name: &str) -> Result<Option<T>, BooksError> {
    let Some(bytes) = folder.read(name)? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| malformed(folder, name, &error))
}

fn write_json(folder: &RoleHome, name: &str, value: &impl Serialize) -> Result<(), BooksError> {
    let json = serde_json::to_vec_pretty(value).map_err(|error| malformed(folder, name, &error))?;
    Ok(folder.write(name, &json)?)
}

impl From<KeystoreError> for BooksError {
    fn from(error: KeystoreError) -> Self {
        Self::Io(error.to_string())
    }
}

fn io_error(path: &Path, error: &io::Error) -> BooksError {
    BooksError::Io(format!("{}: {error}", path.display()))
}

fn malformed(folder: &RoleHome, name: &str, reason: &impl ToString) -> BooksError {
    BooksError::Malformed {
        path: folder.file(name).display().to_string(),
        reason: reason.to_string(),
    }
}
