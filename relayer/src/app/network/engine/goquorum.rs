//! Consensys GoQuorum: genesis, flags, and the files that its `geth` reads.

use serde_json::{json, Value};

use super::{genesis_of, in_data, Launch, PlainFile, Program, Step};
use crate::app::network::{DATA_FOLDER, NODE_KEY_FILE};
use crate::domain::ledger::rules::MOST_TRANSACTION_KIB;
use crate::domain::ledger::{Ledger, Member};

/// GoQuorum's geth.
pub const PROGRAM: Program = Program {
    name: "geth",
    variable: "MEDSHARE_GOQUORUM",
    says: "Quorum Version",
    version_args: &["version"],
    hint: "Get GoQuorum from https://github.com/Consensys/quorum/releases, put its `geth` on PATH or name it in MEDSHARE_GOQUORUM; \
           Ethereum's own geth is another program.",
};
/// Transactions of one account that a node keeps: a proxy sends for many patients.
pub const POOL_SLOTS: u64 = 4_096;
const PERMISSIONED: &str = "permissioned-nodes.json";

pub(super) fn genesis(ledger: &Ledger) -> Value {
    let rules = &ledger.rules;
    let config = json!({
        "chainId": rules.chain_id,
        "homesteadBlock": 0,
        "eip150Block": 0,
        "eip155Block": 0,
        "eip158Block": 0,
        "byzantiumBlock": 0,
        "constantinopleBlock": 0,
        "petersburgBlock": 0,
        "istanbulBlock": 0,
        "berlinBlock": 0,
        "isQuorum": true,
        "txnSizeLimit": MOST_TRANSACTION_KIB,
        "qbft": {
            "epochlength": rules.epoch_blocks,
            "blockperiodseconds": rules.block_period_s,
            // The miner offers an empty block before it has executed a full one, and the proposer takes what is offered first: unless
            // an empty one has to wait for longer, every other block is empty under load
            "emptyblockperiodseconds": 2 * rules.block_period_s,
            "requesttimeoutseconds": rules.request_timeout_s,
            "maxRequestTimeoutSeconds": rules.max_request_timeout_s,
            "policy": 0,
            "ceil2Nby3Block": 0,
        },
    });
    genesis_of(ledger, config)
}

pub(super) fn files(ledger: &Ledger, member: &Member) -> Vec<PlainFile> {
    let flags = flags(ledger, member).join(" ");
    vec![
        PlainFile {
            name: "geth.toml",
            content: configuration(ledger, member),
        },
        PlainFile {
            name: "geth.flags",
            content: format!("geth {flags}\n"),
        },
        PlainFile {
            name: PERMISSIONED,
            content: permissioned(ledger),
        },
    ]
}

/// The nodes that may connect.
pub fn permissioned(ledger: &Ledger) -> String {
    format!("{:#}\n", json!(ledger.enodes()))
}

pub(super) fn launch(ledger: &Ledger, member: &Member) -> Launch {
    let init = ["--datadir", DATA_FOLDER, "init", "genesis.json"];
    Launch {
        prepare: vec![
            Step::Run {
                args: init.map(str::to_owned).to_vec(),
                makes: "data/geth/chaindata",
            },
            Step::Copy {
                from: PERMISSIONED,
                to: "data/permissioned-nodes.json",
            },
            Step::Copy {
                from: "static-nodes.json",
                to: "data/static-nodes.json",
            },
        ],
        args: flags(ledger, member),
        environment: vec![("PRIVATE_CONFIG", "ignore")],
    }
}

/// What has no flag: the address to listen on for peers. A flag for the port would listen on all addresses.
fn configuration(ledger: &Ledger, member: &Member) -> String {
    let listen = std::net::SocketAddr::new(member.host, member.p2p_port);
    format!(
        "[Eth]\nNetworkId = {}\n\n[Node.P2P]\nListenAddr = \"{listen}\"\n",
        ledger.rules.chain_id
    )
}

/// APIs that the node serves. Those that govern it are for its own machine only.
fn apis(member: &Member) -> &'static str {
    if member.rpc_is_local() {
        "eth,net,web3,txpool,istanbul,admin"
    } else {
        "eth,net,web3"
    }
}

fn flags(ledger: &Ledger, member: &Member) -> Vec<String> {
    let rules = &ledger.rules;
    let with_value = [
        ("--datadir", DATA_FOLDER.to_owned()),
        ("--config", "geth.toml".to_owned()),
        ("--nodekey", NODE_KEY_FILE.to_owned()),
        ("--networkid", rules.chain_id.to_string()),
        ("--syncmode", "full".to_owned()),
        // Otherwise the states of the last blocks are in memory only: if all validators crash at once, final blocks are lost
        ("--gcmode", "archive".to_owned()),
        ("--nat", "none".to_owned()),
        ("--miner.threads", "1".to_owned()),
        // Before an empty block has waited for its time, so that what comes meanwhile gets into it and need not wait for the next one; and
        // not before a full one is executed
        (
            "--miner.recommit",
            format!("{}ms", 1_500 * rules.block_period_s),
        ),
        ("--miner.gasprice", "0".to_owned()),
        ("--miner.gastarget", rules.gas_limit.to_string()),
        ("--miner.gaslimit", rules.gas_limit.to_string()),
        ("--txpool.accountslots", POOL_SLOTS.to_string()),
        ("--txpool.accountqueue", POOL_SLOTS.to_string()),
        ("--txpool.globalslots", (4 * POOL_SLOTS).to_string()),
        ("--txpool.globalqueue", (4 * POOL_SLOTS).to_string()),
        ("--cache", "256".to_owned()),
        ("--http.addr", member.rpc_host.to_string()),
        ("--http.port", member.rpc_port.to_string()),
        ("--http.vhosts", "localhost".to_owned()),
        ("--http.api", apis(member).to_owned()),
        // A path of its own, because a socket's may have 108 bytes only
        ("--ipcpath", in_data("geth.ipc")),
    ];
    let mut flags: Vec<String> = ["--nodiscover", "--permissioned", "--mine", "--http"]
        .map(str::to_owned)
        .to_vec();
    flags.extend(
        with_value
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value]),
    );
    flags
}
