use super::*;

fn domain() -> SigningDomain {
    SigningDomain {
        chain_id: 31337,
        enrolments: Address::new([0x11; 20]),
    }
}

fn receipt() -> Receipt {
    let small = |n| word_u64(n);
    Receipt {
        study_id: StudyId::new(small(1)).unwrap(),
        nullifier: Nullifier::new(small(2)).unwrap(),
        attempt: 3,
        record_tag: RecordTag::new(small(4)).unwrap(),
        grant_digest: GrantDigest::new([5; 32]),
        valid_until: 6,
    }
}

#[test]
fn a_signature_holds_for_one_domain_and_message() {
    let key = EvmKey::random();
    let signature = receipt().sign(&domain(), &key);
    assert_eq!(receipt().signer(&domain(), &signature), Ok(key.address()));
    let other = SigningDomain {
        chain_id: 1,
        ..domain()
    };
    assert_ne!(receipt().signer(&other, &signature), Ok(key.address()));
    let later = Receipt {
        attempt: 4,
        ..receipt()
    };
    assert_ne!(later.signer(&domain(), &signature), Ok(key.address()));
}
