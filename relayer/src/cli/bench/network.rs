//! `relayer bench network`: a new network for each setting, a load, and what came of it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use serde_json::{json, Value};

use crate::adapters::chain::{Loader, ProvenSignals};
use crate::adapters::engines;
use crate::adapters::node_rpc::RpcNode;
use crate::app::network::bench::{throughput, Throughput};
use crate::app::network::engine::program;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::ledger::Engine;
use crate::ports::node::ValidatorNode as _;
use crate::sandbox::chain::{FreshNetwork, Setting};

/// Proofs of the contracts' tests.
const FIXTURES: &str = include_str!("../../../../contracts/test/fixtures/enrolments.json");
/// How long a load may take to be in blocks.
const PATIENCE: Duration = Duration::from_mins(5);
/// Millions.
const MILLION: u64 = 1_000_000;
/// Accounts that send at the same time, spread over the nodes.
const SENDERS: usize = 4;

/// Arguments of `bench network`.
#[derive(Debug, Args)]
pub struct NetworkBench {
    /// besu or goquorum.
    #[arg(long)]
    engine: Engine,
    /// Numbers of validators.
    #[arg(long, value_delimiter = ',', default_value = "4")]
    validators: Vec<usize>,
    /// Block periods in seconds.
    #[arg(long, value_delimiter = ',', default_value = "1")]
    block_periods: Vec<u64>,
    /// Gas limits of a block, in millions.
    #[arg(long, value_delimiter = ',', default_value = "15,30,60")]
    gas_limits: Vec<u64>,
    /// Transactions of a load.
    #[arg(long, default_value_t = 1_000)]
    transactions: u64,
    /// New file for the results, as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// A setting with what came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    validators: usize,
    block_period_s: u64,
    gas_limit: u64,
    load: &'static str,
    throughput: Option<Throughput>,
    problem: Option<String>,
}

impl NetworkBench {
    pub(super) async fn run(self, output: &Output) -> Result<(), Failure> {
        let found = engines::find(&program(self.engine), None)?;
        let version = engines::version(&program(self.engine), &found);
        let proven = proven().ok_or_else(|| Failure::new(FailureCode::Internal, "no proof"))?;
        let mut all = Vec::new();
        for setting in self.settings() {
            output.progress(&format!(
                "{} validators, a block every {} s, {} million gas",
                setting.validators,
                setting.block_period_s,
                setting.gas_limit / MILLION
            ));
            all.push(self.measure(setting, &proven).await);
        }
        let value = json!({
            "engine": self.engine, "version": version.trim(), "machine": machine(), "transactions": self.transactions,
            "measured": all,
        });
        if let Some(path) = &self.out {
            std::fs::write(path, format!("{value:#}\n")).map_err(|error| {
                Failure::new(FailureCode::Io, format!("{}: {error}", path.display()))
            })?;
        }
        output.result(&value, &table(&all));
        Ok(())
    }

    fn settings(&self) -> Vec<Setting> {
        let mut settings = Vec::new();
        for validators in &self.validators {
            for block_period_s in &self.block_periods {
                for limit in &self.gas_limits {
                    settings.push(Setting {
                        engine: self.engine,
                        validators: *validators,
                        block_period_s: *block_period_s,
                        gas_limit: limit * MILLION,
                    });
                }
            }
        }
        settings
    }

    async fn measure(&self, setting: Setting, proven: &ProvenSignals) -> Measured {
        let measured = self.verifications(setting, proven).await;
        let (throughput, problem) = match measured {
            Ok(throughput) => (throughput, None),
            Err(failure) => (None, Some(failure.message().to_owned())),
        };
        Measured {
            validators: setting.validators,
            block_period_s: setting.block_period_s,
            gas_limit: setting.gas_limit,
            load: "verification",
            throughput,
            problem,
        }
    }

    /// Bare verifications: the ceiling, because an enrolment alone takes one and more.
    async fn verifications(
        &self,
        setting: Setting,
        proven: &ProvenSignals,
    ) -> Result<Option<Throughput>, Failure> {
        let network = FreshNetwork::start(setting).await?;
        let nodes = network.nodes()?;
        let verifier = deploy(&nodes[0], network.chain_id()).await?;
        let mut loads = Vec::new();
        let each = self.transactions / SENDERS as u64;
        for _ in 0..SENDERS {
            let loader = Loader::new(network.chain_id());
            loads.push(loader.verifications(verifier, proven, 0..each)?);
        }
        let start = nodes[0].head().await?.number;
        send(&nodes, &loads).await?;
        let blocks = blocks_of(&nodes[0], start, each * SENDERS as u64).await?;
        Ok(throughput(&blocks))
    }
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

async fn deploy(node: &RpcNode, chain_id: u64) -> Result<Address, Failure> {
    let (raw, verifier) = Loader::new(chain_id).deploy_verifier()?;
    let start = Instant::now();
    send_one(node, &raw).await?;
    loop {
        let code = node
            .call("eth_getCode", json!([verifier, "latest"]))
            .await?;
        if code.as_str().is_some_and(|code| code.len() > 2) {
            return Ok(verifier);
        }
        late(start, "the verifier is in no block")?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn send_one(node: &RpcNode, raw: &[u8]) -> Result<(), Failure> {
    let raw = format!("0x{}", hex::encode(raw));
    node.call("eth_sendRawTransaction", json!([raw]))
        .await
        .map(drop)
}

/// Sends each account's transactions in order, all accounts at once, each to a node of its own.
async fn send(nodes: &[RpcNode], loads: &[Vec<Vec<u8>>]) -> Result<(), Failure> {
    let sent = loads
        .iter()
        .zip(nodes.iter().cycle())
        .map(|(load, node)| async move {
            for raw in load {
                send_one(node, raw).await?;
            }
            Ok::<(), Failure>(())
        });
    futures::future::try_join_all(sent).await.map(drop)
}

/// The blocks above a height until all transactions are in.
async fn blocks_of(
    node: &RpcNode,
    above: u64,
    transactions: u64,
) -> Result<Vec<crate::ports::node::Block>, Failure> {
    let start = Instant::now();
    let (mut blocks, mut included) = (Vec::new(), 0);
    while included < transactions {
        let next = above + 1 + blocks.len() as u64;
        match node.block(next).await {
            Ok(Some(block)) => {
                included += block.transactions as u64;
                blocks.push(block);
            }
            // A busy node may be late with an answer
            Ok(None) | Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
        late(start, "not all transactions came into blocks")?;
    }
    Ok(blocks)
}

fn late(start: Instant, words: &str) -> Result<(), Failure> {
    if start.elapsed() < PATIENCE {
        return Ok(());
    }
    let words = format!("{words} within {} s", PATIENCE.as_secs());
    Err(Failure::new(FailureCode::ChainUnreachable, words))
}

/// The processor and how many of it there are.
fn machine() -> Value {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("unknown", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    json!({"processor": model, "cores": cores})
}

fn table(all: &[Measured]) -> String {
    let mut text = String::from(
        "| validators | period | gas limit | load | a second | million gas a second | between blocks | rounds lost |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |",
    );
    for each in all {
        let head = format!(
            "\n| {} | {} s | {}M | {} |",
            each.validators,
            each.block_period_s,
            each.gas_limit / MILLION,
            each.load
        );
        text.push_str(&head);
        let tail = match &each.throughput {
            Some(found) => format!(
                " {:.1} | {:.1} | {:.2} s | {} |",
                found.per_second,
                found.gas_per_second / 1e6,
                found.block_interval,
                found.round_changes
            ),
            None => format!(
                " {} | | | |",
                each.problem.as_deref().unwrap_or("too few blocks")
            ),
        };
        text.push_str(&tail);
    }
    text
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
