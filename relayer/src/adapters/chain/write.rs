//! Calls, brought about through the outbox.

use async_trait::async_trait;

use super::{encode, ChainLedger};
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

    async fn resume(&self) -> Result<(), LedgerError> {
        match &self.outbox {
            Some(outbox) => outbox.resume().await,
            None => Ok(()),
        }
    }
}
