use super::*;

#[test]
fn every_part_counts() {
    let parts = ContextParts {
        chain_id: 31337,
        enrolments: Address::new([1; 20]),
        study_id: StudyId::reduce(&[2; 32]),
        attempt: 0,
        payout: Address::new([3; 20]),
        revocation_hash: revocation_hash(&[4; 32]),
        grant_digest: GrantDigest::new([5; 32]),
    };
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/context.json")).unwrap();
    assert_eq!(
        parts.context().to_string(),
        vectors["context"].as_str().unwrap()
    );
    assert_eq!(
        parts.revocation_hash.to_string(),
        vectors["revocationHash"].as_str().unwrap()
    );
    let others = [
        ContextParts {
            chain_id: 1,
            ..parts
        },
        ContextParts {
            enrolments: Address::new([9; 20]),
            ..parts
        },
        ContextParts {
            study_id: StudyId::reduce(&[9; 32]),
            ..parts
        },
        ContextParts {
            attempt: 1,
            ..parts
        },
        ContextParts {
            payout: Address::new([9; 20]),
            ..parts
        },
        ContextParts {
            revocation_hash: RevocationHash::new([9; 32]),
            ..parts
        },
        ContextParts {
            grant_digest: GrantDigest::new([9; 32]),
            ..parts
        },
    ];
    for other in others {
        assert_ne!(other.context(), parts.context(), "{other:?}");
    }
}
