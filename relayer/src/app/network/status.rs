//! How each node of a network is doing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::failure::Failure;
use crate::domain::ids::Address;
use crate::domain::ledger::extra::Extra;
use crate::domain::ledger::Member;
use crate::ports::node::{Block, ValidatorNode};

/// Blocks over which round changes are counted.
pub const RECENT: u64 = 32;

/// A node that answers.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeState {
    /// Number of its latest block.
    pub height: u64,
    /// The block's hash.
    pub hash: String,
    /// Unix seconds of the block.
    pub time: u64,
    /// Nodes that it is connected to.
    pub peers: u64,
    /// Whether it validates the latest block.
    pub validator: bool,
    /// Who proposed the latest block.
    pub last_proposer: Address,
    /// Rounds that were given up in the last [`RECENT`] blocks.
    pub round_changes: u64,
    /// Transactions that wait, if it tells.
    pub pool: Option<u64>,
    /// The validators of the latest block.
    pub validators: Vec<Address>,
    /// The block's gas limit.
    pub gas_limit: u64,
}

/// A member's node.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    /// The member.
    pub name: String,
    /// The account by which it validates.
    pub address: Address,
    /// Where it was asked.
    pub rpc: String,
    /// How it is doing, if it answers.
    pub state: Option<NodeState>,
    /// Why it does not.
    pub problem: Option<String>,
}

/// Asks a member's node.
pub async fn ask(member: &Member, node: &dyn ValidatorNode) -> NodeStatus {
    let (state, problem) = match state(member.address, node).await {
        Ok(state) => (Some(state), None),
        Err(failure) => (None, Some(failure.message().to_owned())),
    };
    NodeStatus {
        name: member.name.clone(),
        address: member.address,
        rpc: member.rpc_url(),
        state,
        problem,
    }
}

async fn state(address: Address, node: &dyn ValidatorNode) -> Result<NodeState, Failure> {
    let head = node.head().await?;
    let mut round_changes = u64::from(round(&head));
    let first = head.number.saturating_sub(RECENT - 1).max(1);
    for number in first..head.number {
        let block = node.block(number).await?;
        round_changes += u64::from(block.as_ref().map_or(0, round));
    }
    // Anvil's blocks have none
    let validators =
        Extra::decode(&head.extra).map_or_else(|_| Vec::new(), |extra| extra.validators);
    Ok(NodeState {
        height: head.number,
        hash: format!("0x{}", hex::encode(head.hash)),
        time: head.time,
        peers: node.peers().await?,
        validator: validators.contains(&address),
        last_proposer: head.proposer,
        round_changes,
        pool: node.pool().await?,
        validators,
        gas_limit: head.gas_limit,
    })
}

pub(super) fn round(block: &Block) -> u32 {
    Extra::decode(&block.extra).map_or(0, |extra| extra.round)
}

/// Where nodes have different blocks at one height, or `None`: the proof that a network has not forked.
///
/// # Errors
/// A node does not answer.
pub async fn first_fork(
    nodes: &[&dyn ValidatorNode],
    first: u64,
    last: u64,
) -> Result<Option<u64>, Failure> {
    for number in first..=last {
        let mut hashes = BTreeSet::new();
        for node in nodes {
            if let Some(block) = node.block(number).await? {
                hashes.insert(block.hash);
            }
        }
        if hashes.len() > 1 {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
