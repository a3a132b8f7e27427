//! The envelope: the small public header of a sealed record (PROTOCOL section 10).

use super::fragment::{Capsule, CAPSULE_LEN};
use super::ids::{CiphertextRoot, EnvelopeHash};
use super::point::CompressedPoint;
use super::stream::{SegmentMap, NONCE_LEN};
use super::wire::{DecodeError, Header, Reader};

const ENVELOPE: Header = Header::new(*b"MSEV", 1, 0);
const OBJECT: &str = "envelope";

/// Most bytes that a wrapped file key may have; Umbral's has 72.
pub const MOST_WRAPPED: usize = 256;
/// Most bytes that an encoded envelope can have.
pub const MOST_BYTES: usize = 8 + CAPSULE_LEN + 2 + MOST_WRAPPED + 66 + NONCE_LEN + 40;

/// Everything about a sealed record that its holder may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The encapsulated key.
    pub capsule: Capsule,
    /// Umbral's ciphertext of the file key.
    pub wrapped_key: Vec<u8>,
    /// What the record is encrypted to.
    pub delegating_key: CompressedPoint,
    /// What its key fragments are signed by.
    pub verifying_key: CompressedPoint,
    /// STREAM's nonce.
    pub nonce: [u8; NONCE_LEN],
    /// Length in bytes of the ciphertext.
    pub ciphertext_length: u64,
    /// Root of the tree over the ciphertext's segments.
    pub ciphertext_root: CiphertextRoot,
}

impl Envelope {
    /// The bytes that are stored, sent and hashed.
    ///
    /// # Errors
    /// [`DecodeError::Field`] if the wrapped key is empty or longer than [`MOST_WRAPPED`].
    pub fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        let wrapped_length = u16::try_from(self.wrapped_key.len()).unwrap_or(u16::MAX);
        check_wrapped(usize::from(wrapped_length))?;
        let mut bytes = ENVELOPE.to_bytes().to_vec();
        bytes.extend(self.capsule.as_bytes());
        bytes.extend(wrapped_length.to_be_bytes());
        bytes.extend(&self.wrapped_key);
        bytes.extend(self.delegating_key.as_bytes());
        bytes.extend(self.verifying_key.as_bytes());
        bytes.extend(self.nonce);
        bytes.extend(self.ciphertext_length.to_be_bytes());
        bytes.extend(self.ciphertext_root.as_bytes());
        Ok(bytes)
    }

    /// Reads an envelope; lengths and prefixes are checked before anything is decoded.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(OBJECT, bytes);
        reader.header(ENVELOPE)?;
        let capsule = Capsule::new(reader.take(CAPSULE_LEN)?)?;
        let wrapped_length = usize::from(u16::from_be_bytes(reader.array()?));
        check_wrapped(wrapped_length)?;
        let wrapped_key = reader.take(wrapped_length)?.to_vec();
        let delegating_key = key(&mut reader, "delegating key")?;
        let verifying_key = key(&mut reader, "verifying key")?;
        let nonce = reader.array()?;
        let ciphertext_length = u64::from_be_bytes(reader.array()?);
        SegmentMap::new(ciphertext_length)
            .map_err(|error| reader.invalid("ciphertext length", error))?;
        let ciphertext_root = CiphertextRoot::new(reader.array()?);
        reader.finish()?;
        Ok(Self {
            capsule,
            wrapped_key,
            delegating_key,
            verifying_key,
            nonce,
            ciphertext_length,
            ciphertext_root,
        })
    }

    /// Where the ciphertext's segments begin and end.
    ///
    /// # Errors
    /// [`DecodeError::Field`] for an impossible length, which no decoded envelope has.
    pub fn segments(&self) -> Result<SegmentMap, DecodeError> {
        SegmentMap::new(self.ciphertext_length).map_err(|error| DecodeError::Field {
            object: OBJECT,
            field: "ciphertext length",
            reason: error.to_string(),
        })
    }
}

/// SHA-256 of an envelope's bytes, reduced to the field.
pub fn envelope_hash(encoded: &[u8]) -> EnvelopeHash {
    EnvelopeHash::from(&prover::record::envelope_hash(encoded))
}

fn key(reader: &mut Reader<'_>, field: &'static str) -> Result<CompressedPoint, DecodeError> {
    let bytes = reader.point(field)?;
    CompressedPoint::new(&bytes).map_err(|error| reader.invalid(field, error))
}

fn check_wrapped(length: usize) -> Result<(), DecodeError> {
    if (1..=MOST_WRAPPED).contains(&length) {
        return Ok(());
    }
    Err(DecodeError::Field {
        object: OBJECT,
        field: "wrapped file key",
        reason: format!("{length} bytes, expected 1 to {MOST_WRAPPED}"),
    })
}

#[cfg(test)]
mod tests;
