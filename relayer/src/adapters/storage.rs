//! Object stores by URL, over `object_store`: the only module that names it.
//!
//! | URL | store |
//! | --- | --- |
//! | `file:///path/of/a/folder` | a local directory, made if absent |
//! | `s3://bucket/prefix?endpoint=…&region=…` | S3 and compatibles |
//! | `memory:` | memory, for tests |
//!
//! Credentials come from the usual variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
//! `AWS_SESSION_TOKEN`, or a web identity or instance role), never from the URL.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use url::Url;

use crate::ports::storage::{
    BlobStore, BlobWriter, ByteStream, ObjectInfo, ObjectKey, SharedBlobStore, StorageError,
};

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod s3_server;
#[cfg(test)]
mod tests;

/// Bytes of a part of a multipart upload. S3 wants 5 MiB at least, some compatibles equal sizes.
const PART_BYTES: usize = 5 * 1024 * 1024;

/// Parts under way at once: with the one being filled they bound the memory of an upload to 15 MiB.
const PARTS_IN_FLIGHT: usize = 2;

/// Opens the store that `address` names; see the module's table.
///
/// # Errors
/// [`StorageError::Url`] if the URL is malformed, of another scheme, carries credentials or an unknown
/// option, or its folder can't be made.
pub fn open(address: &str) -> Result<SharedBlobStore, StorageError> {
    let url = Url::parse(address).map_err(|e| StorageError::Url(e.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("credentials belong in the environment, not in the URL");
    }
    match url.scheme() {
        "file" => open_folder(&url),
        "s3" => open_s3(&url, AmazonS3Builder::from_env()),
        "memory" => Ok(Store::new(InMemory::new(), "")),
        other => refuse(&format!(
            "no store for {other}://, known are file:// and s3://"
        )),
    }
}

fn open_folder(url: &Url) -> Result<SharedBlobStore, StorageError> {
    let Ok(folder) = url.to_file_path() else {
        return refuse("a file:// URL names an absolute folder of this machine");
    };
    std::fs::create_dir_all(&folder)
        .map_err(|e| StorageError::Url(format!("{}: {e}", folder.display())))?;
    let engine = LocalFileSystem::new_with_prefix(&folder)
        .map_err(|e| StorageError::Url(e.to_string()))?
        .with_fsync(true);
    Ok(Store::new(engine, ""))
}

fn open_s3(url: &Url, settings: AmazonS3Builder) -> Result<SharedBlobStore, StorageError> {
    let Some(bucket) = url.host_str() else {
        return refuse("an s3:// URL names a bucket");
    };
    // Objects are deleted one by one, by the plain request that every compatible understands
    let mut builder = settings
        .with_bucket_name(bucket)
        .with_disable_bulk_delete(true);
    for (option, value) in url.query_pairs() {
        builder = match option.as_ref() {
            "endpoint" => with_endpoint(builder, &value)?,
            "region" => builder.with_region(value),
            "virtual-hosted" => builder.with_virtual_hosted_style_request(value == "true"),
            other => return refuse(&format!("unknown option {other}")),
        };
    }
    let engine = builder
        .build()
        .map_err(|e| StorageError::Url(e.to_string()))?;
    Ok(Store::new(engine, url.path().trim_matches('/')))
}

/// Plain HTTP only where the URL says so itself: a typing error must not send ciphertexts unencrypted.
fn with_endpoint(builder: AmazonS3Builder, text: &str) -> Result<AmazonS3Builder, StorageError> {
    let endpoint = Url::parse(text).map_err(|e| StorageError::Url(format!("endpoint: {e}")))?;
    let plain = match endpoint.scheme() {
        "http" => true,
        "https" => false,
        _ => return refuse("an endpoint is an http:// or https:// URL"),
    };
    Ok(builder
        .with_allow_http(plain)
        .with_endpoint(text.trim_end_matches('/')))
}

fn refuse<T>(reason: &str) -> Result<T, StorageError> {
    Err(StorageError::Url(reason.to_owned()))
}

/// A [`BlobStore`] over any engine of `object_store`.
#[derive(Debug)]
struct Store {
    engine: Arc<dyn ObjectStore>,
}

impl Store {
    fn new(engine: impl ObjectStore, prefix: &str) -> Arc<Self> {
        let engine: Arc<dyn ObjectStore> = if prefix.is_empty() {
            Arc::new(engine)
        } else {
            Arc::new(PrefixStore::new(engine, prefix))
        };
        Arc::new(Self { engine })
    }
}

#[async_trait]
impl BlobStore for Store {
    async fn put(&self, key: &ObjectKey, content: Bytes) -> Result<(), StorageError> {
        let written = self.engine.put(&path(key), content.into()).await;
        written.map_err(|e| failure("write", key, &e)).map(|_| ())
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn BlobWriter>, StorageError> {
        let upload = self.engine.put_multipart(&path(key)).await;
        let upload = upload.map_err(|e| failure("start an upload", key, &e))?;
        Ok(Box::new(Writer {
            key: key.clone(),
            parts: WriteMultipart::new_with_chunk_size(upload, PART_BYTES),
        }))
    }

    async fn get(&self, key: &ObjectKey, limit: u64) -> Result<Bytes, StorageError> {
        let found = self
            .engine
            .get(&path(key))
            .await
            .map_err(|e| failure("read", key, &e))?;
        check_range(key, found.meta.size, &(0..found.meta.size.min(limit)))?;
        if found.meta.size > limit {
            return Err(out_of_range(key, limit, &(0..found.meta.size)));
        }
        found.bytes().await.map_err(|e| failure("read", key, &e))
    }

    async fn range(&self, key: &ObjectKey, range: Range<u64>) -> Result<ByteStream, StorageError> {
        let meta = self
            .engine
            .head(&path(key))
            .await
            .map_err(|e| failure("read", key, &e))?;
        check_range(key, meta.size, &range)?;
        if range.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        let options = object_store::GetOptions::new().with_range(Some(range));
        let found = self.engine.get_opts(&path(key), options).await;
        let found = found.map_err(|e| failure("read", key, &e))?;
        let key = key.clone();
        Ok(found
            .into_stream()
            .map_err(move |e| failure("read", &key, &e))
            .boxed())
    }

    async fn size(&self, key: &ObjectKey) -> Result<Option<u64>, StorageError> {
        match self.engine.head(&path(key)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(failure("look up", key, &e)),
        }
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StorageError> {
        match self.engine.delete(&path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(failure("delete", key, &e)),
        }
    }

    async fn list(&self, folder: &ObjectKey) -> Result<Vec<ObjectInfo>, StorageError> {
        let found = self
            .engine
            .list(Some(&path(folder)))
            .try_collect::<Vec<_>>()
            .await;
        let found = found.map_err(|e| failure("list", folder, &e))?;
        let mut objects = found
            .into_iter()
            .map(|meta| {
                let key = ObjectKey::new(meta.location.to_string())?;
                Ok(ObjectInfo {
                    key,
                    size: meta.size,
                })
            })
            .collect::<Result<Vec<_>, StorageError>>()?;
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(objects)
    }
}

struct Writer {
    key: ObjectKey,
    parts: WriteMultipart,
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, piece: Bytes) -> Result<(), StorageError> {
        let room = self.parts.wait_for_capacity(PARTS_IN_FLIGHT).await;
        room.map_err(|e| failure("write", &self.key, &e))?;
        self.parts.put(piece);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), StorageError> {
        let done = self.parts.finish().await;
        done.map_err(|e| failure("finish", &self.key, &e))
            .map(|_| ())
    }

    async fn abort(self: Box<Self>) -> Result<(), StorageError> {
        let done = self.parts.abort().await;
        done.map_err(|e| failure("give up", &self.key, &e))
    }
}

fn path(key: &ObjectKey) -> Path {
    Path::from(key.as_str())
}

fn check_range(key: &ObjectKey, size: u64, range: &Range<u64>) -> Result<(), StorageError> {
    if range.start <= range.end && range.end <= size {
        Ok(())
    } else {
        Err(out_of_range(key, size, range))
    }
}

fn out_of_range(key: &ObjectKey, size: u64, range: &Range<u64>) -> StorageError {
    StorageError::Range {
        key: key.to_string(),
        size,
        start: range.start,
        end: range.end,
    }
}

fn failure(action: &'static str, key: &ObjectKey, error: &object_store::Error) -> StorageError {
    match error {
        object_store::Error::NotFound { .. } => StorageError::Missing(key.to_string()),
        other => StorageError::Failed {
            action,
            reason: format!("{key}: {other}"),
        },
    }
}
