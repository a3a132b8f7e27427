//! What only the parties themselves have: their keys, and what they can do with them beside the program's commands.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use relayer::adapters::chain::{ChainLedger, ChainSettings};
use relayer::adapters::index::SqliteIndex;
use relayer::adapters::keystore::{load_evm_key, load_secret, RoleHome, SecretKind};
use relayer::domain::eip712::SigningDomain;
use relayer::domain::enrolment::EnrolmentKey;
use relayer::domain::evidence::SharedPoint;
use relayer::domain::ids::Address;
use relayer::domain::members::ProxyCard;
use relayer::domain::network::Network;
use relayer::domain::point::CompressedPoint;
use relayer::domain::signer::EvmKey;
use relayer::domain::umbral::ReceivingKey;
use relayer::http::client::HttpProxies;
use relayer::ports::ledger::MembersReader as _;
use relayer::ports::proxies::{ProxyClient, ProxyDirectory as _};
use relayer::sandbox::stage::PASSWORD;
use relayer::sandbox::StagedProxy;
use secrecy::SecretString;
use serde_json::Value;

use crate::observer::transactions;
use crate::world::{code_of, World};

const ACCOUNT: &str = "account.json";

impl World {
    /// The network.
    ///
    /// # Errors
    /// The network file is unreadable.
    pub fn network(&self) -> Result<Network> {
        let file = std::fs::read(self.stage.folder().join("network.json"))?;
        Ok(Network::from_json(&file)?)
    }

    /// Where signatures are valid on this network.
    ///
    /// # Errors
    /// The network file is unreadable.
    pub fn signing_domain(&self) -> Result<SigningDomain> {
        let network = self.network()?;
        Ok(SigningDomain {
            chain_id: network.chain_id,
            enrolments: network.contracts.enrolments,
        })
    }

    /// The chain, to be read.
    ///
    /// # Errors
    /// It is not there.
    pub async fn ledger(&self) -> Result<ChainLedger> {
        let network = self.network()?;
        let settings = ChainSettings::of(&network);
        Ok(ChainLedger::connect(network, settings).await?)
    }

    /// The chain, to be written by somebody who has no other outbox.
    ///
    /// # Errors
    /// It is not there.
    pub async fn ledger_of(&self, key: EvmKey) -> Result<ChainLedger> {
        let name = format!("{}.sqlite", key.address());
        let index = SqliteIndex::open(&self.stage.folder().join(name)).await?;
        let ledger = self.ledger().await?;
        let outbox = index.outbox(ledger.network().genesis_hash.to_bytes());
        Ok(ledger.with_key(key, Arc::new(outbox)))
    }

    /// A proxy's account key.
    ///
    /// # Errors
    /// It is none of the stage's.
    pub fn proxy_key(&self, proxy: Address) -> Result<EvmKey> {
        key_in(&RoleHome::open(self.staged(proxy)?.actor.home(), "proxy")?)
    }

    /// A client of a proxy's own service, whoever stands in front of it.
    ///
    /// # Errors
    /// It is none of the stage's.
    pub async fn client(&self, proxy: Address) -> Result<Arc<dyn ProxyClient>> {
        let card = self.ledger().await?.proxy_card(proxy).await?;
        let card = ProxyCard {
            url: self.staged(proxy)?.url.clone(),
            ..card
        };
        Ok(HttpProxies::new(self.network()?.chain_id)?.client(proxy, &card)?)
    }

    /// The institution's account key.
    ///
    /// # Errors
    /// It can't be read.
    pub fn institution_key(&self) -> Result<EvmKey> {
        let home = self.stage.institution.home();
        key_in(&RoleHome::open(home, "institution")?)
    }

    /// The institution's receiving key.
    ///
    /// # Errors
    /// It can't be read.
    pub fn receiving_key(&self) -> Result<ReceivingKey> {
        let home = RoleHome::open(self.stage.institution.home(), "institution")?;
        let kind = SecretKind::ReceivingKey;
        let secret = load_secret(&home, "receiving.mss", kind, &password())?;
        Ok(ReceivingKey::from_bytes(&secret)?)
    }

    /// What the institution makes of an enrolment, by a command of its own.
    ///
    /// # Errors
    /// The cause that the command named.
    pub fn institution(&self, command: &str, on: EnrolmentKey) -> Result<Value, String> {
        let (study, nullifier) = (on.study_id.to_string(), on.nullifier.to_string());
        let args = ["institution", command, &study, &nullifier];
        let made = self.stage.institution.run(&args);
        made.map_err(|error| code_of::<Value>(Err(error)))
    }

    /// Whether the institution's Diffie-Hellman point for a precursor stands on chain.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn is_revealed(&self, precursor: &CompressedPoint) -> Result<bool> {
        let shared = SharedPoint::reveal(&self.receiving_key()?, precursor)?.point;
        let transactions = transactions(&self.stage.chain).await?;
        Ok(transactions.iter().any(|one| one.contains(&shared.x())))
    }

    /// What each proxy has as free bond, in the order of the stage.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn free_bonds(&self) -> Result<Vec<u128>> {
        let ledger = self.ledger().await?;
        let mut bonds = Vec::new();
        for proxy in &self.stage.proxies {
            let bond = ledger.bond(proxy.address.parse()?, Address::default());
            bonds.push(bond.await?.free);
        }
        Ok(bonds)
    }

    fn staged(&self, proxy: Address) -> Result<&StagedProxy> {
        let name = proxy.to_string();
        let found = self.stage.proxies.iter().find(|each| each.address == name);
        found.context("a proxy of the stage")
    }
}

fn key_in(home: &RoleHome) -> Result<EvmKey> {
    Ok(load_evm_key(home, ACCOUNT, &password())?)
}

fn password() -> SecretString {
    SecretString::from(PASSWORD)
}
