//! The grant: what pins the fragments of one enrolment (PROTOCOL section 9).

use std::collections::BTreeSet;

use super::eip712::{word_address, word_u64};
use super::fragment::SecretFragment;
use super::hash::keccak256;
use super::ids::{Address, GrantDigest};
use super::point::{CompressedPoint, PinnedPoint};
use super::precursor::{self, PrecursorContext, PrecursorError, PrecursorProof};
use super::study::StudyTerms;
use super::wire::DecodeError;

/// One proxy's part of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantSlot {
    /// The proxy's account.
    pub proxy: Address,
    /// The id of its fragment.
    #[serde(with = "hex32")]
    pub fragment_id: [u8; 32],
    /// The commitment of its fragment, U1. One that is no point pins a fragment that nobody can have.
    pub fragment_commitment: PinnedPoint,
}

/// The grant of an enrolment. The chain keeps its digest.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Fragments that open: m.
    pub threshold: u8,
    /// What all fragments share.
    pub precursor: CompressedPoint,
    /// That the patient knows its logarithm.
    pub proof: PrecursorProof,
    /// One for each of the study's proxies, in the order of its terms.
    pub slots: Vec<GrantSlot>,
}

/// Why a grant is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// Its threshold is not the study's.
    #[error("the grant's threshold is {found}, the study's {expected}")]
    Threshold {
        /// The grant's.
        found: u8,
        /// The study's.
        expected: u8,
    },
    /// Its slots are not the study's proxies in their order.
    #[error("the grant's slots are not the study's proxies")]
    Proxies,
    /// Two fragments have the same id, and could never be combined.
    #[error("two fragments of the grant have the same id")]
    RepeatedId,
    /// The precursor proof does not hold.
    #[error(transparent)]
    Precursor(#[from] PrecursorError),
    /// A fragment is not the one that the grant pins for its proxy.
    #[error("the fragment is not the one that the grant pins: another {0}")]
    Fragment(&'static str),
    /// A fragment is malformed.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl Grant {
    /// Keccak-256 of `abi.encode(grant)`.
    pub fn digest(&self) -> GrantDigest {
        GrantDigest::new(keccak256(&[&self.abi_encode()]))
    }

    /// `abi.encode` of the Solidity struct: as a dynamic tuple it is preceded by its offset, and its one dynamic member
    /// by that member's offset within the tuple.
    pub fn abi_encode(&self) -> Vec<u8> {
        const TUPLE_WORDS: u64 = 7;
        let mut words = vec![
            word_u64(32),
            word_u64(self.threshold.into()),
            self.precursor.x(),
            word_u64(self.precursor.prefix().into()),
            self.proof.point.x(),
            word_u64(self.proof.point.prefix().into()),
            self.proof.scalar,
            word_u64(32 * TUPLE_WORDS),
            word_u64(self.slots.len() as u64),
        ];
        for slot in &self.slots {
            words.push(word_address(slot.proxy));
            words.push(slot.fragment_id);
            words.push(slot.fragment_commitment.x());
            words.push(word_u64(slot.fragment_commitment.prefix().into()));
        }
        words.concat()
    }

    /// Checks all that a grant alone can be checked for, as a proxy does before it signs: threshold and proxies are the study's, and
    /// [`Grant::check_faults`].
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn check(&self, terms: &StudyTerms, context: &PrecursorContext) -> Result<(), GrantError> {
        if self.threshold != terms.threshold {
            let (found, expected) = (self.threshold, terms.threshold);
            return Err(GrantError::Threshold { found, expected });
        }
        if !self
            .slots
            .iter()
            .map(|slot| slot.proxy)
            .eq(terms.proxies.iter().copied())
        {
            return Err(GrantError::Proxies);
        }
        self.check_faults(context)
    }

    /// Checks what the contracts, too, hold a patient to: ids are distinct, and the precursor proof holds. They take the threshold and the
    /// proxies from the study, so that nothing comes of what a grant says of them.
    ///
    /// # Errors
    /// [`GrantError::RepeatedId`] or [`GrantError::Precursor`].
    pub fn check_faults(&self, context: &PrecursorContext) -> Result<(), GrantError> {
        let ids: BTreeSet<_> = self.slots.iter().map(|slot| slot.fragment_id).collect();
        if ids.len() != self.slots.len() {
            return Err(GrantError::RepeatedId);
        }
        precursor::verify(&self.proof, &self.precursor, context)?;
        Ok(())
    }

    /// The slot of a proxy.
    pub fn slot_of(&self, proxy: Address) -> Option<&GrantSlot> {
        self.slots.iter().find(|slot| slot.proxy == proxy)
    }

    /// Checks that a fragment is the one pinned for `proxy`.
    ///
    /// # Errors
    /// [`GrantError::Proxies`], [`GrantError::Fragment`] or [`GrantError::Decode`].
    pub fn check_fragment(
        &self,
        proxy: Address,
        fragment: &SecretFragment,
    ) -> Result<(), GrantError> {
        let slot = self.slot_of(proxy).ok_or(GrantError::Proxies)?;
        if fragment.id() != slot.fragment_id {
            return Err(GrantError::Fragment("id"));
        }
        if fragment.commitment()? != slot.fragment_commitment {
            return Err(GrantError::Fragment("commitment"));
        }
        if fragment.precursor()? != self.precursor {
            return Err(GrantError::Fragment("precursor"));
        }
        Ok(())
    }
}

/// What a fragment's sealing is bound to: the enrolment, the attempt and the proxy.
pub fn fragment_context(context: &PrecursorContext, proxy: Address) -> Vec<u8> {
    let mut bytes = b"medshare.fragment".to_vec();
    bytes.extend(word_u64(context.chain_id));
    bytes.extend(context.enrolments.as_bytes());
    bytes.extend(context.enrolment.study_id.as_bytes());
    bytes.extend(context.enrolment.nullifier.as_bytes());
    bytes.extend(context.attempt.to_be_bytes());
    bytes.extend(proxy.as_bytes());
    bytes
}

/// 32 bytes as `0x` and 64 hex digits.
pub(crate) mod hex32 {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &[u8; 32],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; 32], D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(&text), &mut bytes)
            .map_err(serde::de::Error::custom)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
