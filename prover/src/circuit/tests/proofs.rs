//! Proofs hold of what they show, and of nothing else.

use super::circuit;
use crate::circuit::{CircuitSize, Proof, ProveError, Prover, PublicSignals, Verifier};
use crate::field::Fr;
use crate::sample;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

fn prover(size: CircuitSize) -> &'static Prover {
    &circuit(size).prover
}

#[test]
fn proves_what_the_verifier_of_its_circuit_accepts() {
    for size in CircuitSize::ALL {
        let proof = prover(size).prove(&sample::inputs_of(size, 1)).unwrap();
        for other in CircuitSize::ALL {
            let holds = Verifier::development(other).unwrap().check(&proof).is_ok();
            assert_eq!(holds, other == size, "{size:?} before {other:?}");
        }
        assert_eq!(
            Proof::from_json(&proof.proof.to_json()).as_ref(),
            Ok(&proof.proof)
        );
        assert_eq!(
            PublicSignals::from_json(&proof.signals.to_json()),
            Ok(proof.signals)
        );
    }
}

#[test]
fn criteria_of_another_circuit_are_refused() {
    let refused = prover(CircuitSize::Small).prove(&sample::inputs_of(CircuitSize::Large, 1));
    assert_eq!(refused.unwrap_err(), ProveError::SlotCount(32));
}

#[test]
fn a_proof_holds_of_its_own_signals_only() {
    let prover = prover(CircuitSize::Small);
    let proof = prover.prove(&sample::inputs(2)).unwrap();
    for place in 0..proof.signals.0.len() {
        let mut signals = proof.signals;
        signals.0[place] += Fr::from(1u8);
        assert!(
            prover.verifier().verify(&signals, &proof.proof).is_err(),
            "{}",
            PublicSignals::NAMES[place]
        );
    }
}

#[test]
fn proofs_of_one_statement_differ_unless_their_randomness_is_the_same() {
    let prove = |seed| {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        prover(CircuitSize::Small)
            .prove_with(&sample::inputs(3), &mut rng)
            .unwrap()
    };
    assert!(prove(1) == prove(1));
    assert!(prove(1) != prove(2));
}
