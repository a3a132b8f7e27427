//! A node in memory, with blocks of its own.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::ledger::extra::genesis_extra;
use crate::domain::ledger::node::Enode;
use crate::ports::node::{Block, ValidatorNode, Vote};

/// Takes votes down; its first block is block 0.
pub(super) struct FakeNode {
    pub(super) blocks: Vec<Block>,
    pub(super) silent: bool,
    proposed: Mutex<Vec<Vote>>,
}

pub(super) fn account(number: u8) -> Address {
    Address::new([number; 20])
}

impl FakeNode {
    /// A chain of one block whose validators are the accounts 1, 2, ….
    pub(super) fn among(validators: u8) -> Self {
        let all: Vec<_> = (1..=validators).map(account).collect();
        let genesis = Block {
            number: 0,
            hash: [0; 32],
            time: 0,
            proposer: account(0),
            extra: genesis_extra(&all),
            gas_limit: 30_000_000,
            gas_used: 0,
            transactions: 0,
        };
        Self {
            blocks: vec![genesis],
            silent: false,
            proposed: Mutex::default(),
        }
    }

    /// The same with blocks more, each with a hash of its number and `branch`.
    pub(super) fn grown(mut self, blocks: u8, branch: u8) -> Self {
        for number in 1..=blocks {
            let mut block = self.blocks[0].clone();
            block.number = number.into();
            block.hash = [number; 32];
            block.hash[0] = branch;
            block.proposer = account(1 + number % 4);
            self.blocks.push(block);
        }
        self
    }

    pub(super) fn proposed(&self) -> Vec<Vote> {
        self.proposed.lock().unwrap().clone()
    }

    fn answers(&self) -> Result<(), Failure> {
        if self.silent {
            return Err(Failure::new(FailureCode::ChainUnreachable, "silent"));
        }
        Ok(())
    }
}

#[async_trait]
impl ValidatorNode for FakeNode {
    async fn head(&self) -> Result<Block, Failure> {
        self.answers()?;
        Ok(self.blocks.last().unwrap().clone())
    }

    async fn block(&self, number: u64) -> Result<Option<Block>, Failure> {
        self.answers()?;
        Ok(self
            .blocks
            .iter()
            .find(|block| block.number == number)
            .cloned())
    }

    async fn peers(&self) -> Result<u64, Failure> {
        Ok(3)
    }

    async fn pool(&self) -> Result<Option<u64>, Failure> {
        Ok(Some(7))
    }

    async fn propose(&self, vote: Vote) -> Result<(), Failure> {
        self.proposed.lock().unwrap().push(vote);
        Ok(())
    }

    async fn discard(&self, _validator: Address) -> Result<(), Failure> {
        Ok(())
    }

    async fn votes(&self) -> Result<Vec<Vote>, Failure> {
        Ok(self.proposed())
    }

    async fn connect(&self, _peer: &Enode) -> Result<(), Failure> {
        Ok(())
    }

    async fn disconnect(&self, _peer: &Enode) -> Result<(), Failure> {
        Ok(())
    }

    async fn pairing_time(&self) -> Result<Duration, Failure> {
        Ok(Duration::ZERO)
    }
}
