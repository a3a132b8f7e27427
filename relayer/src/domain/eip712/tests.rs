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

/// The digest by another implementation, from the type as text.
fn digest_elsewhere(type_text: &str, message: &serde_json::Value) -> [u8; 32] {
    use ethers::types::transaction::eip712::{Eip712 as _, TypedData};
    let (name, members) = type_text.trim_end_matches(')').split_once('(').unwrap();
    let fields: Vec<_> = members
        .split(',')
        .map(|member| member.split_once(' ').unwrap())
        .map(|(kind, name)| serde_json::json!({ "type": kind, "name": name }))
        .collect();
    let data: TypedData = serde_json::from_value(serde_json::json!({
        "types": { name: fields },
        "primaryType": name,
        "domain": {
            "name": "Medshare",
            "version": "1",
            "chainId": 31337,
            "verifyingContract": domain().enrolments.to_string(),
        },
        "message": message,
    }))
    .unwrap();
    data.encode_eip712().unwrap()
}

#[test]
fn digests_match_another_implementation() {
    let digest = GrantDigest::new([5; 32]).to_string();
    let message = serde_json::json!({
        "studyId": "1", "nullifier": "2", "attempt": 3, "recordTag": "4",
        "grantDigest": digest, "validUntil": 6,
    });
    assert_eq!(
        receipt().digest(&domain()),
        digest_elsewhere(Receipt::TYPE, &message)
    );

    let Receipt {
        study_id,
        nullifier,
        attempt,
        ..
    } = receipt();
    let message = serde_json::json!({ "studyId": "1", "nullifier": "2", "attempt": 3 });
    let attestation = Attestation {
        study_id,
        nullifier,
        attempt,
    };
    assert_eq!(
        attestation.digest(&domain()),
        digest_elsewhere(Attestation::TYPE, &message)
    );
    let acceptance = Acceptance {
        study_id,
        nullifier,
        attempt,
    };
    assert_eq!(
        acceptance.digest(&domain()),
        digest_elsewhere(Acceptance::TYPE, &message)
    );
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
