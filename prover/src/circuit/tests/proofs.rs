//! Proofs hold of what they show, and of nothing else.

use super::PROVER;
use crate::circuit::{Proof, PublicSignals, Verifier};
use crate::field::Fr;
use crate::sample;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

#[test]
fn proves_what_the_verifier_accepts() {
    let proof = PROVER.prove(&sample::inputs(1)).unwrap();
    assert_eq!(PROVER.verifier().check(&proof), Ok(()));
    assert_eq!(Verifier::development().unwrap().check(&proof), Ok(()));
    assert_eq!(
        Proof::from_json(&proof.proof.to_json()).as_ref(),
        Ok(&proof.proof)
    );
    assert_eq!(
        PublicSignals::from_json(&proof.signals.to_json()),
        Ok(proof.signals)
    );
}

#[test]
fn a_proof_holds_of_its_own_signals_only() {
    let proof = PROVER.prove(&sample::inputs(2)).unwrap();
    for place in 0..proof.signals.0.len() {
        let mut signals = proof.signals;
        signals.0[place] += Fr::from(1u8);
        assert!(
            PROVER.verifier().verify(&signals, &proof.proof).is_err(),
            "{}",
            PublicSignals::NAMES[place]
        );
    }
}

#[test]
fn proofs_of_one_statement_differ_unless_their_randomness_is_the_same() {
    let prove = |seed| {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        PROVER.prove_with(&sample::inputs(3), &mut rng).unwrap()
    };
    assert!(prove(1) == prove(1));
    assert!(prove(1) != prove(2));
}
