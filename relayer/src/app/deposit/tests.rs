use std::io::Write;

use super::*;
use crate::adapters::index::SqliteIndex;
use crate::adapters::storage;
use crate::domain::merkle::SEALED_SEGMENT_BYTES;
use crate::domain::stream::{Sealer, StreamKeys};
use crate::domain::umbral::{seal_file_key, DelegatingKey};

type Piece = Result<Bytes, &'static str>;

struct Fixture {
    store: SharedBlobStore,
    deposits: Deposits,
    envelope: Envelope,
    hash: EnvelopeHash,
    sealed: Vec<u8>,
}

async fn fixture(content_bytes: usize) -> Fixture {
    let store = storage::open("memory:").unwrap();
    let deposits = deposits_in(&store).await;
    let (envelope, sealed) = record(content_bytes, 1);
    let bytes = envelope.encode().unwrap();
    let hash = envelope_hash(&bytes);
    deposits.put_envelope(hash, bytes.into()).await.unwrap();
    Fixture {
        store,
        deposits,
        envelope,
        hash,
        sealed,
    }
}

async fn deposits_in(store: &SharedBlobStore) -> Deposits {
    let index = SqliteIndex::in_memory().await.unwrap();
    Deposits::new(Arc::clone(store), Arc::new(index))
}

/// An envelope and its ciphertext, to the delegating key of a seed.
fn record(content_bytes: usize, seed: u8) -> (Envelope, Vec<u8>) {
    let keys = StreamKeys::random();
    let mut sealer = Sealer::new(&keys, Vec::new());
    sealer.write_all(&vec![seed; content_bytes]).unwrap();
    let (sealed, bytes) = sealer.finish().unwrap();
    let delegating_key = DelegatingKey::from_seed_bytes(&[seed; 32]).public();
    let file_key = seal_file_key(&delegating_key, keys.key()).unwrap();
    let envelope = Envelope {
        capsule: file_key.capsule,
        wrapped_key: file_key.wrapped,
        delegating_key,
        verifying_key: delegating_key,
        nonce: keys.nonce(),
        ciphertext_length: sealed.length,
        ciphertext_root: sealed.root,
    };
    (envelope, bytes)
}

fn pieces(bytes: &[u8], size: usize) -> Vec<Piece> {
    bytes
        .chunks(size)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect()
}

async fn upload(fixture: &Fixture, offset: u64, pieces: Vec<Piece>) -> Result<Deposit, Failure> {
    let body = futures::stream::iter(pieces);
    fixture
        .deposits
        .append(fixture.envelope.ciphertext_root, offset, body)
        .await
}

async fn read(deposits: &Deposits, root: CiphertextRoot, range: Range<u64>) -> Vec<u8> {
    let stream = deposits.read(root, range).await.unwrap();
    stream.try_collect::<Vec<_>>().await.unwrap().concat()
}

#[tokio::test]
async fn a_ciphertext_arrives_in_pieces_of_any_size() {
    for size in [1000, 32_784, 100_000] {
        let fixture = fixture(150_000).await;
        let deposit = upload(&fixture, 0, pieces(&fixture.sealed, size))
            .await
            .unwrap();
        assert!(
            deposit.complete && deposit.received == fixture.sealed.len() as u64,
            "{size}"
        );
        let (envelope, _) = fixture.deposits.envelope(fixture.hash).await.unwrap();
        assert_eq!(envelope, fixture.envelope);
        let whole = read(&fixture.deposits, deposit.root, 0..deposit.length).await;
        assert_eq!(whole, fixture.sealed, "{size}");
    }
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let fixture = fixture(200_000).await;
    let root = fixture.envelope.ciphertext_root;
    let mut broken = pieces(&fixture.sealed[..70_000], 7000);
    broken.push(Err("connection reset"));
    let deposit = upload(&fixture, 0, broken).await.unwrap();
    let whole_segments = 2 * SEALED_SEGMENT_BYTES as u64;
    assert_eq!(
        (deposit.received, deposit.complete),
        (whole_segments, false)
    );
    let unfinished = fixture.deposits.read(root, 0..1).await.err().unwrap();
    assert_eq!(unfinished.code(), FailureCode::CiphertextMissing);
    let elsewhere = upload(&fixture, 70_000, Vec::new()).await.unwrap_err();
    assert_eq!(elsewhere.code(), FailureCode::InvalidInput);

    let rest = pieces(&fixture.sealed[2 * SEALED_SEGMENT_BYTES..], 9999);
    let deposit = upload(&fixture, whole_segments, rest).await.unwrap();
    assert!(deposit.complete, "{deposit:?}");
    for range in [0..5, 65_560..65_570, 65_568..65_568, 0..deposit.length] {
        let expected = &fixture.sealed
            [usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        assert_eq!(read(&fixture.deposits, root, range).await, expected);
    }
    let again = upload(&fixture, 0, Vec::new()).await.unwrap();
    assert!(again.complete, "asking again is no error");
}

#[tokio::test]
async fn another_ciphertext_is_thrown_away() {
    let fixture = fixture(100_000).await;
    let first = SEALED_SEGMENT_BYTES;
    upload(&fixture, 0, pieces(&fixture.sealed[..first], 5000))
        .await
        .unwrap();
    let mut altered = fixture.sealed[first..].to_vec();
    altered[40_000] ^= 1;
    let failure = upload(&fixture, first as u64, pieces(&altered, 5000))
        .await
        .unwrap_err();
    assert_eq!(failure.code(), FailureCode::CiphertextAltered);
    let progress = fixture
        .deposits
        .progress(fixture.envelope.ciphertext_root)
        .await
        .unwrap();
    assert_eq!(progress.received, 0, "it starts again");
    let folder = ObjectKey::new(CIPHERTEXTS).unwrap();
    assert!(
        fixture.store.list(&folder).await.unwrap().is_empty(),
        "nothing is left of it"
    );
}

#[tokio::test]
async fn more_bytes_than_the_envelope_says_are_refused() {
    let fixture = fixture(40_000).await;
    let long = [&fixture.sealed[..], &[0; 10]].concat();
    let failure = upload(&fixture, 0, pieces(&long, 50_000))
        .await
        .unwrap_err();
    assert_eq!(failure.code(), FailureCode::PayloadTooLarge);
}

#[tokio::test]
async fn one_envelope_a_delegating_key_and_under_its_own_hash() {
    let fixture = fixture(10).await;
    let (other, _) = record(20, 1);
    let bytes = other.encode().unwrap();
    let hash = envelope_hash(&bytes);
    let taken = fixture
        .deposits
        .put_envelope(hash, bytes.clone().into())
        .await
        .unwrap_err();
    assert_eq!(taken.code(), FailureCode::KeySeen);
    let missing = fixture.deposits.envelope(hash).await.unwrap_err();
    assert_eq!(missing.code(), FailureCode::EnvelopeMissing);
    let misnamed = fixture
        .deposits
        .put_envelope(fixture.hash, bytes.into())
        .await
        .unwrap_err();
    assert_eq!(misnamed.code(), FailureCode::EnvelopeInvalid);
    let key = fixture.envelope.delegating_key.as_bytes();
    let given_back = fixture.deposits.envelope_of(key).await.unwrap();
    assert_eq!(envelope_hash(&given_back), fixture.hash);
}

#[tokio::test]
async fn the_index_is_rebuilt_from_the_store() {
    let fixture = fixture(150_000).await;
    let root = fixture.envelope.ciphertext_root;
    let cut = 3 * SEALED_SEGMENT_BYTES;
    upload(&fixture, 0, pieces(&fixture.sealed[..cut], 8000))
        .await
        .unwrap();

    let half = deposits_in(&fixture.store).await;
    assert_eq!(half.rebuild().await.unwrap(), 1);
    assert_eq!(
        half.progress(root).await.unwrap(),
        fixture.deposits.progress(root).await.unwrap()
    );
    let rest = futures::stream::iter(pieces(&fixture.sealed[cut..], 8000));
    assert!(
        half.append(root, cut as u64, rest).await.unwrap().complete,
        "it goes on"
    );

    let whole = deposits_in(&fixture.store).await;
    whole.rebuild().await.unwrap();
    assert!(whole.holds(root).await.unwrap(), "complete again");
    assert_eq!(
        read(&whole, root, 0..fixture.sealed.len() as u64).await,
        fixture.sealed
    );
}
