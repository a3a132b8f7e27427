use std::io::Write as _;

use prover::record::Terms;

use super::*;
use crate::domain::ids::{
    CiphertextRoot, ContentHash, EnvelopeHash, IdentityCommitment, Pseudonym, RecordCommitment,
    TransactionHash,
};
use crate::domain::signer::EvmKey;
use crate::domain::umbral::DelegatingKey;
use crate::ports::books::Stage;

fn commitment(number: u8) -> RecordCommitment {
    RecordCommitment::new([number; 32]).unwrap()
}

fn entry(number: u8) -> RecordEntry {
    RecordEntry {
        version: RecordEntry::VERSION,
        commitment: commitment(number),
        source: "a.json".to_owned(),
        input: ContentHash::new([1; 32]),
        person: Some("p1".to_owned()),
        identity: IdentityCommitment::new([2; 32]).unwrap(),
        pseudonym: Pseudonym::new([3; 32]).unwrap(),
        key_set: 0,
        delegating_key: DelegatingKey::from_seed_bytes(&[number; 32]).public(),
        envelope: "00".to_owned(),
        envelope_hash: EnvelopeHash::new([4; 32]).unwrap(),
        ciphertext_root: CiphertextRoot::new([5; 32]),
        ciphertext_length: 17,
        terms: Terms {
            consent: 1,
            expiry_day: 2,
            as_of_day: 3,
            mapping_version: 1,
        },
        facts: 4,
        skipped: 0,
        replaces: None,
        stage: Stage::Sealed,
        deposited: Vec::new(),
        withdrawn: false,
    }
}

#[test]
fn entries_are_kept_and_replaced_by_commitment() {
    let folder = tempfile::tempdir().unwrap();
    let home = RoleHome::open(folder.path(), "hospital").unwrap();
    let books = FileBooks::open(&home).unwrap();
    books.write(&entry(1)).unwrap();
    books.write(&entry(2)).unwrap();
    let inserted = RecordEntry {
        stage: Stage::Inserted {
            index: 7,
            transaction: Some(TransactionHash::new([6; 32])),
        },
        deposited: vec![EvmKey::random().address()],
        ..entry(2)
    };
    books.write(&inserted).unwrap();
    drop(books);
    let books = FileBooks::open(&home).unwrap();
    assert_eq!(books.entries().unwrap(), [entry(1), inserted]);
}

#[test]
fn a_batch_is_kept_until_it_is_done_with() {
    let folder = tempfile::tempdir().unwrap();
    let home = RoleHome::open(folder.path(), "hospital").unwrap();
    let books = FileBooks::open(&home).unwrap();
    assert!(books.batch().unwrap().is_empty());
    books.write_batch(&[commitment(1), commitment(2)]).unwrap();
    assert_eq!(books.batch().unwrap(), [commitment(1), commitment(2)]);
    books.write_batch(&[]).unwrap();
    assert!(books.batch().unwrap().is_empty());
}

#[test]
fn two_commands_do_not_share_the_books() {
    let folder = tempfile::tempdir().unwrap();
    let home = RoleHome::open(folder.path(), "hospital").unwrap();
    let first = FileBooks::open(&home).unwrap();
    assert!(matches!(FileBooks::open(&home), Err(BooksError::InUse)));
    drop(first);
    FileBooks::open(&home).unwrap();
}

#[test]
fn what_a_killed_command_left_is_removed_and_what_was_kept_stays() {
    let folder = tempfile::tempdir().unwrap();
    let home = RoleHome::open(folder.path(), "hospital").unwrap();
    let books = FileBooks::open(&home).unwrap();
    let mut kept = books.new_ciphertext().unwrap();
    kept.write_all(b"sealed").unwrap();
    books.keep_ciphertext(commitment(1), kept).unwrap();
    // A killed process removes nothing
    let left = books.new_ciphertext().unwrap().keep().unwrap().1;
    drop(books);
    let books = FileBooks::open(&home).unwrap();
    assert!(!left.exists());
    assert_eq!(
        fs::read(books.ciphertext(commitment(1))).unwrap(),
        b"sealed"
    );
}

#[test]
fn entries_of_another_layout_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let home = RoleHome::open(folder.path(), "hospital").unwrap();
    let books = FileBooks::open(&home).unwrap();
    let newer = RecordEntry {
        version: 2,
        ..entry(1)
    };
    books.write(&newer).unwrap();
    assert!(matches!(books.entries(), Err(BooksError::Malformed { .. })));
}
