//! Verification of eligibility proofs.

use ark_bn254::Bn254;
use ark_groth16::{prepare_verifying_key, Groth16, PreparedVerifyingKey};

use super::{CircuitSize, EligibilityProof, Proof, PublicSignals, VerifyError};
use crate::keys::VerifyingKey;

/// A verifying key, prepared once for many proofs.
pub struct Verifier {
    key: PreparedVerifyingKey<Bn254>,
    key_hash: [u8; 32],
    development: bool,
}

impl Verifier {
    /// A verifier for a key.
    pub fn new(key: &VerifyingKey) -> Self {
        Self {
            key: prepare_verifying_key(&key.points),
            key_hash: key.hash(),
            development: key.is_development(),
        }
    }

    /// The verifier of the development key that the repository ships for a size.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`] if the shipped key is damaged.
    pub fn development(size: CircuitSize) -> Result<Self, VerifyError> {
        Ok(Self::new(&VerifyingKey::development(size)?))
    }

    /// Digest of the key, to be compared with the contract's `verifyingKeyHash()`.
    pub fn key_hash(&self) -> [u8; 32] {
        self.key_hash
    }

    /// Whether anybody can forge proofs that it accepts.
    pub fn is_development(&self) -> bool {
        self.development
    }

    /// Verifies a proof of these public signals.
    ///
    /// # Errors
    /// [`VerifyError::Invalid`].
    pub fn verify(&self, signals: &PublicSignals, proof: &Proof) -> Result<(), VerifyError> {
        match Groth16::<Bn254>::verify_proof(&self.key, &proof.0, &signals.0) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(VerifyError::Invalid),
        }
    }

    /// Verifies a proof with its signals.
    ///
    /// # Errors
    /// [`VerifyError::Invalid`].
    pub fn check(&self, proof: &EligibilityProof) -> Result<(), VerifyError> {
        self.verify(&proof.signals, &proof.proof)
    }
}
