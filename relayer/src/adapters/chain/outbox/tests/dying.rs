//! A store that fails from some step on, like that of a process that is killed there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use async_trait::async_trait;

use crate::adapters::index::SqliteOutbox;
use crate::domain::ids::Address;
use crate::ports::index::{
    Effect, Included, IndexError, OutboxEntry, OutboxState, OutboxStore, QueuedTransaction, SignAt,
    SignedTransaction,
};

pub(super) struct Dying {
    store: Arc<SqliteOutbox>,
    steps: usize,
    taken: AtomicUsize,
}

impl Dying {
    pub(super) fn after(store: Arc<SqliteOutbox>, steps: usize) -> Self {
        Self {
            store,
            steps,
            taken: AtomicUsize::new(0),
        }
    }

    pub(super) fn died(&self) -> bool {
        self.taken.load(Ordering::SeqCst) > self.steps
    }

    fn step(&self) -> Result<&SqliteOutbox, IndexError> {
        if self.taken.fetch_add(1, Ordering::SeqCst) < self.steps {
            Ok(&self.store)
        } else {
            Err(IndexError::Database("killed".to_owned()))
        }
    }
}

#[async_trait]
impl OutboxStore for Dying {
    async fn enqueue(
        &self,
        effect: &Effect,
        transaction: &QueuedTransaction,
    ) -> Result<OutboxEntry, IndexError> {
        self.step()?.enqueue(effect, transaction).await
    }

    async fn unsettled(&self, sender: Address) -> Result<Vec<OutboxEntry>, IndexError> {
        self.step()?.unsettled(sender).await
    }

    async fn sign_next(
        &self,
        id: i64,
        chain_nonce: u64,
        sign: &SignAt<'_>,
    ) -> Result<SignedTransaction, IndexError> {
        self.step()?.sign_next(id, chain_nonce, sign).await
    }

    async fn sign_batch(
        &self,
        members: &[i64],
        transaction: &QueuedTransaction,
        chain_nonce: u64,
        sign: &SignAt<'_>,
    ) -> Result<Option<OutboxEntry>, IndexError> {
        let store = self.step()?;
        store
            .sign_batch(members, transaction, chain_nonce, sign)
            .await
    }

    async fn find(&self, sender: Address, effect: &str) -> Result<Option<OutboxEntry>, IndexError> {
        self.step()?.find(sender, effect).await
    }

    async fn entry(&self, id: i64) -> Result<Option<OutboxEntry>, IndexError> {
        self.step()?.entry(id).await
    }

    async fn carried(&self, batch: i64) -> Result<usize, IndexError> {
        self.step()?.carried(batch).await
    }

    async fn settle_batch(
        &self,
        batch: i64,
        included: &Included,
        skipped: &[usize],
    ) -> Result<(), IndexError> {
        self.step()?.settle_batch(batch, included, skipped).await
    }

    async fn release(&self, id: i64) -> Result<(), IndexError> {
        self.step()?.release(id).await
    }

    async fn withdraw(&self, id: i64) -> Result<bool, IndexError> {
        self.step()?.withdraw(id).await
    }

    async fn settle(&self, id: i64, outcome: &OutboxState) -> Result<(), IndexError> {
        self.step()?.settle(id, outcome).await
    }
}
