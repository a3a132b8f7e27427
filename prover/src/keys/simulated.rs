//! Proofs for the development key, made from its public trapdoor instead of a witness: what Groth16's proof of zero knowledge calls the
//! simulator (J. Groth, "On the Size of Pairing-Based Non-interactive Arguments", 2016, section 3.2). They verify like any other proof, in a millisecond
//! instead of a second, and show nothing: which is why the development key is refused on every chain but those of development. For
//! measuring a network under thousands of enrolments.

use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::CurveGroup as _;
use ark_ff::{Field as _, UniformRand as _};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha256};

use super::development::SEED;
use super::VerifyingKey;
use crate::circuit::{Proof, PublicSignals};

/// The trapdoor of a development key.
pub struct Simulator {
    key: VerifyingKey,
    alpha: Fr,
    beta: Fr,
    gamma: Fr,
    delta: Fr,
}

impl Simulator {
    /// That of the development key's verifying key; `None` for any other key.
    pub fn of(key: VerifyingKey) -> Option<Self> {
        // What arkworks draws first, in this order
        let mut rng = ChaCha20Rng::from_seed(Sha256::digest(SEED).into());
        let [alpha, beta, gamma, delta] = std::array::from_fn(|_| Fr::rand(&mut rng));
        let points = &key.points;
        let is_its = points.gamma_g2 * delta == points.delta_g2 * gamma
            && points.beta_g2 * gamma == points.gamma_g2 * beta;
        is_its.then_some(Self {
            key,
            alpha,
            beta,
            gamma,
            delta,
        })
    }

    /// A proof of anything: A and B with random logarithms, and the C that makes the equation true.
    pub fn prove(&self, signals: &PublicSignals) -> Proof {
        let mut rng = rand::thread_rng();
        let [log_a, log_b] = std::array::from_fn(|_| Fr::rand(&mut rng));
        let points = &self.key.points;
        let inverse = |scalar: &Fr| scalar.inverse().unwrap_or_default();
        let g1: G1Projective = points.alpha_g1 * inverse(&self.alpha);
        let g2: G2Projective = points.gamma_g2 * inverse(&self.gamma);
        let (constant, rest) = points.gamma_abc_g1.split_at(1);
        let sum = rest
            .iter()
            .zip(&signals.0)
            .map(|(point, signal)| *point * signal)
            .fold(constant[0].into(), |sum: G1Projective, term| sum + term);
        let open = g1 * (log_a * log_b - self.alpha * self.beta) - sum * self.gamma;
        Proof(ark_groth16::Proof {
            a: (g1 * log_a).into_affine(),
            b: (g2 * log_b).into_affine(),
            c: (open * inverse(&self.delta)).into_affine(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::{CircuitSize, Verifier};

    #[test]
    fn what_is_simulated_verifies_for_its_own_signals_only() {
        for size in CircuitSize::ALL {
            let key = VerifyingKey::development(size).unwrap();
            let verifier = Verifier::new(&key);
            let simulator = Simulator::of(key).unwrap();
            let mut signals = PublicSignals(std::array::from_fn(|i| Fr::from(i as u64 + 7)));
            let proof = simulator.prove(&signals);
            assert!(verifier.verify(&signals, &proof).is_ok());
            signals.0[5] += Fr::from(1);
            assert!(verifier.verify(&signals, &proof).is_err());
        }
    }

    #[test]
    fn no_other_key_has_its_trapdoor() {
        let mut other = VerifyingKey::development(CircuitSize::Small).unwrap();
        other.points.delta_g2 = (other.points.delta_g2 * Fr::from(2)).into_affine();
        assert!(Simulator::of(other).is_none());
    }
}
