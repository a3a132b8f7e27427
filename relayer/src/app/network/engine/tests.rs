use serde_json::json;

use super::*;
use crate::app::network::check::options::Options;
use crate::domain::ids::Address;
use crate::domain::ledger::extra::Extra;
use crate::domain::ledger::node::NodeId;
use crate::domain::ledger::rules::Rules;
use crate::domain::ledger::{Funded, KIND, VERSION};
use crate::domain::signer::EvmKey;

fn ledger(engine: Engine) -> Ledger {
    let members = (1..=4_u8).map(|number| {
        let node_id = NodeId::of(&EvmKey::from_bytes(&[number; 32]).unwrap());
        Member {
            name: format!("validator-{number}"),
            node_id,
            address: node_id.address(),
            host: [127, 0, 0, 1].into(),
            p2p_port: 30_302 + u16::from(number),
            rpc_host: [127, 0, 0, 1].into(),
            rpc_port: 8_544 + u16::from(number),
            founder: true,
        }
    });
    Ledger {
        kind: KIND.to_owned(),
        version: VERSION,
        engine,
        rules: Rules::of_chain(48_879, 0x5b3d_92d7),
        members: members.collect(),
        funded: vec![Funded {
            account: Address::new([0xaa; 20]),
            wei: 0x1234,
        }],
        accounts: vec![Address::new([0xbb; 20])],
    }
}

fn file(ledger: &Ledger, name: &str) -> String {
    let files = member_files(ledger, &ledger.members[1]);
    let found = files.into_iter().find(|file| file.name == name);
    found.unwrap_or_else(|| panic!("{name}")).content
}

/// Field by field as Besu's documentation of QBFT has it.
#[test]
fn the_first_block_for_besu() {
    let ledger = ledger(Engine::Besu);
    let mut genesis = genesis(&ledger).unwrap();
    let extra = genesis["extraData"].take();
    assert_eq!(
        genesis,
        json!({
            "config": {
                "chainId": 48_879,
                "berlinBlock": 0,
                "qbft": {"epochlength": 30_000, "blockperiodseconds": 1, "requesttimeoutseconds": 4},
            },
            "nonce": "0x0",
            "timestamp": "0x5b3d92d7",
            "extraData": null,
            "gasLimit": "0x1c9c380",
            "difficulty": "0x1",
            "mixHash": "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365",
            "coinbase": "0x0000000000000000000000000000000000000000",
            "alloc": {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": {"balance": "0x1234"}},
        })
    );
    let bytes = hex::decode(extra.as_str().unwrap().trim_start_matches("0x")).unwrap();
    assert_eq!(Extra::decode(&bytes).unwrap().validators, ledger.founders());
}

#[test]
fn the_first_block_for_goquorum() {
    let genesis = genesis(&ledger(Engine::GoQuorum)).unwrap();
    let config = &genesis["config"];
    assert_eq!(config["isQuorum"], true);
    assert_eq!(config["txnSizeLimit"], 128);
    assert_eq!(config["berlinBlock"], 0);
    assert!(config.get("londonBlock").is_none());
    assert_eq!(
        config["qbft"],
        json!({
            "epochlength": 30_000, "blockperiodseconds": 1, "emptyblockperiodseconds": 2, "requesttimeoutseconds": 4, "maxRequestTimeoutSeconds": 30,
            "policy": 0, "ceil2Nby3Block": 0,
        })
    );
}

#[test]
fn besu_lets_only_members_connect_and_only_accounts_send() {
    let ledger = ledger(Engine::Besu);
    let options = Options::from_toml(&file(&ledger, "besu.toml")).unwrap();
    for on in [
        "permissions-nodes-config-file-enabled",
        "permissions-accounts-config-file-enabled",
        "rpc-http-enabled",
    ] {
        assert!(options.is_on(on), "{on}");
    }
    assert!(options.is_off("discovery-enabled"));
    assert_eq!(options.get("p2p-port"), Some("30304"));
    assert_eq!(options.get("rpc-http-host"), Some("127.0.0.1"));
    let permissions = Options::from_toml(&file(&ledger, "permissions.toml")).unwrap();
    assert_eq!(permissions.list("nodes-allowlist"), ledger.enodes());
    let account = Address::new([0xbb; 20]).to_string();
    assert_eq!(permissions.list("accounts-allowlist"), [account]);

    let mut everybody = ledger;
    everybody.accounts.clear();
    let options = Options::from_toml(&file(&everybody, "besu.toml")).unwrap();
    assert!(options.is_off("permissions-accounts-config-file-enabled"));
}

#[test]
fn goquorum_lets_only_members_connect() {
    let ledger = ledger(Engine::GoQuorum);
    let flags = file(&ledger, "geth.flags");
    assert!(
        flags.contains(" --permissioned ") && flags.contains(" --nodiscover "),
        "{flags}"
    );
    assert!(!flags.contains("unlock"), "{flags}");
    let permitted: Vec<String> =
        serde_json::from_str(&file(&ledger, "permissioned-nodes.json")).unwrap();
    assert_eq!(permitted, ledger.enodes());
    let peers: Vec<String> = serde_json::from_str(&file(&ledger, "static-nodes.json")).unwrap();
    assert_eq!(peers, ledger.peers_of("validator-2"));
    assert!(file(&ledger, "geth.toml").contains("ListenAddr = \"127.0.0.1:30304\""));
}

/// What others reach does not govern the node.
#[test]
fn apis_that_govern_a_node_are_for_its_own_machine() {
    for (engine, name, governing) in [
        (Engine::Besu, "besu.toml", "ADMIN"),
        (Engine::GoQuorum, "geth.flags", "istanbul"),
    ] {
        let mut ledger = ledger(engine);
        assert!(file(&ledger, name).contains(governing));
        ledger.members[1].rpc_host = [10, 0, 0, 2].into();
        assert!(!file(&ledger, name).contains(governing));
    }
}

#[test]
fn the_unit_starts_the_node_as_up_does() {
    for engine in [Engine::Besu, Engine::GoQuorum] {
        let ledger = ledger(engine);
        let unit = file(&ledger, "medshare-validator.service");
        let launch = launch(&ledger, &ledger.members[1]);
        assert!(unit.contains(&launch.args.join(" ")), "{unit}");
        assert_eq!(unit.matches("ExecStartPre=").count(), launch.prepare.len());
        for line in [
            "NoNewPrivileges=true",
            "UMask=0077",
            "User=medshare-validator",
        ] {
            assert!(unit.contains(line), "{unit}");
        }
    }
}

#[test]
fn the_compose_file_has_a_service_for_each_member() {
    let ledger = ledger(Engine::Besu);
    let members: Vec<&Member> = ledger.members.iter().collect();
    let text = besu::compose(&members, "members");
    for member in &ledger.members {
        assert!(text.contains(&format!("\n  {}:\n", member.name)), "{text}");
        assert!(
            text.contains(&format!("- ./members/{}:/node\n", member.name)),
            "{text}"
        );
    }
    assert_eq!(text.matches(besu::IMAGE).count(), 4);
    let own = file(&ledger, "compose.yaml");
    assert!(
        own.contains("- .:/node\n") && own.matches(besu::IMAGE).count() == 1,
        "{own}"
    );
}
