//! `/v1/documents/{sha256}`: criteria and agreement texts. Anyone may read them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{header, StatusCode};
use axum::response::IntoResponse;

use crate::app::proxy::Proxy;
use crate::http::error::HttpError;
use crate::http::extract::{parse, SignedBody};

/// Keeps a document that an institution signs for.
pub(super) async fn put(
    State(proxy): State<Arc<Proxy>>,
    Path(hash): Path<String>,
    signed: SignedBody,
) -> Result<StatusCode, HttpError> {
    proxy.require_institution(signed.signer).await?;
    proxy
        .documents
        .put(parse(&hash, "document hash")?, signed.body)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a document.
pub(super) async fn get(
    State(proxy): State<Arc<Proxy>>,
    Path(hash): Path<String>,
) -> Result<impl IntoResponse, HttpError> {
    let bytes: Bytes = proxy.documents.get(parse(&hash, "document hash")?).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}
