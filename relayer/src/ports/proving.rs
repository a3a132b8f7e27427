//! What makes eligibility proofs, so that the application can be tested without a circuit.

use prover::circuit::inputs::EligibilityInputs;
use prover::circuit::CircuitSize;

use crate::domain::enrolment::ProofWords;
use crate::domain::failure::Failure;
use crate::domain::ids::VerifyingKeyHash;

/// The circuits with their proving keys.
pub trait EligibilityProver: Send + Sync {
    /// Digest of the verifying key that proofs of a circuit size verify under.
    ///
    /// # Errors
    /// `not-found` if there are no artefacts, `malformed` if they can't be used.
    fn verifying_key_hash(&self, size: CircuitSize) -> Result<VerifyingKeyHash, Failure>;

    /// Proves with the circuit that the inputs' criteria were compiled for, and checks the proof.
    ///
    /// # Errors
    /// The cause by which the inputs don't satisfy the circuit; those of
    /// [`verifying_key_hash`](Self::verifying_key_hash).
    fn prove(&self, inputs: &EligibilityInputs) -> Result<ProofWords, Failure>;
}
