//! A validator's node over JSON-RPC, in the dialects of the engines.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use serde_json::{json, Value};

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::ledger::node::Enode;
use crate::domain::ledger::{Engine, Member};
use crate::ports::node::{Block, ValidatorNode, Vote};

/// How long a node may take to answer about itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// The precompiled contract that checks pairings.
const PAIRING: &str = "0x0000000000000000000000000000000000000008";
/// e(G1, G2) · e(-G1, G2) = 1: two pairings, with the generators as EIP-197 writes them.
const PAIRING_OF_TWO: &str = concat!(
    "0x",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "0000000000000000000000000000000000000000000000000000000000000002",
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2",
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b",
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45",
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2",
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b",
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
);

/// A node at a URL.
#[derive(Debug, Clone)]
pub struct RpcNode {
    engine: Engine,
    url: String,
    http: reqwest::Client,
}

impl RpcNode {
    /// A member's node; nothing is sent yet.
    ///
    /// # Errors
    /// `internal` if there is no HTTP client.
    pub fn of(engine: Engine, member: &Member) -> Result<Self, Failure> {
        Self::at(engine, &member.rpc_url())
    }

    /// The node at a URL.
    ///
    /// # Errors
    /// As [`RpcNode::of`].
    pub fn at(engine: Engine, url: &str) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build();
        Ok(Self {
            engine,
            url: url.to_owned(),
            http: http.map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?,
        })
    }

    /// Calls a method.
    ///
    /// # Errors
    /// `chain-unreachable` if it does not answer, `wrong-state` with its words if it refuses.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, Failure> {
        let silent = |error: reqwest::Error| {
            let words = format!(
                "the node at {} does not answer: {}",
                self.url,
                error.without_url()
            );
            Failure::new(FailureCode::ChainUnreachable, words)
        };
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let response = self.http.post(&self.url).json(&body).send().await;
        let mut answer: Value = response.map_err(silent)?.json().await.map_err(silent)?;
        if let Some(error) = answer.get("error") {
            let words = error["message"].as_str().unwrap_or("no reason given");
            let words = format!("the node at {} refuses {method}: {words}", self.url);
            return Err(Failure::new(FailureCode::WrongState, words));
        }
        Ok(answer["result"].take())
    }

    async fn block_named(&self, name: &str) -> Result<Option<Block>, Failure> {
        let block = self
            .call("eth_getBlockByNumber", json!([name, false]))
            .await?;
        if block.is_null() {
            return Ok(None);
        }
        read_block(&block)
            .map(Some)
            .ok_or_else(|| self.strange("eth_getBlockByNumber"))
    }

    fn strange(&self, method: &str) -> Failure {
        let words = format!(
            "the node at {} answers {method} with something else",
            self.url
        );
        Failure::new(FailureCode::Malformed, words)
    }

    fn none_of(&self, what: &str) -> Failure {
        let words = format!("{} has no {what}", self.engine);
        Failure::new(FailureCode::WrongState, words)
    }

    async fn geth_votes(&self) -> Result<Vec<Vote>, Failure> {
        let votes = self.call("istanbul_candidates", json!([])).await?;
        read_votes(&votes).ok_or_else(|| self.strange("istanbul_candidates"))
    }

    async fn besu_votes(&self) -> Result<Vec<Vote>, Failure> {
        let votes = self.call("qbft_getPendingVotes", json!([])).await?;
        read_votes(&votes).ok_or_else(|| self.strange("qbft_getPendingVotes"))
    }
}

#[async_trait]
impl ValidatorNode for RpcNode {
    async fn head(&self) -> Result<Block, Failure> {
        let head = self.block_named("latest").await?;
        head.ok_or_else(|| self.strange("eth_getBlockByNumber"))
    }

    async fn block(&self, number: u64) -> Result<Option<Block>, Failure> {
        self.block_named(&format!("{number:#x}")).await
    }

    async fn peers(&self) -> Result<u64, Failure> {
        if self.engine == Engine::Anvil {
            return Ok(0);
        }
        let count = self.call("net_peerCount", json!([])).await?;
        quantity(&count).ok_or_else(|| self.strange("net_peerCount"))
    }

    async fn pool(&self) -> Result<Option<u64>, Failure> {
        let count = |pool: &Value, names: [&str; 2]| {
            let counts = names.map(|name| quantity(&pool[name]));
            counts[0]
                .zip(counts[1])
                .map(|(first, second)| first + second)
        };
        match self.engine {
            Engine::Anvil | Engine::GoQuorum => {
                let pool = self.call("txpool_status", json!([])).await?;
                Ok(count(&pool, ["pending", "queued"]))
            }
            Engine::Besu => {
                let pool = self.call("txpool_besuStatistics", json!([])).await?;
                Ok(count(&pool, ["localCount", "remoteCount"]))
            }
        }
    }

    async fn propose(&self, vote: Vote) -> Result<(), Failure> {
        let method = match self.engine {
            Engine::Anvil => return Err(self.none_of("validators")),
            Engine::Besu => "qbft_proposeValidatorVote",
            Engine::GoQuorum => "istanbul_propose",
        };
        let params = json!([vote.validator, vote.add]);
        self.call(method, params).await.map(drop)
    }

    async fn discard(&self, validator: Address) -> Result<(), Failure> {
        let method = match self.engine {
            Engine::Anvil => return Err(self.none_of("validators")),
            Engine::Besu => "qbft_discardValidatorVote",
            Engine::GoQuorum => "istanbul_discard",
        };
        self.call(method, json!([validator])).await.map(drop)
    }

    async fn votes(&self) -> Result<Vec<Vote>, Failure> {
        match self.engine {
            Engine::Anvil => Ok(Vec::new()),
            Engine::Besu => self.besu_votes().await,
            Engine::GoQuorum => self.geth_votes().await,
        }
    }

    async fn connect(&self, peer: &Enode) -> Result<(), Failure> {
        if self.engine == Engine::Besu {
            let admitted = self.call("perm_addNodesToAllowlist", json!([[peer]])).await;
            // It may stand there already
            if let Err(failure) = admitted.map(drop) {
                tracing::debug!(%failure, "the node was not put on the allowlist");
            }
        }
        self.call("admin_addPeer", json!([peer])).await.map(drop)
    }

    async fn disconnect(&self, peer: &Enode) -> Result<(), Failure> {
        if self.engine == Engine::Besu {
            let removed = self
                .call("perm_removeNodesFromAllowlist", json!([[peer]]))
                .await;
            if let Err(failure) = removed.map(drop) {
                tracing::debug!(%failure, "the node was not taken off the allowlist");
            }
        }
        self.call("admin_removePeer", json!([peer])).await.map(drop)
    }

    async fn pairing_time(&self) -> Result<Duration, Failure> {
        let call = json!([{"to": PAIRING, "data": PAIRING_OF_TWO}, "latest"]);
        // The first call warms the machine up
        self.call("eth_call", call.clone()).await?;
        let start = Instant::now();
        let answer = self.call("eth_call", call).await?;
        let took = start.elapsed();
        if quantity(&answer) == Some(1) {
            Ok(took)
        } else {
            Err(self.strange("a pairing"))
        }
    }
}

/// A number, as hex digits (of any width up to 64, when it fits) or as JSON's.
fn quantity(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => {
            let digits = text.strip_prefix("0x")?;
            let digits = digits.trim_start_matches('0');
            if digits.is_empty() {
                return Some(0);
            }
            u64::from_str_radix(digits, 16).ok()
        }
        other => other.as_u64(),
    }
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    hex::decode(value.as_str()?.strip_prefix("0x")?).ok()
}

fn read_block(block: &Value) -> Option<Block> {
    Some(Block {
        number: quantity(&block["number"])?,
        hash: bytes(&block["hash"])?.try_into().ok()?,
        time: quantity(&block["timestamp"])?,
        proposer: block["miner"].as_str()?.to_lowercase().parse().ok()?,
        extra: bytes(&block["extraData"])?,
        gas_limit: quantity(&block["gasLimit"])?,
        gas_used: quantity(&block["gasUsed"])?,
        transactions: block["transactions"].as_array()?.len(),
    })
}

/// Votes by account, `true` for those to be added.
fn read_votes(votes: &Value) -> Option<Vec<Vote>> {
    let vote = |(account, add): (&String, &Value)| {
        Some(Vote {
            validator: account.to_lowercase().parse().ok()?,
            add: add.as_bool()?,
        })
    };
    votes.as_object()?.iter().map(vote).collect()
}

#[cfg(test)]
mod tests;
