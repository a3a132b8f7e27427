//! The network file: which chain, which contracts (`network.json`, written by `relayer consortium deploy`).

use std::collections::BTreeMap;

use url::Url;

use super::ids::{Address, BlockHash, VerifyingKeyHash};

/// What the file says it is.
pub const KIND: &str = "medshare-network";
/// The version that this program writes, and the only one that it reads.
pub const VERSION: u32 = 1;

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// [`KIND`].
    pub kind: String,
    /// [`VERSION`].
    pub version: u32,
    /// The chain id.
    pub chain_id: u64,
    /// Hash of block 0, by which another chain of the same id is told apart.
    pub genesis_hash: BlockHash,
    /// JSON-RPC nodes, the preferred one first.
    pub rpc_urls: Vec<Url>,
    /// The contracts.
    pub contracts: Contracts,
    /// The block from which their events are read.
    pub deployment_block: u64,
    /// Digests of the verifying keys, by the circuit's number of openings.
    pub verifying_key_hashes: BTreeMap<u8, VerifyingKeyHash>,
    /// Price of gas in wei: 0 on private networks.
    #[serde(with = "super::study::decimal")]
    pub gas_price: u128,
    /// Blocks that must stand on a transaction, its own included, before it counts. 1 under QBFT, which has no forks.
    pub finality: u64,
}

/// The contracts' addresses.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contracts {
    /// Who may do what: OpenZeppelin's `AccessManager`.
    pub access_manager: Address,
    /// `Members`.
    pub members: Address,
    /// `RecordRegistry`.
    pub registry: Address,
    /// `Treasury`.
    pub treasury: Address,
    /// `Studies`.
    pub studies: Address,
    /// `Enrolments`.
    pub enrolments: Address,
    /// `Disputes`.
    pub disputes: Address,
    /// `EvidenceVerifier`.
    pub evidence: Address,
    /// Verifiers, by the circuit's number of openings.
    pub verifiers: BTreeMap<u8, Address>,
}

/// Why bytes are no network file.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Not JSON of the right shape.
    #[error("not a network file: {0}")]
    Malformed(#[from] serde_json::Error),
    /// JSON of something else.
    #[error("not a network file but `{0}`")]
    Kind(String),
    /// Written by another version of this program.
    #[error("a network file of version {0}; this program reads version {VERSION}")]
    Version(u32),
    /// It names no node.
    #[error("the network file names no RPC URL")]
    NoNode,
}

impl Network {
    /// The same network with another verifier for a circuit, by its number of openings. That of before still verifies what it verified, so that
    /// files which name it stay good.
    #[must_use]
    pub fn with_verifier(mut self, openings: u8, at: Address, key: VerifyingKeyHash) -> Self {
        self.contracts.verifiers.insert(openings, at);
        self.verifying_key_hashes.insert(openings, key);
        self
    }

    /// Reads a network file.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, NetworkError> {
        let network: Self = serde_json::from_slice(bytes)?;
        if network.kind != KIND {
            return Err(NetworkError::Kind(network.kind));
        }
        if network.version != VERSION {
            return Err(NetworkError::Version(network.version));
        }
        if network.rpc_urls.is_empty() {
            return Err(NetworkError::NoNode);
        }
        Ok(network)
    }
}

#[cfg(test)]
mod tests;
