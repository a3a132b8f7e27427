use super::*;
use crate::circuit::CircuitSize;
use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use std::fs;

fn shipped() -> VerifyingKey {
    VerifyingKey::development(CircuitSize::Small).unwrap()
}

#[test]
fn the_shipped_verifying_key_says_what_it_is() {
    let key = shipped();
    assert!(key.provenance.development);
    assert_eq!(key.provenance.seed, development::SEED);
    assert_eq!(VerifyingKey::from_json(&key.to_json()), Ok(key));
}

#[test]
fn the_contract_is_marked_and_has_no_place_left_open() {
    let source = solidity::contract(&shipped(), "Example");
    assert!(source.contains("bool public constant DEVELOPMENT_KEY = true;"));
    assert!(source.contains(&hex::encode(shipped().hash())));
    for place in [
        "{name}",
        "{points}",
        "{hash}",
        "{r1cs}",
        "{origin}",
        "{transcript}",
        "{circuit}",
    ] {
        assert!(!source.contains(place), "{place}");
    }
}

#[test]
fn a_development_key_is_known_by_its_points_whatever_its_file_says() {
    let mut key = shipped();
    key.provenance.development = false;
    key.provenance.seed = String::new();
    assert!(key.is_development());
    assert!(is_development_hash(&key.hash()));
    let source = solidity::contract(&key, "Example");
    assert!(source.contains("bool public constant DEVELOPMENT_KEY = true;"));
    key.points.delta_g2 = key.points.beta_g2;
    assert!(!key.is_development());
}

#[test]
fn keys_without_secret_contribution_are_refused() {
    let changes: [fn(&mut ark_groth16::VerifyingKey<Bn254>); 9] = [
        |k| k.alpha_g1 = G1Affine::generator(),
        |k| k.alpha_g1 = -G1Affine::generator(),
        |k| k.beta_g2 = G2Affine::generator(),
        |k| k.delta_g2 = k.gamma_g2,
        |k| k.delta_g2 = G2Affine::generator(),
        |k| k.delta_g2 = -G2Affine::generator(),
        |k| k.gamma_g2 = G2Affine::zero(),
        |k| k.gamma_abc_g1[3] = G1Affine::zero(),
        |k| k.gamma_abc_g1[3] = k.gamma_abc_g1[4],
    ];
    for change in changes {
        let mut key = shipped();
        change(&mut key.points);
        assert!(VerifyingKey::new(key.points, key.provenance).is_err());
    }
}

#[test]
fn damaged_and_foreign_key_files_are_refused() {
    let whole = fs::read("../target/circuits/eligibility_8.dev.pk").expect("make keys builds it");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let refusal = ProvingKey::read(&path).err().expect("it must be refused");
        refusal.to_string()
    };
    let mut damaged = whole.clone();
    damaged[5_000] ^= 1;
    assert!(refused(&damaged).ends_with("damaged: its digest differs"));
    assert!(refused(&whole[..60]).ends_with("damaged: its digest differs"));
    assert!(refused(&whole[..40]).ends_with("too short"));
    assert!(refused(b"zkeyxxxxxxxxxxx").ends_with("not a proving key"));
    let mut newer = whole.clone();
    newer[5] = 3;
    assert!(refused(&newer).ends_with("another major version"));
}
