//! Facts, criteria, record commitments and zero-knowledge eligibility proofs.
//!
//! A library without network and without chain client: from a FHIR bundle to facts, from criteria
//! to clauses, and from both to a proof that a certified record meets a study's criteria.

pub mod circuit;
pub mod clause;
pub mod criteria;
pub mod facts;
pub mod fhir;
pub mod field;
pub mod keys;
pub mod poseidon;
pub mod record;
pub mod sample;
