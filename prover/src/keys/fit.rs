//! Whether powers of tau are powers, and whether a key is what a circuit and those powers give.
//!
//! Each check is one equation between random linear combinations: one that does not hold for every point fails but with
//! probability 2^-250. So a key is compared point by point in seconds, with nobody trusted for its first phase beyond the
//! contributors to it, and for its second phase beyond the contributors whose proofs `snarkjs zkey verify` checks.

use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{UniformRand, Zero};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand::{CryptoRng, RngCore};

use super::error::{count, Fault};
use super::snarkjs::points::coefficient;
use super::snarkjs::ptau::{Lagrange, Powers};
use super::snarkjs::zkey::{Coefficient, Shape, Zkey};
use super::weakness::trivial_g1;
use crate::circuit::r1cs::{Matrix, R1cs};

/// The shape that a key for these constraints has.
pub(crate) fn shape(r1cs: &R1cs) -> Shape {
    Shape {
        wires: r1cs.wires,
        signals: r1cs.instance_wires - 1,
        domain: (r1cs.constraints() + r1cs.instance_wires).next_power_of_two(),
    }
}

/// What snarkjs writes into the coefficients of a key for these constraints, in order of place: the matrices A and B, and below A a
/// row for the constant one and each public signal.
pub(crate) fn coefficients(r1cs: &R1cs) -> Vec<Coefficient> {
    let [a, b, _] = &r1cs.matrices;
    let mut entries = Vec::new();
    for (place, matrix) in [(0, a), (1, b)] {
        for (row, terms) in matrix.iter().enumerate() {
            let entry = |(value, wire): &(Fr, usize)| {
                (place, narrow(row), narrow(*wire), coefficient(value))
            };
            entries.extend(terms.iter().map(entry));
        }
    }
    let one = coefficient(&Fr::from(1_u8));
    let rows = (0..r1cs.instance_wires)
        .map(|wire| (0, narrow(r1cs.constraints() + wire), narrow(wire), one));
    entries.extend(rows);
    entries.sort_unstable();
    entries
}

fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Whether the matrices in a key are those of the circuit.
pub(crate) fn same_matrices(
    mut found: Vec<Coefficient>,
    expected: &[Coefficient],
) -> Result<(), Fault> {
    found.sort_unstable();
    if found == expected {
        Ok(())
    } else {
        Err(Fault::Misfit(
            "the coefficients are those of another circuit",
        ))
    }
}

/// Whether powers are those of one τ, neither 0 nor a root of unity, with one α and one β.
///
/// # Errors
/// [`Fault::Weak`], [`Fault::Misfit`].
pub(crate) fn check_powers(
    powers: &Powers,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    if powers.tau_g1[0] != g1 || powers.tau_g2[0] != g2 {
        return Err(Fault::Misfit(
            "the powers of tau do not start with the generators",
        ));
    }
    // τ^(2^k) = 1 would make the quotient's points vanish or repeat
    let order = (0..usize::BITS)
        .map(|exponent| 1_usize << exponent)
        .take_while(|power| *power < powers.tau_g1.len());
    for power in order {
        if trivial_g1(&powers.tau_g1[power]) {
            return Err(Fault::Weak("tau"));
        }
    }
    if trivial_g1(&powers.alpha_g1[0]) {
        return Err(Fault::Weak("alpha"));
    }
    if trivial_g1(&powers.beta_g1[0]) {
        return Err(Fault::Weak("beta"));
    }
    let geometric = |series: &[G1Affine], rng: &mut _| {
        let weights = random(series.len() - 1, rng);
        let lower = combine(&series[..series.len() - 1], &weights);
        let upper = combine(&series[1..], &weights);
        same_ratio(lower, upper, g2, powers.tau_g2[1])
    };
    let mut rest = |series: &[G1Affine]| geometric(series, &mut *rng);
    let g1_powers = rest(&powers.tau_g1) && rest(&powers.alpha_g1) && rest(&powers.beta_g1);
    let weights = random(powers.tau_g2.len() - 1, rng);
    let lower = combine(&powers.tau_g2[..powers.tau_g2.len() - 1], &weights);
    let upper = combine(&powers.tau_g2[1..], &weights);
    let g2_powers = same_ratio(g1, powers.tau_g1[1], lower, upper);
    if !(g1_powers && g2_powers && same_ratio(g1, powers.beta_g1[0], g2, powers.beta_g2)) {
        return Err(Fault::Misfit("these are not the powers of one tau"));
    }
    Ok(())
}

/// Whether the Lagrange points are those of the powers.
///
/// # Errors
/// [`Fault::Misfit`].
pub(crate) fn check_lagrange(
    lagrange: &Lagrange,
    powers: &Powers,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let mut g1 = |points: &[G1Affine], powers: &[G1Affine]| is_lagrange(points, powers, &mut *rng);
    let alike = g1(&lagrange.tau_g1, &powers.tau_g1)
        && g1(&lagrange.double_g1, &powers.tau_g1)
        && g1(&lagrange.alpha_g1, &powers.alpha_g1)
        && g1(&lagrange.beta_g1, &powers.beta_g1)
        && is_lagrange(&lagrange.tau_g2, &powers.tau_g2, rng);
    if alike {
        Ok(())
    } else {
        Err(Fault::Misfit(
            "the Lagrange points are not those of these powers of tau",
        ))
    }
}

/// Σ ρⱼ·Lⱼ(τ) by the Lagrange points, and by the powers with the coefficients of the polynomial that is ρⱼ at the j-th point of the
/// domain. The last power may be missing: in the largest domain snarkjs takes it for zero, where no polynomial has that degree.
fn is_lagrange<P>(points: &[P], powers: &[P], rng: &mut (impl RngCore + CryptoRng)) -> bool
where
    P: AffineRepr<ScalarField = Fr>,
    P::Group: VariableBaseMSM<MulBase = P>,
{
    let Some(domain) = Radix2EvaluationDomain::<Fr>::new(points.len()) else {
        return false;
    };
    let values = random(points.len(), rng);
    let polynomial = domain.ifft(&values);
    let known = polynomial.len().min(powers.len());
    known + 1 >= polynomial.len()
        && combine(points, &values) == combine(&powers[..known], &polynomial[..known])
}

/// Whether a key is the one that the circuit and the powers give, with some delta. [`same_matrices`] has passed.
///
/// # Errors
/// [`Fault::Misfit`].
pub(crate) fn check_key(
    key: &Zkey,
    r1cs: &R1cs,
    powers: &Powers,
    lagrange: &Lagrange,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let header = &key.header;
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let same_start = header.alpha_g1 == powers.alpha_g1[0]
        && header.beta_g1 == powers.beta_g1[0]
        && header.beta_g2 == powers.beta_g2
        && header.gamma_g2 == g2;
    misfit(
        same_start,
        "alpha, beta or gamma is not that of these powers of tau",
    )?;
    misfit(
        same_ratio(g1, header.delta_g1, g2, header.delta_g2),
        "delta differs between the two groups",
    )?;

    let domain = header.shape.domain;
    let weights = random(r1cs.wires, rng);
    let rows = Rows::combine(r1cs, &weights, domain);
    misfit(
        combine(&key.a, &weights) == combine(&lagrange.tau_g1, &rows.a),
        "the points A are those of another circuit",
    )?;
    let b_alike = combine(&key.b_g1, &weights) == combine(&lagrange.tau_g1, &rows.b)
        && combine(&key.b_g2, &weights) == combine(&lagrange.tau_g2, &rows.b);
    misfit(b_alike, "the points B are those of another circuit")?;

    let (public, private) = weights.split_at(r1cs.instance_wires);
    let masked = |from: usize, weights: &[Fr]| {
        let mut all = vec![Fr::zero(); r1cs.wires];
        all[from..from + weights.len()].copy_from_slice(weights);
        Rows::combine(r1cs, &all, domain).statement(lagrange)
    };
    misfit(
        combine(&key.signals, public) == masked(0, public),
        "the points of the public signals are those of another circuit",
    )?;
    let l_alike = same_ratio(
        combine(&key.l, private),
        masked(public.len(), private),
        g2,
        header.delta_g2,
    );
    misfit(l_alike, "the points C are those of another circuit")?;

    let weights = random(domain, rng);
    let odd: Vec<G1Affine> = lagrange
        .double_g1
        .iter()
        .copied()
        .skip(1)
        .step_by(2)
        .collect();
    let h_alike = same_ratio(
        combine(&key.h, &weights),
        combine(&odd, &weights),
        g2,
        header.delta_g2,
    );
    misfit(h_alike, "the points H are those of another domain")
}

/// The rows of the matrices, each combined over the wires with the same weights.
struct Rows {
    a: Vec<Fr>,
    b: Vec<Fr>,
    c: Vec<Fr>,
}

impl Rows {
    fn combine(r1cs: &R1cs, weights: &[Fr], domain: usize) -> Self {
        let side = |matrix: &Matrix| {
            let term = |(value, wire): &(Fr, usize)| *value * weights[*wire];
            let mut rows: Vec<Fr> = matrix
                .iter()
                .map(|row| row.iter().map(term).sum())
                .collect();
            rows.resize(domain, Fr::zero());
            rows
        };
        let [a, b, c] = &r1cs.matrices;
        let mut rows = Self {
            a: side(a),
            b: side(b),
            c: side(c),
        };
        rows.a[r1cs.constraints()..][..r1cs.instance_wires]
            .copy_from_slice(&weights[..r1cs.instance_wires]);
        rows
    }

    /// β·A(τ) + α·B(τ) + C(τ).
    fn statement(&self, lagrange: &Lagrange) -> G1Projective {
        combine(&lagrange.beta_g1, &self.a)
            + combine(&lagrange.alpha_g1, &self.b)
            + combine(&lagrange.tau_g1, &self.c)
    }
}

fn misfit(alike: bool, reason: &'static str) -> Result<(), Fault> {
    if alike {
        Ok(())
    } else {
        Err(Fault::Misfit(reason))
    }
}

fn random(number: usize, rng: &mut (impl RngCore + CryptoRng)) -> Vec<Fr> {
    (0..number).map(|_| Fr::rand(rng)).collect()
}

/// Σ wᵢ·Pᵢ.
fn combine<P>(points: &[P], weights: &[Fr]) -> P::Group
where
    P: AffineRepr<ScalarField = Fr>,
    P::Group: VariableBaseMSM<MulBase = P>,
{
    debug_assert_eq!(count(points.len()), count(weights.len()));
    P::Group::msm_unchecked(points, weights)
}

/// Whether b is to a in G1 as d is to c in G2: e(a, d) = e(b, c).
fn same_ratio(
    a: impl Into<G1Projective>,
    b: impl Into<G1Projective>,
    c: impl Into<G2Projective>,
    d: impl Into<G2Projective>,
) -> bool {
    let (a, b): (G1Projective, G1Projective) = (a.into(), b.into());
    let (c, d): (G2Projective, G2Projective) = (c.into(), d.into());
    Bn254::pairing(a.into_affine(), d.into_affine())
        == Bn254::pairing(b.into_affine(), c.into_affine())
}
