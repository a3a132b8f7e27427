//! The patient's request: what a hospital needs to certify records for someone (PROTOCOL section 11).
//!
//! It holds the identity commitment and pseudonym nonces, by which the patient's records could be linked: it is for the
//! hospital alone, and nothing of the two ever enters an envelope.

use prover::field::Fr;

use super::ids::{IdentityCommitment, Pseudonym};
use super::point::CompressedPoint;
use super::wire::{DecodeError, Header, Reader};

const REQUEST: Header = Header::new(*b"MSRQ", 1, 0);
const OBJECT: &str = "request";
/// Most key sets of a request.
pub const MOST_SETS: usize = 64;

/// What one record version needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeySet {
    /// Which of the patient's key sets it is.
    pub index: u32,
    /// What makes the pseudonym.
    pub pseudonym_nonce: Fr,
    /// What the record is to be encrypted to.
    pub delegating_key: CompressedPoint,
    /// What its key fragments will be signed by.
    pub verifying_key: CompressedPoint,
}

/// A patient's request.
#[derive(Clone, PartialEq, Eq)]
pub struct PatientRequest {
    /// The patient, to this hospital.
    pub identity_commitment: IdentityCommitment,
    /// Spare key sets, at least one, with distinct delegating keys.
    pub key_sets: Vec<KeySet>,
}

impl KeySet {
    /// The pseudonym, which the hospital computes itself.
    pub fn pseudonym(&self, identity: IdentityCommitment) -> Pseudonym {
        Pseudonym::from(&prover::record::pseudonym(
            &identity.to_field(),
            &self.pseudonym_nonce,
        ))
    }
}

impl PatientRequest {
    /// The file's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = REQUEST.to_bytes().to_vec();
        bytes.extend(self.identity_commitment.as_bytes());
        let count = u16::try_from(self.key_sets.len()).unwrap_or(u16::MAX);
        bytes.extend(count.to_be_bytes());
        for set in &self.key_sets {
            bytes.extend(set.index.to_be_bytes());
            bytes.extend(prover::field::to_be_bytes(&set.pseudonym_nonce));
            bytes.extend(set.delegating_key.as_bytes());
            bytes.extend(set.verifying_key.as_bytes());
        }
        bytes
    }

    /// Reads the file's bytes.
    ///
    /// # Errors
    /// [`DecodeError`]; among the fields: no key set or more than [`MOST_SETS`], a delegating key twice.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(OBJECT, bytes);
        reader.header(REQUEST)?;
        let identity_commitment = IdentityCommitment::new(reader.array()?)
            .map_err(|error| reader.invalid("identity commitment", error))?;
        let count = usize::from(u16::from_be_bytes(reader.array()?));
        if !(1..=MOST_SETS).contains(&count) {
            return Err(reader.invalid("key sets", format!("{count}, expected 1 to {MOST_SETS}")));
        }
        let mut key_sets: Vec<KeySet> = Vec::with_capacity(count);
        for _ in 0..count {
            let set = read_set(&mut reader)?;
            if key_sets
                .iter()
                .any(|other| other.delegating_key == set.delegating_key)
            {
                return Err(reader.invalid("key sets", "a delegating key stands there twice"));
            }
            key_sets.push(set);
        }
        reader.finish()?;
        Ok(Self {
            identity_commitment,
            key_sets,
        })
    }
}

fn read_set(reader: &mut Reader<'_>) -> Result<KeySet, DecodeError> {
    let index = u32::from_be_bytes(reader.array()?);
    let pseudonym_nonce = prover::field::from_be_bytes_canonical(&reader.array()?)
        .map_err(|error| reader.invalid("pseudonym nonce", error))?;
    let key = |bytes: [u8; 33]| CompressedPoint::new(&bytes);
    let delegating_key = key(reader.point("delegating key")?)
        .map_err(|error| reader.invalid("delegating key", error))?;
    let verifying_key = key(reader.point("verifying key")?)
        .map_err(|error| reader.invalid("verifying key", error))?;
    Ok(KeySet {
        index,
        pseudonym_nonce,
        delegating_key,
        verifying_key,
    })
}

#[cfg(test)]
mod tests;
