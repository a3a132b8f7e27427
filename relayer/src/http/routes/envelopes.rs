//! `/v1/envelopes`: hospitals deposit them, patients get them back by the delegating key.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{header, StatusCode};
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::app::proxy::Proxy;
use crate::domain::failure::FailureCode;
use crate::domain::ids::Address;
use crate::domain::point::CompressedPoint;
use crate::domain::signer::address_of_public_key;
use crate::http::error::HttpError;
use crate::http::extract::{parse, SignedBody};

/// Keeps an envelope that an admitted hospital signs for.
pub(super) async fn put(
    State(proxy): State<Arc<Proxy>>,
    Path(hash): Path<String>,
    signed: SignedBody,
) -> Result<StatusCode, HttpError> {
    proxy.require_hospital(signed.signer).await?;
    let hash = parse(&hash, "envelope hash")?;
    proxy.deposits.put_envelope(hash, signed.body).await?;
    tracing::info!(hospital = %signed.signer, "an envelope was deposited");
    Ok(StatusCode::NO_CONTENT)
}

/// Which envelope.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ByKey {
    delegating_key: String,
}

/// Gives an envelope to whoever signs with its delegating key.
pub(super) async fn get(
    State(proxy): State<Arc<Proxy>>,
    Query(by): Query<ByKey>,
    signed: SignedBody,
) -> Result<impl IntoResponse, HttpError> {
    let key: CompressedPoint = parse(&by.delegating_key, "delegating key")?;
    require_key(&key, signed.signer)?;
    let bytes = proxy.deposits.envelope_of(key.as_bytes()).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}

/// Whether `signer` is the delegating key itself.
pub(super) fn require_key(key: &CompressedPoint, signer: Address) -> Result<(), HttpError> {
    match address_of_public_key(key.as_bytes()) {
        Ok(owner) if owner == signer => Ok(()),
        _ => {
            let words = "only a signature by the delegating key itself gets its envelope";
            Err(HttpError::new(FailureCode::NotPermitted, words))
        }
    }
}
