//! The registry's root and counts.

use async_trait::async_trait;

use crate::{
    adapters::chain::{convert, ChainLedger},
    domain::ids::{Address, RecordCommitment, RegistryRoot},
    ports::ledger::{LedgerError, RegistryReader, RootStanding},
};

#[async_trait]
impl RegistryReader for ChainLedger {
    async fn current_root(&self) -> Result<Option<RegistryRoot>, LedgerError> {
        let root: RegistryRoot = convert::field(
            self.node
                .view("currentRoot", self.registry.current_root())
                .await?,
        )?;
        Ok(Some(root).filter(|root| !root.is_zero()))
    }

    async fn root_standing(&self, root: RegistryRoot) -> Result<RootStanding, LedgerError> {
        let word = convert::word(root.to_bytes());
        if self
            .node
            .view("isAccepted", self.registry.is_accepted(word))
            .await?
        {
            return Ok(RootStanding::Accepted);
        }
        let known = self
            .node
            .view("isKnown", self.registry.is_known(word))
            .await?;
        Ok(if known {
            RootStanding::Stale
        } else {
            RootStanding::Unknown
        })
    }

    async fn live_records(&self) -> Result<u64, LedgerError> {
        convert::small(
            self.node
                .view("liveRecords", self.registry.live_records())
                .await?,
        )
    }

    async fn certifier(
        &self,
        commitment: RecordCommitment,
    ) -> Result<Option<Address>, LedgerError> {
        let call = self
            .registry
            .certifier_of(convert::word(commitment.to_bytes()));
        let hospital = convert::from_address(self.node.view("certifierOf", call).await?);
        Ok(Some(hospital).filter(|hospital| !hospital.is_zero()))
    }
}
