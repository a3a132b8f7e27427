//! The public signals of an eligibility proof.

use super::{EligibilityInputs, VerifyError};
use crate::field::{self, Fr};
use crate::record::{nullifier, record_tag};

/// Number of public signals.
pub const COUNT: usize = 8;

/// The public signals, in the order of circuit and contract (docs/PROTOCOL.md, section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicSignals(pub [Fr; COUNT]);

impl PublicSignals {
    /// The names, in order.
    pub const NAMES: [&'static str; COUNT] = [
        "registryRoot",
        "criteriaHash",
        "purposes",
        "referenceTime",
        "studyId",
        "nullifier",
        "recordTag",
        "context",
    ];

    /// What a proof of these inputs shows.
    pub fn of(inputs: &EligibilityInputs) -> Self {
        Self([
            inputs.path.root,
            inputs.study.criteria_hash,
            Fr::from(inputs.study.purposes),
            inputs.reference.pack(),
            inputs.study.id,
            nullifier(&inputs.identity.secret, &inputs.study.id),
            record_tag(&inputs.record.envelope_hash, &inputs.enrolment.tag_blinding),
            inputs.enrolment.context,
        ])
    }

    /// A root that the registry still accepts.
    pub fn registry_root(&self) -> Fr {
        self.0[0]
    }

    /// The study's criteria.
    pub fn criteria_hash(&self) -> Fr {
        self.0[1]
    }

    /// The study's purposes, a bit mask.
    pub fn purposes(&self) -> Fr {
        self.0[2]
    }

    /// The packed reference time.
    pub fn reference_time(&self) -> Fr {
        self.0[3]
    }

    /// The study.
    pub fn study_id(&self) -> Fr {
        self.0[4]
    }

    /// The identity's mark in this study.
    pub fn nullifier(&self) -> Fr {
        self.0[5]
    }

    /// The blinded envelope hash.
    pub fn record_tag(&self) -> Fr {
        self.0[6]
    }

    /// What the proof is bound to.
    pub fn context(&self) -> Fr {
        self.0[7]
    }

    /// snarkjs' `public.json`: decimal strings in order.
    pub fn to_json(&self) -> String {
        let texts: Vec<String> = self.0.iter().map(field::to_decimal).collect();
        serde_json::Value::from(texts).to_string()
    }

    /// Reads snarkjs' `public.json`.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`] unless there are eight canonical decimal strings.
    pub fn from_json(text: &str) -> Result<Self, VerifyError> {
        let malformed = |reason: String| VerifyError::Malformed {
            what: "public signals",
            reason,
        };
        let texts: Vec<String> =
            serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        let elements = texts
            .iter()
            .map(|text| field::from_decimal(text))
            .collect::<Result<Vec<Fr>, _>>()
            .map_err(|error| malformed(error.to_string()))?;
        let count = elements.len();
        let signals = elements
            .try_into()
            .map_err(|_| malformed(format!("{count} signals, not {COUNT}")))?;
        Ok(Self(signals))
    }
}
