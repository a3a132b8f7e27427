use serde_json::json;

use super::*;
use crate::app::network::engine::{genesis, member_files};
use crate::app::network::init::{make, Plan};
use crate::domain::ids::Address;
use crate::domain::ledger::rules::Rules;
use crate::domain::ledger::Funded;

/// The configuration that `relayer network init` makes for a chain that is no development chain.
fn ours(engine: Engine) -> Configuration {
    let network = make(&Plan {
        engine,
        rules: Rules::of_chain(48_879, 1_700_000_000),
        validators: 4,
        own_keys: Vec::new(),
        hosts: Vec::new(),
        ports: (30_303, 8_545),
        funded: vec![Funded {
            account: Address::new([9; 20]),
            wei: 1,
        }],
        accounts: Vec::new(),
    })
    .unwrap();
    let ledger = &network.ledger;
    let nodes = ledger.members.iter().map(|member| {
        let files = member_files(ledger, member);
        let text = |name: &str| {
            let file = files.iter().find(|file| file.name == name).unwrap();
            file.content.clone()
        };
        let options = if engine == Engine::Besu {
            Options::from_toml(&text("besu.toml")).unwrap()
        } else {
            let lines = options::command_lines(&text("geth.flags"), "geth");
            Options::from_command_line(&lines[0])
        };
        NodeOptions {
            place: member.name.clone(),
            engine,
            options,
        }
    });
    Configuration {
        genesis: vec![("genesis.json".to_owned(), genesis(ledger).unwrap())],
        nodes: nodes.collect(),
        keys: vec![KeyFile {
            place: "node.key".to_owned(),
            mode: 0o100_600,
        }],
    }
}

/// What is found when one thing is wrong.
fn codes(configuration: &Configuration) -> Vec<&'static str> {
    let mut codes: Vec<_> = traps(configuration, Machine::default())
        .iter()
        .map(|trap| trap.kind.code())
        .collect();
    codes.dedup();
    codes
}

fn with_genesis(engine: Engine, change: impl FnOnce(&mut Value)) -> Configuration {
    let mut configuration = ours(engine);
    change(&mut configuration.genesis[0].1);
    configuration
}

/// The first node with other options: a value, or `-` for none.
fn with_options(engine: Engine, changes: &[(&str, &str)]) -> Configuration {
    let mut configuration = ours(engine);
    let options = &mut configuration.nodes[0].options;
    for (name, value) in changes {
        if *value == "-" {
            options.remove(name);
        } else {
            options.set(name, value);
        }
    }
    configuration
}

use Engine::{Besu, GoQuorum};

#[test]
fn our_own_configurations_have_no_traps() {
    for engine in [Besu, GoQuorum] {
        assert_eq!(traps(&ours(engine), Machine::default()), [], "{engine}");
    }
}

#[test]
fn each_bad_genesis_is_named() {
    let three = json!("0xf865a00000000000000000000000000000000000000000000000000000000000000000f83f94aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa94bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb94ccccccccccccccccccccccccccccccccccccccccc080c0");
    let known = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266";
    let cases: Vec<(&str, Configuration)> = vec![
        (
            "too-few-validators",
            with_genesis(Besu, |g| g["extraData"] = three.clone()),
        ),
        (
            "fork-level",
            with_genesis(Besu, |g| g["config"]["shanghaiTime"] = json!(0)),
        ),
        (
            "fork-level",
            with_genesis(Besu, |g| g["config"]["cancunTime"] = json!(1)),
        ),
        (
            "fork-level",
            with_genesis(GoQuorum, |g| {
                g["config"].as_object_mut().unwrap().remove("berlinBlock");
            }),
        ),
        (
            "base-fee",
            with_genesis(Besu, |g| g["config"]["londonBlock"] = json!(0)),
        ),
        (
            "request-timeout",
            with_genesis(GoQuorum, |g| {
                g["config"]["qbft"]["requesttimeoutseconds"] = json!(1);
            }),
        ),
        (
            "request-timeout",
            with_genesis(Besu, |g| {
                g["config"]["qbft"]["requesttimeoutseconds"] = json!(60);
            }),
        ),
        (
            "transaction-size",
            with_genesis(GoQuorum, |g| g["config"]["txnSizeLimit"] = json!(64)),
        ),
        (
            "empty-blocks",
            with_genesis(GoQuorum, |g| {
                let qbft = g["config"]["qbft"].as_object_mut().unwrap();
                qbft.remove("emptyblockperiodseconds");
            }),
        ),
        (
            "empty-blocks",
            with_genesis(GoQuorum, |g| {
                g["config"]["qbft"]["emptyblockperiodseconds"] = json!(1);
            }),
        ),
        (
            "chain-id",
            with_genesis(Besu, |g| g["config"]["chainId"] = json!(1337)),
        ),
        (
            "chain-id",
            with_genesis(Besu, |g| g["config"]["chainId"] = json!(1)),
        ),
        (
            "known-account",
            with_genesis(Besu, |g| g["alloc"][known] = json!({"balance": "1"})),
        ),
        (
            "key-exposed",
            with_genesis(Besu, |g| g["alloc"]["aa"] = json!({"privateKey": "8f2a"})),
        ),
        (
            "short-epoch",
            with_genesis(Besu, |g| g["config"]["qbft"]["epochlength"] = json!(10)),
        ),
        (
            "genesis-malformed",
            with_genesis(Besu, |g| g["mixHash"] = json!("0x00")),
        ),
        (
            "genesis-malformed",
            with_genesis(Besu, |g| g["difficulty"] = json!("0x20000")),
        ),
        (
            "genesis-malformed",
            with_genesis(GoQuorum, |g| g["extraData"] = json!("0x")),
        ),
    ];
    for (expected, configuration) in cases {
        assert_eq!(codes(&configuration), [expected]);
    }
}

#[test]
fn each_bad_option_of_besu_is_named() {
    let cases: [(&str, &[(&str, &str)]); 17] = [
        ("pool-share", &[("tx-pool-max-future-by-sender", "-")]),
        (
            "pool-share",
            &[
                ("tx-pool", "sequenced"),
                ("tx-pool-max-future-by-sender", "-"),
            ],
        ),
        (
            "pool-share",
            &[
                ("tx-pool", "sequenced"),
                ("tx-pool-max-future-by-sender", "-"),
                ("tx-pool-limit-by-account-percentage", "0.01"),
            ],
        ),
        (
            "pool-mixed",
            &[("tx-pool-limit-by-account-percentage", "1")],
        ),
        (
            "selection-time",
            &[("poa-block-txs-selection-max-time", "100")],
        ),
        ("gas-limit-drifts", &[("target-gas-limit", "-")]),
        ("gas-limit-drifts", &[("target-gas-limit", "20000000")]),
        ("gas-price", &[("min-gas-price", "-")]),
        ("gas-price", &[("min-gas-price", "1000")]),
        ("rpc-open", &[("host-allowlist", "*")]),
        ("rpc-open", &[("rpc-http-cors-origins", "all")]),
        ("rpc-governs", &[("rpc-http-host", "10.0.0.7")]),
        (
            "rpc-open",
            &[("rpc-http-host", "0.0.0.0"), ("rpc-http-api", "ETH,NET")],
        ),
        (
            "anyone-connects",
            &[("permissions-nodes-config-file-enabled", "false")],
        ),
        ("no-peers", &[("static-nodes-file", "-")]),
        ("sync-mode", &[("sync-mode", "-")]),
        ("key-exposed", &[("node-private-key", "8f2a")]),
    ];
    for (expected, changes) in cases {
        assert_eq!(
            codes(&with_options(Besu, changes)),
            [expected],
            "{changes:?}"
        );
    }
}

#[test]
fn each_bad_option_of_goquorum_is_named() {
    let cases: [(&str, &[(&str, &str)]); 12] = [
        ("state-in-memory", &[("gcmode", "-")]),
        ("state-in-memory", &[("gcmode", "full")]),
        ("pool-share", &[("txpool.accountslots", "-")]),
        ("pool-share", &[("txpool.accountqueue", "64")]),
        ("gas-limit-drifts", &[("miner.gastarget", "-")]),
        ("gas-price", &[("miner.gasprice", "-")]),
        ("unlocked-accounts", &[("unlock", "0")]),
        ("unlocked-accounts", &[("allow-insecure-unlock", "true")]),
        ("unlocked-accounts", &[("http.api", "eth,personal")]),
        ("rpc-open", &[("http.vhosts", "*")]),
        ("anyone-connects", &[("permissioned", "-")]),
        ("key-exposed", &[("nodekeyhex", "8f2a")]),
    ];
    for (expected, changes) in cases {
        assert_eq!(
            codes(&with_options(GoQuorum, changes)),
            [expected],
            "{changes:?}"
        );
    }
}

/// A limit that four times the machine's speed can't fill in time, in genesis and options alike.
#[test]
fn a_gas_limit_beyond_the_machine_is_named() {
    let mut configuration = with_options(
        GoQuorum,
        &[
            ("miner.gaslimit", "60000000"),
            ("miner.gastarget", "60000000"),
        ],
    );
    configuration.genesis[0].1["gasLimit"] = json!("0x3938700");
    let found = traps(&configuration, Machine::default());
    assert!(found.iter().any(|trap| trap.kind == TrapKind::GasLimit));
    let faster = Machine {
        gas_per_second: 30_000_000,
    };
    let found = traps(&configuration, faster);
    assert!(found.iter().all(|trap| trap.kind != TrapKind::GasLimit));
}

#[test]
fn a_key_that_others_can_read_is_named() {
    let mut configuration = ours(Besu);
    configuration.keys[0].mode = 0o100_644;
    assert_eq!(codes(&configuration), ["key-exposed"]);
}

#[test]
fn every_trap_says_what_to_do() {
    for kind in TrapKind::ALL {
        assert!(kind.advice().len() > 20, "{}", kind.code());
    }
}
