//! What a hospital commits to on chain, and what a patient derives from an identity secret.
//!
//! Submodule [`registry`] is the tree of commitments. Source: docs/PROTOCOL.md, sections 2, 6 and 7.

use ark_ff::{BigInteger, PrimeField};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::field::{self, Fr};
use crate::poseidon::Domain;

pub mod registry;
#[cfg(test)]
mod tests;

/// Why a field element is not packed [`Terms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the terms do not fit 128 bits")]
pub struct TermsError;

/// The conditions under which a record may be used. Each part has 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Terms {
    /// Permitted uses, a bit mask.
    pub consent: u32,
    /// Last day on which the record may be enrolled, in days since 1900-01-01.
    pub expiry_day: u32,
    /// Day to which the record was complete, in days since 1900-01-01.
    pub as_of_day: u32,
    /// Version of the mapping that made the facts.
    pub mapping_version: u32,
}

impl Terms {
    /// `consent + expiry·2^32 + asOf·2^64 + mappingVersion·2^96`.
    pub fn pack(&self) -> Fr {
        Fr::from(
            u128::from(self.consent)
                | u128::from(self.expiry_day) << 32
                | u128::from(self.as_of_day) << 64
                | u128::from(self.mapping_version) << 96,
        )
    }

    /// Reads packed terms.
    ///
    /// # Errors
    /// [`TermsError`] if the element does not fit 128 bits.
    pub fn unpack(packed: &Fr) -> Result<Self, TermsError> {
        let bits = packed.into_bigint();
        if bits.num_bits() > 128 {
            return Err(TermsError);
        }
        let limbs = bits.0;
        let part = |limb: u64, shift: u32| u32::try_from(limb >> shift & 0xffff_ffff);
        let read = || -> Result<Self, std::num::TryFromIntError> {
            Ok(Self {
                consent: part(limbs[0], 0)?,
                expiry_day: part(limbs[0], 32)?,
                as_of_day: part(limbs[1], 0)?,
                mapping_version: part(limbs[1], 32)?,
            })
        };
        read().map_err(|_| TermsError)
    }
}

/// Everything behind a record commitment. Whoever holds it can recognise the record on chain, so it has no
/// `Debug` and is wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RecordOpening {
    /// Root of the facts tree.
    pub facts_root: Fr,
    /// SHA-256 of the envelope, reduced to the field: see [`envelope_hash`].
    pub envelope_hash: Fr,
    /// The patient's pseudonym in this record version.
    pub pseudonym: Fr,
    /// Conditions of use.
    #[zeroize(skip)]
    pub terms: Terms,
    /// Random element that hides the rest.
    pub blinding: Fr,
}

impl RecordOpening {
    /// The record commitment `C`.
    pub fn commitment(&self) -> Fr {
        Domain::Record.hash(&[
            self.facts_root,
            self.envelope_hash,
            self.pseudonym,
            self.terms.pack(),
            self.blinding,
        ])
    }
}

/// The SHA-256 of an envelope's bytes as a field element.
pub fn envelope_hash(envelope: &[u8]) -> Fr {
    field::from_be_bytes_mod_order(&Sha256::digest(envelope))
}

/// What the patient hands to the hospital instead of the identity secret.
pub fn identity_commitment(identity_secret: &Fr) -> Fr {
    Domain::Identity.hash(&[*identity_secret, Fr::from(0u8)])
}

/// The name of an identity within one record version.
pub fn pseudonym(identity_commitment: &Fr, nonce: &Fr) -> Fr {
    Domain::Pseudonym.hash(&[*identity_commitment, *nonce])
}

/// The mark that an identity leaves in a study, once.
pub fn nullifier(identity_secret: &Fr, study_id: &Fr) -> Fr {
    Domain::Nullifier.hash(&[*identity_secret, *study_id])
}

/// Ties an enrolment to an envelope without showing it.
pub fn record_tag(envelope_hash: &Fr, tag_blinding: &Fr) -> Fr {
    Domain::Tag.hash(&[*envelope_hash, *tag_blinding])
}
