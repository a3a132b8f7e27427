//! Curve points and field elements as snarkjs stores them: little-endian and in Montgomery form; infinity is all zeros.

use ark_bn254::{g1, g2, Fq, Fq2};
use ark_ec::short_weierstrass::Affine;
use ark_ec::AffineRepr;
use ark_ff::{BigInt, BigInteger, PrimeField};

use super::container::Section;
use crate::field::Fr;
use crate::keys::error::{count, Fault, KeyFileError};

/// Bytes of a point of G1.
pub(crate) const G1_BYTES: u64 = 64;
/// Bytes of a point of G2.
pub(crate) const G2_BYTES: u64 = 128;
/// Bytes of a number of either field.
const BYTES: usize = 32;

/// A point of one of the two groups.
pub(crate) trait Point: AffineRepr {
    /// Bytes of one.
    const SIZE: u64;

    /// Reads one, on the curve and in the group; none otherwise.
    fn parse(bytes: &[u8]) -> Option<Self>;
}

impl Point for Affine<g1::Config> {
    const SIZE: u64 = G1_BYTES;

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (x, y) = bytes.split_at_checked(BYTES)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Some(Self::zero());
        }
        let point = Self::new_unchecked(coordinate(x)?, coordinate(y)?);
        point.is_on_curve().then_some(point)
    }
}

impl Point for Affine<g2::Config> {
    const SIZE: u64 = G2_BYTES;

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (x, y) = bytes.split_at_checked(2 * BYTES)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Some(Self::zero());
        }
        let pair = |bytes: &[u8]| {
            let (real, imaginary) = bytes.split_at_checked(BYTES)?;
            Some(Fq2::new(coordinate(real)?, coordinate(imaginary)?))
        };
        let point = Self::new_unchecked(pair(x)?, pair(y)?);
        (point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve()).then_some(point)
    }
}

/// Reads the next `number` points of a section. The caller has compared `number` with what the circuit needs.
///
/// # Errors
/// [`Fault::Point`] for the first that is none, [`Fault::Truncated`].
pub(crate) fn read<P: Point>(
    section: &mut Section<'_>,
    number: usize,
) -> Result<Vec<P>, KeyFileError> {
    let bytes = section.bytes(count(number).saturating_mul(P::SIZE))?;
    let size = usize::try_from(P::SIZE).unwrap_or(usize::MAX);
    let parsed = bytes.chunks(size).map(P::parse).enumerate();
    let mut points = Vec::with_capacity(number);
    for (place, point) in parsed {
        points.push(point.ok_or_else(|| section.at(Fault::Point(count(place))))?);
    }
    Ok(points)
}

/// Reads one point.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_one<P: Point>(section: &mut Section<'_>) -> Result<P, KeyFileError> {
    let bytes = section.bytes(P::SIZE)?;
    P::parse(&bytes).ok_or_else(|| section.at(Fault::Point(0)))
}

/// What snarkjs stores for a coefficient: Montgomery form twice over, since its prover multiplies numbers in that form.
pub(crate) fn coefficient(value: &Fr) -> [u8; BYTES] {
    // `value.0` is the Montgomery form; taken as a number and brought into that form once more
    let twice = Fr::from_bigint(value.0).unwrap_or_default().0;
    bytes(twice)
}

fn bytes(number: BigInt<4>) -> [u8; BYTES] {
    let mut out = [0; BYTES];
    out.copy_from_slice(&number.to_bytes_le());
    out
}

fn coordinate(bytes: &[u8]) -> Option<Fq> {
    let mut limbs = [0; 4];
    for (limb, bytes) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        *limb = u64::from_le_bytes(bytes.try_into().ok()?);
    }
    let number = BigInt(limbs);
    (number < Fq::MODULUS).then(|| Fq::new_unchecked(number))
}
