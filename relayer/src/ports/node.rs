//! A node of the chain, as whoever runs it sees it: how it is doing, and what it is told as a validator.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::failure::Failure;
use crate::domain::ids::Address;
use crate::domain::ledger::node::Enode;

/// A block, as far as it tells how the network is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Unix seconds.
    pub time: u64,
    /// Who proposed it.
    pub proposer: Address,
    /// What consensus left in it.
    pub extra: Vec<u8>,
    /// Most gas that it may take.
    pub gas_limit: u64,
    /// Gas that it took.
    pub gas_used: u64,
    /// How many transactions stand in it.
    pub transactions: usize,
}

/// A vote of this node that is not decided yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// Whom it is about.
    pub validator: Address,
    /// Whether it is to validate, or no longer.
    pub add: bool,
}

/// A node. Every method fails with `chain-unreachable` if it does not answer, and with `wrong-state` if it refuses.
#[async_trait]
pub trait ValidatorNode: Send + Sync {
    /// Its latest block.
    async fn head(&self) -> Result<Block, Failure>;

    /// A block, if it has it.
    async fn block(&self, number: u64) -> Result<Option<Block>, Failure>;

    /// How many peers it is connected to.
    async fn peers(&self) -> Result<u64, Failure>;

    /// How many transactions wait in its pool, if it tells.
    async fn pool(&self) -> Result<Option<u64>, Failure>;

    /// Lets it vote, with each block that it proposes until the vote is decided.
    async fn propose(&self, vote: Vote) -> Result<(), Failure>;

    /// Takes a vote back.
    async fn discard(&self, validator: Address) -> Result<(), Failure>;

    /// Its open votes.
    async fn votes(&self) -> Result<Vec<Vote>, Failure>;

    /// Lets it take a node for a peer and connect to it.
    async fn connect(&self, peer: &Enode) -> Result<(), Failure>;

    /// Lets it drop a peer and not connect to it again.
    async fn disconnect(&self, peer: &Enode) -> Result<(), Failure>;

    /// How long a check of one pairing product of two takes it: a Besu without its native library takes a hundred times longer.
    async fn pairing_time(&self) -> Result<Duration, Failure>;
}
