//! `/v1/ciphertexts/{root}`: uploaded by hospitals in as many sittings as it takes, read by those it is for.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{header, HeaderMap, StatusCode};
use axum::response::Response;
use axum::Json;
use futures::{Stream, StreamExt};
use serde::Deserialize;

use crate::app::proxy::Proxy;
use crate::domain::failure::FailureCode;
use crate::domain::ids::CiphertextRoot;
use crate::http::body::Progress;
use crate::http::error::HttpError;
use crate::http::extract::{parse, SignedBody, SignedStream};

/// Longest silence of an uploader before the upload counts as broken off.
const SILENCE: Duration = Duration::from_mins(1);

/// Where an upload goes on.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    offset: u64,
}

/// Takes segments from `offset` on, as far as they come.
pub(super) async fn put(
    State(proxy): State<Arc<Proxy>>,
    Path(root): Path<String>,
    Query(from): Query<From>,
    signed: SignedStream,
) -> Result<Json<Progress>, HttpError> {
    proxy.require_hospital(signed.signer).await?;
    let root = parse(&root, "ciphertext root")?;
    let body = with_patience(signed.body.into_data_stream());
    Ok(Json(
        proxy.deposits.append(root, from.offset, body).await?.into(),
    ))
}

/// Says how far a deposit has come.
pub(super) async fn progress(
    State(proxy): State<Arc<Proxy>>,
    Path(root): Path<String>,
    signed: SignedBody,
) -> Result<Json<Progress>, HttpError> {
    proxy.require_hospital(signed.signer).await?;
    let root = parse(&root, "ciphertext root")?;
    Ok(Json(proxy.deposits.progress(root).await?.into()))
}

/// Gives the ciphertext or, with a `Range` header, a part of it.
pub(super) async fn get(
    State(proxy): State<Arc<Proxy>>,
    Path(root): Path<String>,
    headers: HeaderMap,
    signed: SignedBody,
) -> Result<Response, HttpError> {
    let root: CiphertextRoot = parse(&root, "ciphertext root")?;
    proxy.require_reader(signed.signer, root).await?;
    let length = proxy.deposits.progress(root).await?.length;
    let asked = asked_range(&headers, length)?;
    let range = asked.clone().unwrap_or(0..length);
    let stream = proxy.deposits.read(root, range.clone()).await?;
    let response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_LENGTH, range.end - range.start);
    let response = match asked {
        Some(range) => {
            let place = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            response
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, place)
        }
        None => response,
    };
    response
        .body(Body::from_stream(stream))
        .map_err(|e| HttpError::new(FailureCode::Internal, e.to_string()))
}

/// The one range of a `Range` header (RFC 9110, `bytes=a-`, `bytes=a-b`, `bytes=-n`).
fn asked_range(headers: &HeaderMap, length: u64) -> Result<Option<Range<u64>>, HttpError> {
    let Some(value) = headers.get(header::RANGE) else {
        return Ok(None);
    };
    let range = value
        .to_str()
        .ok()
        .and_then(|text| read_range(text, length));
    range.map(Some).ok_or_else(|| {
        let words = format!("not a range of a ciphertext of {length} bytes");
        HttpError::new(FailureCode::InvalidInput, words)
    })
}

fn read_range(text: &str, length: u64) -> Option<Range<u64>> {
    let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first, last) {
        ("", last) => length.checked_sub(last.parse().ok()?)?..length,
        (first, "") => first.parse().ok()?..length,
        (first, last) => {
            let end = last.parse::<u64>().ok()?.checked_add(1)?;
            first.parse().ok()?..end.min(length)
        }
    };
    (range.start < range.end).then_some(range)
}

/// Ends a stream whose sender has fallen silent.
fn with_patience<S>(stream: S) -> impl Stream<Item = Result<axum::body::Bytes, String>> + Send
where
    S: Stream<Item = Result<axum::body::Bytes, axum::Error>> + Send + Unpin,
{
    futures::stream::unfold(Some(stream), |stream| async {
        let mut stream = stream?;
        match tokio::time::timeout(SILENCE, stream.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(stream))),
            Ok(Some(Err(e))) => Some((Err(e.to_string()), None)),
            Ok(None) => None,
            Err(_) => Some((Err("the sender has fallen silent".to_owned()), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::read_range;

    #[test]
    fn ranges_as_the_rfc_has_them() {
        let good = [
            ("bytes=0-0", 0..1),
            ("bytes=5-", 5..100),
            ("bytes=-10", 90..100),
            ("bytes=90-500", 90..100),
        ];
        for (text, range) in good {
            assert_eq!(read_range(text, 100), Some(range), "{text}");
        }
        for bad in [
            "bytes=100-",
            "bytes=5-4",
            "bytes=-101",
            "bytes=-0",
            "bytes=a-b",
            "items=0-1",
            "bytes=0-1,5-6",
        ] {
            assert_eq!(read_range(bad, 100), None, "{bad}");
        }
    }
}
