//! What handlers take out of a request, with our failures instead of axum's.

use std::str::FromStr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::HttpError;
use super::signature::{body_hash, Audience, SignatureHeaders, STREAMED_BODY};
use crate::app::proxy::Proxy;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;

/// A signed request whose body fits in memory.
pub(super) struct SignedBody {
    /// Who signed.
    pub(super) signer: Address,
    /// The body.
    pub(super) body: Bytes,
}

/// A signed request whose body is streamed.
pub(super) struct SignedStream {
    /// Who signed.
    pub(super) signer: Address,
    /// The body.
    pub(super) body: Body,
}

impl FromRequest<Arc<Proxy>> for SignedBody {
    type Rejection = HttpError;

    async fn from_request(request: Request, proxy: &Arc<Proxy>) -> Result<Self, HttpError> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let body = read_body(request).await?;
        let signer = authenticate(proxy, &parts, body_hash(&body)).await?;
        Ok(Self { signer, body })
    }
}

impl FromRequest<Arc<Proxy>> for SignedStream {
    type Rejection = HttpError;

    async fn from_request(request: Request, proxy: &Arc<Proxy>) -> Result<Self, HttpError> {
        let (parts, body) = request.into_parts();
        let signer = authenticate(proxy, &parts, STREAMED_BODY).await?;
        Ok(Self { signer, body })
    }
}

/// A JSON body that need not be signed.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Proxy>> for JsonBody<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, _: &Arc<Proxy>) -> Result<Self, HttpError> {
        let body = read_body(request).await?;
        let value = serde_json::from_slice(&body)
            .map_err(|e| HttpError::new(FailureCode::Malformed, format!("the body: {e}")))?;
        Ok(Self(value))
    }
}

/// Reads a part of the path or query.
pub(super) fn parse<T: FromStr>(text: &str, name: &str) -> Result<T, HttpError>
where
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|e| HttpError::new(FailureCode::InvalidInput, format!("{name}: {e}")))
}

async fn read_body(request: Request) -> Result<Bytes, HttpError> {
    Bytes::from_request(request, &())
        .await
        .map_err(|rejection| {
            let code = match rejection.status().as_u16() {
                413 => FailureCode::PayloadTooLarge,
                _ => FailureCode::Malformed,
            };
            HttpError::new(code, "the body could not be read, or is too large")
        })
}

/// Who signed the request; its nonce is used up by this.
async fn authenticate(proxy: &Proxy, parts: &Parts, hash: [u8; 32]) -> Result<Address, Failure> {
    let headers = SignatureHeaders::read(&parts.headers)?;
    let audience = Audience {
        proxy: proxy.address(),
        chain_id: proxy.chain_id(),
    };
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let what = (parts.method.as_str(), target);
    let signed = headers.verify(&audience, what, hash, proxy.clock.now())?;
    if proxy
        .index
        .remember(signed.signer, &signed.nonce, signed.expires)
        .await?
    {
        Ok(signed.signer)
    } else {
        let words = "this request was answered before";
        Err(Failure::new(FailureCode::RequestReplayed, words))
    }
}
