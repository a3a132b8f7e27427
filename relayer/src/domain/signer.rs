//! Ethereum keys: sign a digest, name an account, recover who signed.
//!
//! secp256k1 with Keccak-256; signatures are 65 bytes `r ‖ s ‖ v`, `s` in the lower half, `v` 27 or 28.

use std::fmt;

use k256::ecdsa::{RecoveryId, Signature as EcdsaSignature, SigningKey, VerifyingKey};
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use super::hash::keccak256;
use super::ids::Address;

/// Why a key or signature is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The 32 bytes are zero or not below the order of the curve.
    #[error("not a secp256k1 secret key")]
    SecretKey,
    /// The bytes are no point of the curve.
    #[error("not a secp256k1 public key")]
    PublicKey,
    /// The 65 bytes are no signature in the one form that contracts accept.
    #[error("not a signature: {0}")]
    Signature(&'static str),
}

/// A signature over a 32-byte digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 65]);

impl Signature {
    /// Takes `r ‖ s ‖ v` with `v` 27 or 28.
    pub const fn new(bytes: [u8; 65]) -> Self {
        Self(bytes)
    }

    /// `r ‖ s ‖ v`.
    pub const fn to_bytes(self) -> [u8; 65] {
        self.0
    }

    /// The account whose key signed `digest`.
    ///
    /// # Errors
    /// [`SignerError::Signature`] if `s` is in the upper half (which contracts refuse, since it makes a
    /// second signature of every one), `v` is neither 27 nor 28, or no key fits.
    pub fn recover(&self, digest: &[u8; 32]) -> Result<Address, SignerError> {
        let signature = EcdsaSignature::from_slice(&self.0[..64])
            .map_err(|_| SignerError::Signature("r or s is out of range"))?;
        if signature.normalize_s().is_some() {
            return Err(SignerError::Signature("s is in the upper half"));
        }
        let parity = match self.0[64] {
            27 => 0,
            28 => 1,
            _ => return Err(SignerError::Signature("v is neither 27 nor 28")),
        };
        let id = RecoveryId::from_byte(parity)
            .ok_or(SignerError::Signature("v is neither 27 nor 28"))?;
        let key = VerifyingKey::recover_from_prehash(digest, &signature, id)
            .map_err(|_| SignerError::Signature("no key fits it"))?;
        Ok(address_of(&key))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl std::str::FromStr for Signature {
    type Err = SignerError;

    fn from_str(text: &str) -> Result<Self, SignerError> {
        let mut bytes = [0; 65];
        let digits = text.strip_prefix("0x").unwrap_or(text);
        hex::decode_to_slice(digits, &mut bytes)
            .map_err(|_| SignerError::Signature("expected 65 bytes in hex"))?;
        Ok(Self(bytes))
    }
}

impl serde::Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Signature {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An account's secret key. Zeroized when dropped (by `k256`), and never shown.
#[derive(Clone)]
pub struct EvmKey(SigningKey);

impl EvmKey {
    /// A fresh key from the system's random numbers.
    pub fn random() -> Self {
        Self(SigningKey::random(&mut OsRng))
    }

    /// Takes the secret scalar, big-endian.
    ///
    /// # Errors
    /// [`SignerError::SecretKey`] if it is zero or too large.
    pub fn from_bytes(secret: &[u8; 32]) -> Result<Self, SignerError> {
        SigningKey::from_slice(secret)
            .map(Self)
            .map_err(|_| SignerError::SecretKey)
    }

    /// The secret scalar, big-endian: for a key file, nothing else.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes().into())
    }

    /// The account.
    pub fn address(&self) -> Address {
        address_of(self.0.verifying_key())
    }

    /// The public key: both coordinates, big-endian, as node identifiers are written.
    ///
    /// # Panics
    /// Never: an uncompressed point is a tag and two coordinates.
    pub fn public_key(&self) -> [u8; 64] {
        let point = self.0.verifying_key().to_encoded_point(false);
        let coordinates = <[u8; 64]>::try_from(&point.as_bytes()[1..]);
        coordinates.expect("an uncompressed point has 65 bytes")
    }

    /// Signs a digest; the same digest always gives the same signature (RFC 6979).
    ///
    /// # Panics
    /// With negligible probability: only a nonce of 0 fails.
    pub fn sign(&self, digest: &[u8; 32]) -> Signature {
        // Fails only for a digest that is not 32 bytes or with negligible probability
        let signed = self.0.sign_prehash_recoverable(digest);
        let (signature, id) = signed.expect("ECDSA over a 32-byte digest");
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&signature.to_bytes());
        bytes[64] = 27 + u8::from(id.is_y_odd());
        Signature(bytes)
    }
}

impl fmt::Debug for EvmKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EvmKey({}, secret withheld)", self.address())
    }
}

/// The account of a compressed or uncompressed public key, e.g. an Umbral delegating key that signs a
/// request.
///
/// # Errors
/// [`SignerError::PublicKey`] if the bytes are no point of the curve.
pub fn address_of_public_key(sec1: &[u8]) -> Result<Address, SignerError> {
    let key = VerifyingKey::from_sec1_bytes(sec1).map_err(|_| SignerError::PublicKey)?;
    Ok(address_of(&key))
}

fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    let digest = keccak256(&[&point.as_bytes()[1..]]);
    let mut address = [0; 20];
    address.copy_from_slice(&digest[12..]);
    Address::new(address)
}

#[cfg(test)]
mod tests;
