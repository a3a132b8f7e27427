//! Requests, imports and restoring.

use super::proxy::Manner;
use super::world::World;
use crate::app::patient::make_request;
use crate::domain::failure::FailureCode;
use crate::domain::request::PatientRequest;
use crate::domain::seed::GAP_LIMIT;
use crate::ports::shelf::RecordShelf as _;

fn quiet(_: &str) {}

#[tokio::test]
async fn no_key_set_is_given_away_twice() {
    let world = World::new().await;
    let request = |count| make_request(&world.patient.seed, &*world.shelf, count);
    let (first, second) = (request(2).unwrap(), request(3).unwrap());
    let indices = |request: &PatientRequest| -> Vec<u32> {
        request.key_sets.iter().map(|set| set.index).collect()
    };
    assert_eq!(
        (indices(&first), indices(&second)),
        (vec![0, 1], vec![2, 3, 4])
    );
    assert_eq!(
        PatientRequest::decode(&first.encode())
            .unwrap()
            .key_sets
            .len(),
        2
    );
    assert_eq!(request(0).err().unwrap().code(), FailureCode::InvalidInput);
}

#[tokio::test]
async fn a_certified_record_is_found_and_only_its_head_is_kept() {
    let world = World::new().await;
    let commitment = world.certify(1, World::terms());
    let found = world.patient.find_records(&quiet).await.unwrap();
    assert_eq!(found.new.len(), 1);
    assert_eq!(
        (found.new[0].index, found.new[0].commitment),
        (1, commitment)
    );
    let record = world.patient.record(1).unwrap();
    assert_eq!(record.commitment, commitment);
    let (_, head) = world.shelf.get(1).unwrap().unwrap();
    assert!(head.len() < 40_000 && record.envelope.ciphertext_length > 500_000);
    assert!(world
        .patient
        .find_records(&quiet)
        .await
        .unwrap()
        .new
        .is_empty());
    assert_eq!(
        world.patient.record(0).err().unwrap().code(),
        FailureCode::NotFound
    );
}

#[tokio::test]
async fn the_words_restore_records_across_gaps() {
    let world = World::new().await;
    let far = GAP_LIMIT + 3;
    for index in [4, far] {
        world.certify(index, World::terms());
    }
    let (restored, shelf) = world.restored().await;
    let found = restored.find_records(&quiet).await.unwrap();
    let indices: Vec<_> = found.new.iter().map(|record| record.index).collect();
    assert_eq!(indices, [4, far]);
    // Keys of records that exist are never given away again
    assert_eq!(shelf.next_key_set().unwrap(), far + 1);
}

#[tokio::test]
async fn a_proxy_that_alters_or_is_away_does_not_hide_a_record() {
    let world = World::new().await;
    world.certify(0, World::terms());
    world.set_manner(0, Manner::Unreachable);
    world.set_manner(1, Manner::Alters);
    let found = world.patient.find_records(&quiet).await.unwrap();
    assert_eq!(found.new.len(), 1);
    assert_eq!(found.unusable[0].1.code(), FailureCode::CiphertextAltered);

    let world = World::new().await;
    (0..3).for_each(|proxy| world.set_manner(proxy, Manner::Unreachable));
    let failure = world.patient.find_records(&quiet).await.err().unwrap();
    assert_eq!(failure.code(), FailureCode::ProxyUnreachable);
}

#[tokio::test]
async fn what_the_hospital_did_not_commit_to_is_no_record() {
    let world = World::new().await;
    let code_of = |found: crate::app::patient::find::Found| {
        assert!(found.new.is_empty());
        found.unusable[0].1.code()
    };

    // Never put on chain
    let (_, envelope, ciphertext) = world.seal(0, World::terms(), |_| {});
    world.deposit(&envelope, &ciphertext);
    let found = world.patient.find_records(&quiet).await.unwrap();
    assert_eq!(code_of(found), FailureCode::CommitmentNotInRegistry);

    // On chain, but with facts that are not the bundle's, or someone else's pseudonym
    let world = World::new().await;
    let (commitment, envelope, ciphertext) = world.seal(0, World::terms(), |opening| {
        opening.facts_root += opening.facts_root;
    });
    world.chain.insert(commitment);
    world.deposit(&envelope, &ciphertext);
    let found = world.patient.find_records(&quiet).await.unwrap();
    assert_eq!(code_of(found), FailureCode::CommitmentMismatch);

    let world = World::new().await;
    let (commitment, envelope, ciphertext) = world.seal(0, World::terms(), |opening| {
        opening.pseudonym += opening.pseudonym;
    });
    world.chain.insert(commitment);
    world.deposit(&envelope, &ciphertext);
    let found = world.patient.find_records(&quiet).await.unwrap();
    assert_eq!(code_of(found), FailureCode::CommitmentMismatch);
}
