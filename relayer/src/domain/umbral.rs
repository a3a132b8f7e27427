//! Threshold re-encryption: the one module that names `umbral_pre`.
//!
//! * [`keys`]: delegating, signing and receiving keys
//! * [`fragments`]: splitting a re-encryption key, checking and using a fragment, opening with m of them
//! * [`codec`]: between our byte layouts and the library's MessagePack
//!
//! Traps of the library, met here: points are checked before it decodes anything; a key fragment is not trusted until a trial
//! re-encryption verified, because its own check passes a junk signature for the receiver; parameters are never read
//! from outside.

mod codec;
mod fragments;
mod keys;

pub use codec::parameter_point;
pub use fragments::{
    make_fragments, open, open_original, open_with_any, reencrypt, seal_file_key, verify_capsule,
    verify_capsule_fragment, verify_fragment, Fragments, SealedFileKey, VerifiedCapsuleFragment,
    VerifiedFragment,
};
pub use keys::{DelegatingKey, FragmentKeys, FragmentSigner, ReceivingKey};

use crate::domain::wire::DecodeError;

/// Why an operation of the re-encryption failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UmbralError {
    /// Bytes have the wrong shape.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Bytes have the right shape but the library refuses them: a point off the curve, a number out of range, a capsule that does not verify.
    #[error("{0} is not valid")]
    Invalid(&'static str),
    /// Threshold or number of fragments makes no sense.
    #[error("{threshold} of {count} fragments is not possible")]
    Threshold {
        /// Fragments that would open.
        threshold: u8,
        /// Fragments in all.
        count: u8,
    },
    /// A key fragment's commitment does not fit its key.
    #[error("the key fragment's commitment does not fit it")]
    FragmentCommitment,
    /// A key fragment is not signed by the verifying key for these keys.
    #[error("the key fragment is not signed for these keys")]
    FragmentSignature,
    /// A trial re-encryption with a key fragment does not verify.
    #[error("a trial re-encryption with the key fragment does not verify: {0}")]
    Trial(String),
    /// A capsule fragment carries a signature that does not fit the keys.
    #[error("the capsule fragment is of a key fragment that is not signed for these keys")]
    CapsuleFragmentSignature,
    /// A capsule fragment is not the capsule re-encrypted with the key fragment it names.
    #[error("the capsule fragment is not a re-encryption of this capsule")]
    Reencryption,
    /// Fragments of different grants, or the same one twice.
    #[error("the fragments do not belong together: {0}")]
    Mismatched(&'static str),
    /// Fragments that verify one by one but do not combine: too few, or the patient made them so.
    #[error("the fragments do not combine to a key for this capsule and receiving key")]
    NotOpenable,
    /// The wrapped file key was altered or the key does not fit.
    #[error("the wrapped file key does not open with this key")]
    WrongKey,
    /// The seeded generator did not give the precursor: the library draws its secrets in another order.
    #[error("the precursor's secret could not be recovered: this version of the library is not supported")]
    PrecursorNotRecovered,
}

#[cfg(test)]
mod tests;
