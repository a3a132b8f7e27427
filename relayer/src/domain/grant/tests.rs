use super::*;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::ids::{Nullifier, StudyId};
use crate::domain::scalar::nonzero_scalar;

const G: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

fn point(secret: &[u8; 32]) -> CompressedPoint {
    let key = k256::SecretKey::from_slice(secret).unwrap().public_key();
    CompressedPoint::new(&key.to_sec1_bytes()).unwrap()
}

fn context() -> PrecursorContext {
    PrecursorContext {
        receiving_key: G.parse().unwrap(),
        chain_id: 31337,
        enrolments: Address::new([1; 20]),
        enrolment: EnrolmentKey {
            study_id: StudyId::reduce(&[2; 32]),
            nullifier: Nullifier::reduce(&[3; 32]),
        },
        attempt: 0,
    }
}

fn slot(n: u8) -> GrantSlot {
    GrantSlot {
        proxy: Address::new([n; 20]),
        fragment_id: [n; 32],
        fragment_commitment: point(&nonzero_scalar(&[n; 32])).into(),
    }
}

fn grant() -> Grant {
    let secret = nonzero_scalar(&[4; 32]);
    let precursor = point(&secret);
    let proof = precursor::prove(&secret, &precursor, &context()).unwrap();
    Grant {
        threshold: 2,
        precursor,
        proof,
        slots: vec![slot(1), slot(2), slot(3)],
    }
}

fn terms() -> StudyTerms {
    StudyTerms::example(grant().slots.iter().map(|slot| slot.proxy).collect())
}

#[test]
fn its_digest_is_pinned() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/grant.json")).unwrap();
    assert_eq!(serde_json::to_value(grant()).unwrap(), vectors["grant"]);
    assert_eq!(
        grant().digest().to_string(),
        vectors["digest"].as_str().unwrap()
    );
    let read: Grant = serde_json::from_value(vectors["grant"].clone()).unwrap();
    assert_eq!(read, grant());
}

#[test]
fn a_grant_must_fit_its_study() {
    assert_eq!(grant().check(&terms(), &context()), Ok(()));
    let other = StudyTerms {
        threshold: 3,
        ..terms()
    };
    assert!(matches!(
        grant().check(&other, &context()),
        Err(GrantError::Threshold { .. })
    ));
    assert_eq!(grant().check_faults(&context()), Ok(()));
    let mut swapped = grant();
    swapped.slots.swap(0, 1);
    assert_eq!(
        swapped.check(&terms(), &context()),
        Err(GrantError::Proxies)
    );
    let mut fewer = grant();
    fewer.slots.pop();
    assert_eq!(fewer.check(&terms(), &context()), Err(GrantError::Proxies));
    assert_eq!(fewer.check_faults(&context()), Ok(()));
    let mut repeated = grant();
    repeated.slots[1].fragment_id = repeated.slots[0].fragment_id;
    assert_eq!(
        repeated.check(&terms(), &context()),
        Err(GrantError::RepeatedId)
    );
    assert_eq!(
        repeated.check_faults(&context()),
        Err(GrantError::RepeatedId)
    );
    let later = PrecursorContext {
        attempt: 1,
        ..context()
    };
    assert!(matches!(
        grant().check(&terms(), &later),
        Err(GrantError::Precursor(_))
    ));
}

#[test]
fn a_fragment_must_be_the_pinned_one() {
    let grant = grant();
    let pinned = PinnedPoint::from(grant.precursor);
    let body = |id: [u8; 32], precursor: PinnedPoint, commitment: PinnedPoint| {
        let parts: [&[u8]; 5] = [
            &id,
            &[1; 32],
            precursor.as_bytes(),
            commitment.as_bytes(),
            &[1; 128],
        ];
        SecretFragment::new(&parts.concat()).unwrap()
    };
    let slot = grant.slots[0];
    let good = body(slot.fragment_id, pinned, slot.fragment_commitment);
    assert_eq!(grant.check_fragment(slot.proxy, &good), Ok(()));
    let wrong = grant.check_fragment(grant.slots[1].proxy, &good);
    assert_eq!(wrong, Err(GrantError::Fragment("id")));
    assert_eq!(
        grant.check_fragment(Address::default(), &good),
        Err(GrantError::Proxies)
    );
    let other = body(slot.fragment_id, pinned, pinned);
    let refused = grant.check_fragment(slot.proxy, &other);
    assert_eq!(refused, Err(GrantError::Fragment("commitment")));
    let other = body(
        slot.fragment_id,
        slot.fragment_commitment,
        slot.fragment_commitment,
    );
    let refused = grant.check_fragment(slot.proxy, &other);
    assert_eq!(refused, Err(GrantError::Fragment("precursor")));
}
