//! A key tried on a witness of snarkjs: whether it proves, and whether its proofs hold.

use std::path::Path;

use ark_ff::{BigInteger, PrimeField, UniformRand};
use rand::rngs::OsRng;
use thiserror::Error;
use zeroize::Zeroizing;

use super::error::{count, Fault, KeyFileError};
use super::proving::ProvingKey;
use super::snarkjs::container::Container;
use super::snarkjs::zkey::field;
use crate::circuit::witness::read_r1cs;
use crate::circuit::{ArtefactError, EligibilityProof, Proof, PublicSignals, Verifier};
use crate::field::Fr;

/// Why a key has not proved a witness.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrialError {
    /// The witness can't be used.
    #[error(transparent)]
    Witness(#[from] KeyFileError),
    /// Key or circuit can't be used.
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    /// The witness is none of this circuit.
    #[error("the witness breaks constraint {0} of the circuit")]
    Unsatisfied(usize),
    /// No proof was made, or it doesn't hold.
    #[error("the key does not prove: {0}")]
    Key(String),
}

/// Proves a witness (`.wtns`) of a circuit with as many public signals as ours, and verifies the proof.
///
/// # Errors
/// [`TrialError`].
pub fn prove(
    key: &ProvingKey,
    r1cs: &Path,
    witness: &Path,
) -> Result<EligibilityProof, TrialError> {
    let r1cs = read_r1cs(r1cs)?;
    let wires = read_witness(witness, r1cs.wires)?;
    if let Some(constraint) = r1cs.first_broken(&wires) {
        return Err(TrialError::Unsatisfied(constraint));
    }
    let signals = wires[1..r1cs.instance_wires]
        .try_into()
        .map_err(|_| TrialError::Key("it has another number of public signals".to_owned()))?;
    let (r, s) = (Fr::rand(&mut OsRng), Fr::rand(&mut OsRng));
    let proof = key.prove(&r1cs, &wires, r, s);
    let proof = EligibilityProof {
        signals: PublicSignals(signals),
        proof: Proof(proof.map_err(|error| TrialError::Key(error.to_string()))?),
    };
    Verifier::new(&key.verifying_key()?)
        .check(&proof)
        .map_err(|error| TrialError::Key(error.to_string()))?;
    Ok(proof)
}

/// All wires of a circuit from snarkjs' file.
fn read_witness(path: &Path, wires: usize) -> Result<Zeroizing<Vec<Fr>>, KeyFileError> {
    let mut container = Container::open(path, *b"wtns", "wtns", 2..=2)?;
    let mut section = container.section(1, "header")?;
    field(&mut section, &Fr::MODULUS.to_bytes_le())?;
    let found = section.number()?;
    section.end()?;
    if u64::from(found) != count(wires) {
        return Err(section.at(Fault::OtherSize {
            what: "wires",
            found: found.into(),
            expected: count(wires),
        }));
    }
    let mut section = container.section(2, "wires")?;
    let mut values = Zeroizing::new(Vec::with_capacity(wires));
    for _ in 0..found {
        values.push(Fr::from_le_bytes_mod_order(&section.array::<32>()?));
    }
    section.end()?;
    Ok(values)
}
