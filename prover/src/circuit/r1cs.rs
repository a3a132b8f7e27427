//! The constraints of a compiled circuit: what a key is made for, and what a witness must satisfy.

use ark_bn254::Fr;
use ark_groth16::r1cs_to_qap::evaluate_constraint;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable,
};

/// One matrix of the constraints: for each constraint, the coefficients by wire.
pub(crate) type Matrix = Vec<Vec<(Fr, usize)>>;

/// `A·w ∘ B·w = C·w` over the wires `w`: the constant one, the public signals, and the private wires.
pub(crate) struct R1cs {
    /// The matrices A, B and C.
    pub(crate) matrices: [Matrix; 3],
    /// The constant one and the public signals.
    pub(crate) instance_wires: usize,
    /// All wires.
    pub(crate) wires: usize,
}

impl R1cs {
    /// Number of constraints.
    pub(crate) fn constraints(&self) -> usize {
        self.matrices[0].len()
    }

    /// The first constraint that a witness breaks.
    pub(crate) fn first_broken(&self, witness: &[Fr]) -> Option<usize> {
        let [a, b, c] = &self.matrices;
        (0..self.constraints()).find(|&row| {
            let side = |matrix: &Matrix| evaluate_constraint(&matrix[row], witness);
            side(a) * side(b) != side(c)
        })
    }
}

/// The shape of the circuit, for key generation: it has no witness.
impl ConstraintSynthesizer<Fr> for &R1cs {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let missing = || Err(SynthesisError::AssignmentMissing);
        for _ in 1..self.instance_wires {
            let _wire = cs.new_input_variable(missing)?;
        }
        for _ in self.instance_wires..self.wires {
            let _wire = cs.new_witness_variable(missing)?;
        }
        let variable = |wire: usize| {
            if wire < self.instance_wires {
                Variable::instance(wire)
            } else {
                Variable::witness(wire - self.instance_wires)
            }
        };
        let combination = |row: &[(Fr, usize)]| {
            let terms = row
                .iter()
                .map(|(factor, wire)| (*factor, variable(*wire)))
                .collect();
            LinearCombination(terms)
        };
        let [a, b, c] = &self.matrices;
        for ((a, b), c) in a.iter().zip(b).zip(c) {
            cs.enforce_r1cs_constraint(|| combination(a), || combination(b), || combination(c))?;
        }
        Ok(())
    }
}
