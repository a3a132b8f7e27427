//! What a hospital must not do.

use super::*;

fn code<T: std::fmt::Debug>(result: Result<T, Failure>) -> FailureCode {
    result.unwrap_err().code()
}

#[tokio::test]
async fn a_patient_has_one_live_record() {
    let (world, seed) = (World::new().await, Seed::random());
    let hospital = world.hospital();
    certify_one(&hospital, &world.order(&seed, "p", "1"))
        .await
        .unwrap();
    let second = certify_one(&hospital, &world.order(&seed, "p", "2")).await;
    assert_eq!(code(second), FailureCode::LiveRecordExists);
    assert_eq!(world.chain.inserted().len(), 1);
}

#[tokio::test]
async fn a_patient_has_one_identity() {
    let world = World::new().await;
    let hospital = world.hospital();
    let first = world.order(&Seed::random(), "p", "1");
    let entry = certify_one(&hospital, &first).await.unwrap().entry;
    let other = world.order(&Seed::random(), "p", "2");
    assert_eq!(
        code(certify_one(&hospital, &other).await),
        FailureCode::IdentityMismatch
    );
    let replaced = supersede_one(&hospital, entry.commitment, &other).await;
    assert_eq!(code(replaced), FailureCode::IdentityMismatch);
    // Somebody else with the same id in another system's export
    let named = CertifyOrder {
        person: Some("q".to_owned()),
        ..other
    };
    certify_one(&hospital, &named).await.unwrap();
}

#[tokio::test]
async fn no_key_is_used_twice() {
    let (world, seed) = (World::new().await, Seed::random());
    let hospital = world.hospital();
    let mut order = world.order(&seed, "p", "1");
    order.request = request(&seed, 0..1);
    let entry = certify_one(&hospital, &order).await.unwrap().entry;
    // Of the same patient: the key sets are used up
    let mut next = world.order(&seed, "p", "2");
    next.request = request(&seed, 0..1);
    let superseded = supersede_one(&hospital, entry.commitment, &next).await;
    assert_eq!(code(superseded), FailureCode::RequestUsedUp);
    // In another patient's request
    let mut other = world.order(&Seed::random(), "q", "1");
    other.request.key_sets[1].delegating_key = entry.delegating_key;
    assert_eq!(
        code(certify_one(&hospital, &other).await),
        FailureCode::KeySeen
    );
}

#[tokio::test]
async fn only_a_live_record_is_superseded() {
    let (world, seed) = (World::new().await, Seed::random());
    let hospital = world.hospital();
    let old = certify_one(&hospital, &world.order(&seed, "p", "1"))
        .await
        .unwrap()
        .entry
        .commitment;
    let new = supersede_one(&hospital, old, &world.order(&seed, "p", "2"))
        .await
        .unwrap();
    let third = world.order(&seed, "p", "3");
    let again = supersede_one(&hospital, old, &third).await;
    assert_eq!(code(again), FailureCode::RecordSuperseded);
    assert_eq!(
        code(hospital.withdraw(old, &quiet).await),
        FailureCode::RecordSuperseded
    );
    hospital
        .withdraw(new.entry.commitment, &quiet)
        .await
        .unwrap();
    let gone = supersede_one(&hospital, new.entry.commitment, &third).await;
    assert_eq!(code(gone), FailureCode::RecordWithdrawn);
    let unknown = RecordCommitment::new([9; 32]).unwrap();
    assert_eq!(
        code(hospital.withdraw(unknown, &quiet).await),
        FailureCode::NotFound
    );
}

#[tokio::test]
async fn terms_that_make_no_sense_are_refused() {
    let (world, seed) = (World::new().await, Seed::random());
    let hospital = world.hospital();
    let good = world.order(&seed, "p", "1");
    let bad = [
        CertifyOrder {
            consent: 0,
            ..good.clone()
        },
        CertifyOrder {
            as_of_day: Some(TODAY + 1),
            ..good.clone()
        },
        CertifyOrder {
            expiry_day: Some(TODAY - 1),
            ..good.clone()
        },
        CertifyOrder {
            attachments: vec![".hidden".into()],
            ..good.clone()
        },
    ];
    for order in &bad[..3] {
        assert_eq!(
            code(certify_one(&hospital, order).await),
            FailureCode::InvalidInput
        );
    }
    assert_eq!(
        code(certify_one(&hospital, &bad[3]).await),
        FailureCode::NotFound
    );
    let folder = world.folder.path().join("hospital/books/ciphertexts");
    assert_eq!(files(&folder), 0);
}

#[tokio::test]
async fn a_proxy_must_be_admitted() {
    let world = World::new().await;
    let stranger = Address::new([99; 20]);
    let clients = world.hospital().clients(&[stranger]).await;
    assert_eq!(
        clients.err().map(|failure| failure.code()),
        Some(FailureCode::ProxyNotAdmitted)
    );
}

#[test]
fn days_are_counted_from_1900() {
    assert_eq!(day_of_date("1900-01-01").unwrap(), 0);
    assert_eq!(day_of_time(0), day_of_date("1970-01-01").unwrap());
    assert_eq!(day_of_time(86_399), 25_567);
    assert!(day_of_date("1899-12-31").is_err() && day_of_date("soon").is_err());
}
