//! Loads: what is sent, by whom, and the blocks that it comes into.

use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{json, Value};

use super::scene::Scene;
use crate::adapters::chain::load::{accepting, enrolling, verifying, Loader, ProvenSignals};
use crate::adapters::node_rpc::RpcNode;
use crate::app::network::bench::{throughput, Throughput};
use crate::domain::enrolment::EnrolmentRequest;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::ports::node::{Block, ValidatorNode as _};

/// Proofs of the contracts' tests.
const FIXTURES: &str = include_str!("../../../../../contracts/test/fixtures/enrolments.json");
/// How long a load may take to be in blocks.
const PATIENCE: Duration = Duration::from_mins(5);
/// Accounts that send at the same time, spread over the nodes.
pub(super) const SENDERS: u32 = 4;
/// Transactions of an account that are sent and not answered for.
const UNDER_WAY: usize = 16;
/// How much longer loads of batches are.
pub(super) const LONGER: u32 = 4;
/// Entries of a batch.
pub(super) const BATCH: u32 = 16;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Load {
    /// Proofs verified, and nothing else: the ceiling, because an enrolment alone takes one and more.
    Verification,
    /// Enrolments, one a transaction.
    Enrolment,
    /// Enrolments, sixteen a transaction.
    EnrolmentBatch,
    /// Acceptances of the first ones.
    Settlement,
    /// Acceptances of the others, sixteen a transaction.
    SettlementBatch,
}

impl Load {
    /// Operations of a transaction.
    pub(super) fn entries(self) -> u32 {
        match self {
            Self::EnrolmentBatch | Self::SettlementBatch => BATCH,
            _ => 1,
        }
    }

    /// Gas of a transaction before the signer's margin of a quarter, so that none fails for want of it: what a settlement is refunded for storage
    /// that it clears, it needs first.
    fn gas(self) -> u64 {
        match self {
            Self::Verification => 260_000,
            Self::Enrolment => 330_000,
            Self::EnrolmentBatch => 2_000_000,
            Self::Settlement => 250_000,
            Self::SettlementBatch => 1_600_000,
        }
    }
}

impl std::fmt::Display for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Verification => "verification",
            Self::Enrolment => "enrolment",
            Self::EnrolmentBatch => "enrolment-batch",
            Self::Settlement => "settlement",
            Self::SettlementBatch => "settlement-batch",
        })
    }
}

/// What came of a load.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// `None` if too few blocks came.
    pub(super) throughput: Option<Throughput>,
    /// Processor time that a node used for an operation, on average; `None` where the system does not tell.
    pub(super) processor: Option<Duration>,
}

/// The loads of one network.
pub(super) struct Stream {
    scene: Scene,
    nodes: Vec<RpcNode>,
    /// To be enrolled one by one.
    single: Vec<EnrolmentRequest>,
    /// To be enrolled in batches.
    batched: Vec<EnrolmentRequest>,
    proven: ProvenSignals,
}

impl Stream {
    /// Prepares loads of so many operations, and of four times as many in batches, which take a fraction of the blocks.
    pub(super) async fn new(scene: Scene, operations: u32) -> Result<Self, Failure> {
        Ok(Self {
            nodes: scene.chain.nodes()?,
            single: scene.requests(0..operations).await?,
            batched: scene
                .requests(operations..operations * (1 + LONGER))
                .await?,
            proven: proven().ok_or_else(|| Failure::new(FailureCode::Internal, "no proof"))?,
            scene,
        })
    }

    /// Sends a load, waits until it is in blocks, and checks that all of it came about.
    pub(super) async fn run(&mut self, load: Load) -> Result<Outcome, Failure> {
        let before = self.scene.standing().await?;
        let (to, calls) = self.calls(load)?;
        let transactions = calls.len();
        let signed = sign(self.scene.network.chain_id, to, &calls, load.gas())?;
        let first = self.nodes.first().ok_or_else(no_node)?;
        let start = first.head().await?.number;
        let used_before = self.scene.chain.processor_time();
        send(&self.nodes, &signed).await?;
        let blocks = blocks_of(first, start, transactions).await?;
        let used = self.scene.chain.processor_time().zip(used_before);
        self.check(load, before).await?;
        Ok(Outcome {
            throughput: throughput(&blocks),
            processor: used.map(|(after, before)| {
                let shares = transactions * load.entries() as usize * self.nodes.len();
                after.saturating_sub(before) / u32::try_from(shares).unwrap_or(u32::MAX)
            }),
        })
    }

    fn calls(&self, load: Load) -> Result<(Address, Vec<Vec<u8>>), Failure> {
        let contracts = &self.scene.network.contracts;
        let entries = load.entries() as usize;
        let calls = match load {
            Load::Verification => {
                let verifier = contracts.verifiers.get(&8).copied();
                let calls = vec![verifying(&self.proven); self.single.len()];
                return Ok((verifier.ok_or_else(no_node)?, calls));
            }
            Load::Enrolment => self.single.chunks(entries).map(enrolling).collect(),
            Load::EnrolmentBatch => self.batched.chunks(entries).map(enrolling).collect(),
            Load::Settlement => self.accepting(&self.single, entries),
            Load::SettlementBatch => self.accepting(&self.batched, entries),
        };
        Ok((contracts.enrolments, calls))
    }

    fn accepting(&self, requests: &[EnrolmentRequest], entries: usize) -> Vec<Vec<u8>> {
        let accepted: Vec<_> = requests
            .iter()
            .map(|request| self.scene.acceptance(request))
            .collect();
        accepted.chunks(entries).map(accepting).collect()
    }

    /// A batch skips what can't be enrolled or accepted: here nothing is.
    async fn check(&self, load: Load, before: (u32, u32)) -> Result<(), Failure> {
        let after = self.scene.standing().await?;
        let number = |of: &[EnrolmentRequest]| u32::try_from(of.len()).unwrap_or(u32::MAX);
        let (single, batched) = (number(&self.single), number(&self.batched));
        let (open, settled) = before;
        let expected = match load {
            Load::Verification => before,
            Load::Enrolment => (open + single, settled),
            Load::EnrolmentBatch => (open + batched, settled),
            Load::Settlement => (open.saturating_sub(single), settled + single),
            Load::SettlementBatch => (open.saturating_sub(batched), settled + batched),
        };
        if after == expected {
            return Ok(());
        }
        let words = format!(
            "{load}: the study has {} open and {} settled enrolments, not {} and {}",
            after.0, after.1, expected.0, expected.1
        );
        Err(Failure::new(FailureCode::WrongState, words))
    }
}

fn no_node() -> Failure {
    Failure::new(FailureCode::Internal, "a network without nodes or verifier")
}

/// An equal share of the calls for each of the accounts, signed.
fn sign(
    chain_id: u64,
    to: Address,
    calls: &[Vec<u8>],
    gas: u64,
) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
    let share = calls.len().div_ceil(SENDERS as usize).max(1);
    let signed = calls
        .chunks(share)
        .map(|share| Loader::new(chain_id).transactions(to, share, gas));
    Ok(signed.collect::<Result<_, _>>()?)
}

/// The first proof of the fixtures.
fn proven() -> Option<ProvenSignals> {
    let fixtures: Value = serde_json::from_str(FIXTURES).ok()?;
    let words = |name: &str| {
        let words = fixtures["enrolments"][0][name].as_array()?;
        let words = words.iter().map(|word| {
            let digits = word.as_str()?.strip_prefix("0x")?;
            <[u8; 32]>::try_from(hex::decode(digits).ok()?).ok()
        });
        words.collect::<Option<Vec<_>>>()?.try_into().ok()
    };
    Some(ProvenSignals {
        proof: words("proof")?,
        signals: words("signals")?,
    })
}

/// Sends each account's transactions, all accounts at once, each to a node of its own, which sorts them by nonce. Several are under way at a
/// time, or what is measured is how fast a busy node answers.
async fn send(nodes: &[RpcNode], loads: &[Vec<Vec<u8>>]) -> Result<(), Failure> {
    let sent = loads.iter().zip(nodes.iter().cycle()).map(|(load, node)| {
        stream::iter(load)
            .map(|raw| {
                let raw = format!("0x{}", hex::encode(raw));
                node.call("eth_sendRawTransaction", json!([raw]))
            })
            .buffered(UNDER_WAY)
            .try_for_each(|_| async { Ok(()) })
    });
    futures::future::try_join_all(sent).await.map(drop)
}

/// The blocks above a height until all transactions are in.
async fn blocks_of(node: &RpcNode, above: u64, transactions: usize) -> Result<Vec<Block>, Failure> {
    let start = Instant::now();
    let (mut blocks, mut included) = (Vec::new(), 0);
    while included < transactions {
        let next = above + 1 + blocks.len() as u64;
        match node.block(next).await {
            Ok(Some(block)) => {
                included += block.transactions;
                blocks.push(block);
            }
            // A busy node may be late with an answer
            Ok(None) | Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
        if start.elapsed() > PATIENCE {
            let words = format!(
                "not all transactions came into blocks within {} s",
                PATIENCE.as_secs()
            );
            return Err(Failure::new(FailureCode::ChainUnreachable, words));
        }
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixtures_hold_a_proof() {
        let proven = proven().unwrap();
        assert_ne!(proven.proof, [[0; 32]; 8]);
        assert_ne!(proven.signals, [[0; 32]; 8]);
    }
}
