//! `/v1/info`: what the proxy says of itself. The chain is the authority on its account and sealing key.

use std::sync::Arc;

use axum::extract::State;
use axum::Json;

use crate::app::proxy::Proxy;
use crate::domain::ids::VerifyingKeyHash;
use crate::ports::proxies::ProxyInfo;

/// Describes the proxy.
pub(super) async fn get(State(proxy): State<Arc<Proxy>>) -> Json<ProxyInfo> {
    Json(ProxyInfo {
        address: proxy.address(),
        sealing_key: proxy.sealing_key(),
        chain_id: proxy.chain_id(),
        enrolments: proxy.enrolments(),
        verifying_key_hashes: proxy
            .verifying_key_hashes()
            .into_iter()
            .map(|(openings, hash)| (openings, VerifyingKeyHash::new(hash)))
            .collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
