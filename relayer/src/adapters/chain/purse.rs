//! Plain payments of native coin, for the accounts of demo and tests on networks of development.

use std::sync::Arc;

use super::{connect::ChainSettings, outbox::Outbox, sign::TransactionSigner};
use crate::{
    domain::{ids::Address, signer::EvmKey},
    ports::{
        deployment::ChainIdentity,
        index::{Effect, OutboxStore, QueuedTransaction},
        ledger::LedgerError,
    },
};

/// An account that pays.
pub struct Purse {
    outbox: Outbox,
}

impl Purse {
    /// The account of `key` on a chain. Several processes may pay from it at once if they share the store.
    ///
    /// # Errors
    /// [`LedgerError::WrongNetwork`] if the settings name no node.
    pub fn new(
        settings: &ChainSettings,
        chain: ChainIdentity,
        key: EvmKey,
        store: Arc<dyn OutboxStore>,
    ) -> Result<Self, LedgerError> {
        let node = settings.node(Some(chain.genesis))?;
        let signer = TransactionSigner {
            key,
            chain_id: chain.chain_id,
            gas_price: settings.gas_price,
        };
        Ok(Self {
            outbox: Outbox::new(Arc::new(node), store, signer, settings.patience()),
        })
    }

    /// Pays once for each purpose.
    ///
    /// # Errors
    /// [`LedgerError::Node`] if the account has too little; [`LedgerError::Unreachable`], [`LedgerError::NotIncluded`].
    pub async fn pay(&self, to: Address, wei: u128, purpose: &str) -> Result<(), LedgerError> {
        let transaction = QueuedTransaction {
            sender: self.outbox.sender(),
            to: Some(to),
            value: wei,
            data: Vec::new(),
        };
        let effect = Effect::once(format!("pay:{purpose}"));
        self.outbox.submit(&effect, &transaction).await.map(drop)
    }
}
