//! At the end of the story all nodes have the same chain.

use serde_json::{json, Value};

use super::tell::{short, Teller};
use crate::app::network::status::first_fork;
use crate::domain::failure::{Failure, FailureCode};
use crate::ports::node::ValidatorNode;
use crate::sandbox::Stage;

/// Tells the height up to which all nodes have the same blocks; nothing of a chain of one node.
pub(super) async fn of(stage: &Stage, teller: &Teller) -> Result<Value, Failure> {
    let Some(network) = stage.chain.network() else {
        return Ok(Value::Null);
    };
    let mut nodes = Vec::new();
    for member in network.here()? {
        nodes.push(network.node(member)?);
    }
    let mut common = u64::MAX;
    for node in &nodes {
        common = common.min(node.head().await?.number);
    }
    let asked: Vec<&dyn ValidatorNode> = nodes.iter().map(|node| node as _).collect();
    if let Some(height) = first_fork(&asked, 0, common).await? {
        let words = format!("the nodes have different blocks at height {height}");
        return Err(Failure::new(FailureCode::Internal, words));
    }
    let block = match nodes.first() {
        Some(node) => node.block(common).await?,
        None => None,
    };
    let hash = block.map(|block| format!("0x{}", hex::encode(block.hash)));
    let hash = hash.unwrap_or_default();
    teller.does(
        "validators",
        &format!(
            "all {} have the same blocks up to {common}: {}",
            nodes.len(),
            short(&hash)
        ),
    );
    Ok(json!({"nodes": nodes.len(), "height": common, "hash": hash}))
}
