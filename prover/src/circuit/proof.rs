//! A Groth16 proof, in snarkjs' text form and in the contract's words.

use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G2Affine};
use ark_ff::{BigInteger, PrimeField};
use serde::{Deserialize, Serialize};

use super::{PublicSignals, VerifyError};

pub(crate) mod points;
#[cfg(test)]
mod tests;

use points::{read_g1, read_g2, write_g1, write_g2};

/// A proof and what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct EligibilityProof {
    /// What it shows.
    pub signals: PublicSignals,
    /// The proof.
    pub proof: Proof,
}

/// A Groth16 proof over BN254.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof(pub(crate) ark_groth16::Proof<Bn254>);

/// The arguments of the contract's `verifyProof`: 32-byte big-endian words, a G2 coordinate's imaginary part first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractProof {
    /// Point A: x, y.
    pub a: [[u8; 32]; 2],
    /// Point B: x and y, imaginary part first.
    pub b: [[[u8; 32]; 2]; 2],
    /// Point C: x, y.
    pub c: [[u8; 32]; 2],
}

/// snarkjs' `proof.json`.
#[derive(Serialize, Deserialize)]
struct ProofFile {
    pi_a: [String; 3],
    pi_b: [[String; 2]; 3],
    pi_c: [String; 3],
    protocol: String,
    curve: String,
}

impl ContractProof {
    /// The eight words of `Request.proof`: A, B, C, coordinate by coordinate.
    pub fn words(&self) -> [[u8; 32]; 8] {
        let ([a_x, a_y], [b_x, b_y], [c_x, c_y]) = (self.a, self.b, self.c);
        [a_x, a_y, b_x[0], b_x[1], b_y[0], b_y[1], c_x, c_y]
    }
}

impl Proof {
    /// snarkjs' `proof.json`.
    pub fn to_json(&self) -> String {
        let file = ProofFile {
            pi_a: write_g1(&self.0.a),
            pi_b: write_g2(&self.0.b),
            pi_c: write_g1(&self.0.c),
            protocol: "groth16".to_owned(),
            curve: "bn128".to_owned(),
        };
        // Strings always serialise
        serde_json::to_string_pretty(&file).unwrap_or_default()
    }

    /// Reads snarkjs' `proof.json`.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`] for another form, [`VerifyError::Point`] for points that are not in their group.
    pub fn from_json(text: &str) -> Result<Self, VerifyError> {
        let malformed = |reason: String| VerifyError::Malformed {
            what: "proof",
            reason,
        };
        let file: ProofFile =
            serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
        if file.protocol != "groth16" || file.curve != "bn128" {
            return Err(malformed(format!("{} over {}", file.protocol, file.curve)));
        }
        Ok(Self(ark_groth16::Proof {
            a: read_g1("pi_a", &file.pi_a)?,
            b: read_g2("pi_b", &file.pi_b)?,
            c: read_g1("pi_c", &file.pi_c)?,
        }))
    }

    /// The arguments of the contract's `verifyProof`.
    pub fn to_contract(&self) -> ContractProof {
        ContractProof {
            a: g1_words(&self.0.a),
            b: g2_words(&self.0.b),
            c: g1_words(&self.0.c),
        }
    }

    /// Reads the arguments of the contract's `verifyProof`.
    ///
    /// # Errors
    /// [`VerifyError::Point`] for points that are not in their group, or coordinates that are not canonical.
    pub fn from_contract(words: &ContractProof) -> Result<Self, VerifyError> {
        Ok(Self(ark_groth16::Proof {
            a: g1_from_words("a", &words.a)?,
            b: g2_from_words("b", &words.b)?,
            c: g1_from_words("c", &words.c)?,
        }))
    }
}

/// A coordinate as a big-endian word.
pub(crate) fn word(coordinate: &Fq) -> [u8; 32] {
    let mut word = [0; 32];
    word.copy_from_slice(&coordinate.into_bigint().to_bytes_be());
    word
}

/// Both coordinates of a point.
pub(crate) fn g1_words(point: &G1Affine) -> [[u8; 32]; 2] {
    [word(&point.x), word(&point.y)]
}

/// Both coordinates of a point, imaginary parts first.
pub(crate) fn g2_words(point: &G2Affine) -> [[[u8; 32]; 2]; 2] {
    [&point.x, &point.y].map(|coordinate| [word(&coordinate.c1), word(&coordinate.c0)])
}

/// A canonical coordinate.
fn coordinate(name: &'static str, bytes: &[u8; 32]) -> Result<Fq, VerifyError> {
    let read = Fq::from_be_bytes_mod_order(bytes);
    if word(&read) == *bytes {
        Ok(read)
    } else {
        Err(VerifyError::Point(name))
    }
}

fn g1_from_words(name: &'static str, [x, y]: &[[u8; 32]; 2]) -> Result<G1Affine, VerifyError> {
    points::check_g1(name, coordinate(name, x)?, coordinate(name, y)?)
}

fn g2_from_words(name: &'static str, [x, y]: &[[[u8; 32]; 2]; 2]) -> Result<G2Affine, VerifyError> {
    let pair = |[imaginary, real]: &[[u8; 32]; 2]| -> Result<Fq2, VerifyError> {
        Ok(Fq2::new(
            coordinate(name, real)?,
            coordinate(name, imaginary)?,
        ))
    };
    points::check_g2(name, pair(x)?, pair(y)?)
}
