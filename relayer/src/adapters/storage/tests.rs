use object_store::aws::AmazonS3Builder;

use super::{conformance, open, open_s3, s3_server};
use crate::ports::storage::StorageError;

#[tokio::test]
async fn memory_conforms() {
    conformance::check(open("memory:").unwrap().as_ref()).await;
}

#[tokio::test]
async fn a_folder_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let url = url::Url::from_directory_path(folder.path().join("made/on/demand")).unwrap();
    conformance::check(open(url.as_str()).unwrap().as_ref()).await;
}

#[test]
fn refuses_urls_that_it_cannot_honour() {
    for bad in [
        "ftp://host/x",
        "not a url",
        "s3://key:secret@bucket",
        "s3://bucket?endpoint=ftp://x",
        "s3://bucket?colour=red",
    ] {
        assert!(matches!(open(bad), Err(StorageError::Url(_))), "{bad}");
    }
}

/// The credentials go in as the operator's environment would give them, but for this store only.
#[tokio::test]
async fn an_s3_server_conforms() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("bucket")).unwrap();
    let (endpoint, server) = s3_server::start(root.path()).await;
    let address = format!("s3://bucket/some/prefix?endpoint={endpoint}&region=us-east-1");
    let builder = AmazonS3Builder::new()
        .with_access_key_id(s3_server::ACCESS_KEY)
        .with_secret_access_key(s3_server::SECRET_KEY);
    let store = open_s3(&url::Url::parse(&address).unwrap(), builder).unwrap();
    conformance::check(store.as_ref()).await;
    server.abort();
}
