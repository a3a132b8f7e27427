//! What each engine wants: its genesis, its configuration files and its command line.
//!
//! A node runs with its member's folder as working folder, so that every path is relative and the folder can be put anywhere.

pub mod anvil;
pub mod besu;
pub mod goquorum;
mod unit;

use serde_json::{json, Value};

use super::DATA_FOLDER;
use crate::domain::ledger::extra::genesis_extra;
use crate::domain::ledger::{Engine, Ledger, Member};

/// What a block of QBFT has for a mix hash: "ctical byzantine fault tolerance", in part.
pub const MIX_HASH: &str = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";

/// A file for everybody to read that is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainFile {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub content: String,
}

/// What is done before a node starts; each step may be done again without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The engine is run to its end with these arguments, unless the path is there.
    Run {
        /// The arguments.
        args: Vec<String>,
        /// What it makes.
        makes: &'static str,
    },
    /// A file is copied, over an older one.
    Copy {
        /// From.
        from: &'static str,
        /// To.
        to: &'static str,
    },
}

/// How a node is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// What is done before.
    pub prepare: Vec<Step>,
    /// The arguments.
    pub args: Vec<String>,
    /// Variables in its environment.
    pub environment: Vec<(&'static str, &'static str)>,
}

/// A program that people get elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// Its name on `PATH`.
    pub name: &'static str,
    /// The variable that names its path instead.
    pub variable: &'static str,
    /// What its version text holds that of another program of this name does not.
    pub says: &'static str,
    /// Arguments that print its version.
    pub version_args: &'static [&'static str],
    /// Where to get it.
    pub hint: &'static str,
}

/// The engine's program.
pub fn program(engine: Engine) -> Program {
    match engine {
        Engine::Anvil => anvil::PROGRAM,
        Engine::Besu => besu::PROGRAM,
        Engine::GoQuorum => goquorum::PROGRAM,
    }
}

/// The first block, as the engine writes it. Anvil makes its own.
pub fn genesis(ledger: &Ledger) -> Option<Value> {
    match ledger.engine {
        Engine::Anvil => None,
        Engine::Besu => Some(besu::genesis(ledger)),
        Engine::GoQuorum => Some(goquorum::genesis(ledger)),
    }
}

/// What a member's folder holds besides the node's key.
pub fn member_files(ledger: &Ledger, member: &Member) -> Vec<PlainFile> {
    let mut files = match ledger.engine {
        Engine::Anvil => Vec::new(),
        Engine::Besu => besu::files(ledger, member),
        Engine::GoQuorum => goquorum::files(ledger, member),
    };
    if let Some(genesis) = genesis(ledger) {
        files.push(PlainFile {
            name: "genesis.json",
            content: format!("{genesis:#}\n"),
        });
        files.push(PlainFile {
            name: "static-nodes.json",
            content: format!("{:#}\n", json!(ledger.peers_of(&member.name))),
        });
        files.push(PlainFile {
            name: "medshare-validator.service",
            content: unit::unit(ledger, member),
        });
    }
    files
}

/// How a member's node is started.
pub fn launch(ledger: &Ledger, member: &Member) -> Launch {
    match ledger.engine {
        Engine::Anvil => anvil::launch(ledger, member),
        Engine::Besu => besu::launch(),
        Engine::GoQuorum => goquorum::launch(ledger, member),
    }
}

/// What the first block has under every engine.
fn genesis_of(ledger: &Ledger, config: Value) -> Value {
    let rules = &ledger.rules;
    let alloc: serde_json::Map<String, Value> = ledger
        .funded
        .iter()
        .map(|funded| {
            let account = hex::encode(funded.account.to_bytes());
            (account, json!({"balance": format!("{:#x}", funded.wei)}))
        })
        .collect();
    json!({
        "config": config,
        "nonce": "0x0",
        "timestamp": format!("{:#x}", rules.genesis_time),
        "extraData": format!("0x{}", hex::encode(genesis_extra(&ledger.founders()))),
        "gasLimit": format!("{:#x}", rules.gas_limit),
        "difficulty": "0x1",
        "mixHash": MIX_HASH,
        "coinbase": "0x0000000000000000000000000000000000000000",
        "alloc": alloc,
    })
}

/// A file in the data folder.
fn in_data(name: &str) -> String {
    format!("{DATA_FOLDER}/{name}")
}

#[cfg(test)]
mod tests;
