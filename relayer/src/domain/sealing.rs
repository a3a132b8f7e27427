//! Sealing to a proxy: HPKE (RFC 9180) in base mode, X25519 with HKDF-SHA256 and ChaCha20-Poly1305.
//!
//! Sealed bytes: brand `MSHP`, version 1.0, encapsulated key 32, ciphertext with its tag of 16.

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use rand::rngs::OsRng;
use rand::RngCore as _;
use zeroize::Zeroizing;

use super::wire::{DecodeError, Header, Reader, HEADER_LEN};

const SEALED: Header = Header::new(*b"MSHP", 1, 0);
const INFO: &[u8] = b"medshare.sealed.v1";
/// Length in bytes of the encapsulated key.
const ENCAPSULATED_LEN: usize = 32;
/// What sealing adds to the length of a message.
pub const OVERHEAD: usize = HEADER_LEN + ENCAPSULATED_LEN + 16;

/// Why sealing or opening failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealingError {
    /// The sealed object is malformed.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The public key is a point of small order.
    #[error("the sealing key is not usable")]
    PublicKey,
    /// The secret key does not fit, the context differs or the bytes were altered.
    #[error("can't be opened: sealed to another key or for another purpose, or altered")]
    Open,
}

/// A proxy's public sealing key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SealingPublicKey([u8; 32]);

impl SealingPublicKey {
    /// Takes the 32 bytes of an X25519 public key.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Seals `message`; `context` (who, what for) must be given again to open it.
    ///
    /// # Errors
    /// [`SealingError::PublicKey`].
    pub fn seal(&self, context: &[u8], message: &[u8]) -> Result<Vec<u8>, SealingError> {
        let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&self.0)
            .map_err(|_| SealingError::PublicKey)?;
        let (encapsulated, ciphertext) = hpke::single_shot_seal::<
            ChaCha20Poly1305,
            HkdfSha256,
            X25519HkdfSha256,
            _,
        >(
            &OpModeS::Base, &key, INFO, message, context, &mut OsRng
        )
        .map_err(|_| SealingError::PublicKey)?;
        Ok([
            &SEALED.to_bytes()[..],
            &encapsulated.to_bytes(),
            &ciphertext,
        ]
        .concat())
    }
}

impl fmt::Display for SealingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for SealingPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingPublicKey({self})")
    }
}

impl std::str::FromStr for SealingPublicKey {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, hex::FromHexError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl serde::Serialize for SealingPublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for SealingPublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A proxy's secret sealing key.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// A fresh key from the system's random numbers.
    pub fn random() -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(seed.as_mut_slice());
        Self(seed)
    }

    /// Takes the 32 bytes that [`SealingKey::to_bytes`] gave.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes: for a key file, nothing else.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// The public key.
    pub fn public(&self) -> SealingPublicKey {
        let (_, public) = self.pair();
        SealingPublicKey(public.to_bytes().into())
    }

    /// Opens what was sealed to this key with the same `context`.
    ///
    /// # Errors
    /// [`SealingError::Decode`] or [`SealingError::Open`].
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let mut reader = Reader::new("sealed object", sealed);
        reader.header(SEALED)?;
        let encapsulated: [u8; ENCAPSULATED_LEN] = reader.array()?;
        let ciphertext = &sealed[HEADER_LEN + ENCAPSULATED_LEN..];
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&encapsulated)
            .map_err(|_| SealingError::Open)?;
        let (secret, _) = self.pair();
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &encapsulated,
            INFO,
            ciphertext,
            context,
        )
        .map(Zeroizing::new)
        .map_err(|_| SealingError::Open)
    }

    /// RFC 9180's `DeriveKeyPair`: the stored bytes are input key material.
    fn pair(
        &self,
    ) -> (
        <X25519HkdfSha256 as Kem>::PrivateKey,
        <X25519HkdfSha256 as Kem>::PublicKey,
    ) {
        X25519HkdfSha256::derive_keypair(self.0.as_slice())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({}, secret withheld)", self.public())
    }
}

#[cfg(test)]
mod tests;
