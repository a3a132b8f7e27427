//! Making a network: keys, and files in one folder a member, so that no member sees another's key.

use std::net::IpAddr;

use serde_json::json;

use super::engine::{besu, genesis, goquorum, member_files};
use super::{FAUCET_FILE, LEDGER_FILE, MEMBERS_FOLDER, NODE_KEY_FILE};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::ledger::node::{Enode, NodeId};
use crate::domain::ledger::rules::Rules;
use crate::domain::ledger::{Engine, Funded, Ledger, Member, KIND, VERSION};
use crate::domain::signer::EvmKey;

/// Coins of the account that development chains have for tests, in wei: a billion coins.
const FAUCET_WEI: u128 = 1_000_000_000_000_000_000_000_000_000;

/// What a network is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What runs it.
    pub engine: Engine,
    /// Its rules.
    pub rules: Rules,
    /// How many validators get a key made here.
    pub validators: usize,
    /// Nodes whose members made their keys themselves: name and address among peers.
    pub own_keys: Vec<(String, Enode)>,
    /// Where nodes listen: one address for all that are made here, or one each.
    pub hosts: Vec<IpAddr>,
    /// First port for peers, and first for JSON-RPC. Nodes on one address count on from it.
    pub ports: (u16, u16),
    /// Accounts with coins.
    pub funded: Vec<Funded>,
    /// Accounts that alone may send, under Besu.
    pub accounts: Vec<Address>,
}

/// A file of a new network, below its folder. All are for the owner's eyes only.
#[derive(Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Folders from the network's down.
    pub folder: Vec<String>,
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub content: String,
}

/// A network that is to be written.
pub struct NewNetwork {
    /// Its description.
    pub ledger: Ledger,
    /// Its files.
    pub files: Vec<NewFile>,
}

/// Makes keys, and works out all files.
///
/// # Errors
/// `invalid-input` if the plan makes no network.
pub fn make(plan: &Plan) -> Result<NewNetwork, Failure> {
    check(plan)?;
    let keys: Vec<EvmKey> = (0..plan.validators).map(|_| EvmKey::random()).collect();
    let faucet = plan.rules.is_development().then(EvmKey::random);
    let mut members = Vec::new();
    for (number, key) in keys.iter().enumerate() {
        members.push(new_member(plan, number, NodeId::of(key))?);
    }
    members.extend(plan.own_keys.iter().map(|(name, enode)| Member {
        name: name.clone(),
        node_id: enode.id,
        address: enode.id.address(),
        host: enode.host,
        p2p_port: enode.port,
        rpc_host: IpAddr::from([127, 0, 0, 1]),
        rpc_port: plan.ports.1,
        founder: true,
    }));
    let mut funded = plan.funded.clone();
    funded.extend(faucet.as_ref().map(|key| Funded {
        account: key.address(),
        wei: FAUCET_WEI,
    }));
    let mut accounts = plan.accounts.clone();
    if !accounts.is_empty() {
        accounts.extend(faucet.as_ref().map(EvmKey::address));
    }
    let ledger = Ledger {
        kind: KIND.to_owned(),
        version: VERSION,
        engine: plan.engine,
        rules: plan.rules.clone(),
        members,
        funded,
        accounts,
    };
    let mut files = shared_files(&ledger);
    files.extend(faucet.map(|key| NewFile {
        folder: Vec::new(),
        name: FAUCET_FILE.to_owned(),
        content: hex_key(&key),
    }));
    for (number, member) in ledger.members.iter().enumerate() {
        files.extend(folder_of(&ledger, member, keys.get(number)));
    }
    Ok(NewNetwork { ledger, files })
}

/// The files of a member's folder, with the node's key if it was made here.
pub fn folder_of(ledger: &Ledger, member: &Member, key: Option<&EvmKey>) -> Vec<NewFile> {
    let folder = vec![MEMBERS_FOLDER.to_owned(), member.name.clone()];
    let file = |name: &str, content: String| NewFile {
        folder: folder.clone(),
        name: name.to_owned(),
        content,
    };
    let mut files: Vec<_> = member_files(ledger, member)
        .into_iter()
        .map(|plain| file(plain.name, plain.content))
        .collect();
    files.push(file(LEDGER_FILE, description(ledger)));
    if ledger.engine != Engine::Anvil {
        files.extend(key.map(|key| file(NODE_KEY_FILE, hex_key(key))));
    }
    files
}

/// The files that are nobody's: the description, the first block, and for Besu how to try all of it on one machine.
pub fn shared_files(ledger: &Ledger) -> Vec<NewFile> {
    let file = |name: &str, content: String| NewFile {
        folder: Vec::new(),
        name: name.to_owned(),
        content,
    };
    let mut files = vec![file(LEDGER_FILE, description(ledger))];
    files.extend(genesis(ledger).map(|genesis| file("genesis.json", format!("{genesis:#}\n"))));
    if ledger.engine == Engine::Besu {
        let members: Vec<&Member> = ledger.members.iter().collect();
        files.push(file(
            "compose.yaml",
            besu::compose(&members, MEMBERS_FOLDER),
        ));
    }
    files
}

/// The files by which all members learn of a change of who may connect.
pub fn admission_files(ledger: &Ledger) -> Vec<(&'static str, String)> {
    match ledger.engine {
        Engine::Anvil => Vec::new(),
        Engine::Besu => vec![("permissions.toml", besu::permissions(ledger))],
        Engine::GoQuorum => vec![("permissioned-nodes.json", goquorum::permissioned(ledger))],
    }
}

/// A member more, on this machine: its key, and the ledger with it.
///
/// # Errors
/// `already-exists` if the name is taken, `invalid-input` if there is no port left.
pub fn join(ledger: &Ledger, name: &str, host: IpAddr) -> Result<(Ledger, EvmKey), Failure> {
    if ledger.members.iter().any(|member| member.name == name) {
        let words = format!("there is a member called {name}");
        return Err(Failure::new(FailureCode::AlreadyExists, words));
    }
    check_name(name)?;
    let after = |port: fn(&Member) -> u16| {
        let highest = ledger.members.iter().map(port).max().unwrap_or_default();
        highest
            .checked_add(1)
            .ok_or_else(|| invalid("no port is left"))
    };
    let key = EvmKey::random();
    let node_id = NodeId::of(&key);
    let mut grown = ledger.clone();
    grown.members.push(Member {
        name: name.to_owned(),
        node_id,
        address: node_id.address(),
        host,
        p2p_port: after(|member| member.p2p_port)?,
        rpc_host: IpAddr::from([127, 0, 0, 1]),
        rpc_port: after(|member| member.rpc_port)?,
        founder: false,
    });
    Ok((grown, key))
}

fn check(plan: &Plan) -> Result<(), Failure> {
    let members = plan.validators + plan.own_keys.len();
    if members == 0 {
        return Err(invalid("a network needs validators"));
    }
    if plan.engine == Engine::Anvil && members != 1 {
        return Err(invalid("Anvil forms no network: it is one node"));
    }
    if plan.hosts.len() > 1 && plan.hosts.len() != plan.validators {
        return Err(invalid("give one address for all validators, or one each"));
    }
    let rules = &plan.rules;
    if rules.block_period_s == 0 || rules.request_timeout_s < 2 * rules.block_period_s {
        return Err(invalid(
            "the request time-out must be at least twice the block period, or rounds are given up that would have come to a block",
        ));
    }
    if !rules.is_development() && plan.funded.is_empty() && plan.engine != Engine::Anvil {
        return Err(invalid(
            "nobody would have coins: name an account with --fund (studies in tokens need none, but say so with 0)",
        ));
    }
    for (name, _) in &plan.own_keys {
        check_name(name)?;
    }
    Ok(())
}

/// Names become folders.
fn check_name(name: &str) -> Result<(), Failure> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(plain) {
        return Err(invalid("names have small letters, digits and hyphens"));
    }
    Ok(())
}

fn new_member(plan: &Plan, number: usize, node_id: NodeId) -> Result<Member, Failure> {
    let default = IpAddr::from([127, 0, 0, 1]);
    let host = plan.hosts.get(number).or(plan.hosts.first());
    let host = host.copied().unwrap_or(default);
    // Nodes with an address each have the same ports
    let offset = if plan.hosts.len() > 1 { 0 } else { number };
    let port = |first: u16| {
        let offset = u16::try_from(offset).ok();
        offset
            .and_then(|offset| first.checked_add(offset))
            .ok_or_else(|| invalid("no port is left"))
    };
    Ok(Member {
        name: format!("validator-{}", number + 1),
        node_id,
        address: node_id.address(),
        host,
        p2p_port: port(plan.ports.0)?,
        rpc_host: default,
        rpc_port: port(plan.ports.1)?,
        founder: true,
    })
}

fn description(ledger: &Ledger) -> String {
    format!("{:#}\n", json!(ledger))
}

fn hex_key(key: &EvmKey) -> String {
    hex::encode(key.to_bytes().as_slice())
}

fn invalid(words: &str) -> Failure {
    Failure::new(FailureCode::InvalidInput, words)
}

#[cfg(test)]
mod tests;
