//! The opening of a record commitment as it lies in the sealed content: JSON, all but the envelope's hash,
//! which can't be part of what it covers (PROTOCOL section 10).

use prover::field::{self, Fr};
use prover::record::{RecordOpening, Terms};

use super::failure::{Failure, FailureCode};
use super::ids::{EnvelopeHash, RecordCommitment};

const BRAND: &str = "MSOP";
const MAJOR: u16 = 1;
const MINOR: u16 = 0;

/// What the sealed opening holds. Whoever has it and the envelope can recognise the record on chain.
#[derive(Clone)]
pub struct SealedOpening {
    /// Root of the facts tree.
    pub facts_root: Fr,
    /// The patient's pseudonym in this record version.
    pub pseudonym: Fr,
    /// Conditions of use.
    pub terms: Terms,
    /// What hides the rest.
    pub blinding: Fr,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpeningFile {
    brand: String,
    major: u16,
    minor: u16,
    facts_root: String,
    pseudonym: String,
    terms: Terms,
    blinding: String,
}

impl SealedOpening {
    /// The JSON that is sealed.
    pub fn to_json(&self) -> Vec<u8> {
        let file = OpeningFile {
            brand: BRAND.to_owned(),
            major: MAJOR,
            minor: MINOR,
            facts_root: field::to_hex(&self.facts_root),
            pseudonym: field::to_hex(&self.pseudonym),
            terms: self.terms,
            blinding: field::to_hex(&self.blinding),
        };
        // Strings and numbers always serialise
        serde_json::to_vec_pretty(&file).unwrap_or_default()
    }

    /// Reads the JSON.
    ///
    /// # Errors
    /// `malformed` or `unsupported-version`.
    pub fn from_json(json: &[u8]) -> Result<Self, Failure> {
        let malformed = |reason: String| {
            Failure::new(
                FailureCode::Malformed,
                format!("the record's opening: {reason}"),
            )
        };
        let file: OpeningFile =
            serde_json::from_slice(json).map_err(|error| malformed(error.to_string()))?;
        if file.brand != BRAND {
            return Err(malformed(format!(
                "its brand is {:?}, not {BRAND}",
                file.brand
            )));
        }
        if file.major != MAJOR || file.minor > MINOR {
            let found = format!(
                "the record's opening has version {}.{}",
                file.major, file.minor
            );
            return Err(Failure::new(FailureCode::UnsupportedVersion, found));
        }
        let element =
            |text: &str| field::from_hex(text).map_err(|error| malformed(error.to_string()));
        Ok(Self {
            facts_root: element(&file.facts_root)?,
            pseudonym: element(&file.pseudonym)?,
            terms: file.terms,
            blinding: element(&file.blinding)?,
        })
    }

    /// The whole opening, with the hash of the envelope that it came in.
    pub fn with_envelope(&self, envelope: EnvelopeHash) -> RecordOpening {
        RecordOpening {
            facts_root: self.facts_root,
            envelope_hash: envelope.to_field(),
            pseudonym: self.pseudonym,
            terms: self.terms,
            blinding: self.blinding,
        }
    }

    /// The commitment of this opening in an envelope.
    pub fn commitment(&self, envelope: EnvelopeHash) -> RecordCommitment {
        RecordCommitment::from(&self.with_envelope(envelope).commitment())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SealedOpening {
        SealedOpening {
            facts_root: Fr::from(1u8),
            pseudonym: Fr::from(2u8),
            terms: Terms {
                consent: 3,
                expiry_day: 4,
                as_of_day: 5,
                mapping_version: 1,
            },
            blinding: Fr::from(6u8),
        }
    }

    #[test]
    fn it_goes_both_ways_and_commits() {
        let read = SealedOpening::from_json(&sample().to_json()).unwrap();
        let envelope = EnvelopeHash::reduce(&[9; 32]);
        assert_eq!(read.commitment(envelope), sample().commitment(envelope));
        assert_ne!(
            read.commitment(envelope),
            read.commitment(EnvelopeHash::reduce(&[8; 32]))
        );
    }

    #[test]
    fn other_files_are_refused() {
        let json = String::from_utf8(sample().to_json()).unwrap();
        let code = |text: &str| {
            SealedOpening::from_json(text.as_bytes())
                .err()
                .map(|e| e.code())
        };
        assert_eq!(
            code(&json.replace("MSOP", "MSXX")),
            Some(FailureCode::Malformed)
        );
        let newer = json.replace("\"major\": 1", "\"major\": 2");
        assert_eq!(code(&newer), Some(FailureCode::UnsupportedVersion));
        assert_eq!(code("{}"), Some(FailureCode::Malformed));
        assert_eq!(
            code(&json.replace("0x0", "0xz")),
            Some(FailureCode::Malformed)
        );
    }
}
