//! Deploying the contracts.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use ethers::abi::{Token, Tokenizable};

use super::{
    artefacts::{address_token, Artefact, Contract},
    connect::{refuse_development_key, verifying_key_hash, ChainSettings},
    convert, encode,
    node::Node,
    outbox::Outbox,
    sign::TransactionSigner,
    transactor::Transactor,
};
use crate::{
    domain::{
        development::is_development_chain,
        failure::FailureCode,
        ids::{Address, VerifyingKeyHash},
        network::Contracts,
        signer::EvmKey,
    },
    ports::{
        deployment::{ChainIdentity, Deployed, Deployer, DeploymentPlan, Founding, Progress},
        index::{Effect, OutboxStore, QueuedTransaction},
        ledger::{Call, LedgerError},
    },
};

/// Deploys from an account.
pub struct ChainDeployer {
    node: Node,
    outbox: Outbox,
    chain: ChainIdentity,
    /// Verifiers of a ceremony's keys, by the name of the contract whose place they take.
    verifiers: BTreeMap<String, Artefact>,
    /// The keys that such verifiers may have.
    keys: Vec<VerifyingKeyHash>,
}

impl ChainDeployer {
    /// Asks the node which chain it serves.
    ///
    /// # Errors
    /// [`LedgerError::Unreachable`], [`LedgerError::Node`].
    pub async fn identify(settings: &ChainSettings) -> Result<ChainIdentity, LedgerError> {
        let node = settings.node(None)?;
        Ok(ChainIdentity {
            chain_id: node.chain_id().await?,
            genesis: node.genesis().await?,
        })
    }

    /// A deployer on a chain, from the account of `key`, with its outbox for this chain.
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
        let outbox = Outbox::new(Arc::new(node.clone()), store, signer, settings.patience());
        Ok(Self {
            node,
            outbox,
            chain,
            verifiers: BTreeMap::new(),
            keys: Vec::new(),
        })
    }

    /// Deploys the verifier in this artefact, which `tools/verifier.mjs` compiles, instead of the one for the development key. Its key must
    /// be one of the verifying keys named.
    ///
    /// # Errors
    /// [`LedgerError::Malformed`] if it is no artefact of a verifier.
    pub fn with_verifier(
        mut self,
        artefact: &[u8],
        keys: &[VerifyingKeyHash],
    ) -> Result<Self, LedgerError> {
        let artefact = Artefact::of_verifier(artefact)?;
        self.verifiers.insert(artefact.name().to_owned(), artefact);
        self.keys = keys.to_vec();
        Ok(self)
    }

    /// The contract that is deployed in this place.
    fn artefact(&self, contract: Contract) -> Result<Artefact, LedgerError> {
        match self.verifiers.get(contract.name()) {
            Some(verifier) => Ok(verifier.clone()),
            None => contract.artefact(),
        }
    }

    async fn deploy_contract(
        &self,
        plan: &DeploymentPlan,
        contract: Contract,
        founding: &Founding,
        progress: Progress<'_>,
    ) -> Result<(), LedgerError> {
        let expected = address_of(plan, contract);
        if !self.node.code(expected).await?.is_empty() {
            return Ok(());
        }
        let data = init_code(&self.artefact(contract)?, plan, contract, founding)?;
        let transaction = QueuedTransaction {
            sender: self.outbox.sender(),
            to: None,
            value: 0,
            data,
        };
        let effect = Effect::once(format!("deploy:{}:{}", plan.first_nonce, contract.name()));
        let included = self.outbox.submit(&effect, &transaction).await?;
        if included.created != Some(expected) {
            return Err(LedgerError::WrongNetwork(format!(
                "{} has not the planned address: the account {} has sent something else in between",
                contract.name(),
                plan.account
            )));
        }
        progress(&format!(
            "{} at {expected} ({} gas)",
            contract.name(),
            included.gas
        ));
        Ok(())
    }

    /// Names the verifiers, and lets studies pay in the native coin.
    async fn set_up(&self, contracts: &Contracts, founding: &Founding) -> Result<(), LedgerError> {
        for (openings, verifier) in &contracts.verifiers {
            let call = Call::SetVerifier {
                openings: *openings,
                verifier: *verifier,
            };
            let transaction = encode::transaction(contracts, self.outbox.sender(), &call);
            let effect = Effect::once(format!("set-verifier:{}:{openings}", contracts.studies));
            self.outbox.submit(&effect, &transaction).await?;
        }

        let call = Call::SetTokenBounds {
            token: Address::default(),
            bounds: founding.native,
        };
        let transaction = encode::transaction(contracts, self.outbox.sender(), &call);
        let effect = Effect::once(format!("native-bounds:{}", contracts.members));
        self.outbox.submit(&effect, &transaction).await?;
        Ok(())
    }

    async fn key_hashes(
        &self,
        contracts: &Contracts,
    ) -> Result<BTreeMap<u8, VerifyingKeyHash>, LedgerError> {
        let mut hashes = BTreeMap::new();
        for (openings, verifier) in &contracts.verifiers {
            let hash = verifying_key_hash(&self.node, *verifier).await?;
            let chain_id = self.chain.chain_id;
            refuse_development_key(&self.node, chain_id, *verifier, &hash).await?;
            if !self.verifiers.is_empty() && !self.keys.contains(&hash) {
                let words = format!("the verifier for {openings} openings has the key {hash}, which is none of the verifying keys named");
                return Err(LedgerError::Refused {
                    code: FailureCode::WrongKey,
                    detail: words,
                });
            }
            hashes.insert(*openings, hash);
        }
        Ok(hashes)
    }
}

#[async_trait]
impl Deployer for ChainDeployer {
    fn chain(&self) -> ChainIdentity {
        self.chain
    }

    fn account(&self) -> Address {
        self.outbox.sender()
    }

    async fn plan(&self) -> Result<DeploymentPlan, LedgerError> {
        let account = self.outbox.sender();
        let first_nonce = self.node.nonce(account).await?;
        Ok(DeploymentPlan {
            genesis: self.chain.genesis,
            account,
            first_nonce,
            first_block: self.node.head().await?.number,
        })
    }

    async fn deploy(
        &self,
        plan: &DeploymentPlan,
        founding: &Founding,
        progress: Progress<'_>,
    ) -> Result<Deployed, LedgerError> {
        check_shipped(self.chain.chain_id, &self.verifiers)?;
        for contract in Contract::ALL {
            self.deploy_contract(plan, contract, founding, progress)
                .await?;
        }
        let contracts = addresses(plan);
        let verifying_key_hashes = self.key_hashes(&contracts).await?;
        self.set_up(&contracts, founding).await?;
        progress("verifiers named, bounds of the native coin set");
        Ok(Deployed {
            contracts,
            verifying_key_hashes,
        })
    }
}

/// Before anything is sent: the verifiers that this program ships are for development keys.
fn check_shipped(chain_id: u64, instead: &BTreeMap<String, Artefact>) -> Result<(), LedgerError> {
    let shipped = |(_, contract): &(u8, Contract)| !instead.contains_key(contract.name());
    if is_development_chain(chain_id) || !Contract::VERIFIERS.iter().any(shipped) {
        return Ok(());
    }
    Err(LedgerError::Refused {
        code: FailureCode::DevelopmentKey,
        detail: format!(
            "chain {chain_id} is no development chain, and the verifier that this program ships is for the development key"
        ),
    })
}

/// Contracts are deployed in the order of [`Contract::ALL`], a nonce each.
fn address_of(plan: &DeploymentPlan, contract: Contract) -> Address {
    let place = Contract::ALL
        .iter()
        .take_while(|each| **each != contract)
        .count() as u64;
    let account = convert::address(plan.account);
    convert::from_address(ethers::utils::get_contract_address(
        account,
        plan.first_nonce + place,
    ))
}

fn addresses(plan: &DeploymentPlan) -> Contracts {
    let at = |contract| address_of(plan, contract);
    Contracts {
        access_manager: at(Contract::AccessManager),
        members: at(Contract::Members),
        registry: at(Contract::RecordRegistry),
        treasury: at(Contract::Treasury),
        studies: at(Contract::Studies),
        enrolments: at(Contract::Enrolments),
        disputes: at(Contract::Disputes),
        evidence: at(Contract::EvidenceVerifier),
        verifiers: Contract::VERIFIERS
            .into_iter()
            .map(|(openings, verifier)| (openings, at(verifier)))
            .collect(),
    }
}

fn init_code(
    artefact: &Artefact,
    plan: &DeploymentPlan,
    contract: Contract,
    founding: &Founding,
) -> Result<Vec<u8>, LedgerError> {
    let poseidon = Contract::PoseidonT3;
    let libraries = BTreeMap::from([(poseidon.name(), address_of(plan, poseidon))]);
    artefact.init_code(&libraries, &arguments(plan, contract, founding))
}

/// The constructor's arguments.
fn arguments(plan: &DeploymentPlan, contract: Contract, founding: &Founding) -> Vec<Token> {
    let at = |contract| address_token(address_of(plan, contract));
    match contract {
        Contract::PoseidonT3
        | Contract::PoseidonT4
        | Contract::EligibilityVerifier8
        | Contract::EligibilityVerifier16 => Vec::new(),
        Contract::EvidenceVerifier => vec![at(Contract::PoseidonT4)],
        Contract::AccessManager => vec![address_token(plan.account)],
        Contract::Members => vec![
            at(Contract::AccessManager),
            address_token(founding.consortium_account),
            encode::encode_bounds(&founding.bounds).into_token(),
        ],
        Contract::RecordRegistry => vec![at(Contract::Members)],
        Contract::Treasury => vec![
            at(Contract::Members),
            at(Contract::Studies),
            at(Contract::Enrolments),
            at(Contract::Disputes),
        ],
        Contract::Studies => vec![
            at(Contract::AccessManager),
            at(Contract::Members),
            at(Contract::Treasury),
            at(Contract::Enrolments),
        ],
        Contract::Enrolments => vec![
            at(Contract::Members),
            at(Contract::RecordRegistry),
            at(Contract::Treasury),
            at(Contract::Studies),
            at(Contract::Disputes),
        ],
        Contract::Disputes => vec![
            at(Contract::Treasury),
            at(Contract::Studies),
            at(Contract::Enrolments),
            at(Contract::EvidenceVerifier),
        ],
    }
}

mod verifier;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_verifier_is_for_development_chains() {
        let none = BTreeMap::new();
        assert!(check_shipped(31_337, &none).is_ok());
        let refused = check_shipped(4_242, &none);
        assert!(matches!(
            refused,
            Err(LedgerError::Refused {
                code: FailureCode::DevelopmentKey,
                ..
            })
        ));
        // Every one must be replaced
        let mut instead = BTreeMap::new();
        for (_, verifier) in Contract::VERIFIERS {
            assert!(check_shipped(4_242, &instead).is_err());
            instead.insert(verifier.name().to_owned(), verifier.artefact().unwrap());
        }
        assert!(check_shipped(4_242, &instead).is_ok());
    }

    #[test]
    fn only_verifiers_take_a_verifiers_place() {
        let other = include_bytes!("../../../abi/Members.json");
        assert!(Artefact::of_verifier(other).is_err());
        assert!(Artefact::of_verifier(b"{}").is_err());
    }
}
