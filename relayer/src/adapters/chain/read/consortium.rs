//! The consortium's settings.

use async_trait::async_trait;

use crate::{
    adapters::chain::{convert, ChainLedger},
    domain::ids::Address,
    ports::ledger::{ConsortiumReader, LedgerError},
};

#[async_trait]
impl ConsortiumReader for ChainLedger {
    async fn consortium_account(&self) -> Result<Address, LedgerError> {
        let call = self.members.consortium_account();
        let account = self.node.view("consortiumAccount", call).await?;
        Ok(convert::from_address(account))
    }
}
