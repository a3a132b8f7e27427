use super::*;
use crate::domain::seed::Seed;

fn sample() -> PatientRequest {
    let seed = Seed::random();
    let point = |secret: &[u8; 32]| {
        let scalar = crate::domain::scalar::nonzero_scalar(secret);
        let key = k256::SecretKey::from_slice(scalar.as_slice())
            .unwrap()
            .public_key();
        CompressedPoint::new(&key.to_sec1_bytes()).unwrap()
    };
    let sets = (0..3).map(|index| {
        let keys = seed.record_keys(index);
        KeySet {
            index,
            pseudonym_nonce: keys.pseudonym_nonce,
            delegating_key: point(&keys.delegating),
            verifying_key: point(&keys.verifying),
        }
    });
    PatientRequest {
        identity_commitment: seed.identity_commitment(),
        key_sets: sets.collect(),
    }
}

#[test]
fn it_goes_both_ways() {
    let request = sample();
    let encoded = request.encode();
    assert_eq!(encoded.len(), 8 + 32 + 2 + 3 * 102);
    assert!(PatientRequest::decode(&encoded).unwrap() == request);
    for at in 0..encoded.len() {
        assert!(
            PatientRequest::decode(&encoded[..at]).is_err(),
            "cut at {at}"
        );
    }
}

#[test]
fn patient_and_hospital_compute_the_same_pseudonym() {
    let seed = Seed::random();
    let keys = seed.record_keys(0);
    let point = sample().key_sets[0].delegating_key;
    let set = KeySet {
        index: 0,
        pseudonym_nonce: keys.pseudonym_nonce,
        delegating_key: point,
        verifying_key: point,
    };
    let identity = seed.identity_commitment();
    assert_eq!(set.pseudonym(identity), keys.pseudonym(identity));
}

#[test]
fn repeated_and_missing_sets_are_refused() {
    let mut request = sample();
    request.key_sets[1].delegating_key = request.key_sets[0].delegating_key;
    assert!(matches!(
        PatientRequest::decode(&request.encode()),
        Err(DecodeError::Field {
            field: "key sets",
            ..
        })
    ));
    request.key_sets.clear();
    assert!(PatientRequest::decode(&request.encode()).is_err());
}
