//! The ports' implementations: each outside library is named in one of these modules only.

pub mod books;
pub mod chain;
pub mod engines;
pub mod index;
pub mod keystore;
pub mod network_folder;
pub mod node_rpc;
pub mod prover;
pub mod shelf;
pub mod storage;
