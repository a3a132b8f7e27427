//! The verifying key: snarkjs' file, its digest, and the refusal of keys that anyone could forge with.

use std::sync::LazyLock;

use ark_bn254::{Bn254, G1Affine};
use serde::{Deserialize, Serialize};
use sha3::{Digest, Keccak256};

use super::weakness;
use crate::circuit::proof::points::{read_g1, read_g2, write_g1, write_g2};
use crate::circuit::proof::{g1_words, g2_words};
use crate::circuit::signals::COUNT;
use crate::circuit::{CircuitSize, VerifyError};

/// A verifying key and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyingKey {
    pub(crate) points: ark_groth16::VerifyingKey<Bn254>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Where a verifying key comes from. snarkjs ignores this part of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// Name of the circuit.
    pub circuit: String,
    /// Whether anybody can forge proofs for it.
    pub development: bool,
    /// The public seed of a development key.
    pub seed: String,
    /// SHA-256 of the constraints.
    pub r1cs_sha256: String,
    /// Digest of the ceremony's transcript, in hex; zeros for a development key, which has none.
    pub transcript_digest: String,
}

/// snarkjs' `verification_key.json`, with ours beside it.
#[derive(Serialize, Deserialize)]
struct File {
    medshare: Provenance,
    protocol: String,
    curve: String,
    #[serde(rename = "nPublic")]
    public: usize,
    vk_alpha_1: [String; 3],
    vk_beta_2: [[String; 2]; 3],
    vk_gamma_2: [[String; 2]; 3],
    vk_delta_2: [[String; 2]; 3],
    #[serde(rename = "IC")]
    inputs: Vec<[String; 3]>,
}

impl VerifyingKey {
    /// Checks that no part of the key lacks a secret contribution.
    ///
    /// # Errors
    /// [`VerifyError::TrivialKey`], or [`VerifyError::Malformed`] for a key of another number of signals.
    pub(crate) fn new(
        points: ark_groth16::VerifyingKey<Bn254>,
        provenance: Provenance,
    ) -> Result<Self, VerifyError> {
        if points.gamma_abc_g1.len() != COUNT + 1 {
            return Err(malformed(format!(
                "{} public signals, not {COUNT}",
                points.gamma_abc_g1.len().saturating_sub(1)
            )));
        }
        match weakness::of(&points) {
            Some(what) => Err(VerifyError::TrivialKey(what)),
            None => Ok(Self { points, provenance }),
        }
    }

    /// The development key that the repository ships for a size.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`] if it is damaged.
    pub fn development(size: CircuitSize) -> Result<Self, VerifyError> {
        Self::from_json(match size {
            CircuitSize::Small => {
                include_str!("../../../circuits/keys/eligibility_8.dev.vkey.json")
            }
            CircuitSize::Large => {
                include_str!("../../../circuits/keys/eligibility_16.dev.vkey.json")
            }
        })
    }

    /// Whether anybody can forge proofs for it: it says so, or its points are those of a development key, whatever it says.
    pub fn is_development(&self) -> bool {
        self.provenance.development || is_development_hash(&self.hash())
    }

    /// The circuit's size, `None` for a circuit that this program does not know.
    pub fn size(&self) -> Option<CircuitSize> {
        CircuitSize::of_name(&self.provenance.circuit)
    }

    /// Keccak-256 over all points as the contract has them: alpha, beta, gamma, delta and the points of the signals, each
    /// coordinate a 32-byte word, imaginary parts first.
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.points)
    }

    /// snarkjs' `verification_key.json`.
    pub fn to_json(&self) -> String {
        let file = File {
            medshare: self.provenance.clone(),
            protocol: "groth16".to_owned(),
            curve: "bn128".to_owned(),
            public: COUNT,
            vk_alpha_1: write_g1(&self.points.alpha_g1),
            vk_beta_2: write_g2(&self.points.beta_g2),
            vk_gamma_2: write_g2(&self.points.gamma_g2),
            vk_delta_2: write_g2(&self.points.delta_g2),
            inputs: self.points.gamma_abc_g1.iter().map(write_g1).collect(),
        };
        // Strings and numbers always serialise
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads what [`Self::to_json`] writes.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`], [`VerifyError::Point`] or [`VerifyError::TrivialKey`].
    pub fn from_json(text: &str) -> Result<Self, VerifyError> {
        let (points, provenance) = Self::parse(text)?;
        Self::new(points, provenance)
    }

    /// Reads a file whose key may be trivial.
    pub(super) fn parse(
        text: &str,
    ) -> Result<(ark_groth16::VerifyingKey<Bn254>, Provenance), VerifyError> {
        let file: File =
            serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        if file.protocol != "groth16" || file.curve != "bn128" {
            return Err(malformed(format!("{} over {}", file.protocol, file.curve)));
        }
        let inputs: Result<Vec<G1Affine>, _> =
            file.inputs.iter().map(|text| read_g1("IC", text)).collect();
        let points = ark_groth16::VerifyingKey {
            alpha_g1: read_g1("vk_alpha_1", &file.vk_alpha_1)?,
            beta_g2: read_g2("vk_beta_2", &file.vk_beta_2)?,
            gamma_g2: read_g2("vk_gamma_2", &file.vk_gamma_2)?,
            delta_g2: read_g2("vk_delta_2", &file.vk_delta_2)?,
            gamma_abc_g1: inputs?,
        };
        Ok((points, file.medshare))
    }
}

/// Digest of a verifying key, see [`VerifyingKey::hash`].
pub(super) fn hash(points: &ark_groth16::VerifyingKey<Bn254>) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    let mut add = |words: &[[u8; 32]]| words.iter().for_each(|word| hasher.update(word));
    add(&g1_words(&points.alpha_g1));
    for point in [&points.beta_g2, &points.gamma_g2, &points.delta_g2] {
        add(g2_words(point).as_flattened());
    }
    for point in &points.gamma_abc_g1 {
        add(&g1_words(point));
    }
    hasher.finalize().into()
}

/// Digests of the development verifying keys.
static DEVELOPMENT_HASHES: LazyLock<Vec<[u8; 32]>> = LazyLock::new(|| {
    let keys = CircuitSize::ALL.into_iter().map(VerifyingKey::development);
    keys.filter_map(Result::ok).map(|key| key.hash()).collect()
});

/// Whether this is the digest of a development verifying key, for whose proofs anybody can forge others.
pub fn is_development_hash(hash: &[u8; 32]) -> bool {
    DEVELOPMENT_HASHES.contains(hash)
}

fn malformed(reason: String) -> VerifyError {
    VerifyError::Malformed {
        what: "verifying key",
        reason,
    }
}
