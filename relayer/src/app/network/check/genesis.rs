//! Traps of a first block.

use serde_json::Value;

use super::{too_much_gas, Machine, NodeOptions, Trap, TrapKind};
use crate::app::network::engine::MIX_HASH;
use crate::domain::ledger::extra::Extra;
use crate::domain::ledger::rules::{DEVELOPMENT_CHAINS, MOST_TRANSACTION_KIB, PUBLIC_CHAINS};
use crate::domain::ledger::{Engine, LEAST_VALIDATORS};

/// Accounts whose keys stand in Besu's documentation and in every development node.
const KNOWN_ACCOUNTS: [&str; 6] = [
    "fe3b557e8fb62b89f4916b721be55ceb828dbd73",
    "627306090abab3a6e1400e9345bc60c78a8bef57",
    "f17f52151ebef6c7334fad080c5704d77216b732",
    "f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
    "70997970c51812dc3a010c7d01b50e0d17dc79c8",
    "ed9d02e382b34818e88b88a309c7fe71e65f419d",
];
/// Keys of a genesis that turn on a level after London.
const LATE_FORKS: [&str; 9] = [
    "terminalTotalDifficulty",
    "mergeNetsplitBlock",
    "shanghaiTime",
    "shanghaiBlock",
    "cancunTime",
    "pragueTime",
    "osakaTime",
    "bpo1Time",
    "amsterdamTime",
];
/// A round that is given up costs as long as this many block periods at most.
const MOST_PERIODS_A_ROUND: u64 = 10;
const LEAST_EPOCH: u64 = 1_000;

/// Whose genesis it is: GoQuorum's says so itself.
pub(super) fn engine(genesis: &Value, nodes: &[NodeOptions]) -> Engine {
    if member(&genesis["config"], "isQuorum") == Some(&Value::Bool(true)) {
        return Engine::GoQuorum;
    }
    nodes.first().map_or(Engine::Besu, |node| node.engine)
}

/// A member, whatever the case of its name: Besu does not mind it.
pub(super) fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let members = object.as_object()?;
    let found = members
        .iter()
        .find(|(found, _)| found.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

/// A number, written as JSON's, in decimal or in hex.
pub(super) fn number(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        },
        other => other.as_u64(),
    }
}

/// Seconds between blocks.
pub(super) fn block_period(genesis: &Value) -> u64 {
    number(member(&genesis["config"]["qbft"], "blockperiodseconds")).unwrap_or(1)
}

/// Seconds of the first round.
pub(super) fn request_timeout(genesis: &Value) -> u64 {
    number(member(&genesis["config"]["qbft"], "requesttimeoutseconds")).unwrap_or(1)
}

pub(super) fn traps(place: &str, genesis: &Value, engine: Engine, machine: Machine) -> Vec<Trap> {
    let mut found = Vec::new();
    let mut say = |kind: TrapKind, words: String| {
        found.push(Trap {
            kind,
            place: place.to_owned(),
            words,
        });
    };
    consensus(genesis, &mut say);
    forks(genesis, engine, &mut say);
    accounts(genesis, &mut say);

    let gas = number(member(genesis, "gasLimit")).unwrap_or_default();
    let period = block_period(genesis);
    if too_much_gas(gas, period, machine) {
        say(
            TrapKind::GasLimit,
            format!(
                "a block may take {gas} gas every {period} s, and the machine executes {} a second",
                machine.gas_per_second
            ),
        );
    }
    if engine == Engine::GoQuorum {
        let limit = number(member(&genesis["config"], "txnSizeLimit"));
        if limit.is_none_or(|limit| limit < MOST_TRANSACTION_KIB) {
            let limit = limit.map_or("64 by default".to_owned(), |limit| limit.to_string());
            say(
                TrapKind::TransactionSize,
                format!("transactions may have {limit} KiB"),
            );
        }
        let empty = number(member(
            &genesis["config"]["qbft"],
            "emptyblockperiodseconds",
        ));
        if empty.is_none_or(|empty| empty <= period) {
            say(
                TrapKind::EmptyBlocks,
                "an empty block waits no longer than a full one".to_owned(),
            );
        }
    }
    found
}

fn consensus(genesis: &Value, say: &mut impl FnMut(TrapKind, String)) {
    let config = &genesis["config"];
    if !config["qbft"].is_object() {
        say(
            TrapKind::GenesisMalformed,
            "config.qbft is missing".to_owned(),
        );
        return;
    }
    let mix = member(genesis, "mixHash")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !mix.eq_ignore_ascii_case(MIX_HASH) {
        say(
            TrapKind::GenesisMalformed,
            "mixHash is not that of QBFT".to_owned(),
        );
    }
    if number(member(genesis, "difficulty")) != Some(1) {
        say(TrapKind::GenesisMalformed, "difficulty is not 1".to_owned());
    }
    validators(genesis, say);
    let (period, timeout) = (block_period(genesis), request_timeout(genesis));
    if timeout < 2 * period || timeout > MOST_PERIODS_A_ROUND * period {
        let words = format!("a round is given up after {timeout} s, with a block every {period} s");
        say(TrapKind::RequestTimeout, words);
    }
    let epoch = number(member(&config["qbft"], "epochlength"));
    if epoch.is_some_and(|epoch| epoch < LEAST_EPOCH) {
        say(
            TrapKind::ShortEpoch,
            format!("an epoch has {} blocks", epoch.unwrap_or_default()),
        );
    }
}

fn validators(genesis: &Value, say: &mut impl FnMut(TrapKind, String)) {
    let contract = member(&genesis["config"]["qbft"], "validatorcontractaddress");
    let names_contract = contract.and_then(Value::as_str).is_some_and(|address| {
        address
            .trim_start_matches("0x")
            .bytes()
            .any(|digit| digit != b'0')
    });
    let text = member(genesis, "extraData")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let extra = hex::decode(text.trim_start_matches("0x"))
        .map_err(|error| error.to_string())
        .and_then(|bytes| Extra::decode(&bytes).map_err(|error| error.to_string()));
    match extra {
        Err(words) => say(TrapKind::GenesisMalformed, words),
        Ok(_) if names_contract => {}
        Ok(extra) => {
            let mut distinct = extra.validators.clone();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.len() < LEAST_VALIDATORS {
                say(
                    TrapKind::TooFewValidators,
                    format!("{} validators", distinct.len()),
                );
            }
        }
    }
}

fn forks(genesis: &Value, engine: Engine, say: &mut impl FnMut(TrapKind, String)) {
    let config = &genesis["config"];
    for fork in LATE_FORKS {
        if member(config, fork).is_some() {
            say(TrapKind::ForkLevel, format!("{fork} is set"));
        }
    }
    let london = member(config, "londonBlock");
    if london.is_none() && member(config, "berlinBlock").is_none() {
        say(
            TrapKind::ForkLevel,
            "berlinBlock is missing: the contracts need it".to_owned(),
        );
    }
    let free = member(config, "zeroBaseFee") == Some(&Value::Bool(true));
    if london.is_some() && !(engine == Engine::Besu && free) {
        say(
            TrapKind::BaseFee,
            "londonBlock is set without zeroBaseFee".to_owned(),
        );
    }
}

fn accounts(genesis: &Value, say: &mut impl FnMut(TrapKind, String)) {
    match number(member(&genesis["config"], "chainId")) {
        None => say(
            TrapKind::GenesisMalformed,
            "the chain id is missing".to_owned(),
        ),
        Some(id) if DEVELOPMENT_CHAINS.contains(&id) => {
            say(
                TrapKind::ChainId,
                format!("{id} is a development chain's id"),
            );
        }
        Some(id) if PUBLIC_CHAINS.contains(&id) => {
            say(TrapKind::ChainId, format!("{id} is a public network's id"));
        }
        Some(_) => {}
    }
    for (account, what) in genesis["alloc"].as_object().into_iter().flatten() {
        let account = account.trim_start_matches("0x").to_lowercase();
        if KNOWN_ACCOUNTS.contains(&account.as_str()) {
            say(
                TrapKind::KnownAccount,
                format!("the key of 0x{account} is published"),
            );
        }
        if what.get("privateKey").is_some() {
            say(
                TrapKind::KeyExposed,
                format!("the private key of 0x{account} stands in the genesis"),
            );
        }
    }
}
