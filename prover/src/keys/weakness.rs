//! Keys with which anybody can forge: what a set-up without secret contribution leaves behind.

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::AffineRepr;

/// The first part of a verifying key that lacks a secret contribution.
///
/// Gamma may be the generator, as it is in every key of snarkjs, since alpha, beta and delta keep the equation's terms apart. Delta may
/// not, nor be gamma: with `delta = gamma` anybody can shift a proof's terms between its point C and the public signals.
pub(crate) fn of(points: &ark_groth16::VerifyingKey<Bn254>) -> Option<&'static str> {
    all(points).first().copied()
}

/// Every part of a verifying key that lacks a secret contribution.
pub(crate) fn all(points: &ark_groth16::VerifyingKey<Bn254>) -> Vec<&'static str> {
    let checks = [
        ("alpha", trivial_g1(&points.alpha_g1)),
        ("beta", trivial_g2(&points.beta_g2)),
        ("gamma", points.gamma_g2.is_zero()),
        (
            "delta",
            trivial_g2(&points.delta_g2) || points.delta_g2 == points.gamma_g2,
        ),
        ("public signals", repeated(&points.gamma_abc_g1)),
    ];
    checks
        .into_iter()
        .filter_map(|(part, weak)| weak.then_some(part))
        .collect()
}

/// The generator, its negative or infinity: their logarithms are 1, -1 and 0.
pub(crate) fn trivial_g1(point: &G1Affine) -> bool {
    let one = G1Affine::generator();
    point.is_zero() || *point == one || *point == -one
}

/// As [`trivial_g1`].
pub(crate) fn trivial_g2(point: &G2Affine) -> bool {
    let one = G2Affine::generator();
    point.is_zero() || *point == one || *point == -one
}

/// A signal whose point is infinity is not in the statement; two with one point can be exchanged.
fn repeated(points: &[G1Affine]) -> bool {
    points
        .iter()
        .enumerate()
        .any(|(place, point)| point.is_zero() || points[..place].contains(point))
}
