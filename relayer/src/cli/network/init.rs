//! `relayer network init` and `key`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::adapters::keystore::RoleHome;
use crate::adapters::network_folder::NetworkFolder;
use crate::app::network::init::{make, Plan};
use crate::app::network::{FAUCET_FILE, MEMBERS_FOLDER};
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::ledger::node::{Enode, NodeId};
use crate::domain::ledger::rules::{Rules, DEVELOPMENT_CHAINS};
use crate::domain::ledger::{Engine, Funded};
use crate::domain::signer::EvmKey;

/// Wei of a coin.
const COIN: u128 = 1_000_000_000_000_000_000;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// What runs the chain: anvil, besu or goquorum.
    #[arg(long)]
    engine: Engine,
    /// Validators whose keys are made here; 4 bear one that fails, 7 bear two.
    #[arg(long, default_value_t = 4)]
    validators: usize,
    /// A member's node whose key the member made itself (`relayer network key`); several times for several.
    #[arg(long = "node", value_name = "NAME=ENODE", value_parser = named_node)]
    nodes: Vec<(String, Enode)>,
    /// New folder for all of it.
    #[arg(long)]
    dir: PathBuf,
    /// The chain's id; the default is a development chain's, on which the contracts allow windows of any length.
    #[arg(long, default_value_t = DEVELOPMENT_CHAINS[1])]
    chain_id: u64,
    /// Seconds between two blocks.
    #[arg(long, default_value_t = 1)]
    block_period_s: u64,
    /// Seconds after which a round without a block is given up [default: four block periods].
    #[arg(long)]
    request_timeout_s: Option<u64>,
    /// Most gas of a block; `relayer bench network` measures what is good.
    #[arg(long, default_value_t = 30_000_000)]
    gas_limit: u64,
    /// IP address at which nodes are peers: one for all, or one each.
    #[arg(long, value_delimiter = ',', default_value = "127.0.0.1")]
    hosts: Vec<IpAddr>,
    /// First port for peers; nodes on one machine count on from it.
    #[arg(long, default_value_t = 30_303)]
    p2p_port: u16,
    /// First port for JSON-RPC, which listens on 127.0.0.1.
    #[arg(long, default_value_t = 8_545)]
    rpc_port: u16,
    /// An account with coins from the first block; several times for several.
    #[arg(long, value_name = "ADDRESS=COINS", value_parser = funded)]
    fund: Vec<Funded>,
    /// Account that may send transactions, others not (Besu); several times for several. Accounts can be admitted later.
    #[arg(long = "account", value_name = "ADDRESS")]
    accounts: Vec<Address>,
}

impl Init {
    pub(super) fn run(self, output: &Output) -> Result<(), Failure> {
        let now = jiff::Timestamp::now().as_second();
        let mut rules = Rules::of_chain(self.chain_id, u64::try_from(now).unwrap_or_default());
        rules.block_period_s = self.block_period_s;
        rules.request_timeout_s = self.request_timeout_s.unwrap_or(4 * self.block_period_s);
        rules.max_request_timeout_s = rules.max_request_timeout_s.max(4 * rules.request_timeout_s);
        rules.gas_limit = self.gas_limit;
        let validators = match self.engine {
            Engine::Anvil => 1,
            Engine::Besu | Engine::GoQuorum => self.validators,
        };
        let network = make(&Plan {
            engine: self.engine,
            rules,
            validators,
            own_keys: self.nodes,
            hosts: self.hosts,
            ports: (self.p2p_port, self.rpc_port),
            funded: self.fund,
            accounts: self.accounts,
        })?;
        let folder = NetworkFolder::create(&self.dir, network.ledger, &network.files)?;
        let members: Vec<_> = folder
            .ledger
            .members
            .iter()
            .map(|member| {
                json!({
                    "name": member.name, "address": member.address, "enode": member.enode(), "rpc": member.rpc_url(),
                    "folder": folder.path().join(MEMBERS_FOLDER).join(&member.name),
                })
            })
            .collect();
        let value = json!({
            "folder": folder.path(), "engine": folder.ledger.engine, "chainId": folder.ledger.rules.chain_id,
            "members": members, "faucet": folder.faucet().ok().map(|key| key.address()),
        });
        let mut text = format!(
            "{} validators under {}, chain id {}, in {}\n",
            folder.ledger.members.len(),
            folder.ledger.engine,
            folder.ledger.rules.chain_id,
            folder.path().display()
        );
        text.push_str(
            "Hand each member its own folder of members/, over a safe channel, and delete it here.",
        );
        if folder.ledger.rules.is_development() {
            let note = format!("\nA development chain: {FAUCET_FILE} holds coins for tests.");
            text.push_str(&note);
        }
        output.result(&value, &text);
        Ok(())
    }
}

/// Arguments of `key`.
#[derive(Debug, Args)]
pub struct Key {
    /// New file for the key.
    #[arg(long)]
    out: PathBuf,
    /// IP address at which the node is a peer.
    #[arg(long)]
    host: IpAddr,
    /// Its port for peers.
    #[arg(long, default_value_t = 30_303)]
    port: u16,
}

impl Key {
    pub(super) fn run(self, output: &Output) -> Result<(), Failure> {
        let key = EvmKey::random();
        let parent = self
            .out
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let name = self.out.file_name().and_then(|name| name.to_str());
        let name =
            name.ok_or_else(|| Failure::new(FailureCode::InvalidInput, "--out names no file"))?;
        let hex = zeroize::Zeroizing::new(hex::encode(key.to_bytes().as_slice()));
        RoleHome::existing(parent.unwrap_or(std::path::Path::new(".")))
            .write_new(name, hex.as_bytes())?;
        let enode = Enode {
            id: NodeId::of(&key),
            host: self.host,
            port: self.port,
        };
        let value = json!({"file": self.out, "address": key.address(), "enode": enode});
        output.result(&value, &format!("{enode}\nvalidates as {}", key.address()));
        Ok(())
    }
}

fn named_node(text: &str) -> Result<(String, Enode), String> {
    let (name, enode) = text.split_once('=').ok_or("expected NAME=ENODE")?;
    let enode = enode.parse().map_err(|error| format!("{error}"))?;
    Ok((name.to_owned(), enode))
}

fn funded(text: &str) -> Result<Funded, String> {
    let (account, coins) = text.split_once('=').ok_or("expected ADDRESS=COINS")?;
    let account = account.parse().map_err(|error| format!("{error}"))?;
    let coins: u128 = coins.parse().map_err(|error| format!("{coins}: {error}"))?;
    let wei = coins
        .checked_mul(COIN)
        .ok_or("more coins than there can be")?;
    Ok(Funded { account, wei })
}
