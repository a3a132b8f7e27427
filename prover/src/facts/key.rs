//! The key of a fact.

use super::value_sets::ValueSetDigest;
use sha2::{Digest, Sha256};

/// System of the codes of `Patient.gender`.
const GENDER_SYSTEM: &str = "http://hl7.org/fhir/administrative-gender";
/// Code of an entry with words but no usable code, and answer of a result in words.
const UNCODED: &str = "uncoded";
/// Before the digest of a value set, as the code of what is rolled up for it.
const VALUE_SET: &str = "value-set:";

/// What a fact is about: `[kind, system, code, unit, answer]`. Parts that don't apply are empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey {
    /// FHIR resource type, or `Medication` for the four medication resources together.
    pub kind: String,
    /// Code system (its FHIR URL); empty for the keys that Medshare defines.
    pub system: String,
    /// Code, as written.
    pub code: String,
    /// Canonical UCUM unit of the values.
    pub unit: String,
    /// Answer of a coded result: `system|code`, `true`, `false` or `uncoded`.
    pub answer: String,
}

impl FactKey {
    /// The key of a code of a kind, whatever its unit or answer.
    pub fn new(kind: &str, system: &str, code: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            system: system.to_owned(),
            code: code.to_owned(),
            unit: String::new(),
            answer: String::new(),
        }
    }

    /// The same code with values in this canonical unit.
    #[must_use]
    pub fn with_unit(&self, unit: &str) -> Self {
        Self {
            unit: unit.to_owned(),
            ..self.clone()
        }
    }

    /// The same code with this answer.
    #[must_use]
    pub fn with_answer(&self, answer: &str) -> Self {
        Self {
            answer: answer.to_owned(),
            ..self.clone()
        }
    }

    /// An answer in words: `[.., "uncoded"]` in the place of the answer.
    #[must_use]
    pub fn with_uncoded_answer(&self) -> Self {
        self.with_answer(UNCODED)
    }

    /// Entries of a kind that say in words, or not at all, what they are about.
    pub fn uncoded(kind: &str) -> Self {
        Self::new(kind, "", UNCODED)
    }

    /// Entries of a kind that have a code of a value set: `[kind, "", "value-set:sha256:…", "", ""]`. No coding can give
    /// this key, because a coding without system is none.
    pub fn rolled_up(kind: &str, set: ValueSetDigest) -> Self {
        Self::new(kind, "", &format!("{VALUE_SET}{set}"))
    }

    /// The value set that the key is rolled up for.
    pub fn value_set(&self) -> Option<ValueSetDigest> {
        let digest = self.code.strip_prefix(VALUE_SET);
        let digest = digest.filter(|_| self.system.is_empty())?;
        digest.parse().ok()
    }

    /// The same kind and code, whatever the unit or answer.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self::new(&self.kind, &self.system, &self.code)
    }

    /// Date of birth: its values are the integer `yyyymmdd`.
    pub fn birth_date() -> Self {
        Self::new("Patient", "", "birthDate")
    }

    /// Sex, any; with [`FactKey::sex`] for one.
    pub fn any_sex() -> Self {
        Self::new("Patient", "", "gender")
    }

    /// Sex as a FHIR code: `male`, `female`, `other` or `unknown`.
    pub fn sex(code: &str) -> Self {
        Self::any_sex().with_answer(&format!("{GENDER_SYSTEM}|{code}"))
    }

    /// Death; its date is the day of death, if known.
    pub fn deceased() -> Self {
        Self::new("Patient", "", "deceased")
    }

    /// The compact JSON array of the five parts, which is what is hashed.
    pub fn to_json_array(&self) -> String {
        let parts = [
            &self.kind,
            &self.system,
            &self.code,
            &self.unit,
            &self.answer,
        ];
        serde_json::Value::from(parts.map(String::as_str).to_vec()).to_string()
    }

    /// The first 128 bits of the SHA-256 of the JSON array: the key as it enters the field.
    pub fn digest(&self) -> u128 {
        let hash = Sha256::digest(self.to_json_array());
        let mut first = [0; 16];
        first.copy_from_slice(&hash[..16]);
        u128::from_be_bytes(first)
    }
}
