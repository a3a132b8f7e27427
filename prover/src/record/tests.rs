use super::*;

const TERMS: Terms = Terms {
    consent: 0b101,
    expiry_day: 46_000,
    as_of_day: 45_000,
    mapping_version: 1,
};

#[test]
fn terms_are_packed_and_read_back() {
    assert_eq!(Terms::unpack(&TERMS.pack()), Ok(TERMS));
    let expected = 5u128 | 46_000 << 32 | 45_000 << 64 | 1 << 96;
    assert_eq!(TERMS.pack(), Fr::from(expected));
    assert_eq!(
        Terms::unpack(&(Fr::from(u128::MAX) + Fr::from(1u8))),
        Err(TermsError)
    );
}

#[test]
fn every_part_of_an_opening_changes_the_commitment() {
    let opening = RecordOpening {
        facts_root: Fr::from(1u8),
        envelope_hash: Fr::from(2u8),
        pseudonym: Fr::from(3u8),
        terms: TERMS,
        blinding: Fr::from(4u8),
    };
    let changes: [fn(&mut RecordOpening); 5] = [
        |o| o.facts_root = Fr::from(9u8),
        |o| o.envelope_hash = Fr::from(9u8),
        |o| o.pseudonym = Fr::from(9u8),
        |o| o.terms.consent = 9,
        |o| o.blinding = Fr::from(9u8),
    ];
    for change in changes {
        let mut other = opening.clone();
        change(&mut other);
        assert_ne!(other.commitment(), opening.commitment());
    }
}

#[test]
fn the_hashes_of_one_secret_are_unlinkable_by_value() {
    let secret = Fr::from(42u8);
    let identity = identity_commitment(&secret);
    let all = [
        identity,
        pseudonym(&identity, &Fr::from(1u8)),
        pseudonym(&identity, &Fr::from(2u8)),
        nullifier(&secret, &Fr::from(1u8)),
        nullifier(&secret, &Fr::from(2u8)),
        nullifier(&secret, &Fr::from(0u8)),
        record_tag(&secret, &Fr::from(1u8)),
    ];
    for (i, left) in all.iter().enumerate() {
        assert!(all[i + 1..].iter().all(|right| left != right));
    }
}
