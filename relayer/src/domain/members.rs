//! Who takes part, and within which bounds (design section 2).

use std::str::FromStr;

use prover::facts::ValueSetDigest;

use super::ids::Address;
use super::study::decimal;

/// What an account may do. An account has one role, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Certifies records.
    Hospital,
    /// Opens studies.
    Institution,
    /// Stores, re-encrypts and relays.
    Proxy,
}

impl Role {
    /// The role's name, as commands spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Institution => "institution",
            Self::Proxy => "proxy",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected hospital, institution or proxy, got {0:?}")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        [Self::Hospital, Self::Institution, Self::Proxy]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// A member's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Member {
    /// The role it was admitted in.
    pub role: Role,
    /// False once it was expelled: what it began goes on, but it begins nothing new.
    pub active: bool,
}

/// A proxy's public particulars.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProxyCard {
    /// Whoever runs it.
    pub operator: Address,
    /// X25519 public key to which key fragments are sealed; zero until the proxy has registered.
    #[serde(with = "hex_bytes")]
    pub sealing_key: [u8; 32],
    /// Where its service answers; empty until the proxy has registered.
    pub url: String,
}

/// Bounds on every study that is opened from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bounds {
    /// Shortest delivery or challenge window in seconds; at least a day outside development chains.
    pub min_window_seconds: u32,
    /// Longest one.
    pub max_window_seconds: u32,
    /// Fewest blocks of a window; at least 2,000 outside development chains.
    pub min_window_blocks: u32,
    /// Most blocks of a window.
    pub max_window_blocks: u32,
    /// Seconds for which a replaced registry root is still accepted; at least a day.
    pub root_lifetime: u32,
    /// Seconds between asking for bond back and receiving it.
    pub exit_delay: u32,
    /// Longest time in seconds between a study's opening and its closing.
    pub max_study_seconds: u32,
    /// How far ahead, in seconds, a receipt may be valid.
    pub max_receipt_seconds: u32,
    /// Most enrolments of a study.
    pub max_quota: u32,
    /// Most attempts of one patient in one study.
    pub max_attempts: u8,
}

/// Bounds on the money of a study in one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenBounds {
    /// Whether new studies may use the token.
    pub allowed: bool,
    /// Highest price of an enrolment, in the token's smallest unit.
    #[serde(with = "decimal")]
    pub max_price: u128,
    /// Highest fee of one proxy for one enrolment.
    #[serde(with = "decimal")]
    pub max_fee: u128,
    /// Smallest slice of bond that a receipt locks.
    #[serde(with = "decimal")]
    pub min_slice: u128,
}

/// A proxy's bond in one token, in its smallest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Bond {
    /// What it can lock for receipts, or ask back.
    #[serde(with = "decimal")]
    pub free: u128,
    /// What its receipts lock.
    #[serde(with = "decimal")]
    pub locked: u128,
}

/// How a proxy has served the studies of one token: counts that never fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ServiceRecord {
    /// Receipts that enrolments carried.
    pub receipts: u32,
    /// Enrolments that it attested.
    pub attested: u32,
    /// Challenges that it answered.
    pub answered: u32,
    /// Slices of its bond that were taken for silence.
    pub slashed: u32,
}

/// What a proxy asked back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BondExit {
    /// In the token's smallest unit.
    #[serde(with = "decimal")]
    pub amount: u128,
    /// Unix seconds from which it can be had.
    pub release_at: u64,
}

/// A value set as the consortium publishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedValueSet {
    /// URL and version: `url|version`.
    pub name: String,
    /// The digest of its codes.
    pub digest: ValueSetDigest,
}

/// Bytes in JSON: `0x` and lower-case hex digits.
mod hex_bytes {
    use serde::{de::Error as _, Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        bytes: &[u8; 32],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; 32], D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim_start_matches("0x"), &mut bytes)
            .map_err(D::Error::custom)?;
        Ok(bytes)
    }
}
