//! The table of endpoints: one file each.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{Request, StatusCode};
use axum::routing::{get, post, put, MethodRouter};
use axum::Router;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use super::error::{no_such_method, no_such_path};
use crate::app::proxy::Proxy;

mod ciphertexts;
mod deliveries;
mod documents;
mod envelopes;
mod grants;
mod info;
mod relays;

#[cfg(test)]
mod tests;

/// Largest body that is not streamed, in bytes: a document of a MiB.
const BODY_LIMIT: usize = 1024 * 1024;

/// Longest time of a request that is not streamed: a relayed transaction waits for its block.
const TIMEOUT: Duration = Duration::from_mins(2);

type Shared = Arc<Proxy>;

/// An endpoint: method, path, handler.
type Endpoint = (&'static str, &'static str, MethodRouter<Shared>);

/// Endpoints whose bodies fit in memory.
fn plain() -> Vec<Endpoint> {
    vec![
        ("GET", "/v1/info", get(info::get)),
        ("PUT", "/v1/envelopes/{hash}", put(envelopes::put)),
        ("GET", "/v1/envelopes", get(envelopes::get)),
        (
            "GET",
            "/v1/ciphertexts/{root}/progress",
            get(ciphertexts::progress),
        ),
        ("PUT", "/v1/documents/{hash}", put(documents::put)),
        ("GET", "/v1/documents/{hash}", get(documents::get)),
        ("POST", "/v1/grants", post(grants::post)),
        ("POST", "/v1/enrolments", post(relays::enrol)),
        (
            "GET",
            "/v1/deliveries/{study}/{nullifier}",
            get(deliveries::get),
        ),
        ("POST", "/v1/acceptances", post(relays::accept)),
        ("POST", "/v1/revocations", post(relays::revoke)),
    ]
}

/// Endpoints that stream: no limit of size or of time as long as bytes flow.
fn streamed() -> Vec<Endpoint> {
    vec![
        ("PUT", "/v1/ciphertexts/{root}", put(ciphertexts::put)),
        ("GET", "/v1/ciphertexts/{root}", get(ciphertexts::get)),
    ]
}

/// The service of a proxy.
pub fn router(proxy: Arc<Proxy>) -> Router {
    let plain = table(plain())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            TIMEOUT,
        ));
    let streamed = table(streamed()).layer(DefaultBodyLimit::disable());
    plain
        .merge(streamed)
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .with_state(proxy)
}

fn table(endpoints: Vec<Endpoint>) -> Router<Shared> {
    endpoints
        .into_iter()
        .fold(Router::new(), |router, (_, path, handler)| {
            router.route(path, handler)
        })
}

/// A request in the log: the method and the kind of path, never what the path or the headers name.
fn span<B>(request: &Request<B>) -> tracing::Span {
    let kind = request.uri().path().split('/').nth(2).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), kind)
}
