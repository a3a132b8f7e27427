//! Hyperledger Besu: genesis, `besu.toml`, permissions, and files for its container image.

use std::fmt::Write as _;

use serde_json::{json, Value};

use super::{genesis_of, Launch, PlainFile, Program};
use crate::app::network::{DATA_FOLDER, NODE_KEY_FILE};
use crate::domain::ledger::{Ledger, Member};

/// Besu.
pub const PROGRAM: Program = Program {
    name: "besu",
    variable: "MEDSHARE_BESU",
    says: "besu/",
    version_args: &["--version"],
    hint: "Get Besu from https://github.com/hyperledger/besu/releases (it needs Java), put `besu` on PATH or name it in MEDSHARE_BESU; \
           or run its container image with the compose.yaml that `relayer network init` wrote.",
};
/// The container image, of the version that the settings were tried with.
pub const IMAGE: &str = "hyperledger/besu:26.8.0";
/// Percent of the block period that choosing transactions may take, well below the request time-out.
pub const SELECTION_PERCENT: u64 = 75;
/// Transactions of one account that a node keeps though earlier ones are missing: a proxy sends for many patients.
pub const MOST_FUTURE_OF_AN_ACCOUNT: u64 = 5_000;

pub(super) fn genesis(ledger: &Ledger) -> Value {
    let rules = &ledger.rules;
    let config = json!({
        "chainId": rules.chain_id,
        "berlinBlock": 0,
        "qbft": {
            "epochlength": rules.epoch_blocks,
            "blockperiodseconds": rules.block_period_s,
            "requesttimeoutseconds": rules.request_timeout_s,
        },
    });
    genesis_of(ledger, config)
}

pub(super) fn files(ledger: &Ledger, member: &Member) -> Vec<PlainFile> {
    vec![
        PlainFile {
            name: "besu.toml",
            content: configuration(ledger, member),
        },
        PlainFile {
            name: "permissions.toml",
            content: permissions(ledger),
        },
        PlainFile {
            name: "compose.yaml",
            content: compose(&[member], "."),
        },
    ]
}

pub(super) fn launch() -> Launch {
    Launch {
        prepare: Vec::new(),
        args: vec!["--config-file=besu.toml".to_owned()],
        environment: vec![("BESU_OPTS", "-Xmx1g")],
    }
}

/// APIs that the node serves. Those that govern it are for its own machine only.
fn apis(member: &Member) -> Value {
    if member.rpc_is_local() {
        json!(["ETH", "NET", "WEB3", "TXPOOL", "QBFT", "PERM", "ADMIN"])
    } else {
        json!(["ETH", "NET", "WEB3"])
    }
}

fn configuration(ledger: &Ledger, member: &Member) -> String {
    let rules = &ledger.rules;
    let options: [(&str, Value); 25] = [
        ("genesis-file", json!("genesis.json")),
        ("data-path", json!(DATA_FOLDER)),
        ("node-private-key-file", json!(NODE_KEY_FILE)),
        ("sync-mode", json!("FULL")),
        ("target-gas-limit", json!(rules.gas_limit)),
        ("min-gas-price", json!(0)),
        ("tx-pool", json!("layered")),
        (
            "tx-pool-max-future-by-sender",
            json!(MOST_FUTURE_OF_AN_ACCOUNT),
        ),
        ("poa-block-txs-selection-max-time", json!(SELECTION_PERCENT)),
        ("discovery-enabled", json!(false)),
        ("static-nodes-file", json!("static-nodes.json")),
        ("nat-method", json!("NONE")),
        ("p2p-enabled", json!(true)),
        ("p2p-host", json!(member.host)),
        ("p2p-interface", json!(member.host)),
        ("p2p-port", json!(member.p2p_port)),
        ("rpc-http-enabled", json!(true)),
        ("rpc-http-host", json!(member.rpc_host)),
        ("rpc-http-port", json!(member.rpc_port)),
        ("rpc-http-api", apis(member)),
        ("host-allowlist", json!(["localhost", "127.0.0.1"])),
        ("permissions-nodes-config-file-enabled", json!(true)),
        ("permissions-nodes-config-file", json!("permissions.toml")),
        (
            "permissions-accounts-config-file-enabled",
            json!(!ledger.accounts.is_empty()),
        ),
        (
            "permissions-accounts-config-file",
            json!("permissions.toml"),
        ),
    ];
    options
        .iter()
        .fold(String::new(), |mut text, (name, value)| {
            // JSON's strings, numbers, booleans and lists of them are TOML's
            writeln!(text, "{name}={value}").ok();
            text
        })
}

/// Who may connect, and, if any are named, whose transactions are taken.
pub fn permissions(ledger: &Ledger) -> String {
    let accounts: Vec<String> = ledger.accounts.iter().map(ToString::to_string).collect();
    format!(
        "nodes-allowlist={}\naccounts-allowlist={}\n",
        json!(ledger.enodes()),
        json!(accounts)
    )
}

/// Services for the container image. They share the machine's network, so that addresses and ports are those of `besu.toml`.
pub fn compose(members: &[&Member], folder: &str) -> String {
    let mut text = String::from(
        "# MEDSHARE_USER: who owns the folders, as `id -u`:`id -g` give it\nservices:\n",
    );
    for member in members {
        let folder = if folder == "." {
            ".".to_owned()
        } else {
            format!("./{folder}/{}", member.name)
        };
        write!(
            text,
            "  {name}:\n    image: {IMAGE}\n    user: \"${{MEDSHARE_USER:?set it to $(id -u):$(id -g)}}\"\n    network_mode: host\n    \
             working_dir: /node\n    environment:\n      BESU_OPTS: -Xmx1g\n    volumes:\n      - {folder}:/node\n    \
             command: [--config-file=besu.toml]\n    restart: unless-stopped\n    cap_drop: [ALL]\n    \
             security_opt: [\"no-new-privileges:true\"]\n",
            name = member.name
        )
        .ok();
    }
    text
}
