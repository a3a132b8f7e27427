//! Several nodes as one: the preferred one that keeps up answers, and another one when it does not.
//!
//! A node that answers may still lag: it was down, or is cut off from the validators. So the heights of all nodes are compared every few
//! seconds, and when a request fails; one that is more than a block behind, or that serves another chain, is passed over.
//! To send a transaction twice is harmless: it has the same hash.

use std::{
    fmt::Debug,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Mutex, OnceLock,
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use ethers::providers::{
    Http, HttpClientError, JsonRpcClient, JsonRpcError, ProviderError, RpcError,
};
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{json, Value};
use url::Url;

use super::convert;
use crate::domain::ids::BlockHash;

/// How long a node may take when another one could answer instead.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long a node may take to tell its height.
const SURVEY: Duration = Duration::from_secs(2);
/// Time between two comparisons of heights.
const SURVEY_EVERY: Duration = Duration::from_secs(5);
/// Blocks that a node may be behind: a block is not everywhere at once.
const MOST_LAG: u64 = 1;

/// Why no node answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum FailoverError {
    /// What the last one's client said, or the node itself.
    #[error(transparent)]
    Client(#[from] HttpClientError),
    /// It said nothing.
    #[error("no answer within {} s", ATTEMPT.as_secs())]
    Silent,
    /// The request is not JSON.
    #[error("the request can't be written: {0}")]
    Request(serde_json::Error),
}

impl From<FailoverError> for ProviderError {
    fn from(error: FailoverError) -> Self {
        match error {
            FailoverError::Client(error) => error.into(),
            // The only custom errors that there are here; `Node` takes them for silence
            other => Self::CustomError(other.to_string()),
        }
    }
}

impl RpcError for FailoverError {
    fn as_error_response(&self) -> Option<&JsonRpcError> {
        match self {
            Self::Client(error) => error.as_error_response(),
            _ => None,
        }
    }

    fn as_serde_error(&self) -> Option<&serde_json::Error> {
        match self {
            Self::Client(error) => error.as_serde_error(),
            Self::Request(error) => Some(error),
            Self::Silent => None,
        }
    }
}

#[derive(Debug, Clone)]
struct Endpoint {
    url: Url,
    http: Http,
    /// Whether it serves the right chain, once it has said.
    right_chain: OnceLock<bool>,
}

/// The nodes, the preferred one first.
#[derive(Debug)]
pub(super) struct Failover {
    endpoints: Vec<Endpoint>,
    genesis: Option<BlockHash>,
    current: AtomicUsize,
    next_survey: Mutex<Instant>,
}

impl Failover {
    /// Nodes at these URLs; nothing is sent yet. Those whose chain does not start with `genesis` are never used in place of another.
    pub(super) fn new(urls: &[Url], genesis: Option<BlockHash>) -> Self {
        let endpoint = |url: &Url| Endpoint {
            url: url.clone(),
            http: Http::new(url.clone()),
            right_chain: OnceLock::new(),
        };
        Self {
            endpoints: urls.iter().map(endpoint).collect(),
            genesis,
            current: AtomicUsize::new(0),
            next_survey: Mutex::new(Instant::now()),
        }
    }

    /// The node that answers at present, alone: for questions that belong together.
    pub(super) fn pinned(&self) -> Self {
        Self {
            endpoints: self
                .endpoints
                .get(self.place())
                .cloned()
                .into_iter()
                .collect(),
            genesis: self.genesis,
            current: AtomicUsize::new(0),
            next_survey: Mutex::new(Instant::now()),
        }
    }

    /// The URLs as they may be shown.
    pub(super) fn names(&self) -> String {
        let names = self
            .endpoints
            .iter()
            .map(|endpoint| convert::redacted(&endpoint.url));
        names.collect::<Vec<_>>().join(", ")
    }

    fn place(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }

    /// Compares heights if it is time to.
    pub(super) async fn keep_up(&self) {
        if self.endpoints.len() < 2 {
            return;
        }
        let due = self.next_survey.lock().is_ok_and(|mut next| {
            let due = Instant::now() >= *next;
            if due {
                *next = Instant::now() + SURVEY_EVERY;
            }
            due
        });
        if due {
            self.survey(&[]).await;
        }
    }

    /// Asks all nodes but some for their heights, and turns to the preferred one that keeps up; says whether any does.
    async fn survey(&self, without: &[usize]) -> bool {
        let asked = self.endpoints.iter().enumerate();
        let asked = asked.filter(|(place, _)| !without.contains(place));
        let asked = asked.map(|(place, endpoint)| async move {
            let height = tokio::time::timeout(SURVEY, self.height(endpoint)).await;
            height.ok().flatten().map(|height| (place, height))
        });
        let heights: Vec<(usize, u64)> = futures::future::join_all(asked)
            .await
            .into_iter()
            .flatten()
            .collect();
        let best = heights.iter().map(|(_, height)| *height).max();
        let keeps_up = |height: u64| best.is_some_and(|best| height + MOST_LAG >= best);
        let Some((chosen, _)) = heights.iter().find(|(_, height)| keeps_up(*height)) else {
            return false;
        };
        if self.current.swap(*chosen, Ordering::Relaxed) != *chosen {
            let url = convert::redacted(&self.endpoints[*chosen].url);
            tracing::warn!(node = url, "asking another node from now on");
        }
        true
    }

    /// The height of a node of the right chain.
    async fn height(&self, endpoint: &Endpoint) -> Option<u64> {
        if let (Some(genesis), None) = (self.genesis, endpoint.right_chain.get()) {
            let first: Value = endpoint
                .http
                .request("eth_getBlockByNumber", json!(["0x0", false]))
                .await
                .ok()?;
            let right = first["hash"].as_str() == Some(&genesis.to_string());
            endpoint.right_chain.get_or_init(|| right);
        }
        if endpoint.right_chain.get() == Some(&false) {
            return None;
        }
        let height: String = endpoint
            .http
            .request("eth_blockNumber", json!([]))
            .await
            .ok()?;
        u64::from_str_radix(height.strip_prefix("0x")?, 16).ok()
    }

    async fn attempt<R: DeserializeOwned + Send>(
        &self,
        place: usize,
        method: &str,
        params: &Value,
    ) -> Result<R, FailoverError> {
        let request = self.endpoints[place].http.request(method, params);
        if self.endpoints.len() == 1 {
            // Whoever asks has a time-out too
            return Ok(request.await?);
        }
        match tokio::time::timeout(ATTEMPT, request).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(FailoverError::Silent),
        }
    }
}

/// Whether the node has answered, be it with a refusal.
fn has_answered(error: &FailoverError) -> bool {
    matches!(
        error,
        FailoverError::Client(HttpClientError::JsonRpcError(_))
    )
}

#[async_trait]
impl JsonRpcClient for Failover {
    type Error = FailoverError;

    async fn request<T, R>(&self, method: &str, params: T) -> Result<R, FailoverError>
    where
        T: Debug + Serialize + Send + Sync,
        R: DeserializeOwned + Send,
    {
        let params = match serde_json::to_value(&params).map_err(FailoverError::Request)? {
            // Nodes want a list
            Value::Null => json!([]),
            params => params,
        };
        self.keep_up().await;
        let mut failed = Vec::new();
        loop {
            let place = self.place();
            let error = match self.attempt(place, method, &params).await {
                Ok(answer) => return Ok(answer),
                Err(error) if has_answered(&error) => return Err(error),
                Err(error) => error,
            };
            failed.push(place);
            let others = failed.len() < self.endpoints.len();
            if !others || !self.survey(&failed).await {
                return Err(error);
            }
        }
    }
}

#[cfg(test)]
mod tests;
