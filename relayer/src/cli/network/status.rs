//! `relayer network status`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::adapters::network_folder::NetworkFolder;
use crate::app::network::status::{ask, NodeStatus, RECENT};
use crate::cli::output::Output;
use crate::domain::failure::Failure;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// The network's folder, or one that was handed out.
    #[arg(long)]
    dir: PathBuf,
}

impl Status {
    pub(super) async fn run(self, output: &Output) -> Result<(), Failure> {
        let folder = NetworkFolder::open(&self.dir)?;
        let mut nodes = Vec::new();
        for member in &folder.ledger.members {
            nodes.push(ask(member, &folder.node(member)?).await);
        }
        let value = json!({"engine": folder.ledger.engine, "chainId": folder.ledger.rules.chain_id, "nodes": nodes});
        output.result(&value, &table(&nodes));
        Ok(())
    }
}

fn table(nodes: &[NodeStatus]) -> String {
    let mut text = format!(
        "{:<16}{:<12}{:>8}{:>7}{:>11}{:>16}{:>7}  last proposer\n",
        "node",
        "reachable",
        "height",
        "peers",
        "validates",
        format!("rounds lost/{RECENT}"),
        "pool"
    );
    let name_of = |address| {
        let found = nodes.iter().find(|node| node.address == address);
        found.map_or_else(|| address.to_string(), |node| node.name.clone())
    };
    for node in nodes {
        let line = match &node.state {
            None => format!(
                "{:<16}{:<12}{}\n",
                node.name,
                "no",
                node.problem.as_deref().unwrap_or_default()
            ),
            Some(state) => format!(
                "{:<16}{:<12}{:>8}{:>7}{:>11}{:>16}{:>7}  {}\n",
                node.name,
                "yes",
                state.height,
                state.peers,
                if state.validator { "yes" } else { "no" },
                state.round_changes,
                state
                    .pool
                    .map_or_else(|| "-".to_owned(), |pool| pool.to_string()),
                name_of(state.last_proposer),
            ),
        };
        text.push_str(&line);
    }
    text.trim_end().to_owned()
}
