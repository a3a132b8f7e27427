//! Identifiers: one type each, so that a nullifier can't be passed for a study.
//!
//! Three kinds, all written as `0x` and lower-case hex digits: field elements (32 bytes, below the order
//! of BN254's scalar field), digests (any 32 bytes) and addresses (20 bytes).

use std::fmt;
use std::str::FromStr;

use prover::field::Fr;

/// Order of BN254's scalar field, big-endian. Every field element is below it.
pub const FIELD_ORDER: [u8; 32] = [
    0x30, 0x64, 0x4e, 0x72, 0xe1, 0x31, 0xa0, 0x29, 0xb8, 0x50, 0x45, 0xb6, 0x81, 0x81, 0x58, 0x5d,
    0x28, 0x33, 0xe8, 0x48, 0x79, 0xb9, 0x70, 0x91, 0x43, 0xe1, 0xf5, 0x93, 0xf0, 0x00, 0x00, 0x01,
];

/// Why text or bytes are no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not `0x` and the right number of hex digits.
    #[error("expected 0x and {expected} hex digits, got {found:?}")]
    Text {
        /// Number of digits after `0x`.
        expected: usize,
        /// What stood there instead, cut to a readable length.
        found: String,
    },
    /// A number that is not below the order of the field.
    #[error("not a field element: the number is not below the order of BN254's scalar field")]
    NotInField,
}

/// Reads `0x` and exactly `2·N` hex digits.
fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    let mut bytes = [0; N];
    text.strip_prefix("0x")
        .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
        .map(|()| bytes)
        .ok_or_else(|| IdError::Text {
            expected: 2 * N,
            found: text.chars().take(80).collect(),
        })
}

/// What all kinds share: text form, serde as text, ordering by bytes.
macro_rules! text_form {
    ($name:ident, $len:literal) => {
        impl $name {
            /// The bytes, big-endian.
            pub const fn to_bytes(self) -> [u8; $len] {
                self.0
            }

            /// The bytes, big-endian.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Whether every byte is zero.
            pub fn is_zero(&self) -> bool {
                self.0 == [0; $len]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "0x{}", hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "(0x{})"), hex::encode(self.0))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A type over any bytes of a length.
macro_rules! plain {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Takes the bytes as they are.
            pub const fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
        }

        impl From<[u8; $len]> for $name {
            fn from(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hex(text).map(Self)
            }
        }

        text_form!($name, $len);
    };
}

/// A type over a canonical field element.
macro_rules! field {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes a number below the order of the field, big-endian.
            ///
            /// # Errors
            /// [`IdError::NotInField`] for any other.
            pub fn new(bytes: [u8; 32]) -> Result<Self, IdError> {
                if bytes < FIELD_ORDER { Ok(Self(bytes)) } else { Err(IdError::NotInField) }
            }

            /// Reads a digest as an integer and reduces it by the order of the field.
            pub fn reduce(digest: &[u8; 32]) -> Self {
                Self::from(&prover::field::from_be_bytes_mod_order(digest))
            }

            /// The field element.
            pub fn to_field(self) -> Fr {
                prover::field::from_be_bytes_mod_order(&self.0)
            }
        }

        impl From<&Fr> for $name {
            fn from(element: &Fr) -> Self {
                Self(prover::field::to_be_bytes(element))
            }
        }

        impl TryFrom<[u8; 32]> for $name {
            type Error = IdError;

            fn try_from(bytes: [u8; 32]) -> Result<Self, IdError> {
                Self::new(bytes)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_hex(text).and_then(Self::new)
            }
        }

        text_form!($name, 32);
    };
}

field!(
    /// A study: `keccak256(chainId, studies, institution, counter) mod r`.
    StudyId
);
field!(
    /// A patient in one study: `Poseidon(DOM_NULLIFIER, identitySecret, studyId)`.
    Nullifier
);
field!(
    /// A record in one enrolment: `Poseidon(DOM_TAG, envelopeHash, tagBlinding)`.
    RecordTag
);
field!(
    /// What hides the envelope in a [`RecordTag`]; one per study and attempt.
    TagBlinding
);
field!(
    /// A certified record version, a leaf of the registry.
    RecordCommitment
);
field!(
    /// A root of the registry.
    RegistryRoot
);
field!(
    /// Poseidon over mapping version and compiled clauses.
    CriteriaHash
);
field!(
    /// SHA-256 of an envelope's bytes, reduced to the field.
    EnvelopeHash
);
field!(
    /// `Poseidon(DOM_IDENTITY, identitySecret, 0)`: a patient to the hospital alone.
    IdentityCommitment
);
field!(
    /// `Poseidon(DOM_PSEUDONYM, identityCommitment, pseudonymNonce)`: a patient in one record version.
    Pseudonym
);
field!(
    /// What a proof is bound to: chain, contract, study, attempt, payout, revocation and grant.
    Context
);
plain!(
    /// A call that was scheduled: Keccak-256 of caller, target and calldata.
    OperationId, 32
);
plain!(
    /// Keccak-256 of a grant's ABI encoding.
    GrantDigest, 32
);
plain!(
    /// Keccak-256 of a revocation secret.
    RevocationHash, 32
);
plain!(
    /// SHA-256 of a document (criteria, agreement), by which proxies serve it.
    ContentHash, 32
);
plain!(
    /// Root of the SHA-256 Merkle tree over a ciphertext's segments.
    CiphertextRoot, 32
);
plain!(
    /// Hash of a transaction.
    TransactionHash, 32
);
plain!(
    /// Hash of a block.
    BlockHash, 32
);
plain!(
    /// Digest of a circuit's verifying key, as its verifier contract tells it.
    VerifyingKeyHash, 32
);
plain!(
    /// An Ethereum account or contract.
    Address, 20
);

#[cfg(test)]
mod tests;
