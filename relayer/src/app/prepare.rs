//! What a proxy makes sure of before it serves: each of these would otherwise show up as somebody else's failure.

use bytes::Bytes;
use prover::circuit::CircuitSize;

use super::follow::FOLLOWER;
use super::proxy::{verifier_of, Proxy};
use crate::domain::development::check_key;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::VerifyingKeyHash;
use crate::domain::members::Role;
use crate::ports::storage::ObjectKey;

impl Proxy {
    /// Checks the proxy's standing, its keys and its stores, and rebuilds the index if it is new.
    ///
    /// # Errors
    /// `not-permitted` if it isn't admitted, `wrong-key` if the chain knows other keys of it, `chain-mismatch` if proofs are
    /// verified by another key there, `development-key` on a chain that is no development chain, `storage-unavailable`; those of the chain.
    pub async fn prepare(&self) -> Result<(), Failure> {
        self.check_standing().await?;
        self.check_verifying_keys().await?;
        self.deposits.probe().await?;
        if self.index.cursor(FOLLOWER).await?.is_none() {
            self.rebuild().await?;
        }
        Ok(())
    }

    async fn check_standing(&self) -> Result<(), Failure> {
        let address = self.address();
        match self.ledger.member(address).await? {
            Some(member) if member.role == Role::Proxy && member.active => {}
            Some(member) if member.role == Role::Proxy => {
                // What it began goes on, so it serves; the contract refuses what is new
                tracing::warn!(%address, "this proxy was expelled: it serves what it answers for");
            }
            _ => {
                let words = format!("{address} is no proxy of this network");
                return Err(Failure::new(FailureCode::NotPermitted, words)
                    .with_hint("The consortium admits it with `relayer consortium admit`."));
            }
        }
        let card = self.ledger.proxy_card(address).await?;
        if card.sealing_key == self.sealing_key().to_bytes() {
            return Ok(());
        }
        let words = "the chain knows another sealing key of this proxy, or none";
        Err(Failure::new(FailureCode::WrongKey, words)
            .with_hint("`relayer proxy register` puts the sealing key and the URL on chain."))
    }

    /// Of each circuit size that new studies can name, the chain's key is here.
    async fn check_verifying_keys(&self) -> Result<(), Failure> {
        for (_, verifier) in &self.verifiers {
            check_key(self.chain_id(), &VerifyingKeyHash::new(verifier.key_hash()))?;
        }
        for size in CircuitSize::ALL {
            let openings = u8::try_from(size.openings()).unwrap_or(u8::MAX);
            let on_chain = self.ledger.verifying_key_hash(openings).await?;
            if on_chain.is_some() && verifier_of(&self.verifiers, on_chain).is_none() {
                let words = format!(
                    "the chain verifies proofs of the circuit {} by another key than this proxy",
                    size.name()
                );
                return Err(Failure::new(FailureCode::ChainMismatch, words)
                    .with_hint("--verifying-key names the network's key files."));
            }
        }
        Ok(())
    }
}

impl super::deposit::Deposits {
    /// Whether the store takes, gives and deletes.
    async fn probe(&self) -> Result<(), Failure> {
        let (key, content) = (ObjectKey::new("probe")?, Bytes::from_static(b"medshare"));
        self.store().put(&key, content.clone()).await?;
        if self.store().get(&key, 64).await? != content {
            let words = "the object store does not give back what it was given";
            return Err(Failure::new(FailureCode::StorageUnavailable, words));
        }
        Ok(self.store().delete(&key).await?)
    }
}
