use super::*;
use crate::circuit::CircuitSize;
use crate::circuit::Verifier;
use crate::field::Fr;
use crate::keys::VerifyingKey;
use ark_ec::AffineRepr;

fn any_proof() -> Proof {
    let point = (G1Affine::generator() * Fr::from(3u8)).into();
    Proof(ark_groth16::Proof {
        a: point,
        b: (G2Affine::generator() * Fr::from(5u8)).into(),
        c: point,
    })
}

#[test]
fn both_forms_are_read_back() {
    let proof = any_proof();
    assert_eq!(Proof::from_json(&proof.to_json()), Ok(proof.clone()));
    assert_eq!(Proof::from_contract(&proof.to_contract()), Ok(proof));
}

#[test]
fn points_off_the_curve_and_infinity_are_refused() {
    let mut words = any_proof().to_contract();
    words.a[1][31] ^= 1;
    assert_eq!(Proof::from_contract(&words), Err(VerifyError::Point("a")));
    let mut words = any_proof().to_contract();
    words.c = [[0; 32]; 2];
    assert_eq!(Proof::from_contract(&words), Err(VerifyError::Point("c")));
    let text = any_proof().to_json().replace("groth16", "plonk");
    assert!(matches!(
        Proof::from_json(&text),
        Err(VerifyError::Malformed { .. })
    ));
}

#[test]
fn the_shipped_key_refuses_any_other_proof() {
    let verifier = Verifier::new(&VerifyingKey::development(CircuitSize::Small).unwrap());
    let signals = PublicSignals([Fr::from(1u8); 8]);
    assert_eq!(
        verifier.verify(&signals, &any_proof()),
        Err(VerifyError::Invalid)
    );
}
