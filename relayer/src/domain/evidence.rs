//! Evidence for a dispute: what the contracts can't compute by themselves, and the institution's proof that a grant does not
//! open (PROTOCOL section 17).
//!
//! * [`basis`]: what the contracts check fragments against
//! * [`fragment_products`]: what goes with a capsule fragment
//! * [`SharedPoint`]: the institution's Diffie-Hellman point for a grant's precursor, with a proof that it is the one
//! * [`combination`]: what shows whether fragments combine
//! * [`Unopenable`]: all of it together, made only where it may be
//!
//! **A shared point opens whatever was granted under its precursor.** It is never revealed for a grant that opens, nor for one
//! whose precursor proof does not hold ([`crate::domain::precursor`]): the precursor could be a stranger's, shifted.

mod basis;
mod combination;
mod products;
mod shared_point;
mod unopenable;

pub use basis::basis;
pub use combination::{combination, CombinationProducts, COMBINATION_LEN};
pub use products::{fragment_products, FragmentProducts, PRODUCTS_LEN};
pub use shared_point::SharedPoint;
pub use unopenable::{NotRevealed, Unopenable};

use k256::elliptic_curve::ops::ReduceNonZero;
use k256::elliptic_curve::sec1::ToEncodedPoint as _;
use k256::elliptic_curve::PrimeField as _;
use k256::{ProjectivePoint, Scalar, U256};

use super::hash::sha256;
use super::point::CompressedPoint;
use super::precursor::decompress;

/// Why evidence can't be made, or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// A point is not on the curve, or a product is infinity.
    #[error("{0} is not a point of the curve")]
    Point(&'static str),
    /// A scalar is out of range.
    #[error("{0} is out of range")]
    Scalar(&'static str),
    /// Two fragments have the same id.
    #[error("two fragments have the same id and can't be combined")]
    RepeatedId,
    /// A shared point is not shown to be the receiving key's for the precursor.
    #[error("the shared point is not shown to be the receiving key's for this precursor")]
    SharedPoint,
}

/// A point as the contracts take what they check by its address: x and y, 32 bytes each.
pub type Coordinates = [u8; 64];

/// A point's coordinates; none at infinity.
fn coordinates(point: &ProjectivePoint) -> Option<Coordinates> {
    let encoded = point.to_encoded_point(false);
    encoded.as_bytes().strip_prefix(&[4])?.try_into().ok()
}

/// A point on the curve from 33 bytes.
fn point(bytes: &[u8], name: &'static str) -> Result<ProjectivePoint, EvidenceError> {
    CompressedPoint::new(bytes)
        .ok()
        .and_then(|point| decompress(&point))
        .ok_or(EvidenceError::Point(name))
}

/// A scalar below the curve's order from 32 bytes.
fn scalar(bytes: &[u8], name: &'static str) -> Result<Scalar, EvidenceError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| EvidenceError::Scalar(name))?;
    Option::from(Scalar::from_repr(bytes.into())).ok_or(EvidenceError::Scalar(name))
}

/// Umbral's hash to a scalar: SHA-256 over the tag with its length, and the parts; never zero.
fn umbral_hash(tag: &[u8], parts: &[&[u8]]) -> Scalar {
    // A tag of the scheme, some twenty bytes
    #[allow(
        clippy::cast_possible_truncation,
        reason = "tags are constants of a few bytes"
    )]
    let length = (tag.len() as u32).to_be_bytes();
    let parts = [&[length.as_slice(), tag], parts].concat();
    <Scalar as ReduceNonZero<U256>>::reduce_nonzero_bytes(&sha256(&parts).into())
}

#[cfg(test)]
mod tests;
