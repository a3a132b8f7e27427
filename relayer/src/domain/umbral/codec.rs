//! Between our byte layouts and MessagePack, the only form in which the library reads its objects.
//!
//! Every member has a fixed length, so an object is its members end to end in a fixed frame of array and byte-string markers.

use std::sync::LazyLock;

use umbral_pre::{
    Capsule, CapsuleFrag, DefaultDeserialize as _, DefaultSerialize as _, KeyFrag, Parameters,
    VerifiedKeyFrag,
};
use zeroize::Zeroizing;

use super::UmbralError;
use crate::domain::fragment;
use crate::domain::point::CompressedPoint;

/// One item of a frame.
enum Item {
    /// An array of so many items follows.
    Array(u8),
    /// A byte string of so many bytes.
    Bytes(u8),
    /// The constant `true`.
    True,
}

use Item::{Array, Bytes, True};

const CAPSULE: &[Item] = &[Array(3), Bytes(33), Bytes(33), Bytes(32)];
/// E1, V1, id, precursor, then the proof: E2, V2, U1, U2, z, signature.
const CAPSULE_FRAGMENT: &[Item] = &[
    Array(5),
    Bytes(33),
    Bytes(33),
    Bytes(32),
    Bytes(33),
    Array(6),
    Bytes(33),
    Bytes(33),
    Bytes(33),
    Bytes(33),
    Bytes(32),
    Bytes(64),
];
/// Parameters, id, key, precursor, then the proof: U1, both signatures, both flags.
const KEY_FRAGMENT: &[Item] = &[
    Array(5),
    Array(1),
    Bytes(33),
    Bytes(32),
    Bytes(32),
    Bytes(33),
    Array(5),
    Bytes(33),
    Bytes(64),
    Bytes(64),
    True,
    True,
];

/// The standard parameter point U, compressed.
static PARAMETERS: LazyLock<CompressedPoint> = LazyLock::new(|| {
    // The library's constant is never the point at infinity, which alone has no coordinates
    let (x, y) = Parameters::new()
        .u
        .coordinates()
        .expect("U is a finite point");
    let mut point = [0; 33];
    point[0] = 2 + (y[31] & 1);
    point[1..].copy_from_slice(&x);
    CompressedPoint::new(&point).expect("U is a point of the curve")
});

/// Puts members into a frame; `members` has their total length.
fn pack(frame: &[Item], mut members: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut packed = Zeroizing::new(Vec::with_capacity(members.len() + 3 * frame.len()));
    for item in frame {
        match item {
            Array(len) => packed.push(0x90 | len),
            Bytes(len) => {
                let (member, rest) = members.split_at(usize::from(*len));
                packed.extend_from_slice(&[0xc4, *len]);
                packed.extend_from_slice(member);
                members = rest;
            }
            True => packed.push(0xc3),
        }
    }
    packed
}

/// Takes the members out of a frame; `None` if the bytes don't have it.
fn unpack(frame: &[Item], packed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut members = Zeroizing::new(Vec::with_capacity(packed.len()));
    let mut rest = packed;
    for item in frame {
        let marker: &[u8] = match item {
            Array(len) => &[0x90 | len],
            Bytes(len) => &[0xc4, *len],
            True => &[0xc3],
        };
        rest = rest.strip_prefix(marker)?;
        if let Bytes(len) = item {
            let (member, after) = rest.split_at_checked(usize::from(*len))?;
            members.extend_from_slice(member);
            rest = after;
        }
    }
    rest.is_empty().then_some(members)
}

/// Reads a capsule; the library verifies it on the way.
pub(super) fn capsule(bytes: &fragment::Capsule) -> Result<Capsule, UmbralError> {
    Capsule::from_bytes(&pack(CAPSULE, bytes.as_bytes()))
        .map_err(|_| UmbralError::Invalid("the capsule"))
}

/// Reads a capsule fragment, unverified.
pub(super) fn capsule_fragment(
    bytes: &fragment::CapsuleFragment,
) -> Result<CapsuleFrag, UmbralError> {
    CapsuleFrag::from_bytes(&pack(CAPSULE_FRAGMENT, bytes.as_bytes()))
        .map_err(|_| UmbralError::Invalid("the capsule fragment"))
}

/// Reads a key fragment under the standard parameters, unverified.
pub(super) fn key_fragment(bytes: &fragment::SecretFragment) -> Result<KeyFrag, UmbralError> {
    let members = Zeroizing::new([PARAMETERS.as_bytes().as_slice(), bytes.body()].concat());
    KeyFrag::from_bytes(&pack(KEY_FRAGMENT, &members))
        .map_err(|_| UmbralError::Invalid("the key fragment"))
}

/// Writes a key fragment.
pub(super) fn secret_fragment(
    fragment: &VerifiedKeyFrag,
) -> Result<fragment::SecretFragment, UmbralError> {
    let unexpected = UmbralError::Invalid("the library's form of a key fragment");
    let packed = fragment
        .to_bytes()
        .map_err(|_| unexpected.clone())?
        .into_vec();
    let members =
        unpack(KEY_FRAGMENT, &Zeroizing::new(packed)).ok_or_else(|| unexpected.clone())?;
    let body = members
        .strip_prefix(PARAMETERS.as_bytes().as_slice())
        .ok_or(unexpected)?;
    Ok(fragment::SecretFragment::new(body)?)
}

/// The standard parameter point U.
pub fn parameter_point() -> CompressedPoint {
    *PARAMETERS
}
