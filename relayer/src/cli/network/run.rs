//! `relayer network up` and `down`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use super::NetworkFolder;
use crate::adapters::engines;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ledger::Engine;
use crate::ports::node::ValidatorNode as _;

/// A check of two pairings that takes longer is done without the native library.
const SLOW_PAIRING: Duration = Duration::from_millis(60);

/// Arguments of `up`.
#[derive(Debug, Args)]
pub struct Up {
    /// The network's folder, or one that was handed out.
    #[arg(long)]
    dir: PathBuf,
    /// The engine's program [default: MEDSHARE_BESU, MEDSHARE_GOQUORUM or MEDSHARE_ANVIL, else `besu`, `geth` or `anvil` on PATH].
    #[arg(long)]
    program: Option<PathBuf>,
    /// Seconds to wait for blocks.
    #[arg(long, default_value_t = 120)]
    wait_s: u64,
}

impl Up {
    pub(super) async fn run(self, output: &Output) -> Result<(), Failure> {
        let folder = NetworkFolder::open(&self.dir)?;
        let took = up(
            &folder,
            self.program.as_deref(),
            Duration::from_secs(self.wait_s),
        )
        .await?;
        let mut slow = Vec::new();
        for member in folder.here()? {
            let time = folder.node(member)?.pairing_time().await?;
            if time > SLOW_PAIRING {
                slow.push(format!(
                    "{}: a check of two pairings takes {} ms; is the engine's native library missing?",
                    member.name,
                    time.as_millis()
                ));
            }
        }
        for words in &slow {
            output.progress(&format!("warning: {words}"));
        }
        let rpc: Vec<_> = folder
            .here()?
            .iter()
            .map(|member| member.rpc_url())
            .collect();
        let value = json!({"folder": folder.path(), "rpc": rpc, "seconds": took.as_secs_f64(), "warnings": slow});
        let text = format!(
            "blocks come after {:.1} s; JSON-RPC at {}",
            took.as_secs_f64(),
            rpc.join(" ")
        );
        output.result(&value, &text);
        Ok(())
    }
}

/// Starts all nodes that are here, and waits until each has a new block; gives the time that it took.
///
/// # Errors
/// `not-found` if the engine is missing, or no node's key is here; `chain-unreachable` if no blocks come.
pub(super) async fn up(
    folder: &NetworkFolder,
    program: Option<&std::path::Path>,
    patience: Duration,
) -> Result<Duration, Failure> {
    let here = folder.here()?;
    if here.is_empty() {
        let words = format!("no node's key is in {}", folder.path().display());
        return Err(Failure::new(FailureCode::NotFound, words));
    }
    let engine = folder.engine(program)?;
    let start = Instant::now();
    for member in &here {
        folder.start(member, &engine)?;
    }
    for member in &here {
        wait_for_block(folder, member, start + patience).await?;
    }
    Ok(start.elapsed())
}

/// Waits until a node has a block more than when it was asked first.
async fn wait_for_block(
    folder: &NetworkFolder,
    member: &crate::domain::ledger::Member,
    until: Instant,
) -> Result<(), Failure> {
    let node = folder.node(member)?;
    let mut first = None;
    loop {
        if let Ok(head) = node.head().await {
            let first = *first.get_or_insert(head.number);
            // Anvil's first block does as well
            if head.number > first || (folder.ledger.engine == Engine::Anvil) {
                return Ok(());
            }
        } else if engines::running(&folder.home_of(member)?)?.is_none() {
            return Err(not_up(folder, member, "it has ended"));
        }
        if Instant::now() > until {
            let words = match first {
                Some(height) => {
                    format!("it stays at block {height}: two thirds of the validators must run")
                }
                None => "it does not answer".to_owned(),
            };
            return Err(not_up(folder, member, &words));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn not_up(folder: &NetworkFolder, member: &crate::domain::ledger::Member, words: &str) -> Failure {
    let log = folder
        .home_of(member)
        .map(|home| home.file(engines::LOG_FILE));
    let hint = match log {
        Ok(log) => format!("Its output is in {}.", log.display()),
        Err(failure) => failure.message().to_owned(),
    };
    let words = format!("{} is not up: {words}", member.name);
    Failure::new(FailureCode::ChainUnreachable, words).with_hint(hint)
}

/// Arguments of `down`.
#[derive(Debug, Args)]
pub struct Down {
    /// The network's folder, or one that was handed out.
    #[arg(long)]
    dir: PathBuf,
}

impl Down {
    pub(super) fn run(self, output: &Output) -> Result<(), Failure> {
        let folder = NetworkFolder::open(&self.dir)?;
        let stopped = down(&folder)?;
        let text = format!("{} nodes stopped", stopped.len());
        output.result(&json!({"folder": folder.path(), "stopped": stopped}), &text);
        Ok(())
    }
}

/// Stops all nodes that are here; names those that ran.
///
/// # Errors
/// `io`.
pub(super) fn down(folder: &NetworkFolder) -> Result<Vec<String>, Failure> {
    let mut stopped = Vec::new();
    for member in folder.here()? {
        if engines::stop(&folder.home_of(member)?)? {
            stopped.push(member.name.clone());
        }
    }
    Ok(stopped)
}
