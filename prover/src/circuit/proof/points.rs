//! Curve points in snarkjs' decimal text, projective with a last coordinate of 1.

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, PrimeField};
use num_bigint::BigUint;

use crate::circuit::VerifyError;

/// A point of G1.
pub(crate) fn write_g1(point: &G1Affine) -> [String; 3] {
    [decimal(&point.x), decimal(&point.y), "1".to_owned()]
}

/// A point of G2, real parts first.
pub(crate) fn write_g2(point: &G2Affine) -> [[String; 2]; 3] {
    let pair = |coordinate: &Fq2| [decimal(&coordinate.c0), decimal(&coordinate.c1)];
    [
        pair(&point.x),
        pair(&point.y),
        ["1".to_owned(), "0".to_owned()],
    ]
}

/// Reads and checks a point of G1.
pub(crate) fn read_g1(name: &'static str, text: &[String; 3]) -> Result<G1Affine, VerifyError> {
    if text[2] != "1" {
        return Err(VerifyError::Point(name));
    }
    check_g1(name, read(name, &text[0])?, read(name, &text[1])?)
}

/// Reads and checks a point of G2.
pub(crate) fn read_g2(
    name: &'static str,
    text: &[[String; 2]; 3],
) -> Result<G2Affine, VerifyError> {
    if text[2] != ["1", "0"] {
        return Err(VerifyError::Point(name));
    }
    let pair = |pair: &[String; 2]| -> Result<Fq2, VerifyError> {
        Ok(Fq2::new(read(name, &pair[0])?, read(name, &pair[1])?))
    };
    check_g2(name, pair(&text[0])?, pair(&text[1])?)
}

/// The point of G1 with these coordinates; infinity, which no proof or key needs, is refused.
pub(crate) fn check_g1(name: &'static str, x: Fq, y: Fq) -> Result<G1Affine, VerifyError> {
    let point = G1Affine::new_unchecked(x, y);
    let infinity = point.is_zero() || (x == Fq::ZERO && y == Fq::ZERO);
    if !infinity && point.is_on_curve() {
        Ok(point)
    } else {
        Err(VerifyError::Point(name))
    }
}

/// The point of G2 with these coordinates, in the right subgroup; infinity is refused.
pub(crate) fn check_g2(name: &'static str, x: Fq2, y: Fq2) -> Result<G2Affine, VerifyError> {
    let point = G2Affine::new_unchecked(x, y);
    let infinity = point.is_zero() || (x == Fq2::ZERO && y == Fq2::ZERO);
    if !infinity && point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        Ok(point)
    } else {
        Err(VerifyError::Point(name))
    }
}

/// A coordinate in decimal.
fn decimal(coordinate: &Fq) -> String {
    BigUint::from(coordinate.into_bigint()).to_string()
}

/// A canonical coordinate from decimal.
fn read(name: &'static str, text: &str) -> Result<Fq, VerifyError> {
    let number: BigUint = text.parse().map_err(|_| VerifyError::Point(name))?;
    if number.to_string() != text || number >= Fq::MODULUS.into() {
        return Err(VerifyError::Point(name));
    }
    Ok(Fq::from(number))
}
