//! A node in memory, with the faults that real ones have.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;

use async_trait::async_trait;
use ethers::types::transaction::eip2718::TypedTransaction;
use ethers::utils::{keccak256, rlp::Rlp};

use crate::adapters::chain::transactor::{Mined, Sent, Transactor};
use crate::domain::failure::FailureCode;
use crate::domain::ids::Address;
use crate::ports::index::QueuedTransaction;
use crate::ports::ledger::LedgerError;

/// A chain of one account that mines what is sent at once, in the order of nonces.
#[derive(Default)]
pub(super) struct Chain {
    /// Hash and calldata of each mined transaction, by nonce.
    pub(super) mined: Vec<([u8; 32], Vec<u8>)>,
    /// Sent, with a nonce that is not due yet.
    pub(super) waiting: BTreeMap<u64, ([u8; 32], Vec<u8>)>,
    pub(super) sendings: HashMap<[u8; 32], usize>,
    /// Sendings that get lost.
    pub(super) losses: usize,
    /// Looks for a receipt that find none yet, though the nonce is counted.
    pub(super) hidden: usize,
    /// Requests that no node answers.
    pub(super) silences: usize,
    /// Refusal of the next sending.
    pub(super) refusal: Option<String>,
    /// Calldata that reverts when it is estimated, and when it is mined.
    pub(super) reverts_early: HashSet<Vec<u8>>,
    pub(super) reverts_late: HashSet<Vec<u8>>,
    /// Places that a batch leaves out.
    pub(super) skips: Vec<usize>,
}

impl Chain {
    fn mine_due(&mut self) {
        while let Some(next) = self.waiting.remove(&(self.mined.len() as u64)) {
            self.mined.push(next);
        }
    }
}

#[derive(Default)]
pub(super) struct FakeNode(Mutex<Chain>);

impl FakeNode {
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Chain) -> T) -> T {
        act(&mut self.0.lock().unwrap())
    }

    pub(super) fn calldata(&self) -> Vec<Vec<u8>> {
        self.with(|chain| chain.mined.iter().map(|(_, data)| data.clone()).collect())
    }
}

fn silent() -> LedgerError {
    LedgerError::Unreachable {
        endpoint: "http://127.0.0.1".to_owned(),
        reason: "connection refused".to_owned(),
    }
}

fn refused() -> LedgerError {
    LedgerError::Refused {
        code: FailureCode::QuotaUsedUp,
        detail: "QuotaUsedUp".to_owned(),
    }
}

#[async_trait]
impl Transactor for FakeNode {
    async fn height(&self) -> Result<u64, LedgerError> {
        Ok(self.with(|chain| chain.mined.len() as u64))
    }

    async fn nonce(&self, _account: Address) -> Result<u64, LedgerError> {
        self.height().await
    }

    async fn displaced(
        &self,
        account: Address,
        nonce: u64,
        hash: [u8; 32],
    ) -> Result<bool, LedgerError> {
        Ok(self.nonce(account).await? > nonce && self.mined(hash).await?.is_none())
    }

    async fn estimate(&self, transaction: &QueuedTransaction) -> Result<u64, LedgerError> {
        if self.with(|chain| chain.reverts_early.contains(&transaction.data)) {
            return Err(refused());
        }
        Ok(21_000)
    }

    async fn try_out(&self, transaction: &QueuedTransaction) -> Result<(), LedgerError> {
        self.estimate(transaction).await.map(drop)
    }

    async fn skipped(&self, _hash: [u8; 32]) -> Result<Vec<(usize, LedgerError)>, LedgerError> {
        let skips = self.with(|chain| chain.skips.clone());
        Ok(skips.into_iter().map(|place| (place, refused())).collect())
    }

    async fn explain(&self, _transaction: &QueuedTransaction, _block: u64) -> LedgerError {
        refused()
    }

    async fn send(&self, raw: &[u8]) -> Result<Sent, LedgerError> {
        let (transaction, _) = TypedTransaction::decode_signed(&Rlp::new(raw)).unwrap();
        let (hash, nonce) = (keccak256(raw), transaction.nonce().unwrap().as_u64());
        let data = transaction.data().unwrap().to_vec();
        self.with(|chain| {
            *chain.sendings.entry(hash).or_default() += 1;
            if let Some(reason) = chain.refusal.take() {
                return Ok(Sent::Refused(reason));
            }
            if chain.losses > 0 {
                chain.losses -= 1;
                return Ok(Sent::Accepted);
            }
            if nonce < chain.mined.len() as u64 {
                return Ok(Sent::NonceUsed);
            }
            chain.waiting.insert(nonce, (hash, data));
            chain.mine_due();
            Ok(Sent::Accepted)
        })
    }

    async fn mined(&self, hash: [u8; 32]) -> Result<Option<Mined>, LedgerError> {
        self.with(|chain| {
            if chain.silences > 0 {
                chain.silences -= 1;
                return Err(silent());
            }
            Ok(())
        })?;
        Ok(self.with(|chain| {
            if chain.hidden > 0 {
                chain.hidden -= 1;
                return None;
            }
            let place = chain.mined.iter().position(|(mined, _)| *mined == hash)?;
            Some(Mined {
                block: place as u64 + 1,
                gas: 21_000,
                succeeded: !chain.reverts_late.contains(&chain.mined[place].1),
                created: None,
            })
        }))
    }
}
