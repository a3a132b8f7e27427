//! What Umbral makes, as bytes: capsules and fragments (layouts in PROTOCOL section 10).
//!
//! Bytes from outside are checked for length and for the prefix of every point before anything decodes them,
//! since `umbral-pre` accepts a one-byte point at infinity and panics on it later.

use std::fmt;

use zeroize::Zeroizing;

use super::point::CompressedPoint;
use super::wire::{DecodeError, Header, Reader};

/// Length in bytes of a [`Capsule`].
pub const CAPSULE_LEN: usize = 98;
/// Length in bytes of a [`CapsuleFragment`].
pub const CAPSULE_FRAGMENT_LEN: usize = 359;
/// Length in bytes of a [`SecretFragment`]'s body.
pub const SECRET_FRAGMENT_LEN: usize = 258;

const SECRET_FRAGMENT: Header = Header::new(*b"MSKF", 1, 0);

/// The encapsulated key in an envelope: `E 33 · V 33 · s 32`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Capsule([u8; CAPSULE_LEN]);

impl Capsule {
    /// Takes bytes of the right shape.
    ///
    /// # Errors
    /// [`DecodeError`] for another length or a wrong prefix.
    pub fn new(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("capsule", bytes);
        reader.point("E")?;
        reader.point("V")?;
        reader.take(32)?;
        reader.finish()?;
        let mut capsule = [0; CAPSULE_LEN];
        capsule.copy_from_slice(bytes);
        Ok(Self(capsule))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; CAPSULE_LEN] {
        &self.0
    }
}

impl fmt::Debug for Capsule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Capsule(0x{})", hex::encode(self.0))
    }
}

/// A re-encrypted capsule by one proxy:
/// `E1 · V1 · id 32 · precursor · E2 · V2 · U1 · U2 · z 32 · r 32 · s 32`, points 33.
#[derive(Clone, PartialEq, Eq)]
pub struct CapsuleFragment(Box<[u8; CAPSULE_FRAGMENT_LEN]>);

impl CapsuleFragment {
    /// Takes bytes of the right shape.
    ///
    /// # Errors
    /// [`DecodeError`] for another length or a wrong prefix.
    pub fn new(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("capsule fragment", bytes);
        reader.point("E1")?;
        reader.point("V1")?;
        reader.take(32)?;
        for field in ["precursor", "E2", "V2", "U1", "U2"] {
            reader.point(field)?;
        }
        reader.take(96)?;
        reader.finish()?;
        let mut fragment = Box::new([0; CAPSULE_FRAGMENT_LEN]);
        fragment.copy_from_slice(bytes);
        Ok(Self(fragment))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; CAPSULE_FRAGMENT_LEN] {
        &self.0
    }

    /// The key fragment's id.
    pub fn id(&self) -> [u8; 32] {
        part(self.0.as_slice(), 66)
    }

    /// The key fragment's precursor.
    pub fn precursor(&self) -> [u8; 33] {
        part(self.0.as_slice(), 98)
    }

    /// The key fragment's commitment, U1.
    pub fn commitment(&self) -> [u8; 33] {
        part(self.0.as_slice(), 197)
    }
}

impl fmt::Debug for CapsuleFragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CapsuleFragment(id 0x{})", hex::encode(self.id()))
    }
}

/// A key fragment, **secret**: enough of them re-encrypt without the patient.
/// `id 32 · key 32 · precursor 33 · U1 33 · signature for the proxy 64 · for the receiver 64`.
///
/// Umbral's parameter point and its two flags are left out: they are always the standard point and `true`, so that
/// a fragment for other parameters or one whose signature leaves the keys out can't be expressed.
#[derive(Clone)]
pub struct SecretFragment(Zeroizing<[u8; SECRET_FRAGMENT_LEN]>);

impl SecretFragment {
    /// Takes a body of the right shape.
    ///
    /// # Errors
    /// [`DecodeError`] for another length or a wrong prefix.
    pub fn new(body: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("key fragment", body);
        reader.take(64)?;
        reader.point("precursor")?;
        reader.point("commitment")?;
        reader.take(128)?;
        reader.finish()?;
        let mut fragment = Zeroizing::new([0; SECRET_FRAGMENT_LEN]);
        fragment.copy_from_slice(body);
        Ok(Self(fragment))
    }

    /// Header and body, to be sealed at once.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&SECRET_FRAGMENT.to_bytes(), self.0.as_slice()].concat())
    }

    /// Reads header and body.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("key fragment", bytes);
        reader.header(SECRET_FRAGMENT)?;
        let body = reader.take(bytes.len().saturating_sub(super::wire::HEADER_LEN))?;
        Self::new(body)
    }

    /// The body.
    pub fn body(&self) -> &[u8; SECRET_FRAGMENT_LEN] {
        &self.0
    }

    /// Its id: public, pinned in the grant.
    pub fn id(&self) -> [u8; 32] {
        part(self.0.as_slice(), 0)
    }

    /// Its precursor: public, pinned in the grant.
    ///
    /// # Errors
    /// [`DecodeError::Field`] if it does not lie on the curve.
    pub fn precursor(&self) -> Result<CompressedPoint, DecodeError> {
        on_curve(&part::<33>(self.0.as_slice(), 64), "precursor")
    }

    /// Its commitment, U1: public, pinned in the grant.
    ///
    /// # Errors
    /// [`DecodeError::Field`] if it does not lie on the curve.
    pub fn commitment(&self) -> Result<CompressedPoint, DecodeError> {
        on_curve(&part::<33>(self.0.as_slice(), 97), "commitment")
    }
}

impl fmt::Debug for SecretFragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SecretFragment(id 0x{}, secret withheld)",
            hex::encode(self.id())
        )
    }
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}

fn on_curve(bytes: &[u8; 33], field: &'static str) -> Result<CompressedPoint, DecodeError> {
    CompressedPoint::new(bytes).map_err(|error| DecodeError::Field {
        object: "key fragment",
        field,
        reason: error.to_string(),
    })
}
