//! What shows whether fragments combine: (s / d)·A = Σ λᵢ·(h·E1ᵢ + V1ᵢ).

use k256::{ProjectivePoint, Scalar};

use super::{coordinates, point, umbral_hash, EvidenceError};
use crate::domain::fragment::{Capsule, CapsuleFragment};
use crate::domain::point::CompressedPoint;

/// Length in bytes of [`CombinationProducts`].
pub const COMBINATION_LEN: usize = 128;

/// For one fragment (λ·h)·E1 and λ·V1, each x and y.
pub type CombinationProducts = [u8; COMBINATION_LEN];

/// The products of each fragment with its Lagrange coefficient, in the order of the fragments. They depend on which fragments
/// are combined.
///
/// # Errors
/// [`EvidenceError::RepeatedId`] or [`EvidenceError::Point`].
pub fn combination(
    capsule: &Capsule,
    receiving: &CompressedPoint,
    precursor: &CompressedPoint,
    shared: &CompressedPoint,
    fragments: &[CapsuleFragment],
) -> Result<Vec<CombinationProducts>, EvidenceError> {
    let h = umbral_hash(b"CAPSULE_POINTS", &[&capsule.as_bytes()[..66]]);
    let arguments: Vec<_> = fragments
        .iter()
        .map(|fragment| {
            umbral_hash(
                b"POLYNOMIAL_ARG",
                &[
                    precursor.as_bytes(),
                    receiving.as_bytes(),
                    shared.as_bytes(),
                    &fragment.id(),
                ],
            )
        })
        .collect();
    fragments
        .iter()
        .enumerate()
        .map(|(at, fragment)| {
            let coefficient = coefficient(&arguments, at).ok_or(EvidenceError::RepeatedId)?;
            let bytes = fragment.as_bytes();
            let of_e = point(&bytes[..33], "E1")? * (coefficient * h);
            let of_v = point(&bytes[33..66], "V1")? * coefficient;
            join(&of_e, &of_v).ok_or(EvidenceError::Point("a product"))
        })
        .collect()
}

fn join(one: &ProjectivePoint, other: &ProjectivePoint) -> Option<CombinationProducts> {
    let mut products = [0; COMBINATION_LEN];
    products[..64].copy_from_slice(&coordinates(one)?);
    products[64..].copy_from_slice(&coordinates(other)?);
    Some(products)
}

/// λᵢ = Π xⱼ / (xⱼ − xᵢ) over all j but i.
fn coefficient(arguments: &[Scalar], at: usize) -> Option<Scalar> {
    arguments
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != at)
        .try_fold(Scalar::ONE, |product, (_, argument)| {
            let inverse = Option::<Scalar>::from((argument - &arguments[at]).invert())?;
            Some(product * argument * inverse)
        })
}
