//! Deploying a verifier by itself, on a network that is there.

use std::collections::BTreeMap;

use super::{Artefact, ChainDeployer};
use crate::{
    adapters::chain::connect::{refuse_development_key, verifying_key_hash},
    domain::{
        development::check_key,
        failure::FailureCode,
        hash::keccak256,
        ids::{Address, VerifyingKeyHash},
    },
    ports::{
        index::{Effect, QueuedTransaction},
        ledger::LedgerError,
    },
};

impl ChainDeployer {
    /// Deploys the verifier in this artefact for this key, unless this account has done so before; gives its address. No study goes by
    /// it before the consortium names it.
    ///
    /// # Errors
    /// [`LedgerError::Malformed`] if it is no artefact of a verifier; [`LedgerError::Refused`] if it is one for another key, or if the key
    /// is a development key and this is no development chain; those of sending.
    pub async fn deploy_verifier(
        &self,
        artefact: &[u8],
        key: VerifyingKeyHash,
    ) -> Result<Address, LedgerError> {
        check_key(self.chain.chain_id, &key).map_err(|failure| LedgerError::Refused {
            code: failure.code(),
            detail: failure.message().to_owned(),
        })?;
        let data = Artefact::of_verifier(artefact)?.init_code(&BTreeMap::new(), &[])?;
        let effect = Effect::once(format!(
            "deploy-verifier:{}",
            hex::encode(keccak256(&[&data]))
        ));
        let transaction = QueuedTransaction {
            sender: self.outbox.sender(),
            to: None,
            value: 0,
            data,
        };
        let included = self.outbox.submit(&effect, &transaction).await?;
        let none = || LedgerError::Malformed("no contract came of the deployment".to_owned());
        let address = included.created.ok_or_else(none)?;
        let found = verifying_key_hash(&self.node, address).await?;
        refuse_development_key(&self.node, self.chain.chain_id, address, &found).await?;
        if found == key {
            return Ok(address);
        }
        Err(LedgerError::Refused {
            code: FailureCode::InvalidInput,
            detail: format!(
                "the verifier at {address} has the key {found}, not {key}: it must not be named"
            ),
        })
    }
}
