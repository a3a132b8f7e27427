//! Calls, brought about through the outbox.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::join_all;

use super::{batches, encode, outbox::Wanted, ChainLedger};
use crate::{
    domain::ids::Address,
    ports::{
        index::Included,
        ledger::{Call, LedgerError, LedgerWriter},
    },
};

#[async_trait]
impl LedgerWriter for ChainLedger {
    fn account(&self) -> Option<Address> {
        self.outbox.as_ref().map(super::outbox::Outbox::sender)
    }

    async fn submit(&self, call: &Call) -> Result<Included, LedgerError> {
        let outbox = self.outbox.as_ref().ok_or(LedgerError::ReadOnly)?;
        let transaction = encode::transaction(&self.network.contracts, outbox.sender(), call);
        outbox.submit(&call.effect(), &transaction).await
    }

    async fn submit_together(&self, calls: &[Call]) -> Vec<Result<Included, LedgerError>> {
        let Some(outbox) = &self.outbox else {
            return calls.iter().map(|_| Err(LedgerError::ReadOnly)).collect();
        };
        let wanted: Vec<_> = calls
            .iter()
            .map(|call| Wanted {
                effect: call.effect(),
                transaction: encode::transaction(&self.network.contracts, outbox.sender(), call),
            })
            .collect();
        let groups = batches::groups(calls, &wanted);
        let made = groups.iter().map(|group| async {
            let members: Vec<_> = group
                .places
                .iter()
                .map(|place| wanted[*place].clone())
                .collect();
            let combine = |transactions: &[&_]| group.kind.combine(transactions);
            outbox.submit_together(&members, &combine).await
        });
        let made = join_all(made).await;
        let places = groups.iter().flat_map(|group| group.places.iter().copied());
        let outcomes: BTreeMap<_, _> = places.zip(made.into_iter().flatten()).collect();
        outcomes.into_values().collect()
    }

    async fn resume(&self) -> Result<(), LedgerError> {
        match &self.outbox {
            Some(outbox) => outbox.resume().await,
            None => Ok(()),
        }
    }
}
