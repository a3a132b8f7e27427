//! Proofs of eligibility.

use std::path::Path;

use ark_ff::UniformRand;
use rand::rngs::OsRng;
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use super::artefacts::Artefacts;
use super::assignment::Assignment;
use super::r1cs::R1cs;
use super::witness::WitnessCalculator;
use super::{
    preflight, ArtefactError, CircuitSize, EligibilityInputs, EligibilityProof, Proof, ProveError,
    PublicSignals, Verifier,
};
use crate::field::Fr;
use crate::keys::ProvingKey;

/// A compiled circuit with a proving key. Loading takes seconds, so one is loaded once and reused.
pub struct Prover {
    size: CircuitSize,
    pub(super) calculator: WitnessCalculator,
    pub(super) r1cs: R1cs,
    key: ProvingKey,
    verifier: Verifier,
}

impl Prover {
    /// Loads the circuit of a size and its development key from a folder that the build filled.
    ///
    /// # Errors
    /// As [`Self::with_key`].
    pub fn load(folder: &Path, size: CircuitSize) -> Result<Self, ArtefactError> {
        let artefacts = Artefacts::open(folder, size)?;
        Self::with_key(&artefacts, &artefacts.development_key())
    }

    /// Loads the circuit and a proving key.
    ///
    /// # Errors
    /// [`ArtefactError::OtherCircuit`] for the key of another circuit, and what else can be wrong with the files.
    pub fn with_key(artefacts: &Artefacts, key: &Path) -> Result<Self, ArtefactError> {
        let key = ProvingKey::read(key)?;
        let circuit = artefacts.r1cs_digest()?;
        if key.r1cs_digest() != circuit {
            return Err(ArtefactError::OtherCircuit {
                key: hex::encode(key.r1cs_digest()),
                circuit: hex::encode(circuit),
            });
        }
        let (calculator, r1cs) = WitnessCalculator::load(&artefacts.wasm(), &artefacts.r1cs())?;
        Ok(Self {
            size: artefacts.size(),
            calculator,
            r1cs,
            verifier: Verifier::new(&key.verifying_key()?),
            key,
        })
    }

    /// The circuit's size.
    pub fn size(&self) -> CircuitSize {
        self.size
    }

    /// The verifier of the key's proofs.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Whether the key is a development key, with which anybody can forge proofs.
    pub fn is_development(&self) -> bool {
        self.verifier.is_development()
    }

    /// Checks the inputs, proves, and verifies the proof before handing it out.
    ///
    /// # Errors
    /// The [`ProveError`] that names the wrong input.
    pub fn prove(&self, inputs: &EligibilityInputs) -> Result<EligibilityProof, ProveError> {
        self.prove_with(inputs, &mut OsRng)
    }

    /// As [`Self::prove`], with randomness of the caller's: a proof hides its witness only as well as that is random.
    ///
    /// # Errors
    /// As [`Self::prove`].
    pub fn prove_with(
        &self,
        inputs: &EligibilityInputs,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<EligibilityProof, ProveError> {
        let signals = PublicSignals::of(inputs);
        let witness = self.witness(inputs, &signals)?;
        let (r, s) = (Zeroizing::new(Fr::rand(rng)), Zeroizing::new(Fr::rand(rng)));
        let proof = self
            .key
            .prove(&self.r1cs, &witness, *r, *s)
            .map_err(|error| ProveError::Witness(error.to_string()))?;
        let proof = EligibilityProof {
            signals,
            proof: Proof(proof),
        };
        self.verifier
            .check(&proof)
            .map_err(|_| ProveError::SelfCheck)?;
        Ok(proof)
    }

    /// A witness that satisfies every constraint and starts with one and the public signals.
    fn witness(
        &self,
        inputs: &EligibilityInputs,
        signals: &PublicSignals,
    ) -> Result<Zeroizing<Vec<Fr>>, ProveError> {
        let claims = preflight::check(self.size, inputs)?;
        let assignment = Assignment::of(self.size, inputs, &claims, signals);
        let witness = self.calculator.calculate(&assignment)?;
        if witness.len() != self.r1cs.wires || witness[1..self.r1cs.instance_wires] != signals.0 {
            return Err(ProveError::Witness("wires of another circuit".to_owned()));
        }
        match self.r1cs.first_broken(&witness) {
            None => Ok(witness),
            Some(constraint) => Err(ProveError::Unsatisfied(constraint)),
        }
    }
}
