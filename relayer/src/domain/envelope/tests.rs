use super::*;

const G: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

fn sample() -> Envelope {
    let mut capsule = [2; CAPSULE_LEN];
    capsule[33] = 3;
    Envelope {
        capsule: Capsule::new(&capsule).unwrap(),
        wrapped_key: vec![7; 72],
        delegating_key: G.parse().unwrap(),
        verifying_key: G.parse().unwrap(),
        nonce: [9; NONCE_LEN],
        ciphertext_length: 100_000,
        ciphertext_root: CiphertextRoot::new([5; 32]),
    }
}

#[test]
fn it_goes_both_ways() {
    let encoded = sample().encode().unwrap();
    assert_eq!(encoded.len(), 8 + 98 + 2 + 72 + 33 + 33 + 19 + 8 + 32);
    assert_eq!(Envelope::decode(&encoded).unwrap(), sample());
}

/// Pins layout and hash.
#[test]
fn its_hash_is_pinned() {
    let encoded = sample().encode().unwrap();
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/envelope.json")).unwrap();
    assert_eq!(hex::encode(&encoded), vectors["encoded"].as_str().unwrap());
    assert_eq!(
        envelope_hash(&encoded).to_string(),
        vectors["hash"].as_str().unwrap()
    );
}

#[test]
fn every_cut_and_every_wrong_prefix_is_refused() {
    let encoded = sample().encode().unwrap();
    for at in 0..encoded.len() {
        assert!(Envelope::decode(&encoded[..at]).is_err(), "cut at {at}");
    }
    let longer = [encoded.as_slice(), &[0]].concat();
    assert!(matches!(
        Envelope::decode(&longer),
        Err(DecodeError::TooLong { .. })
    ));
    // Brand, major, E, V, length of the wrapped key, both keys
    for at in [0, 4, 8, 41, 106, 180, 213] {
        let mut altered = encoded.clone();
        altered[at] ^= 0x80;
        assert!(Envelope::decode(&altered).is_err(), "byte {at}");
    }
}

#[test]
fn impossible_lengths_are_refused() {
    for ciphertext_length in [0, 16, 32_784 + 3] {
        let encoded = Envelope {
            ciphertext_length,
            ..sample()
        }
        .encode()
        .unwrap();
        assert!(Envelope::decode(&encoded).is_err(), "{ciphertext_length}");
    }
    for wrapped in [0, MOST_WRAPPED + 1, 70_000] {
        assert!(Envelope {
            wrapped_key: vec![7; wrapped],
            ..sample()
        }
        .encode()
        .is_err());
    }
    let most = Envelope {
        wrapped_key: vec![7; MOST_WRAPPED],
        ..sample()
    }
    .encode()
    .unwrap();
    assert_eq!(most.len(), MOST_BYTES);
}
