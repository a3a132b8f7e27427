//! Signed requests: who asks, so that a proxy serves each only what is theirs (PROTOCOL section 14).
//!
//! The signature is EIP-712's over method, target, body, time and nonce, for one proxy on one chain: it is of no use
//! at another proxy, for another request, or twice. Accounts sign with their key, a patient with the delegating key
//! of the record.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use rand::RngCore;

use crate::domain::eip712::{word_u64, SigningDomain, TypedMessage};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::hash::{keccak256, sha256};
use crate::domain::ids::Address;
use crate::domain::signer::{EvmKey, Signature};

/// Who signed: an address.
pub const KEY_HEADER: HeaderName = HeaderName::from_static("medshare-key");
/// When, in Unix seconds.
pub const TIMESTAMP_HEADER: HeaderName = HeaderName::from_static("medshare-timestamp");
/// 16 random bytes in hex.
pub const NONCE_HEADER: HeaderName = HeaderName::from_static("medshare-nonce");
/// 65 bytes in hex.
pub const SIGNATURE_HEADER: HeaderName = HeaderName::from_static("medshare-signature");

/// How far a request's time may be from the proxy's, in seconds.
pub const WINDOW_S: u64 = 300;

/// The hash that stands for a body that is streamed: the path names the root that it is checked against.
pub const STREAMED_BODY: [u8; 32] = [0; 32];

/// The proxy that a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience {
    /// Its account.
    pub proxy: Address,
    /// The chain that it works on.
    pub chain_id: u64,
}

impl Audience {
    /// The same domain as the contracts' messages, but with the proxy as the verifier.
    fn domain(&self) -> SigningDomain {
        SigningDomain {
            chain_id: self.chain_id,
            enrolments: self.proxy,
        }
    }
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestToSign<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// Path and query, as sent.
    pub target: &'a str,
    /// SHA-256 of the body, or [`STREAMED_BODY`].
    pub body_hash: [u8; 32],
    /// Unix seconds.
    pub timestamp: u64,
    /// Random, never used twice.
    pub nonce: [u8; 16],
}

impl TypedMessage for RequestToSign<'_> {
    const TYPE: &'static str =
        "Request(string method,string target,bytes32 bodyHash,uint64 timestamp,bytes16 nonce)";

    fn members(&self) -> Vec<[u8; 32]> {
        let mut nonce = [0; 32];
        nonce[..16].copy_from_slice(&self.nonce);
        vec![
            keccak256(&[self.method.as_bytes()]),
            keccak256(&[self.target.as_bytes()]),
            self.body_hash,
            word_u64(self.timestamp),
            nonce,
        ]
    }
}

/// SHA-256 of a body that is not streamed.
pub fn body_hash(body: &[u8]) -> [u8; 32] {
    sha256(&[body])
}

/// The headers that sign a request, with a fresh nonce.
pub fn sign(
    key: &EvmKey,
    audience: &Audience,
    (method, target): (&str, &str),
    body_hash: [u8; 32],
    now: u64,
) -> HeaderMap {
    let mut nonce = [0; 16];
    rand::rngs::OsRng.fill_bytes(&mut nonce);
    let request = RequestToSign {
        method,
        target,
        body_hash,
        timestamp: now,
        nonce,
    };
    let signature = TypedMessage::sign(&request, &audience.domain(), key);
    [
        (KEY_HEADER, key.address().to_string()),
        (TIMESTAMP_HEADER, now.to_string()),
        (NONCE_HEADER, hex::encode(nonce)),
        (SIGNATURE_HEADER, signature.to_string()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
    .collect()
}

/// A signature's parts, as they stand in the headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    key: Address,
    timestamp: u64,
    nonce: [u8; 16],
    signature: Signature,
}

/// A request whose signature holds. That its nonce is new is for the caller to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Who signed it.
    pub signer: Address,
    /// Its nonce.
    pub nonce: [u8; 16],
    /// From when on its time alone refuses it.
    pub expires: u64,
}

impl SignatureHeaders {
    /// Reads the four headers.
    ///
    /// # Errors
    /// `signature-invalid` if one is absent or malformed.
    pub fn read(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut nonce = [0; 16];
        hex::decode_to_slice(text(headers, &NONCE_HEADER)?, &mut nonce)
            .map_err(|_| malformed(&NONCE_HEADER))?;
        Ok(Self {
            key: parse(headers, &KEY_HEADER)?,
            timestamp: parse(headers, &TIMESTAMP_HEADER)?,
            nonce,
            signature: parse(headers, &SIGNATURE_HEADER)?,
        })
    }

    /// Checks time and signature.
    ///
    /// # Errors
    /// `request-expired` if the time is more than [`WINDOW_S`] from `now`; `signature-invalid` if the key named did
    /// not sign this request for this proxy.
    pub fn verify(
        &self,
        audience: &Audience,
        (method, target): (&str, &str),
        body_hash: [u8; 32],
        now: u64,
    ) -> Result<Signed, Failure> {
        if self.timestamp.abs_diff(now) > WINDOW_S {
            let words = format!(
                "the request was signed at {}, here it is {now}",
                self.timestamp
            );
            return Err(Failure::new(FailureCode::RequestExpired, words));
        }
        let (timestamp, nonce) = (self.timestamp, self.nonce);
        let request = RequestToSign {
            method,
            target,
            body_hash,
            timestamp,
            nonce,
        };
        match request.signer(&audience.domain(), &self.signature) {
            Ok(signer) if signer == self.key => Ok(Signed {
                signer,
                nonce,
                expires: timestamp + WINDOW_S,
            }),
            _ => {
                let words = "the request is not signed by the key that it names, for this proxy";
                Err(Failure::new(FailureCode::SignatureInvalid, words))
            }
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, Failure> {
    let value = headers.get(name).ok_or_else(|| {
        Failure::new(
            FailureCode::SignatureInvalid,
            format!("the request has no {name} header"),
        )
    })?;
    value.to_str().map_err(|_| malformed(name))
}

fn parse<T: std::str::FromStr>(headers: &HeaderMap, name: &HeaderName) -> Result<T, Failure> {
    text(headers, name)?.parse().map_err(|_| malformed(name))
}

fn malformed(name: &HeaderName) -> Failure {
    Failure::new(
        FailureCode::SignatureInvalid,
        format!("the {name} header is malformed"),
    )
}

#[cfg(test)]
mod tests;
