use super::*;

const WORDS_OF_ZEROES: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

fn seed() -> Seed {
    Seed::from_words(WORDS_OF_ZEROES).unwrap()
}

fn shape() -> GrantShape {
    let point = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    let point = point.parse().unwrap();
    GrantShape {
        delegating: point,
        receiving: point,
        threshold: 2,
        count: 3,
    }
}

#[test]
fn words_go_both_ways() {
    assert_eq!(seed().to_bytes().as_slice(), [0; 32]);
    assert_eq!(seed().words().as_str(), WORDS_OF_ZEROES);
    let random = Seed::random();
    let untidy = format!("  {}\n", random.words().to_uppercase().replace(' ', "  "));
    assert_eq!(
        Seed::from_words(&untidy).unwrap().to_bytes(),
        random.to_bytes()
    );
}

#[test]
fn other_words_are_refused() {
    let twelve = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    let checksum = WORDS_OF_ZEROES.replace("art", "abandon");
    for words in [
        "",
        twelve,
        &checksum,
        &WORDS_OF_ZEROES.replace("art", "xyzzy"),
    ] {
        assert!(Seed::from_words(words).is_err(), "{words}");
    }
}

/// Pins the labels: changing one would lose every patient's records.
#[test]
fn derivations_are_pinned() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/seed.json")).unwrap();
    let study = StudyId::reduce(&[2; 32]);
    let (keys, secrets) = (seed().record_keys(3), seed().enrolment_secrets(study, 1));
    let is = |name: &str, value: String| assert_eq!(vectors[name], value, "{name}");
    let bytes = |secret: &[u8]| format!("0x{}", hex::encode(secret));
    is("study", study.to_string());
    is(
        "identitySecret",
        prover::field::to_hex(&seed().identity_secret()),
    );
    is(
        "pseudonymNonce",
        prover::field::to_hex(&keys.pseudonym_nonce),
    );
    is("delegating", bytes(keys.delegating.as_slice()));
    is("verifying", bytes(keys.verifying.as_slice()));
    is("tagBlinding", secrets.tag_blinding.to_string());
    is("payoutKey", bytes(secrets.payout.to_bytes().as_slice()));
    is("revocation", bytes(secrets.revocation.as_slice()));
    is(
        "grant",
        bytes(seed().grant_seed(study, 1, &shape()).as_slice()),
    );
}

#[test]
fn every_label_gives_another_secret() {
    let (one, two) = (StudyId::reduce(&[1; 32]), StudyId::reduce(&[2; 32]));
    let mut seen = std::collections::BTreeSet::new();
    for index in 0..3 {
        let keys = seed().record_keys(index);
        assert!(seen.insert(*keys.delegating) && seen.insert(*keys.verifying));
    }
    for (study, attempt) in [(one, 0), (one, 1), (two, 0)] {
        let secrets = seed().enrolment_secrets(study, attempt);
        assert!(seen.insert(*secrets.revocation));
        assert!(seen.insert(*secrets.payout.to_bytes()));
        assert!(seen.insert(secrets.tag_blinding.to_bytes()));
        assert!(seen.insert(*seed().grant_seed(study, attempt, &shape())));
    }
    let other = GrantShape {
        threshold: 3,
        ..shape()
    };
    assert!(seen.insert(*seed().grant_seed(one, 0, &other)));
    assert_ne!(seed().nullifier(one), seed().nullifier(two));
}

#[test]
fn secrets_stay_out_of_debug_output() {
    assert_eq!(format!("{:?}", seed()), "Seed(secret withheld)");
    assert!(!format!("{:?}", seed().record_keys(0)).contains("0x"));
}
