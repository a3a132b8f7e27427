//! `relayer network up` and `down`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::adapters::network_folder::NetworkFolder;
use crate::cli::output::Output;
use crate::domain::failure::Failure;
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
        let patience = Duration::from_secs(self.wait_s);
        let took = folder.up(self.program.as_deref(), patience).await?;
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
        let stopped = folder.down()?;
        let text = format!("{} nodes stopped", stopped.len());
        output.result(&json!({"folder": folder.path(), "stopped": stopped}), &text);
        Ok(())
    }
}
