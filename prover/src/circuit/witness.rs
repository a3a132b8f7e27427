//! The compiled circuit: its constraints and its witness calculator. The one place that names `ark-circom`.
//!
//! Traps of `ark-circom` that end here: it checks neither names nor numbers of inputs, it panics on a module that is none,
//! and it checks satisfiability in debug builds only.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ark_circom::circom::{R1CSFile, R1CS};
use ark_circom::CircomConfig;
pub(crate) use ark_circom::CircomReduction;
use ark_ff::PrimeField;
use num_bigint::{BigInt, BigUint};
use zeroize::{Zeroize, Zeroizing};

use super::assignment::Assignment;
use super::r1cs::{Matrix, R1cs};
use super::{ArtefactError, ProveError};
use crate::field::Fr;

/// A witness calculator. Compiling the WASM module takes seconds, so one is made once and reused.
pub(super) struct WitnessCalculator {
    engine: Mutex<CircomConfig<Fr>>,
}

impl WitnessCalculator {
    /// Compiles the circuit's WASM module and reads its constraints. The caller has compared both files with their
    /// manifest.
    ///
    /// # Errors
    /// [`ArtefactError::Malformed`] for a module that can't be compiled.
    pub(super) fn load(wasm: &Path, r1cs: &Path) -> Result<(Self, R1cs), ArtefactError> {
        let mut engine =
            CircomConfig::new(wasm, r1cs).map_err(|error| ArtefactError::Malformed {
                path: wasm.to_owned(),
                reason: error.to_string(),
            })?;
        let nothing = R1CS {
            num_inputs: 0,
            num_aux: 0,
            num_variables: 0,
            constraints: Vec::new(),
            wire_mapping: None,
        };
        let r1cs = convert(std::mem::replace(&mut engine.r1cs, nothing));
        let engine = Mutex::new(engine);
        Ok((Self { engine }, r1cs))
    }

    /// All wires of the circuit for these inputs.
    ///
    /// # Errors
    /// [`ProveError::Witness`] if an input is missing or misshapen, or the circuit's own assertions stop it.
    pub(super) fn calculate(&self, inputs: &Assignment) -> Result<Zeroizing<Vec<Fr>>, ProveError> {
        if let Some(fault) = inputs.fault() {
            return Err(ProveError::Witness(fault));
        }
        let named = inputs
            .iter()
            .map(|(name, values)| (name.to_owned(), values.iter().map(integer).collect()))
            .collect::<Vec<(String, Vec<BigInt>)>>();
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let CircomConfig { wtns, store, .. } = &mut *engine;
        wtns.calculate_witness_element::<Fr, _>(store, named, true)
            .map(Zeroizing::new)
            .map_err(|error| ProveError::Witness(error.to_string()))
    }
}

/// The number that the calculator takes for an element.
fn integer(element: &Fr) -> BigInt {
    let mut limbs = element.into_bigint();
    let number = BigUint::from(limbs);
    limbs.zeroize();
    number.into()
}

/// Reads a circuit's constraints.
///
/// # Errors
/// [`ArtefactError::File`] or [`ArtefactError::Malformed`].
pub(crate) fn read_r1cs(path: &Path) -> Result<R1cs, ArtefactError> {
    let file = File::open(path).map_err(|source| ArtefactError::File {
        path: path.to_owned(),
        source,
    })?;
    let read =
        R1CSFile::<Fr>::new(BufReader::new(file)).map_err(|error| ArtefactError::Malformed {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
    Ok(convert(read.into()))
}

/// The constraints in the form that keys and proofs are made from.
fn convert(read: R1CS<Fr>) -> R1cs {
    let mut matrices: [Matrix; 3] = Default::default();
    let swap = |row: Vec<(usize, Fr)>| row.into_iter().map(|(wire, factor)| (factor, wire));
    for (a, b, c) in read.constraints {
        for (matrix, row) in matrices.iter_mut().zip([a, b, c]) {
            matrix.push(swap(row).collect());
        }
    }
    R1cs {
        matrices,
        instance_wires: read.num_inputs,
        wires: read.num_variables,
    }
}
