//! The eligibility proof: typed inputs, checks with human errors, witness, proof and verification.
//!
//! - [`inputs`]: everything that a proof is made from, one struct per source;
//! - [`claims`]: which facts witness which clauses;
//! - `preflight`: the circuit's statement, checked natively so that a wrong input is named;
//! - `assignment`: the inputs as the circuit's signals;
//! - `witness`: the compiled circuit and its witness calculator (the only user of `ark-circom`);
//! - `r1cs`: the constraints, and which of them a witness breaks;
//! - [`signals`], [`proof`]: what is handed out;
//! - [`prover`], [`verifier`]: what does it.
//!
//! Source: `circuits/eligibility.circom` and docs/PROTOCOL.md, sections 5 and 8.

pub mod artefacts;
mod assignment;
pub mod claims;
pub mod error;
pub mod inputs;
mod preflight;
pub mod proof;
pub mod prover;
pub(crate) mod r1cs;
pub mod signals;
pub mod verifier;
pub(crate) mod witness;

#[cfg(test)]
mod tests;

pub use crate::clause::CircuitSize;
pub use error::{ArtefactError, ProveError, VerifyError};
pub use inputs::{EligibilityInputs, EnrolmentInputs, IdentityInputs, ReferenceTime, StudyInputs};
pub use proof::{EligibilityProof, Proof};
pub use prover::Prover;
pub use signals::PublicSignals;
pub use verifier::Verifier;
