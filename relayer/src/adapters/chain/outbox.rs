//! Transactions that come about once, whatever crashes.
//!
//! A transaction is stored before anything is done with it, signed with a nonce of its own in the same database
//! transaction that reserves the nonce, and stored signed before it is sent. What was signed is only ever sent again,
//! never replaced, until it is in a block or its nonce has gone to another transaction, so killing the process at any
//! point and asking for the same effect again neither loses a transaction nor doubles its effect.

mod together;

#[cfg(test)]
mod tests;

pub(super) use together::Wanted;

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    sign::TransactionSigner,
    transactor::{Mined, Sent, Transactor},
};
use crate::{
    domain::ids::Address,
    ports::{
        index::{
            Effect, Included, IndexError, OutboxEntry, OutboxState, OutboxStore, QueuedTransaction,
            SignedTransaction,
        },
        ledger::LedgerError,
    },
};

/// How the outbox waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Blocks that must stand on a transaction, its own included, before it counts.
    pub(super) finality: u64,
    /// Time between two looks for the receipt.
    pub(super) poll: Duration,
    /// Time between two sendings.
    pub(super) resend: Duration,
    /// Time after which waiting is given up; the transaction stays under way.
    pub(super) give_up: Duration,
}

/// The outbox of one account.
pub(super) struct Outbox {
    node: Arc<dyn Transactor>,
    store: Arc<dyn OutboxStore>,
    signer: TransactionSigner,
    patience: Patience,
}

/// Where a signed transaction has ended.
enum Ending {
    Included(Included),
    Reverted {
        block: u64,
    },
    /// Its nonce has gone to another transaction.
    Displaced,
}

/// When a transaction is sent again, and what was seen when it was.
struct Sendings {
    next: Instant,
    looked_displaced: bool,
}

impl Outbox {
    pub(super) fn new(
        node: Arc<dyn Transactor>,
        store: Arc<dyn OutboxStore>,
        signer: TransactionSigner,
        patience: Patience,
    ) -> Self {
        Self {
            node,
            store,
            signer,
            patience,
        }
    }

    /// The account that signs.
    pub(super) fn sender(&self) -> Address {
        self.signer.address()
    }

    /// Brings an effect about, or returns what came of it before.
    pub(super) async fn submit(
        &self,
        effect: &Effect,
        transaction: &QueuedTransaction,
    ) -> Result<Included, LedgerError> {
        let entry = self.store.enqueue(effect, transaction).await?;
        self.see_through(entry).await
    }

    /// Sees every transaction through that was under way when an earlier process ended. One that can't be is logged
    /// and left for the next time.
    pub(super) async fn resume(&self) -> Result<(), LedgerError> {
        for entry in self.store.unsettled(self.sender()).await? {
            let effect = entry.effect.clone();
            if let Err(error) = self.go_on_with(entry).await {
                tracing::warn!(effect, %error, "a transaction under way was not seen through");
            }
        }
        Ok(())
    }

    async fn see_through(&self, mut entry: OutboxEntry) -> Result<Included, LedgerError> {
        loop {
            let signed = match entry.state {
                OutboxState::Included(included) => return Ok(included),
                OutboxState::Signed(ref signed) => signed.clone(),
                OutboxState::Queued => match self.sign_and_send(&entry).await {
                    Err(LedgerError::Index(IndexError::Joined(_))) => {
                        entry = self.look_up(&entry).await?;
                        continue;
                    }
                    signed => signed?,
                },
                OutboxState::Joined { batch, place } => {
                    if let Some(included) = self.in_batch(batch, place).await? {
                        return Ok(included);
                    }
                    entry = self.look_up(&entry).await?;
                    continue;
                }
                OutboxState::Failed => return Err(has_failed(&entry)),
            };
            match self.await_ending(&signed).await? {
                Ending::Included(included) => {
                    self.store
                        .settle(entry.id, &OutboxState::Included(included))
                        .await?;
                    return Ok(included);
                }
                Ending::Reverted { block } => {
                    let cause = self.node.explain(&entry.transaction, block).await;
                    self.store.settle(entry.id, &OutboxState::Failed).await?;
                    return Err(cause);
                }
                Ending::Displaced => {
                    self.store.release(entry.id).await?;
                    entry.state = OutboxState::Queued;
                }
            }
        }
    }

    async fn look_up(&self, entry: &OutboxEntry) -> Result<OutboxEntry, LedgerError> {
        let found = self.store.entry(entry.id).await?;
        found.ok_or_else(|| has_failed(entry))
    }

    /// Tries a queued transaction, signs it if it would succeed, and sends it for the first time.
    async fn sign_and_send(&self, entry: &OutboxEntry) -> Result<SignedTransaction, LedgerError> {
        let gas = match self.node.estimate(&entry.transaction).await {
            Ok(gas) => gas,
            Err(error @ (LedgerError::Refused { .. } | LedgerError::Node { .. })) => {
                self.store.settle(entry.id, &OutboxState::Failed).await?;
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        let chain_nonce = self.node.nonce(self.sender()).await?;
        let sign = |nonce| self.signer.sign(&entry.transaction, nonce, gas);
        let signed = self.store.sign_next(entry.id, chain_nonce, &sign).await?;
        if let Ok(Sent::Refused(reason)) = self.node.send(&signed.raw).await {
            // No node has it, so it can be given up, unless another process already counts on its nonce.
            if self.store.withdraw(entry.id).await? {
                return Err(LedgerError::Node {
                    method: "eth_sendRawTransaction".to_owned(),
                    reason,
                });
            }
        }
        Ok(signed)
    }

    /// Waits for the end of a transaction. While no node answers it waits too: that may end, and the transaction is under way.
    async fn await_ending(&self, signed: &SignedTransaction) -> Result<Ending, LedgerError> {
        let start = Instant::now();
        let mut sendings = Sendings {
            next: start,
            looked_displaced: false,
        };
        loop {
            match self.look(signed, &mut sendings).await {
                Ok(Some(ending)) => return Ok(ending),
                Ok(None) => {}
                Err(error @ LedgerError::Unreachable { .. }) => {
                    tracing::warn!(%error, "waiting for a node");
                }
                Err(error) => return Err(error),
            }
            let waited = start.elapsed();
            if waited >= self.patience.give_up {
                let hash = format!("0x{}", hex::encode(signed.hash));
                return Err(LedgerError::NotIncluded {
                    hash,
                    waited_s: waited.as_secs(),
                });
            }
            tokio::time::sleep(self.patience.poll).await;
        }
    }

    /// Looks once what has become of a transaction, and sends it again when it is time to.
    async fn look(
        &self,
        signed: &SignedTransaction,
        sendings: &mut Sendings,
    ) -> Result<Option<Ending>, LedgerError> {
        if let Some(mined) = self.node.mined(signed.hash).await? {
            let ends = self.is_final(&mined).await?;
            return Ok(ends.then(|| ending_of(signed.hash, &mined)));
        }
        if Instant::now() < sendings.next {
            return Ok(None);
        }
        let displaced = self.send_again(signed).await?;
        // A node may count a nonce a moment before it shows the receipt: seen once, it is no proof
        if displaced && sendings.looked_displaced {
            return Ok(Some(Ending::Displaced));
        }
        sendings.looked_displaced = displaced;
        sendings.next = Instant::now() + self.patience.resend;
        Ok(None)
    }

    async fn is_final(&self, mined: &Mined) -> Result<bool, LedgerError> {
        if self.patience.finality <= 1 {
            return Ok(true);
        }
        Ok(self.node.height().await? + 1 >= mined.block + self.patience.finality)
    }

    /// Sends everything of this account that is under way up to `signed` again: an earlier transaction that was lost
    /// would hold it back. Says whether `signed` looks displaced.
    async fn send_again(&self, signed: &SignedTransaction) -> Result<bool, LedgerError> {
        for entry in self.store.unsettled(self.sender()).await? {
            let OutboxState::Signed(earlier) = &entry.state else {
                continue;
            };
            if earlier.nonce < signed.nonce {
                let answer = self.node.send(&earlier.raw).await?;
                tracing::debug!(
                    effect = entry.effect,
                    ?answer,
                    "sent an earlier transaction again"
                );
            }
        }
        match self.node.send(&signed.raw).await? {
            Sent::Accepted => Ok(false),
            // Used by another transaction, or by this one in a block that came just now?
            Sent::NonceUsed => {
                self.node
                    .displaced(self.sender(), signed.nonce, signed.hash)
                    .await
            }
            Sent::Refused(reason) => {
                tracing::warn!(
                    hash = hex::encode(signed.hash),
                    reason,
                    "the node refuses a transaction"
                );
                Ok(false)
            }
        }
    }
}

fn has_failed(entry: &OutboxEntry) -> LedgerError {
    LedgerError::Malformed(format!("effect `{}` has failed", entry.effect))
}

fn ending_of(hash: [u8; 32], mined: &Mined) -> Ending {
    if mined.succeeded {
        Ending::Included(Included {
            hash,
            block: mined.block,
            gas: mined.gas,
            created: mined.created,
        })
    } else {
        Ending::Reverted { block: mined.block }
    }
}
