//! Umbral's keys. Secrets are zeroized when dropped (by the library) and never shown.

use std::fmt;

use umbral_pre::{PublicKey, SecretBox, SecretKey, Signer};
use zeroize::Zeroizing;

use super::UmbralError;
use crate::domain::point::CompressedPoint;
use crate::domain::scalar::nonzero_scalar;

/// What a record is encrypted to; its secret half is the patient's. One per record version.
#[derive(Clone)]
pub struct DelegatingKey(pub(super) SecretKey);

/// What the patient signs key fragments with. One per record version.
#[derive(Clone)]
pub struct FragmentSigner(pub(super) Signer);

/// What an institution receives with.
#[derive(Clone)]
pub struct ReceivingKey(pub(super) SecretKey);

/// The public keys that a fragment is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FragmentKeys {
    /// Of the one who signed the fragment.
    pub verifying: CompressedPoint,
    /// That the record is encrypted to.
    pub delegating: CompressedPoint,
    /// Of the institution.
    pub receiving: CompressedPoint,
}

impl DelegatingKey {
    /// Makes the key from 32 derived bytes ([`nonzero_scalar`]).
    pub fn from_seed_bytes(bytes: &[u8; 32]) -> Self {
        Self(secret_key(bytes))
    }

    /// The public half.
    pub fn public(&self) -> CompressedPoint {
        compressed(&self.0.public_key())
    }
}

impl FragmentSigner {
    /// Makes the key from 32 derived bytes ([`nonzero_scalar`]).
    pub fn from_seed_bytes(bytes: &[u8; 32]) -> Self {
        Self(Signer::new(secret_key(bytes)))
    }

    /// The public half, the verifying key.
    pub fn public(&self) -> CompressedPoint {
        compressed(&self.0.verifying_key())
    }
}

impl ReceivingKey {
    /// A fresh key from the system's random numbers.
    pub fn random() -> Self {
        Self(SecretKey::random())
    }

    /// Takes the secret scalar, big-endian.
    ///
    /// # Errors
    /// [`UmbralError::Invalid`] if it is zero or too large.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, UmbralError> {
        SecretKey::try_from_be_bytes(&boxed(secret))
            .map(Self)
            .map_err(|_| UmbralError::Invalid("the receiving key"))
    }

    /// The secret scalar, big-endian: for a key file, nothing else.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new((*self.0.to_be_bytes().as_secret()).into())
    }

    /// The public half.
    pub fn public(&self) -> CompressedPoint {
        compressed(&self.0.public_key())
    }
}

fn secret_key(bytes: &[u8; 32]) -> SecretKey {
    // `nonzero_scalar` gives nothing but valid scalars
    SecretKey::try_from_be_bytes(&boxed(&nonzero_scalar(bytes)))
        .expect("a non-zero scalar is a secret key")
}

/// The library's box for a secret, which can't be made from outside but by overwriting another one.
fn boxed(secret: &[u8; 32]) -> SecretBox<k256::FieldBytes> {
    let mut scalar = SecretKey::random().to_be_bytes();
    scalar.as_mut_secret().copy_from_slice(secret);
    scalar
}

/// The library's public key from ours.
pub(super) fn public_key(point: &CompressedPoint) -> Result<PublicKey, UmbralError> {
    PublicKey::try_from_compressed_bytes(point.as_bytes())
        .map_err(|_| UmbralError::Invalid("a public key"))
}

fn compressed(key: &PublicKey) -> CompressedPoint {
    // A public key of the library is a finite point of the curve, in compressed form
    CompressedPoint::new(&key.to_compressed_bytes()).expect("a public key is a point")
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({}, secret withheld)"), self.public())
            }
        }
    )*};
}

redacted!(DelegatingKey, FragmentSigner, ReceivingKey);
