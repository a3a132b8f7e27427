//! The chain's own network, below the contracts: who validates, under which rules, and where each node is.
//!
//! * [`rlp`], [`extra`]: the bytes that QBFT keeps in a block's `extraData`
//! * [`node`]: node identifiers and enode URLs
//! * [`rules`]: block period, time-outs, gas limit and their bounds

pub mod extra;
pub mod node;
pub mod rlp;
pub mod rules;

use std::net::IpAddr;

use super::ids::Address;
use node::{Enode, NodeId};
use rules::Rules;

/// What the description says it is.
pub const KIND: &str = "medshare-ledger";
/// The version that this program writes, and the only one that it reads.
pub const VERSION: u32 = 1;
/// Fewest validators that keep going with one of them faulty (3f + 1 with f = 1).
pub const LEAST_VALIDATORS: usize = 4;

/// What runs the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// One development node; it forms no network.
    Anvil,
    /// Hyperledger Besu.
    Besu,
    /// Consensys GoQuorum.
    GoQuorum,
}

impl Engine {
    /// The name that commands take.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anvil => "anvil",
            Self::Besu => "besu",
            Self::GoQuorum => "goquorum",
        }
    }
}

impl std::fmt::Display for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Engine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Anvil, Self::Besu, Self::GoQuorum]
            .into_iter()
            .find(|engine| engine.as_str() == text)
            .ok_or_else(|| format!("`{text}` is no engine: anvil, besu or goquorum"))
    }
}

/// A node of the network, as all members know it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// The member's name, which is its folder's.
    pub name: String,
    /// The node's public key.
    pub node_id: NodeId,
    /// The account by which it validates.
    pub address: Address,
    /// Where its peers reach it.
    pub host: IpAddr,
    /// Its port for peers.
    pub p2p_port: u16,
    /// Where its JSON-RPC listens.
    pub rpc_host: IpAddr,
    /// Its port for JSON-RPC.
    pub rpc_port: u16,
    /// Whether it validates from the first block.
    pub founder: bool,
}

impl Member {
    /// Its address among peers.
    pub fn enode(&self) -> Enode {
        Enode {
            id: self.node_id,
            host: self.host,
            port: self.p2p_port,
        }
    }

    /// Its JSON-RPC address.
    pub fn rpc_url(&self) -> String {
        format!(
            "http://{}",
            std::net::SocketAddr::new(self.rpc_host, self.rpc_port)
        )
    }

    /// Whether its JSON-RPC can be reached from this machine only.
    pub fn rpc_is_local(&self) -> bool {
        self.rpc_host.is_loopback()
    }
}

/// What an account has from the first block.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Funded {
    /// The account.
    pub account: Address,
    /// In wei.
    #[serde(with = "super::study::decimal")]
    pub wei: u128,
}

/// A network of nodes, without any secret (`ledger.json`).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// [`KIND`].
    pub kind: String,
    /// [`VERSION`].
    pub version: u32,
    /// What runs it.
    pub engine: Engine,
    /// Its rules.
    pub rules: Rules,
    /// Its nodes.
    pub members: Vec<Member>,
    /// Accounts that have coins from the first block.
    pub funded: Vec<Funded>,
    /// Accounts that alone may send transactions, where the engine can tell; empty: everybody may.
    pub accounts: Vec<Address>,
}

/// Why bytes are no description of a network.
#[derive(Debug, thiserror::Error)]
pub enum LedgerFileError {
    /// Not JSON of the right shape.
    #[error("not a description of a network: {0}")]
    Malformed(#[from] serde_json::Error),
    /// JSON of something else.
    #[error("not a description of a network but `{0}`")]
    Kind(String),
    /// Written by another version of this program.
    #[error("a description of version {0}; this program reads version {VERSION}")]
    Version(u32),
}

impl Ledger {
    /// Reads a description.
    ///
    /// # Errors
    /// [`LedgerFileError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, LedgerFileError> {
        let ledger: Self = serde_json::from_slice(bytes)?;
        if ledger.kind != KIND {
            return Err(LedgerFileError::Kind(ledger.kind));
        }
        if ledger.version != VERSION {
            return Err(LedgerFileError::Version(ledger.version));
        }
        Ok(ledger)
    }

    /// The validators of the first block, in the order of their addresses, as engines keep them.
    pub fn founders(&self) -> Vec<Address> {
        let founders = self.members.iter().filter(|member| member.founder);
        let mut addresses: Vec<_> = founders.map(|member| member.address).collect();
        addresses.sort_unstable();
        addresses
    }

    /// The enode URLs of all members.
    pub fn enodes(&self) -> Vec<String> {
        let members = self.members.iter();
        members.map(|member| member.enode().to_string()).collect()
    }

    /// The enode URLs of a member's peers.
    pub fn peers_of(&self, name: &str) -> Vec<String> {
        let peers = self.members.iter().filter(|member| member.name != name);
        peers.map(|member| member.enode().to_string()).collect()
    }
}

#[cfg(test)]
mod tests;
