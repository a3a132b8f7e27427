//! Development keys: the same everywhere, because everybody knows the seed. So anybody can forge proofs for them.

use ark_bn254::Bn254;
use ark_groth16::Groth16;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};

use super::{Circuit, Origin, ProvingKey};
use crate::circuit::artefacts::Artefacts;
use crate::circuit::witness::read_r1cs;
use crate::circuit::ArtefactError;

/// The public seed: SHA-256 of this text seeds `ChaCha20`, from which arkworks draws everything that ought to be secret.
pub const SEED: &str = "Medshare development key 1: whoever reads this can forge proofs";

/// Makes the development key of a compiled circuit. Takes about a second.
///
/// # Errors
/// [`ArtefactError`] if the constraints can't be read or the key can't be made.
pub fn generate(artefacts: &Artefacts) -> Result<ProvingKey, ArtefactError> {
    let r1cs = read_r1cs(&artefacts.r1cs())?;
    let mut rng = ChaCha20Rng::from_seed(Sha256::digest(SEED).into());
    let points = Groth16::<Bn254>::generate_random_parameters_with_reduction(&r1cs, &mut rng)
        .map_err(|error| ArtefactError::Setup(error.to_string()))?;
    let circuit = Circuit {
        name: artefacts.manifest().circuit.clone(),
        r1cs_digest: artefacts.r1cs_digest()?,
    };
    let seed = SEED.to_owned();
    Ok(ProvingKey::new(
        points,
        circuit,
        Origin::Development { seed },
    ))
}

/// The development key in the artefacts' folder if it is the one that [`generate`] would make; otherwise makes it there.
///
/// # Errors
/// As [`generate`], and [`ArtefactError::File`] if it can't be written.
pub fn ensure(artefacts: &Artefacts) -> Result<ProvingKey, ArtefactError> {
    let path = artefacts.development_key();
    if let Ok(key) = ProvingKey::read(&path) {
        if key.seed() == Some(SEED) && key.r1cs_digest() == artefacts.r1cs_digest()? {
            return Ok(key);
        }
    }
    let key = generate(artefacts)?;
    key.write(&path)?;
    Ok(key)
}
