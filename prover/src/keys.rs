//! Groth16 keys: development keys from a public seed, keys out of a ceremony with snarkjs, their files, and the verifying key for snarkjs
//! and the chain.
//!
//! - `proving`, `verifying`: keys and their files;
//! - [`development`]: keys that everybody can make, and forge with;
//! - [`simulated`]: proofs from such a key's trapdoor, for measuring;
//! - [`import`]: a ceremony's key, compared with circuit and powers of tau;
//! - [`inspect`]: what a key file says of itself;
//! - [`trial`]: a key tried on a witness;
//! - [`solidity`]: the verifier contract;
//! - `snarkjs`, `fit`, `weakness`, [`error`]: what these are made of.

pub mod development;
pub mod error;
mod fit;
pub mod import;
pub mod inspect;
mod proving;
pub mod simulated;
mod snarkjs;
pub mod solidity;
#[cfg(test)]
mod tests;
pub mod trial;
mod verifying;
mod weakness;

pub use error::{Fault, KeyFileError};
pub use proving::{Circuit, Origin, ProvingKey};
pub use snarkjs::transcript::{Beacon, Contribution, Transcript};
pub use verifying::{is_development_hash, Provenance, VerifyingKey};
