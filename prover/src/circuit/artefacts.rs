//! The files of a compiled circuit and its keys, and the manifest that fixes them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{ArtefactError, CircuitSize};

/// Where the build puts the files, seen from the repository's root.
pub const DEFAULT_FOLDER: &str = "target/circuits";

/// The files of one circuit in a folder.
#[derive(Debug, Clone)]
pub struct Artefacts {
    size: CircuitSize,
    folder: PathBuf,
    manifest: Manifest,
}

/// What the compiler of the circuit wrote down about it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Name of the circuit.
    pub circuit: String,
    /// Number of constraints.
    pub constraints: usize,
    /// SHA-256 of the constraints' file, in hex.
    pub r1cs_sha256: String,
    /// SHA-256 of the witness calculator's module, in hex.
    pub wasm_sha256: String,
}

impl Artefacts {
    /// Opens the circuit of a size in the folder of compiled circuits, and compares its files with its manifest.
    ///
    /// # Errors
    /// [`ArtefactError::File`] or [`ArtefactError::Malformed`] for what is missing or no manifest,
    /// [`ArtefactError::Digest`] for a file that is not the one in it.
    pub fn open(folder: &Path, size: CircuitSize) -> Result<Self, ArtefactError> {
        let path = folder.join(format!("{}.json", size.name()));
        let manifest: Manifest =
            serde_json::from_slice(&read(&path)?).map_err(|error| ArtefactError::Malformed {
                path: path.clone(),
                reason: error.to_string(),
            })?;
        let artefacts = Self {
            size,
            folder: folder.to_owned(),
            manifest,
        };
        compare(&artefacts.r1cs(), &artefacts.manifest.r1cs_sha256)?;
        compare(&artefacts.wasm(), &artefacts.manifest.wasm_sha256)?;
        Ok(artefacts)
    }

    /// The circuit's size.
    pub fn size(&self) -> CircuitSize {
        self.size
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the constraints' file.
    ///
    /// # Errors
    /// [`ArtefactError::Malformed`] if the manifest's digest is no hex.
    pub fn r1cs_digest(&self) -> Result<[u8; 32], ArtefactError> {
        let mut digest = [0; 32];
        hex::decode_to_slice(&self.manifest.r1cs_sha256, &mut digest).map_err(|error| {
            ArtefactError::Malformed {
                path: self.file("json"),
                reason: error.to_string(),
            }
        })?;
        Ok(digest)
    }

    /// The constraints.
    pub fn r1cs(&self) -> PathBuf {
        self.file("r1cs")
    }

    /// The witness calculator.
    pub fn wasm(&self) -> PathBuf {
        self.file("wasm")
    }

    /// The development proving key, once made.
    pub fn development_key(&self) -> PathBuf {
        self.file("dev.pk")
    }

    fn file(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.size.name()))
    }
}

/// Compares a file with its digest in the manifest.
fn compare(path: &Path, expected: &str) -> Result<(), ArtefactError> {
    let found = hex::encode(Sha256::digest(read(path)?));
    if found == expected {
        Ok(())
    } else {
        Err(ArtefactError::Digest(path.to_owned()))
    }
}

/// Reads a whole file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, ArtefactError> {
    fs::read(path).map_err(|source| ArtefactError::File {
        path: path.to_owned(),
        source,
    })
}

/// Writes a whole file, creating its folder.
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<(), ArtefactError> {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, contents))
        .map_err(|source| ArtefactError::File {
            path: path.to_owned(),
            source,
        })
}
