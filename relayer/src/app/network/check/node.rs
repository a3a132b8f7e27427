//! Traps of a node's options.

use serde_json::Value;

use super::genesis::{block_period, member, number, request_timeout};
use super::{too_much_gas, Machine, NodeOptions, Trap, TrapKind};
use crate::domain::ledger::Engine;

/// Transactions of one account that a node must keep at least.
const LEAST_POOL_SHARE: f64 = 1_000.0;
/// Share of the pool that one account must be able to fill.
const LEAST_FRACTION: f64 = 0.5;
/// Percent of the block period that choosing transactions may take at most.
const MOST_SELECTION_PERCENT: f64 = 90.0;
/// APIs by which a node is governed or looked into, in either engine's spelling.
const GOVERNING: [&str; 8] = [
    "admin", "perm", "qbft", "istanbul", "debug", "miner", "personal", "ibft",
];

pub(super) fn traps(node: &NodeOptions, genesis: Option<&Value>, machine: Machine) -> Vec<Trap> {
    let mut found = Vec::new();
    let mut say = |kind: TrapKind, words: String| {
        found.push(Trap {
            kind,
            place: node.place.clone(),
            words,
        });
    };
    match node.engine {
        Engine::Anvil => {}
        Engine::Besu => besu(node, genesis, machine, &mut say),
        Engine::GoQuorum => goquorum(node, genesis, machine, &mut say),
    }
    found
}

type Say<'a> = &'a mut dyn FnMut(TrapKind, String);

fn besu(node: &NodeOptions, genesis: Option<&Value>, machine: Machine, say: Say<'_>) {
    let options = &node.options;
    besu_pool(node, say);
    besu_selection(node, genesis, say);
    if options.number("min-gas-price") != Some(0.0) {
        let price = options.get("min-gas-price").unwrap_or("1000 by default");
        say(
            TrapKind::GasPrice,
            format!("the least gas price is {price} wei"),
        );
    }
    gas(
        options.number("target-gas-limit"),
        "target-gas-limit",
        genesis,
        machine,
        say,
    );
    if options.is_on("rpc-http-enabled") {
        let hosts = [
            options.list("host-allowlist"),
            options.list("rpc-http-cors-origins"),
        ]
        .concat();
        rpc(
            options.get("rpc-http-host"),
            &options.list("rpc-http-api"),
            &hosts,
            say,
        );
    }
    if !options.is_on("permissions-nodes-config-file-enabled") {
        say(
            TrapKind::AnyoneConnects,
            "node permissions are off".to_owned(),
        );
    }
    if options.is_off("discovery-enabled") && options.get("static-nodes-file").is_none() {
        say(
            TrapKind::NoPeers,
            "discovery is off and no file of static peers is named".to_owned(),
        );
    }
    let mode = options.get("sync-mode").unwrap_or("SNAP by default");
    if !mode.eq_ignore_ascii_case("full") {
        say(TrapKind::SyncMode, format!("the sync mode is {mode}"));
    }
    if options.get("node-private-key").is_some() {
        say(
            TrapKind::KeyExposed,
            "the node's key stands among its options".to_owned(),
        );
    }
}

fn besu_pool(node: &NodeOptions, say: Say<'_>) {
    let options = &node.options;
    let future = options.number("tx-pool-max-future-by-sender");
    let fraction = options.number("tx-pool-limit-by-account-percentage");
    let pool = options.get("tx-pool").unwrap_or("layered").to_lowercase();
    if pool == "layered" {
        if fraction.is_some() {
            let words = "tx-pool-limit-by-account-percentage is the sequenced pool's, and the pool is layered";
            say(TrapKind::PoolMixed, words.to_owned());
        }
        if future.is_none_or(|future| future < LEAST_POOL_SHARE) {
            let future = future.map_or("200 by default".to_owned(), |future| future.to_string());
            say(
                TrapKind::PoolShare,
                format!("an account may be {future} transactions ahead"),
            );
        }
    } else {
        if future.is_some() {
            let words = format!(
                "tx-pool-max-future-by-sender is the layered pool's, and the pool is {pool}"
            );
            say(TrapKind::PoolMixed, words);
        }
        if fraction.is_none_or(|fraction| fraction < LEAST_FRACTION) {
            let fraction =
                fraction.map_or("0.001 by default".to_owned(), |found| found.to_string());
            say(
                TrapKind::PoolShare,
                format!("an account may fill {fraction} of the pool"),
            );
        }
    }
}

fn besu_selection(node: &NodeOptions, genesis: Option<&Value>, say: Say<'_>) {
    let Some(percent) = node.options.number("poa-block-txs-selection-max-time") else {
        return;
    };
    let words = format!("choosing transactions may take {percent} percent of the block period");
    let longer = genesis.is_some_and(|genesis| {
        // Small numbers of seconds
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds, not more than a few thousand"
        )]
        let (period, timeout) = (
            block_period(genesis) as f64,
            request_timeout(genesis) as f64,
        );
        percent / 100.0 * period > timeout / 2.0
    });
    if percent > MOST_SELECTION_PERCENT || longer {
        say(TrapKind::SelectionTime, words);
    }
}

fn goquorum(node: &NodeOptions, genesis: Option<&Value>, machine: Machine, say: Say<'_>) {
    let options = &node.options;
    for (name, default) in [("txpool.accountslots", 16), ("txpool.accountqueue", 64)] {
        let slots = options.number(name);
        if slots.is_none_or(|slots| slots < LEAST_POOL_SHARE) {
            let slots = slots.map_or(format!("{default} by default"), |slots| slots.to_string());
            say(TrapKind::PoolShare, format!("{name} is {slots}"));
        }
    }
    if options.number("miner.gasprice") != Some(0.0) {
        say(TrapKind::GasPrice, "--miner.gasprice is not 0".to_owned());
    }
    for name in ["miner.gaslimit", "miner.gastarget"] {
        gas(options.number(name), name, genesis, machine, say);
    }
    let mode = options.get("gcmode").unwrap_or("full by default");
    if mode != "archive" {
        say(TrapKind::StateInMemory, format!("--gcmode is {mode}"));
    }
    if options.is_on("unlock") || options.is_on("allow-insecure-unlock") {
        say(
            TrapKind::UnlockedAccounts,
            "--unlock or --allow-insecure-unlock is given".to_owned(),
        );
    }
    if options.is_on("http") || options.is_on("rpc") {
        let either = |new: &str, old: &str| {
            let name = if options.get(new).is_some() { new } else { old };
            name.to_owned()
        };
        let apis = either("http.api", "rpcapi");
        let mut hosts = options.list(&either("http.vhosts", "rpcvhosts"));
        let origins = either("http.corsdomain", "rpccorsdomain");
        hosts.extend(options.list(&origins));
        rpc(
            options.get(&either("http.addr", "rpcaddr")),
            &options.list(&apis),
            &hosts,
            say,
        );
    }
    if !options.is_on("permissioned") {
        say(
            TrapKind::AnyoneConnects,
            "--permissioned is missing".to_owned(),
        );
    }
    if options.get("nodekeyhex").is_some() {
        say(
            TrapKind::KeyExposed,
            "the node's key stands on the command line".to_owned(),
        );
    }
}

/// A gas limit that a node aims at, against the genesis and the machine.
fn gas(aim: Option<f64>, name: &str, genesis: Option<&Value>, machine: Machine, say: Say<'_>) {
    let start = genesis.and_then(|genesis| number(member(genesis, "gasLimit")));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a gas limit"
    )]
    let aim = aim.map(|aim| aim as u64);
    if aim.is_none() || aim != start.or(aim) {
        let aim = aim.map_or("not set".to_owned(), |aim| aim.to_string());
        let start = start.map_or("none".to_owned(), |start| start.to_string());
        say(
            TrapKind::GasLimitDrifts,
            format!("{name} is {aim}, and the genesis has {start}"),
        );
    }
    let period = genesis.map_or(1, block_period);
    if aim.is_some_and(|aim| too_much_gas(aim, period, machine)) {
        let aim = aim.unwrap_or_default();
        say(
            TrapKind::GasLimit,
            format!(
                "{name} is {aim}, and the machine executes {} a second",
                machine.gas_per_second
            ),
        );
    }
}

fn rpc(host: Option<&str>, apis: &[&str], hosts: &[&str], say: Say<'_>) {
    let host = host.unwrap_or("127.0.0.1");
    let address = host.parse::<std::net::IpAddr>().ok();
    let local = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    // A container listens on all of its addresses; which of them others reach is not told here
    let open = address.is_some_and(|address| address.is_unspecified());
    if open || (!local && !is_private(address)) {
        say(TrapKind::RpcOpen, format!("JSON-RPC listens on {host}"));
    }
    if hosts.iter().any(|host| *host == "*" || *host == "all") {
        say(
            TrapKind::RpcOpen,
            "JSON-RPC answers to every host name or origin".to_owned(),
        );
    }
    let governing: Vec<_> = apis
        .iter()
        .filter(|api| GOVERNING.contains(&api.to_lowercase().as_str()))
        .copied()
        .collect();
    if !local && !governing.is_empty() {
        say(
            TrapKind::RpcGoverns,
            format!("{} on {host}", governing.join(", ")),
        );
    }
    if apis.iter().any(|api| api.eq_ignore_ascii_case("personal")) {
        say(
            TrapKind::UnlockedAccounts,
            "the API `personal` unlocks accounts".to_owned(),
        );
    }
}

fn is_private(address: Option<std::net::IpAddr>) -> bool {
    match address {
        Some(std::net::IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
        Some(std::net::IpAddr::V6(address)) => {
            address.is_unique_local() || address.is_unicast_link_local()
        }
        None => false,
    }
}
