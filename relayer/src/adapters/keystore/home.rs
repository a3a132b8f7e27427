//! A role's folder.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::KeystoreError;

/// The folder of one role's state, of mode 0700.
#[derive(Debug, Clone)]
pub struct RoleHome(PathBuf);

impl RoleHome {
    /// Opens the role's folder below `home`, and makes it if need be.
    ///
    /// # Errors
    /// [`KeystoreError::Io`].
    pub fn open(home: &Path, role: &str) -> Result<Self, KeystoreError> {
        let folder = home.join(role);
        make_private(&folder).map_err(|source| io_error(&folder, source))?;
        Ok(Self(folder))
    }

    /// A folder that is there, of whatever mode.
    pub fn existing(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A folder in the folder, of mode 0700, made if need be.
    ///
    /// # Errors
    /// [`KeystoreError::Io`].
    pub fn folder(&self, name: &str) -> Result<Self, KeystoreError> {
        Self::open(&self.0, name)
    }

    /// Reads a file, or says that there is none.
    ///
    /// # Errors
    /// [`KeystoreError::Io`].
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, KeystoreError> {
        let path = self.file(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error(&path, error)),
        }
    }

    /// Writes a file of mode 0600, whole or not at all: a new one takes the place of the old one once it is on the disk.
    ///
    /// # Errors
    /// [`KeystoreError::Io`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), KeystoreError> {
        self.save(name, bytes, true)
    }

    /// Like [`RoleHome::write`], but never replaces a file.
    ///
    /// # Errors
    /// [`KeystoreError::Exists`], [`KeystoreError::Io`].
    pub fn write_new(&self, name: &str, bytes: &[u8]) -> Result<(), KeystoreError> {
        self.save(name, bytes, false)
    }

    /// Removes a file; one that isn't there is no error.
    ///
    /// # Errors
    /// [`KeystoreError::Io`].
    pub fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        let path = self.file(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(&path, error)),
            _ => Ok(()),
        }
    }

    /// The names of the files whose names end so, sorted.
    ///
    /// # Errors
    /// [`KeystoreError::Io`].
    pub fn list(&self, suffix: &str) -> Result<Vec<String>, KeystoreError> {
        let failed = |source| io_error(&self.0, source);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(failed)? {
            let name = entry
                .map_err(failed)?
                .file_name()
                .to_string_lossy()
                .into_owned();
            if name.ends_with(suffix) && !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn save(&self, name: &str, bytes: &[u8], replace: bool) -> Result<(), KeystoreError> {
        let path = self.file(name);
        let written = tempfile::NamedTempFile::new_in(&self.0).and_then(|mut file| {
            // `tempfile` makes files of mode 0600
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        });
        let file = written.map_err(|source| io_error(&path, source))?;
        let kept = if replace {
            file.persist(&path)
        } else {
            file.persist_noclobber(&path)
        };
        if let Err(error) = kept {
            return Err(match error.error.kind() {
                io::ErrorKind::AlreadyExists => KeystoreError::Exists(path.display().to_string()),
                _ => io_error(&path, error.error),
            });
        }
        // The new name must be on the disk too
        File::open(&self.0)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| io_error(&self.0, source))
    }
}

pub(super) fn io_error(path: &Path, source: io::Error) -> KeystoreError {
    KeystoreError::Io {
        path: path.display().to_string(),
        source,
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    // A folder that was there may have had another mode
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}
