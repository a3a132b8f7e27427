//! Several effects that one transaction brings about.
//!
//! A batch is stored with the entries that it carries when it is signed, in one database transaction, so whoever asks for one of these
//! effects later, in this process or the next, waits for the batch. Until then they are queued like any other, and when a batch comes to nothing
//! they are again: then each goes by itself.

use std::collections::{BTreeMap, HashSet};

use futures::future::join_all;

use super::{Ending, Outbox};
use crate::{
    adapters::chain::transactor::Sent,
    ports::{
        index::{Effect, Included, OutboxEntry, OutboxState, QueuedTransaction},
        ledger::LedgerError,
    },
};

/// An effect, and the transaction that would bring it about by itself.
#[derive(Debug, Clone)]
pub(in crate::adapters::chain) struct Wanted {
    pub(in crate::adapters::chain) effect: Effect,
    pub(in crate::adapters::chain) transaction: QueuedTransaction,
}

/// Makes one transaction of several.
pub(super) type Combine<'a> =
    dyn Fn(&[&QueuedTransaction]) -> Result<QueuedTransaction, LedgerError> + Send + Sync + 'a;

type Outcome = Result<Included, LedgerError>;

/// A batch in a block.
struct Landed {
    whole: Included,
    entries: usize,
    skipped: BTreeMap<usize, LedgerError>,
}

impl Landed {
    fn outcome(&self, place: usize) -> Outcome {
        match self.skipped.get(&place) {
            Some(cause) => Err(cause.clone()),
            None => Ok(self.whole.share(self.entries - self.skipped.len())),
        }
    }
}

impl Outbox {
    /// Brings several effects about by one transaction, and tells what came of each, in their order. What is refused when it is tried by
    /// itself is left out, so that it spoils nothing for the others.
    pub(in crate::adapters::chain) async fn submit_together(
        &self,
        wanted: &[Wanted],
        combine: &Combine<'_>,
    ) -> Vec<Outcome> {
        let (firsts, repeats) = by_effect(wanted);
        let mut outcomes = BTreeMap::new();
        let mut ready = Vec::new();
        let tried = join_all(firsts.iter().map(|place| self.stand_by(&wanted[*place]))).await;
        for (place, tried) in firsts.iter().zip(tried) {
            match tried {
                Ok(Some(entry)) => ready.push((*place, entry)),
                Ok(None) => {}
                Err(error) => drop(outcomes.insert(*place, Err(error))),
            }
        }
        if ready.len() > 1 {
            outcomes.extend(self.carry(&ready, combine).await);
        }
        let alone = firsts.iter().filter(|place| !outcomes.contains_key(place));
        let alone = alone.map(|place| async { (*place, self.alone(&wanted[*place]).await) });
        let alone = join_all(alone).await;
        outcomes.extend(alone);
        // The same effect asked for twice: the second is told what came of the first, unless it is another transaction
        for place in repeats {
            outcomes.insert(place, self.after_trial(&wanted[place]).await);
        }
        outcomes.into_values().collect()
    }

    async fn alone(&self, wanted: &Wanted) -> Outcome {
        self.submit(&wanted.effect, &wanted.transaction).await
    }

    async fn after_trial(&self, wanted: &Wanted) -> Outcome {
        self.stand_by(wanted).await?;
        self.alone(wanted).await
    }

    /// Tries a transaction and queues it; `None` if its effect has come about or is under way. It is tried first, so that one that fails takes
    /// nobody's place in the queue.
    async fn stand_by(&self, wanted: &Wanted) -> Result<Option<OutboxEntry>, LedgerError> {
        let key = &wanted.effect.key;
        let found = self.store.find(self.sender(), key).await?;
        let is_open = |entry: OutboxEntry| {
            matches!(entry.state, OutboxState::Queued | OutboxState::Failed)
                || entry.is_replaced_by(&wanted.effect, &wanted.transaction)
        };
        if !found.is_none_or(is_open) {
            return Ok(None);
        }
        self.node.try_out(&wanted.transaction).await?;
        let entry = self
            .store
            .enqueue(&wanted.effect, &wanted.transaction)
            .await;
        Ok(Some(entry?).filter(|entry| entry.state == OutboxState::Queued))
    }

    /// Sends these as one transaction; what has no outcome afterwards goes by itself.
    async fn carry(
        &self,
        ready: &[(usize, OutboxEntry)],
        combine: &Combine<'_>,
    ) -> Vec<(usize, Outcome)> {
        let entries: Vec<_> = ready.iter().map(|(_, entry)| entry).collect();
        let landed = match self.send_batch(&entries, combine).await {
            Ok(Some(batch)) => self.see_batch(&batch).await,
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::info!(%error, entries = entries.len(), "a batch is sent one by one");
                Ok(None)
            }
        };
        let places = ready.iter().map(|(place, _)| *place);
        match landed {
            Ok(Some(landed)) => places
                .enumerate()
                .map(|(within, place)| (place, landed.outcome(within)))
                .collect(),
            Ok(None) => Vec::new(),
            Err(error) => places.map(|place| (place, Err(error.clone()))).collect(),
        }
    }

    /// Signs and sends a batch; `None` if no node takes it, or an entry went another way meanwhile.
    async fn send_batch(
        &self,
        entries: &[&OutboxEntry],
        combine: &Combine<'_>,
    ) -> Result<Option<OutboxEntry>, LedgerError> {
        let transactions: Vec<_> = entries.iter().map(|entry| &entry.transaction).collect();
        let transaction = combine(&transactions)?;
        let gas = self.node.estimate(&transaction).await?;
        let chain_nonce = self.node.nonce(self.sender()).await?;
        let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
        let sign = |nonce| self.signer.sign(&transaction, nonce, gas);
        let batch = self
            .store
            .sign_batch(&ids, &transaction, chain_nonce, &sign);
        let Some(batch) = batch.await? else {
            return Ok(None);
        };
        let OutboxState::Signed(signed) = &batch.state else {
            return Ok(None);
        };
        if let Ok(Sent::Refused(reason)) = self.node.send(&signed.raw).await {
            tracing::warn!(reason, "no node takes a batch");
            if self.store.withdraw(batch.id).await? {
                return Ok(None);
            }
        }
        Ok(Some(batch))
    }

    /// Waits for the end of a batch that is signed; `None` if it came to nothing, and its entries are queued again.
    async fn see_batch(&self, batch: &OutboxEntry) -> Result<Option<Landed>, LedgerError> {
        let OutboxState::Signed(signed) = &batch.state else {
            return Ok(None);
        };
        let Ending::Included(whole) = self.await_ending(signed).await? else {
            self.store.settle(batch.id, &OutboxState::Failed).await?;
            return Ok(None);
        };
        let skipped: BTreeMap<_, _> = self.node.skipped(whole.hash).await?.into_iter().collect();
        let entries = self.store.carried(batch.id).await?;
        let places: Vec<_> = skipped.keys().copied().collect();
        self.store.settle_batch(batch.id, &whole, &places).await?;
        tracing::info!(
            entries,
            skipped = places.len(),
            block = whole.block,
            "a batch is in a block"
        );
        Ok(Some(Landed {
            whole,
            entries,
            skipped,
        }))
    }

    /// What came of an entry that a batch carries; `None` if that must be looked up again.
    pub(super) async fn in_batch(
        &self,
        batch: i64,
        place: usize,
    ) -> Result<Option<Included>, LedgerError> {
        let Some(batch) = self.store.entry(batch).await? else {
            return Ok(None);
        };
        let landed = self.see_batch(&batch).await?;
        landed.map(|landed| landed.outcome(place)).transpose()
    }

    /// Sees an entry of an earlier process through, be it a batch or a transaction by itself.
    pub(super) async fn go_on_with(&self, entry: OutboxEntry) -> Result<(), LedgerError> {
        if self.store.carried(entry.id).await? > 0 {
            self.see_batch(&entry).await.map(drop)
        } else {
            self.see_through(entry).await.map(drop)
        }
    }
}

/// The places of effects that are asked for the first time, and of those that are asked for again.
fn by_effect(wanted: &[Wanted]) -> (Vec<usize>, Vec<usize>) {
    let mut seen = HashSet::new();
    (0..wanted.len()).partition(|place| seen.insert(&wanted[*place].effect.key))
}
