//! The other side of the service: how hospitals, patients and institutions ask a proxy.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use reqwest::{Body, Method, Response};
use serde::de::DeserializeOwned;
use serde::Serialize;
use url::Url;

use super::body::{AcceptanceBody, EnrolmentBody, Progress, Relayed, RevocationBody};
use super::signature::{body_hash, sign, Audience, STREAMED_BODY};
use crate::app::documents;
use crate::domain::delivery::Delivery;
use crate::domain::draft::{EnrolmentDraft, ReceiptGiven};
use crate::domain::enrolment::{EnrolmentKey, EnrolmentRequest};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::hash::sha256;
use crate::domain::ids::{Address, CiphertextRoot, ContentHash, EnvelopeHash, TransactionHash};
use crate::domain::members::ProxyCard;
use crate::domain::point::CompressedPoint;
use crate::domain::signer::{EvmKey, Signature};
use crate::ports::clock::{Clock, SystemClock};
use crate::ports::ledger::OnEnrolment;
use crate::ports::proxies::{DepositProgress, ProxyClient, ProxyDirectory, ProxyInfo};
use crate::ports::storage::{ByteStream, StorageError};

/// Longest time to open a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest silence of a proxy: a relayed transaction waits for its block.
const SILENCE: Duration = Duration::from_secs(150);
/// Largest answer that is read into memory, in bytes.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Connects to proxies over HTTP.
#[derive(Clone)]
pub struct HttpProxies {
    http: reqwest::Client,
    chain_id: u64,
    clock: Arc<dyn Clock>,
}

impl HttpProxies {
    /// For the proxies of a chain.
    ///
    /// # Errors
    /// `internal` if TLS can't be set up.
    pub fn new(chain_id: u64) -> Result<Self, Failure> {
        // A signature is for one target: a redirect would carry it to another
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|e| Failure::new(FailureCode::Internal, format!("HTTP client: {e}")))?;
        Ok(Self {
            http,
            chain_id,
            clock: Arc::new(SystemClock),
        })
    }
}

impl ProxyDirectory for HttpProxies {
    fn client(&self, proxy: Address, card: &ProxyCard) -> Result<Arc<dyn ProxyClient>, Failure> {
        let wrong = |reason: &str| {
            let words = format!("proxy {proxy} has the URL {:?}: {reason}", card.url);
            Failure::new(FailureCode::InvalidInput, words)
        };
        let base = Url::parse(&card.url).map_err(|e| wrong(&e.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.query().is_some() {
            return Err(wrong("not the URL of a service"));
        }
        Ok(Arc::new(HttpProxy {
            http: self.http.clone(),
            clock: Arc::clone(&self.clock),
            base: base.as_str().trim_end_matches('/').to_owned(),
            audience: Audience {
                proxy,
                chain_id: self.chain_id,
            },
        }))
    }
}

/// One proxy's service.
struct HttpProxy {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    /// The service's URL without a slash at its end.
    base: String,
    audience: Audience,
}

/// A request before it is sent.
struct Ask<'a> {
    method: Method,
    target: String,
    signer: Option<&'a EvmKey>,
    hash: [u8; 32],
    body: Body,
    headers: HeaderMap,
}

impl<'a> Ask<'a> {
    fn get(target: String) -> Self {
        Self::with_body(Method::GET, target, Bytes::new())
    }

    fn with_body(method: Method, target: String, body: Bytes) -> Self {
        let hash = body_hash(&body);
        Self {
            method,
            target,
            signer: None,
            hash,
            body: body.into(),
            headers: HeaderMap::new(),
        }
    }

    fn signed(self, signer: &'a EvmKey) -> Self {
        Self {
            signer: Some(signer),
            ..self
        }
    }
}

impl HttpProxy {
    async fn send(&self, ask: Ask<'_>) -> Result<Response, Failure> {
        let mut headers = ask.headers;
        if let Some(signer) = ask.signer {
            let what = (ask.method.as_str(), ask.target.as_str());
            headers.extend(sign(
                signer,
                &self.audience,
                what,
                ask.hash,
                self.clock.now(),
            ));
        }
        let url = format!("{}{}", self.base, ask.target);
        let request = self
            .http
            .request(ask.method, url)
            .headers(headers)
            .body(ask.body);
        let response = request.send().await.map_err(|e| self.unreachable(&e))?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(self.refusal(response).await)
        }
    }

    /// What the proxy says it failed by, in its own words.
    async fn refusal(&self, response: Response) -> Failure {
        let status = response.status();
        let body = self.read(response).await.unwrap_or_default();
        let json = serde_json::from_slice(&body).ok();
        json.as_ref()
            .and_then(Failure::from_json)
            .unwrap_or_else(|| {
                let words = format!(
                    "proxy {} at {} answered {status}",
                    self.address(),
                    self.base
                );
                Failure::new(FailureCode::ProxyUnreachable, words)
            })
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let reason = innermost(error);
        let words = format!("proxy {} at {}: {reason}", self.address(), self.base);
        Failure::new(FailureCode::ProxyUnreachable, words)
    }

    fn malformed(&self, reason: &str) -> Failure {
        let words = format!("the answer of proxy {}: {reason}", self.address());
        Failure::new(FailureCode::Malformed, words)
    }

    async fn read(&self, response: Response) -> Result<Bytes, Failure> {
        let mut stream = response.bytes_stream();
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.map_err(|e| self.unreachable(&e))?);
            if bytes.len() > MOST_BYTES {
                return Err(self.malformed("it is too long"));
            }
        }
        Ok(bytes.into())
    }

    async fn json<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Failure> {
        let body = self.read(self.send(ask).await?).await?;
        serde_json::from_slice(&body).map_err(|e| self.malformed(&e.to_string()))
    }

    async fn post<T: DeserializeOwned>(
        &self,
        target: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let body = serde_json::to_vec(body)
            .map_err(|e| Failure::new(FailureCode::Internal, e.to_string()))?;
        self.json(Ask::with_body(Method::POST, target.to_owned(), body.into()))
            .await
    }

    async fn relay(&self, target: &str, body: &impl Serialize) -> Result<TransactionHash, Failure> {
        let relayed: Relayed = self.post(target, body).await?;
        Ok(relayed.transaction)
    }
}

#[async_trait]
impl ProxyClient for HttpProxy {
    fn address(&self) -> Address {
        self.audience.proxy
    }

    async fn info(&self) -> Result<ProxyInfo, Failure> {
        self.json(Ask::get("/v1/info".to_owned())).await
    }

    async fn put_envelope(
        &self,
        hospital: &EvmKey,
        hash: EnvelopeHash,
        envelope: Bytes,
    ) -> Result<(), Failure> {
        let target = format!("/v1/envelopes/{hash}");
        let ask = Ask::with_body(Method::PUT, target, envelope).signed(hospital);
        self.send(ask).await.map(|_| ())
    }

    async fn envelope_of(
        &self,
        delegating: &EvmKey,
        key: &CompressedPoint,
    ) -> Result<Option<Bytes>, Failure> {
        let ask = Ask::get(format!("/v1/envelopes?delegatingKey={key}")).signed(delegating);
        match self.send(ask).await {
            Ok(response) => self.read(response).await.map(Some),
            Err(failure) if failure.code() == FailureCode::EnvelopeMissing => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn ciphertext_progress(
        &self,
        hospital: &EvmKey,
        root: CiphertextRoot,
    ) -> Result<DepositProgress, Failure> {
        let ask = Ask::get(format!("/v1/ciphertexts/{root}/progress")).signed(hospital);
        self.json::<Progress>(ask).await.map(Into::into)
    }

    async fn put_ciphertext(
        &self,
        hospital: &EvmKey,
        root: CiphertextRoot,
        offset: u64,
        length: u64,
        body: ByteStream,
    ) -> Result<DepositProgress, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::CONTENT_LENGTH, length.into());
        let ask = Ask {
            method: Method::PUT,
            target: format!("/v1/ciphertexts/{root}?offset={offset}"),
            signer: Some(hospital),
            hash: STREAMED_BODY,
            body: Body::wrap_stream(body),
            headers,
        };
        self.json::<Progress>(ask).await.map(Into::into)
    }

    async fn ciphertext(
        &self,
        reader: &EvmKey,
        root: CiphertextRoot,
        offset: u64,
    ) -> Result<ByteStream, Failure> {
        let mut ask = Ask::get(format!("/v1/ciphertexts/{root}")).signed(reader);
        if offset > 0 {
            let range = format!("bytes={offset}-").parse();
            let range = range.map_err(|_| self.malformed("the range"))?;
            ask.headers.insert(reqwest::header::RANGE, range);
        }
        let response = self.send(ask).await?;
        let broken = |error: reqwest::Error| StorageError::Failed {
            action: "download",
            reason: innermost(&error),
        };
        Ok(response.bytes_stream().map_err(broken).boxed())
    }

    async fn draft(&self, draft: &EnrolmentDraft) -> Result<ReceiptGiven, Failure> {
        self.post("/v1/grants", draft).await
    }

    async fn enrol(&self, request: &EnrolmentRequest) -> Result<TransactionHash, Failure> {
        self.relay("/v1/enrolments", &EnrolmentBody::from(request))
            .await
    }

    async fn revoke(
        &self,
        on: &OnEnrolment,
        secret: &[u8; 32],
    ) -> Result<TransactionHash, Failure> {
        let body = RevocationBody {
            study_id: on.key.study_id,
            nullifier: on.key.nullifier,
            attempt: on.attempt,
            secret: zeroize::Zeroizing::new(*secret),
        };
        self.relay("/v1/revocations", &body).await
    }

    async fn delivery(&self, institution: &EvmKey, key: EnrolmentKey) -> Result<Delivery, Failure> {
        let target = format!("/v1/deliveries/{}/{}", key.study_id, key.nullifier);
        self.json(Ask::get(target).signed(institution)).await
    }

    async fn accept(
        &self,
        on: &OnEnrolment,
        signature: Signature,
    ) -> Result<TransactionHash, Failure> {
        let body = AcceptanceBody {
            study_id: on.key.study_id,
            nullifier: on.key.nullifier,
            attempt: on.attempt,
            signature,
        };
        self.relay("/v1/acceptances", &body).await
    }

    async fn put_document(
        &self,
        institution: &EvmKey,
        document: Bytes,
    ) -> Result<ContentHash, Failure> {
        let hash = ContentHash::new(sha256(&[&document]));
        let target = format!("/v1/documents/{hash}");
        self.send(Ask::with_body(Method::PUT, target, document).signed(institution))
            .await?;
        Ok(hash)
    }

    async fn document(&self, hash: ContentHash) -> Result<Bytes, Failure> {
        let response = self.send(Ask::get(format!("/v1/documents/{hash}"))).await?;
        let bytes = self.read(response).await?;
        documents::check(hash, &bytes)?;
        Ok(bytes)
    }
}

/// The cause at the bottom of an error, without the URL that reqwest puts on top.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
