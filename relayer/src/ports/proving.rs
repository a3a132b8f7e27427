//! What makes eligibility proofs, so that the application can be tested without a circuit.

use prover::circuit::inputs::EligibilityInputs;

use crate::domain::enrolment::ProofWords;
use crate::domain::failure::Failure;
use crate::domain::ids::VerifyingKeyHash;

/// A circuit with its proving key.
pub trait EligibilityProver: Send + Sync {
    /// Digest of the verifying key that its proofs verify under.
    ///
    /// # Errors
    /// `not-found` if there are no artefacts, `malformed` if they can't be used.
    fn verifying_key_hash(&self) -> Result<VerifyingKeyHash, Failure>;

    /// Proves, and checks the proof.
    ///
    /// # Errors
    /// The cause by which the inputs don't satisfy the circuit; those of
    /// [`verifying_key_hash`](Self::verifying_key_hash).
    fn prove(&self, inputs: &EligibilityInputs) -> Result<ProofWords, Failure>;
}
