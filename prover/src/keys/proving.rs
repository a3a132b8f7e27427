//! The proving key and its file.

use std::path::Path;

use ark_bn254::{Bn254, G1Affine};
use ark_groth16::r1cs_to_qap::LibsnarkReduction;
use ark_groth16::Groth16;
use ark_relations::gr1cs::SynthesisError;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use sha2::{Digest, Sha256};

use super::snarkjs::transcript::Transcript;
use super::verifying::{Provenance, VerifyingKey};
use crate::circuit::artefacts::{read, write};
use crate::circuit::r1cs::R1cs;
use crate::circuit::witness::CircomReduction;
use crate::circuit::{ArtefactError, VerifyError};
use crate::field::Fr;

/// First bytes of a proving key's file.
pub(super) const BRAND: &[u8; 4] = b"MSPK";
/// Version of its layout: major, minor.
const VERSION: (u16, u16) = (2, 0);
/// Kind of a key that was made by arkworks from a public seed.
const DEVELOPMENT: u8 = 1;
/// Kind of a key that came out of a ceremony with snarkjs.
const CEREMONY: u8 = 2;

/// A proving key, with what it was made for and from.
///
/// File, numbers big-endian: brand `MSPK`, major and minor version (2 bytes each), kind (1 byte), length (4 bytes) and text of the
/// circuit's name, length and bytes of the origin, SHA-256 of the constraints, the key as arkworks writes it uncompressed, SHA-256 of all
/// that. The origin of a development key (kind 1) is the public seed, that of a ceremony's (kind 2) is the transcript.
pub struct ProvingKey {
    points: ark_groth16::ProvingKey<Bn254>,
    circuit: Circuit,
    origin: Origin,
}

/// The circuit that a key is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// Its name.
    pub name: String,
    /// SHA-256 of its constraints' file.
    pub r1cs_digest: [u8; 32],
}

/// Where a proving key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A public seed, from which anybody can make the key's trapdoor.
    Development {
        /// The seed.
        seed: String,
    },
    /// A ceremony.
    Ceremony(Transcript),
}

impl ProvingKey {
    /// A key with its origin.
    pub(crate) fn new(
        points: ark_groth16::ProvingKey<Bn254>,
        circuit: Circuit,
        origin: Origin,
    ) -> Self {
        Self {
            points,
            circuit,
            origin,
        }
    }

    /// The circuit that it was made for.
    pub fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    /// SHA-256 of the constraints that the key was made for.
    pub fn r1cs_digest(&self) -> [u8; 32] {
        self.circuit.r1cs_digest
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The public seed of a development key.
    pub fn seed(&self) -> Option<&str> {
        match &self.origin {
            Origin::Development { seed } => Some(seed),
            Origin::Ceremony(_) => None,
        }
    }

    /// The verifying key's points, trivial or not.
    pub(super) fn verifying_points(&self) -> &ark_groth16::VerifyingKey<Bn254> {
        &self.points.vk
    }

    /// The verifying key.
    ///
    /// # Errors
    /// [`ArtefactError::VerifyingKey`] if the key is trivial.
    pub fn verifying_key(&self) -> Result<VerifyingKey, ArtefactError> {
        let (seed, transcript) = match &self.origin {
            Origin::Development { seed } => (seed.clone(), [0; 32]),
            Origin::Ceremony(transcript) => (String::new(), transcript.digest()),
        };
        let provenance = Provenance {
            circuit: self.circuit.name.clone(),
            development: self.seed().is_some(),
            seed,
            r1cs_sha256: hex::encode(self.circuit.r1cs_digest),
            transcript_digest: hex::encode(transcript),
        };
        Ok(VerifyingKey::new(self.points.vk.clone(), provenance)?)
    }

    /// A proof, not yet verified. arkworks and snarkjs keep the quotient in different forms, so that the reduction is the one of the tool
    /// that made the key: with the other one the proof doesn't hold.
    pub(crate) fn prove(
        &self,
        r1cs: &R1cs,
        witness: &[Fr],
        r: Fr,
        s: Fr,
    ) -> Result<ark_groth16::Proof<Bn254>, SynthesisError> {
        let prove = match self.origin {
            Origin::Development { .. } => {
                Groth16::<Bn254, LibsnarkReduction>::create_proof_with_reduction_and_matrices
            }
            Origin::Ceremony(_) => {
                Groth16::<Bn254, CircomReduction>::create_proof_with_reduction_and_matrices
            }
        };
        prove(
            &self.points,
            r,
            s,
            &r1cs.matrices,
            r1cs.instance_wires,
            r1cs.constraints(),
            witness,
        )
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`ArtefactError::File`] if it can't be written.
    pub fn write(&self, path: &Path) -> Result<(), ArtefactError> {
        let (kind, origin) = match &self.origin {
            Origin::Development { seed } => (DEVELOPMENT, seed.as_bytes()),
            Origin::Ceremony(transcript) => (CEREMONY, transcript.bytes()),
        };
        let mut file = BRAND.to_vec();
        file.extend(VERSION.0.to_be_bytes());
        file.extend(VERSION.1.to_be_bytes());
        file.push(kind);
        for part in [self.circuit.name.as_bytes(), origin] {
            let length = u32::try_from(part.len()).map_err(|error| malformed(path, &error))?;
            file.extend(length.to_be_bytes());
            file.extend(part);
        }
        file.extend(self.circuit.r1cs_digest);
        self.points
            .serialize_uncompressed(&mut file)
            .map_err(|error| malformed(path, &error))?;
        file.extend(Sha256::digest(&file));
        write(path, &file)
    }

    /// Reads a file that [`Self::write`] wrote.
    ///
    /// # Errors
    /// [`ArtefactError::File`] if it can't be read, [`ArtefactError::Malformed`] for another brand, version or kind, or damage;
    /// [`ArtefactError::VerifyingKey`] for points that are none of the group.
    pub fn read(path: &Path) -> Result<Self, ArtefactError> {
        let file = read(path)?;
        let parts = Parts::split(&file).map_err(|reason| malformed(path, &reason))?;
        // The digest vouches for the points, whose check one by one would take longer than proving; a proof is verified anyway.
        let points = ark_groth16::ProvingKey::deserialize_uncompressed_unchecked(parts.body)
            .map_err(|error| malformed(path, &error))?;
        check_points(&points.vk)?;
        let origin = match parts.kind {
            DEVELOPMENT => Origin::Development {
                seed: text(parts.origin, path)?,
            },
            CEREMONY => {
                let transcript = Transcript::parse(parts.origin).and_then(|transcript| {
                    transcript.check(&points.delta_g1)?;
                    Ok(transcript)
                });
                Origin::Ceremony(transcript.map_err(|error| malformed(path, &error))?)
            }
            _ => return Err(malformed(path, &"a proving key of unknown kind")),
        };
        let circuit = Circuit {
            name: text(parts.circuit, path)?,
            r1cs_digest: parts.r1cs_digest,
        };
        Ok(Self::new(points, circuit, origin))
    }
}

/// The points of a verifying key are of the groups.
fn check_points(key: &ark_groth16::VerifyingKey<Bn254>) -> Result<(), VerifyError> {
    let g1 = std::iter::once(&key.alpha_g1).chain(&key.gamma_abc_g1);
    let g2 = [&key.beta_g2, &key.gamma_g2, &key.delta_g2];
    let sound = g1.into_iter().all(G1Affine::is_on_curve)
        && g2
            .iter()
            .all(|point| point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve());
    if sound {
        Ok(())
    } else {
        Err(VerifyError::Point("a point of the verifying key"))
    }
}

/// The parts of a proving key's file.
struct Parts<'a> {
    kind: u8,
    circuit: &'a [u8],
    origin: &'a [u8],
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
        let (rest, digest) = rest.split_last_chunk::<32>().ok_or(short)?;
        let (covered, _) = file.split_last_chunk::<32>().ok_or(short)?;
        if Sha256::digest(covered).as_slice() != digest {
            return Err("damaged: its digest differs");
        }
        let (circuit, rest) = part(rest).ok_or(short)?;
        let (origin, rest) = part(rest).ok_or(short)?;
        let (r1cs_digest, body) = rest.split_first_chunk::<32>().ok_or(short)?;
        Ok(Self {
            kind: *kind,
            circuit,
            origin,
            r1cs_digest: *r1cs_digest,
            body,
        })
    }
}

/// A length and so many bytes.
fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

fn text(bytes: &[u8], path: &Path) -> Result<String, ArtefactError> {
    let text = std::str::from_utf8(bytes).map_err(|error| malformed(path, &error))?;
    Ok(text.to_owned())
}

fn malformed(path: &Path, reason: &impl ToString) -> ArtefactError {
    ArtefactError::Malformed {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
