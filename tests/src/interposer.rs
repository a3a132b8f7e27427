//! Somebody between a proxy and everybody else, who reads what passes and may change it: a proxy that cheats, or the network.

use std::sync::{Arc, Mutex};

use anyhow::Result;
pub use axum::body::Bytes;
use axum::body::{to_bytes, Body};
use axum::extract::{Request, State};
use axum::http::{header, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::Router;
use serde_json::Value;

/// Most that is held of one message; larger ones don't pass.
const MOST_BYTES: usize = 16 << 20;

/// A request on its way to the proxy.
#[derive(Debug, Clone)]
pub struct Passing {
    /// Path and query.
    pub target: String,
    /// The body.
    pub body: Bytes,
}

impl Passing {
    /// The body as JSON.
    ///
    /// # Errors
    /// It is something else.
    pub fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// What is done with messages: by default nothing.
#[derive(Debug, Clone, Default)]
pub struct Meddling {
    /// Keeps requests from the proxy whose target starts so, and answers that the chain is down.
    pub withhold: Option<&'static str>,
    /// Serves these bytes in place of what requests ask for whose target starts so.
    pub instead: Option<(&'static str, Bytes)>,
    /// Ends answers to requests whose target starts so before this byte of what they ask for, unless they ask from a later one on.
    pub cut: Option<(&'static str, usize)>,
    /// Changes this byte of what requests ask for whose target starts so.
    pub flip: Option<(&'static str, usize)>,
    /// Changes answers to requests whose target starts so.
    pub alter: Option<(&'static str, fn(Value) -> Value)>,
}

struct Between {
    proxy: String,
    meddling: Meddling,
    seen: Mutex<Vec<Passing>>,
    http: reqwest::Client,
}

/// An HTTP service in front of a proxy's.
pub struct Interposer {
    /// Where it answers.
    pub url: String,
    between: Arc<Between>,
}

impl Interposer {
    /// Starts one in front of the proxy at a URL; it ends with the test's runtime.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start(proxy: &str, meddling: Meddling) -> Result<Self> {
        let between = Arc::new(Between {
            proxy: proxy.to_owned(),
            meddling,
            seen: Mutex::default(),
            http: reqwest::Client::new(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let service = Router::new()
            .fallback(pass)
            .with_state(Arc::clone(&between));
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Self { url, between })
    }

    /// The requests so far whose target starts so.
    pub fn seen(&self, target: &str) -> Vec<Passing> {
        let seen = self.between.seen.lock();
        let mut seen = seen.map(|seen| seen.clone()).unwrap_or_default();
        seen.retain(|passing| passing.target.starts_with(target));
        seen
    }
}

async fn pass(State(between): State<Arc<Between>>, request: Request) -> Response {
    match between.pass(request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

impl Between {
    async fn pass(&self, request: Request) -> Result<Response> {
        let (head, body) = request.into_parts();
        let target = head.uri.to_string();
        let body = to_bytes(body, MOST_BYTES).await?;
        if let Ok(mut seen) = self.seen.lock() {
            seen.push(Passing {
                target: target.clone(),
                body: body.clone(),
            });
        }
        let concerns = |prefix: &str| target.starts_with(prefix);
        if self.meddling.withhold.is_some_and(concerns) {
            let failure = serde_json::json!({"code": "chain-unreachable", "message": "withheld", "hint": "", "retryable": true});
            return Ok((StatusCode::SERVICE_UNAVAILABLE, axum::Json(failure)).into_response());
        }
        if let Some((prefix, bytes)) = &self.meddling.instead {
            if concerns(prefix) {
                return Ok(bytes.clone().into_response());
            }
        }
        let mut headers = head.headers;
        let from = first_byte(headers.get(header::RANGE));
        // The client sets them anew for what it sends
        for own in [
            header::HOST,
            header::CONTENT_LENGTH,
            header::TRANSFER_ENCODING,
        ] {
            headers.remove(own);
        }
        let url = format!("{}{target}", self.proxy);
        let asked = self.http.request(head.method, url).headers(headers);
        let answer = asked.body(body).send().await?;
        let (status, kind) = (
            answer.status(),
            answer.headers().get(header::CONTENT_TYPE).cloned(),
        );
        let mut bytes = answer.bytes().await?;
        if let Some((prefix, place)) = self.meddling.cut {
            if concerns(prefix) && from <= place {
                bytes.truncate(place - from);
            }
        }
        if let Some((prefix, place)) = self.meddling.flip {
            if concerns(prefix) && (from..from + bytes.len()).contains(&place) {
                let mut flipped = bytes.to_vec();
                flipped[place - from] ^= 1;
                bytes = flipped.into();
            }
        }
        if let Some((prefix, alter)) = self.meddling.alter {
            if concerns(prefix) && status.is_success() {
                bytes = serde_json::to_vec(&alter(serde_json::from_slice(&bytes)?))?.into();
            }
        }
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        if let Some(kind) = kind {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        Ok(response)
    }
}

/// Where a range begins, such as `bytes=5-`; 0 if none is asked for.
fn first_byte(range: Option<&header::HeaderValue>) -> usize {
    let text = range.and_then(|range| range.to_str().ok());
    let first = text.and_then(|text| text.strip_prefix("bytes=")?.split('-').next()?.parse().ok());
    first.unwrap_or(0)
}
