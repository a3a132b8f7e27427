//! A ceremony's final key, checked and turned into ours.

use std::path::PathBuf;

use ark_bn254::Bn254;
use rand::rngs::OsRng;
use thiserror::Error;

use super::error::{Fault, KeyFileError};
use super::fit;
use super::proving::{Circuit, Origin, ProvingKey};
use super::snarkjs::ptau::{Lagrange, Powers, Ptau};
use super::snarkjs::zkey::{read_key, Zkey};
use super::weakness;
use crate::circuit::witness::read_r1cs;
use crate::circuit::ArtefactError;

/// Why a ceremony's key is not imported.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A file of the ceremony can't be used.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The circuit can't be read.
    #[error(transparent)]
    Circuit(#[from] ArtefactError),
}

/// What is imported, and what for.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// The constraints of the circuit.
    pub r1cs: PathBuf,
    /// Its name and digest.
    pub circuit: Circuit,
    /// The ceremony's final `.zkey`.
    pub zkey: PathBuf,
    /// The powers of tau that it started from, prepared for the second phase. Without them the key's points are taken on trust: they
    /// may be those of a circuit that says something else.
    pub ptau: Option<PathBuf>,
}

/// Checks a ceremony's key and turns it into a proving key.
///
/// Its coefficients must be those of the circuit; with the powers of tau, each of its points must be the one that circuit and
/// powers give, under some delta that both groups agree on. That the contributors knew their secrets is for `snarkjs zkey verify`.
///
/// # Errors
/// [`ImportError`], with the file, the part of it, what is wrong and what mends it.
pub fn import(ceremony: &Ceremony) -> Result<ProvingKey, ImportError> {
    let r1cs = read_r1cs(&ceremony.r1cs)?;
    let coefficients = fit::coefficients(&r1cs);
    let shape = fit::shape(&r1cs);
    let mut key = read_key(&ceremony.zkey, shape, coefficients.len())?;
    let wrong = |section, fault: Fault| fault.at(&ceremony.zkey, section);
    if let Some(part) = weakness::of(&verifying_points(&key)) {
        return Err(wrong("key header", Fault::Weak(part)).into());
    }
    key.transcript
        .check(&key.header.delta_g1)
        .map_err(|fault| wrong("contributions", fault))?;
    fit::same_matrices(std::mem::take(&mut key.coefficients), &coefficients)
        .map_err(|fault| wrong("coefficients", fault))?;
    if let Some(path) = &ceremony.ptau {
        let mut ptau = Ptau::open(path)?;
        let (powers, lagrange) = checked_powers(&mut ptau, shape.domain)?;
        fit::check_key(&key, &r1cs, &powers, &lagrange, &mut OsRng)
            .map_err(|fault| wrong("points", fault))?;
    }
    Ok(proving_key(key, ceremony.circuit.clone()))
}

fn checked_powers(ptau: &mut Ptau, domain: usize) -> Result<(Powers, Lagrange), KeyFileError> {
    let powers = ptau.powers(domain)?;
    fit::check_powers(&powers, &mut OsRng)
        .map_err(|fault| fault.at(ptau.path(), "powers of tau"))?;
    let lagrange = ptau.lagrange(domain)?;
    fit::check_lagrange(&lagrange, &powers, &mut OsRng)
        .map_err(|fault| fault.at(ptau.path(), "Lagrange points"))?;
    Ok((powers, lagrange))
}

fn verifying_points(key: &Zkey) -> ark_groth16::VerifyingKey<Bn254> {
    ark_groth16::VerifyingKey {
        alpha_g1: key.header.alpha_g1,
        beta_g2: key.header.beta_g2,
        gamma_g2: key.header.gamma_g2,
        delta_g2: key.header.delta_g2,
        gamma_abc_g1: key.signals.clone(),
    }
}

fn proving_key(key: Zkey, circuit: Circuit) -> ProvingKey {
    let points = ark_groth16::ProvingKey {
        vk: verifying_points(&key),
        beta_g1: key.header.beta_g1,
        delta_g1: key.header.delta_g1,
        a_query: key.a,
        b_g1_query: key.b_g1,
        b_g2_query: key.b_g2,
        h_query: key.h,
        l_query: key.l,
    };
    ProvingKey::new(points, circuit, Origin::Ceremony(key.transcript))
}
