//! What every store must do, whichever engine is behind it.

use bytes::Bytes;
use futures::TryStreamExt;

use crate::ports::storage::{BlobStore, ObjectKey, StorageError};

/// Runs the whole suite on a store that holds nothing under `suite/`.
pub(super) async fn check(store: &dyn BlobStore) {
    puts_replaces_and_deletes(store).await;
    reads_ranges(store).await;
    writes_in_pieces(store).await;
    an_upload_given_up_leaves_nothing(store).await;
    lists_one_folder(store).await;
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new(format!("suite/{name}")).unwrap()
}

fn pattern(length: usize) -> Bytes {
    let byte = |i: usize| u8::try_from(i * 31 % 251).unwrap();
    (0..length).map(byte).collect::<Vec<_>>().into()
}

async fn puts_replaces_and_deletes(store: &dyn BlobStore) {
    let name = key("single");
    assert!(
        matches!(store.get(&name, 9).await, Err(StorageError::Missing(_))),
        "absent"
    );
    assert_eq!(store.size(&name).await.unwrap(), None, "absent");
    store
        .put(&name, Bytes::from_static(b"first"))
        .await
        .unwrap();
    store
        .put(&name, Bytes::from_static(b"second"))
        .await
        .unwrap();
    assert_eq!(store.get(&name, 6).await.unwrap(), &b"second"[..]);
    assert!(
        matches!(store.get(&name, 5).await, Err(StorageError::Range { .. })),
        "over the limit"
    );
    assert_eq!(store.size(&name).await.unwrap(), Some(6));
    store.delete(&name).await.unwrap();
    assert!(!store.exists(&name).await.unwrap(), "deleted");
    store.delete(&name).await.unwrap();
}

async fn reads_ranges(store: &dyn BlobStore) {
    let name = key("ranges");
    let content = pattern(100_000);
    store.put(&name, content.clone()).await.unwrap();
    for range in [0..1u64, 0..100_000, 99_999..100_000, 40_000..70_001, 5..5] {
        let got = collect(store, &name, range.clone()).await.unwrap();
        let (start, end) = (
            usize::try_from(range.start).unwrap(),
            usize::try_from(range.end).unwrap(),
        );
        assert_eq!(got, content[start..end], "{range:?}");
    }
    let beyond = collect(store, &name, 99_999..100_001).await;
    assert!(
        matches!(beyond, Err(StorageError::Range { .. })),
        "beyond the end"
    );
    let absent = collect(store, &key("nothing"), 0..1).await;
    assert!(matches!(absent, Err(StorageError::Missing(_))), "absent");
    store.delete(&name).await.unwrap();
}

/// Twelve and a bit MiB in pieces that divide neither part nor segment: three parts.
async fn writes_in_pieces(store: &dyn BlobStore) {
    let name = key("pieces");
    let content = pattern(12_600_001);
    let mut writer = store.writer(&name).await.unwrap();
    for piece in content.chunks(70_003) {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    assert!(
        !store.exists(&name).await.unwrap(),
        "not visible before it is finished"
    );
    writer.finish().await.unwrap();
    assert_eq!(store.size(&name).await.unwrap(), Some(12_600_001));
    let across_parts = 5_242_000..10_500_000;
    let got = collect(store, &name, 5_242_000..10_500_000).await.unwrap();
    assert_eq!(got, content[across_parts], "across two part bounds");
    store.delete(&name).await.unwrap();
}

async fn an_upload_given_up_leaves_nothing(store: &dyn BlobStore) {
    let name = key("aborted");
    let mut writer = store.writer(&name).await.unwrap();
    writer.write(pattern(6_000_000)).await.unwrap();
    writer.abort().await.unwrap();
    assert!(!store.exists(&name).await.unwrap(), "given up");
    let mut dropped = store.writer(&name).await.unwrap();
    dropped.write(pattern(10)).await.unwrap();
    drop(dropped);
    assert!(!store.exists(&name).await.unwrap(), "dropped");
}

async fn lists_one_folder(store: &dyn BlobStore) {
    for name in ["list/b", "list/a/2", "list/a/1", "listing"] {
        store
            .put(&key(name), Bytes::from_static(b"x"))
            .await
            .unwrap();
    }
    let found = store.list(&key("list")).await.unwrap();
    let names: Vec<_> = found.iter().map(|o| (o.key.as_str(), o.size)).collect();
    assert_eq!(
        names,
        [
            ("suite/list/a/1", 1),
            ("suite/list/a/2", 1),
            ("suite/list/b", 1)
        ]
    );
    assert!(
        store.list(&key("empty")).await.unwrap().is_empty(),
        "an empty folder"
    );
}

async fn collect(
    store: &dyn BlobStore,
    name: &ObjectKey,
    range: std::ops::Range<u64>,
) -> Result<Vec<u8>, StorageError> {
    let pieces: Vec<Bytes> = store.range(name, range).await?.try_collect().await?;
    Ok(pieces.concat())
}
