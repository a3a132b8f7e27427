//! The opening of a record commitment, as it lies in the sealed content: JSON, brand `MSOP` (docs/PROTOCOL.md, section 10).

use super::failure::{Class, Failure};
use super::prove::input::element;
use prover::field::Fr;
use prover::record::{RecordOpening, Terms};
use serde::Deserialize;
use std::fs;
use std::path::Path;

const BRAND: &str = "MSOP";
const MAJOR: u16 = 1;

/// All of an opening but the hash of the envelope that it came in.
pub(super) struct Opening {
    pub(super) facts_root: Fr,
    pseudonym: Fr,
    terms: Terms,
    blinding: Fr,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    brand: String,
    major: u16,
    #[serde(rename = "minor")]
    _minor: u16,
    facts_root: String,
    pseudonym: String,
    terms: Terms,
    blinding: String,
}

impl Opening {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read(path).map_err(|error| Failure::file(path, &error))?;
        let file: File = serde_json::from_slice(&text)
            .map_err(|error| Failure::new(Class::Input, format!("{}: {error}", path.display())))?;
        if file.brand != BRAND || file.major != MAJOR {
            let message = format!("{} is no opening of version {MAJOR}", path.display());
            return Err(Failure::new(Class::Input, message));
        }
        Ok(Self {
            facts_root: element("factsRoot", &file.facts_root)?,
            pseudonym: element("pseudonym", &file.pseudonym)?,
            terms: file.terms,
            blinding: element("blinding", &file.blinding)?,
        })
    }

    /// The whole opening.
    pub(super) fn with_envelope(&self, envelope_hash: Fr) -> RecordOpening {
        RecordOpening {
            facts_root: self.facts_root,
            envelope_hash,
            pseudonym: self.pseudonym,
            terms: self.terms,
            blinding: self.blinding,
        }
    }
}
