//! The consortium's settings.

use async_trait::async_trait;

use crate::{
    adapters::chain::{
        connect::{refuse_development_key, verifying_key_hash},
        convert, ChainLedger,
    },
    domain::ids::{Address, VerifyingKeyHash},
    ports::ledger::{ConsortiumReader, LedgerError},
};

#[async_trait]
impl ConsortiumReader for ChainLedger {
    async fn consortium_account(&self) -> Result<Address, LedgerError> {
        let call = self.members.consortium_account();
        let account = self.node.view("consortiumAccount", call).await?;
        Ok(convert::from_address(account))
    }

    async fn verifier(&self, openings: u8) -> Result<Option<Address>, LedgerError> {
        let call = self.studies.verifier_of(openings);
        let verifier = convert::from_address(self.node.view("verifierOf", call).await?);
        Ok((!verifier.is_zero()).then_some(verifier))
    }

    async fn key_of(&self, verifier: Address) -> Result<Option<VerifyingKeyHash>, LedgerError> {
        if self.node.code(verifier).await?.is_empty() {
            return Ok(None);
        }
        let key = verifying_key_hash(&self.node, verifier).await?;
        refuse_development_key(&self.node, self.network.chain_id, verifier, &key).await?;
        Ok(Some(key))
    }
}
