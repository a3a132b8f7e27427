//! Groth16 keys: development keys from a public seed, their files, and the verifying key for snarkjs and the chain.

use std::path::Path;

use ark_bn254::Bn254;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use sha2::{Digest, Sha256};

use crate::circuit::artefacts::{self, read, write};
use crate::circuit::ArtefactError;

pub mod development;
pub mod solidity;
#[cfg(test)]
mod tests;
mod verifying;

pub use verifying::{Provenance, VerifyingKey};

/// First bytes of a proving key's file.
const BRAND: &[u8; 4] = b"MSPK";
/// Version of its layout: major, minor.
const VERSION: (u16, u16) = (1, 0);
/// Kind of a key that was made by arkworks from a public seed. The only one so far.
const DEVELOPMENT: u8 = 1;

/// A proving key, with what it was made for and from.
///
/// File: brand `MSPK`, major and minor version, kind (1 byte; 1 is a development key), length (2 bytes) and text of the public
/// seed, SHA-256 of the constraints, SHA-256 of the rest, and the key as arkworks writes it uncompressed.
pub struct ProvingKey {
    points: ark_groth16::ProvingKey<Bn254>,
    r1cs_digest: [u8; 32],
    seed: String,
}

impl ProvingKey {
    /// A development key.
    pub(crate) fn development(
        points: ark_groth16::ProvingKey<Bn254>,
        r1cs_digest: [u8; 32],
        seed: &str,
    ) -> Self {
        Self {
            points,
            r1cs_digest,
            seed: seed.to_owned(),
        }
    }

    /// The group elements.
    pub(crate) fn points(&self) -> &ark_groth16::ProvingKey<Bn254> {
        &self.points
    }

    /// SHA-256 of the constraints that the key was made for.
    pub fn r1cs_digest(&self) -> [u8; 32] {
        self.r1cs_digest
    }

    /// The public seed that the key was made from.
    pub fn seed(&self) -> &str {
        &self.seed
    }

    /// Whether anybody can forge proofs for this key. So far every key is a development key.
    pub fn is_development(&self) -> bool {
        !self.seed.is_empty()
    }

    /// The verifying key.
    ///
    /// # Errors
    /// [`ArtefactError::VerifyingKey`] if the key is trivial.
    pub fn verifying_key(&self) -> Result<VerifyingKey, ArtefactError> {
        let provenance = Provenance {
            circuit: artefacts::circuit_of(&hex::encode(self.r1cs_digest)),
            development: self.is_development(),
            seed: self.seed.clone(),
            r1cs_sha256: hex::encode(self.r1cs_digest),
        };
        Ok(VerifyingKey::new(self.points.vk.clone(), provenance)?)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`ArtefactError::File`] if it can't be written.
    pub fn write(&self, path: &Path) -> Result<(), ArtefactError> {
        let mut body = Vec::new();
        self.points
            .serialize_uncompressed(&mut body)
            .map_err(|error| malformed(path, &error))?;
        let seed_length =
            u16::try_from(self.seed.len()).map_err(|error| malformed(path, &error))?;
        let mut file = BRAND.to_vec();
        file.extend(VERSION.0.to_be_bytes());
        file.extend(VERSION.1.to_be_bytes());
        file.push(DEVELOPMENT);
        file.extend(seed_length.to_be_bytes());
        file.extend(self.seed.as_bytes());
        file.extend(self.r1cs_digest);
        file.extend(Sha256::digest(&body));
        file.extend(body);
        write(path, &file)
    }

    /// Reads a file that [`Self::write`] wrote.
    ///
    /// # Errors
    /// [`ArtefactError::File`] if it can't be read, [`ArtefactError::Malformed`] for another brand, version or kind, or damage.
    pub fn read(path: &Path) -> Result<Self, ArtefactError> {
        let file = read(path)?;
        let parts = Parts::split(&file).map_err(|reason| malformed(path, &reason))?;
        // The digest vouches for the points, whose check one by one would take longer than proving.
        let points = ark_groth16::ProvingKey::deserialize_uncompressed_unchecked(parts.body)
            .map_err(|error| malformed(path, &error))?;
        Ok(Self {
            points,
            r1cs_digest: parts.r1cs_digest,
            seed: parts.seed.to_owned(),
        })
    }
}

/// The parts of a proving key's file.
struct Parts<'a> {
    seed: &'a str,
    r1cs_digest: [u8; 32],
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split(file: &'a [u8]) -> Result<Self, &'static str> {
        let short = "too short";
        let (brand, rest) = file.split_first_chunk::<4>().ok_or(short)?;
        let (major, rest) = rest.split_first_chunk::<2>().ok_or(short)?;
        let (_minor, rest) = rest.split_first_chunk::<2>().ok_or(short)?;
        let (kind, rest) = rest.split_first().ok_or(short)?;
        if brand != BRAND {
            return Err("not a proving key");
        }
        if u16::from_be_bytes(*major) != VERSION.0 {
            return Err("a proving key of another major version");
        }
        if *kind != DEVELOPMENT {
            return Err("a proving key of unknown kind");
        }
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(short)?;
        let (seed, rest) = rest
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or(short)?;
        let (r1cs_digest, rest) = rest.split_first_chunk::<32>().ok_or(short)?;
        let (digest, body) = rest.split_first_chunk::<32>().ok_or(short)?;
        if Sha256::digest(body).as_slice() != digest {
            return Err("damaged: its digest differs");
        }
        Ok(Self {
            seed: std::str::from_utf8(seed).map_err(|_| "its seed is no text")?,
            r1cs_digest: *r1cs_digest,
            body,
        })
    }
}

fn malformed(path: &Path, reason: &impl ToString) -> ArtefactError {
    ArtefactError::Malformed {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
