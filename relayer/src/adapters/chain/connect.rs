//! A ledger on a chain: its settings, and the checks at its start.

use std::{sync::Arc, time::Duration};

use ethers::providers::Provider;
use url::Url;

use super::{
    bindings::{disputes, enrolments, members, registry, studies, treasury, verifier},
    convert,
    failover::Failover,
    node::Node,
    outbox::{Outbox, Patience},
    sign::TransactionSigner,
};
use crate::{
    domain::{
        development::{check_key, is_development_chain},
        failure::FailureCode,
        ids::{Address, BlockHash, VerifyingKeyHash},
        network::{Contracts, Network},
        signer::EvmKey,
    },
    ports::{index::OutboxStore, ledger::LedgerError},
};

/// How a ledger reaches its chain.
#[derive(Debug, Clone)]
pub struct ChainSettings {
    /// JSON-RPC nodes, the preferred one first; the others stand in for it.
    pub rpc_urls: Vec<Url>,
    /// Price of gas in wei.
    pub gas_price: u128,
    /// Blocks that must stand on a transaction or an event, its own included, before it counts.
    pub finality: u64,
    /// Time between two looks for a receipt.
    pub poll: Duration,
    /// Time after which waiting for a receipt is given up.
    pub give_up: Duration,
    /// Most blocks of one page of events.
    pub page_blocks: u64,
}

impl ChainSettings {
    /// The settings that a network file gives.
    pub fn of(network: &Network) -> Self {
        Self {
            rpc_urls: network.rpc_urls.clone(),
            gas_price: network.gas_price,
            finality: network.finality,
            ..Self::at(Vec::new())
        }
    }

    /// Default settings with these nodes.
    pub fn at(rpc_urls: Vec<Url>) -> Self {
        Self {
            rpc_urls,
            gas_price: 0,
            finality: 1,
            poll: Duration::from_millis(200),
            give_up: Duration::from_mins(2),
            page_blocks: 5_000,
        }
    }

    /// The nodes; those of another chain than the one that starts with `genesis` don't stand in.
    pub(super) fn node(&self, genesis: Option<BlockHash>) -> Result<Node, LedgerError> {
        if self.rpc_urls.is_empty() {
            return Err(LedgerError::WrongNetwork("no RPC URL is known".to_owned()));
        }
        Ok(Node::new(&self.rpc_urls, genesis))
    }

    pub(super) fn patience(&self) -> Patience {
        Patience {
            finality: self.finality,
            poll: self.poll,
            resend: Duration::from_secs(5),
            give_up: self.give_up,
        }
    }
}

type Nodes = Provider<Failover>;

/// The contracts of a network, for reading and, with a key, for writing.
pub struct ChainLedger {
    pub(super) node: Node,
    pub(super) settings: ChainSettings,
    pub(super) network: Network,
    pub(super) members: members::Members<Nodes>,
    pub(super) registry: registry::RecordRegistry<Nodes>,
    pub(super) treasury: treasury::Treasury<Nodes>,
    pub(super) studies: studies::Studies<Nodes>,
    pub(super) enrolments: enrolments::Enrolments<Nodes>,
    pub(super) disputes: disputes::Disputes<Nodes>,
    pub(super) outbox: Option<Outbox>,
}

impl ChainLedger {
    /// Connects for reading, and checks that the chain is the one that the network file describes.
    ///
    /// # Errors
    /// [`LedgerError::WrongNetwork`] if chain id, genesis, code or verifying keys differ; [`LedgerError::Refused`] if proofs are
    /// verified by a development key and this is no development chain; [`LedgerError::Unreachable`],
    /// [`LedgerError::Node`].
    pub async fn connect(network: Network, settings: ChainSettings) -> Result<Self, LedgerError> {
        let ledger = Self::unchecked(network, settings)?;
        ledger.check().await?;
        Ok(ledger)
    }

    /// Makes the ledger one that `key` signs for, with a durable outbox.
    #[must_use]
    pub fn with_key(mut self, key: EvmKey, store: Arc<dyn OutboxStore>) -> Self {
        let signer = TransactionSigner {
            key,
            chain_id: self.network.chain_id,
            gas_price: self.settings.gas_price,
        };
        let node = Arc::new(self.node.clone());
        self.outbox = Some(Outbox::new(node, store, signer, self.settings.patience()));
        self
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    fn unchecked(network: Network, settings: ChainSettings) -> Result<Self, LedgerError> {
        let node = settings.node(Some(network.genesis_hash))?;
        let provider = node.provider();
        let at = |address: Address| convert::address(address);
        let Contracts {
            members,
            registry,
            treasury,
            studies,
            enrolments,
            disputes,
            ..
        } = network.contracts;
        Ok(Self {
            members: members::Members::new(at(members), Arc::clone(&provider)),
            registry: registry::RecordRegistry::new(at(registry), Arc::clone(&provider)),
            treasury: treasury::Treasury::new(at(treasury), Arc::clone(&provider)),
            studies: studies::Studies::new(at(studies), Arc::clone(&provider)),
            enrolments: enrolments::Enrolments::new(at(enrolments), Arc::clone(&provider)),
            disputes: disputes::Disputes::new(at(disputes), provider),
            node,
            settings,
            network,
            outbox: None,
        })
    }

    async fn check(&self) -> Result<(), LedgerError> {
        check_chain(&self.node, &self.network).await?;
        let contracts = &self.network.contracts;
        let named = [
            ("Members", contracts.members),
            ("RecordRegistry", contracts.registry),
            ("Treasury", contracts.treasury),
            ("Studies", contracts.studies),
            ("Enrolments", contracts.enrolments),
            ("Disputes", contracts.disputes),
        ];
        for (name, address) in named {
            if self.node.code(address).await?.is_empty() {
                self.has_come_to(self.network.deployment_block).await?;
                let words = format!("there is no contract at {address}, where {name} should be");
                return Err(LedgerError::WrongNetwork(words));
            }
        }
        for (openings, expected) in &self.network.verifying_key_hashes {
            self.check_verifier(*openings, *expected).await?;
        }
        Ok(())
    }

    /// A node that is still fetching blocks has no contracts yet, and will have.
    async fn has_come_to(&self, block: u64) -> Result<(), LedgerError> {
        let head = self.node.head().await?.number;
        if head > block {
            return Ok(());
        }
        let words =
            format!("it has only come to block {head}, and the contracts are above {block}");
        Err(self.node.unreachable(words))
    }

    /// Studies keep the verifier that they were opened with, so the one of the network file must stay what it was.
    async fn check_verifier(
        &self,
        openings: u8,
        expected: VerifyingKeyHash,
    ) -> Result<(), LedgerError> {
        let wrong = |words: String| LedgerError::WrongNetwork(words);
        let address = self
            .network
            .contracts
            .verifiers
            .get(&openings)
            .ok_or_else(|| wrong(format!("no verifier is named for {openings} openings")))?;
        let found = verifying_key_hash(&self.node, *address).await?;
        refuse_development_key(&self.node, self.network.chain_id, *address, &found).await?;
        if found == expected {
            Ok(())
        } else {
            Err(wrong(format!(
                "the verifier for {openings} openings has the key {found}, expected {expected}"
            )))
        }
    }
}

/// Chain id and genesis are those of the network.
async fn check_chain(node: &Node, network: &Network) -> Result<(), LedgerError> {
    let chain_id = node.chain_id().await?;
    if chain_id != network.chain_id {
        let words = format!(
            "the node has chain id {chain_id}, expected {}",
            network.chain_id
        );
        return Err(LedgerError::WrongNetwork(words));
    }
    let genesis = node.genesis().await?;
    if genesis != network.genesis_hash {
        let words = format!(
            "the node's chain starts with block {genesis}, expected {}",
            network.genesis_hash
        );
        return Err(LedgerError::WrongNetwork(words));
    }
    Ok(())
}

/// Refuses a verifier for a development key, by its digest and by its brand, on a chain that is no development chain.
pub(super) async fn refuse_development_key(
    node: &Node,
    chain_id: u64,
    verifier: Address,
    key: &VerifyingKeyHash,
) -> Result<(), LedgerError> {
    let refused = |words: &str| LedgerError::Refused {
        code: FailureCode::DevelopmentKey,
        detail: words.to_owned(),
    };
    check_key(chain_id, key).map_err(|failure| refused(failure.message()))?;
    if is_development_chain(chain_id) {
        return Ok(());
    }
    let contract = verifier::EligibilityVerifier::new(convert::address(verifier), node.provider());
    let branded = node.view("DEVELOPMENT_KEY", contract.development_key());
    if branded.await? {
        return Err(refused(
            "the verifier says that its key is a development key",
        ));
    }
    Ok(())
}

/// The digest of the verifying key that a verifier contract holds.
pub(super) async fn verifying_key_hash(
    node: &Node,
    verifier: Address,
) -> Result<VerifyingKeyHash, LedgerError> {
    let contract = verifier::EligibilityVerifier::new(convert::address(verifier), node.provider());
    let hash = node
        .view("verifyingKeyHash", contract.verifying_key_hash())
        .await?;
    Ok(VerifyingKeyHash::new(hash))
}
