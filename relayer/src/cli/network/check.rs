//! `relayer network check`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{json, Value};

use crate::app::network::check::options::{command_lines, Options};
use crate::app::network::check::{traps, Configuration, KeyFile, Machine, NodeOptions, Trap};
use crate::app::network::DATA_FOLDER;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ledger::rules::MEASURED_GAS_PER_SECOND;
use crate::domain::ledger::Engine;

/// Folders in folders are looked into so deep.
const MOST_DEPTH: u32 = 4;
/// Configuration is smaller.
const MOST_BYTES: u64 = 4 << 20;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Folders or files: a genesis, Besu's TOML, scripts, systemd units or compose files that start `besu` or `geth`.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Gas that the slowest validator's machine executes in a second; `relayer bench network` measures it.
    #[arg(long, default_value_t = MEASURED_GAS_PER_SECOND)]
    gas_per_second: u64,
}

impl Check {
    pub(super) fn run(self, output: &Output) -> Result<(), Failure> {
        let configuration = read(&self.paths)?;
        let found = traps(
            &configuration,
            Machine {
                gas_per_second: self.gas_per_second,
            },
        );
        let value = json!({
            "genesis": configuration.genesis.iter().map(|(place, _)| place).collect::<Vec<_>>(),
            "nodes": configuration.nodes.iter().map(|node| &node.place).collect::<Vec<_>>(),
            "traps": found,
        });
        output.result(&value, &table(&configuration, &found));
        if found.is_empty() {
            return Ok(());
        }
        let words = format!("{} traps in the configuration", found.len());
        Err(Failure::new(FailureCode::InvalidInput, words)
            .with_hint("Each line above says what to do."))
    }
}

/// Reads a network's configuration from folders and files.
///
/// # Errors
/// `not-found` if nothing of it is a configuration, `malformed`, `io`.
fn read(paths: &[PathBuf]) -> Result<Configuration, Failure> {
    let mut configuration = Configuration::default();
    for path in paths {
        take(path, 0, &mut configuration)?;
    }
    // A network's folder has the genesis several times over
    let mut seen: Vec<Value> = Vec::new();
    configuration.genesis.retain(|(_, genesis)| {
        let fresh = !seen.contains(genesis);
        seen.push(genesis.clone());
        fresh
    });
    if configuration.genesis.is_empty() && configuration.nodes.is_empty() {
        let words = "no genesis and no node's options were found";
        return Err(Failure::new(FailureCode::NotFound, words));
    }
    Ok(configuration)
}

fn take(path: &Path, depth: u32, configuration: &mut Configuration) -> Result<(), Failure> {
    let io = |error: std::io::Error| {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => FailureCode::NotFound,
            _ => FailureCode::Io,
        };
        Failure::new(code, format!("{}: {error}", path.display()))
    };
    let metadata = path.metadata().map_err(io)?;
    if metadata.is_dir() {
        let is_data = path.file_name().is_some_and(|name| name == DATA_FOLDER);
        if depth > MOST_DEPTH || (is_data && depth > 0) {
            return Ok(());
        }
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
            .map_err(io)?;
        entries.sort();
        return entries
            .iter()
            .try_for_each(|entry| take(entry, depth + 1, configuration));
    }
    if !metadata.is_file() || metadata.len() > MOST_BYTES {
        return Ok(());
    }
    let bytes = std::fs::read(path).map_err(io)?;
    if let Ok(text) = String::from_utf8(bytes) {
        use std::os::unix::fs::PermissionsExt as _;
        sort_in(path, &text, metadata.permissions().mode(), configuration)?;
    }
    Ok(())
}

/// What a file is, by its content.
fn sort_in(path: &Path, text: &str, mode: u32, into: &mut Configuration) -> Result<(), Failure> {
    let place = path.display().to_string();
    let is_key = {
        let digits = text.trim().trim_start_matches("0x");
        digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    if is_key {
        into.keys.push(KeyFile { place, mode });
        return Ok(());
    }
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("json") => {
            let value: Option<Value> = serde_json::from_str(text).ok();
            into.genesis.extend(
                value
                    .filter(|value| value["config"].is_object())
                    .map(|genesis| (place, genesis)),
            );
        }
        Some("toml") => {
            let options = Options::from_toml(text).map_err(|words| {
                Failure::new(FailureCode::Malformed, format!("{place}: {words}"))
            })?;
            let is_node = [
                "genesis-file",
                "data-path",
                "rpc-http-enabled",
                "sync-mode",
                "p2p-port",
            ]
            .iter()
            .any(|name| options.get(name).is_some());
            if is_node {
                into.nodes.push(NodeOptions {
                    place,
                    engine: Engine::Besu,
                    options,
                });
            }
        }
        // The same flags stand in the unit beside it
        Some("service") if path.with_file_name("geth.flags").exists() => {}
        _ => {
            for (name, engine) in [("besu", Engine::Besu), ("geth", Engine::GoQuorum)] {
                for words in command_lines(text, name) {
                    let options = Options::from_command_line(&words);
                    // Its options stand in that file
                    if options.get("config-file").is_none() {
                        into.nodes.push(NodeOptions {
                            place: place.clone(),
                            engine,
                            options,
                        });
                    }
                }
            }
        }
    }
    Ok(())
}

fn table(configuration: &Configuration, found: &[Trap]) -> String {
    let mut text = format!(
        "{} genesis and {} nodes' options read: ",
        configuration.genesis.len(),
        configuration.nodes.len()
    );
    if found.is_empty() {
        text.push_str("no trap found");
    }
    for trap in found {
        let lines = format!(
            "\n{:<20} {}: {}\n{:<20} {}",
            trap.kind.code(),
            trap.place,
            trap.words,
            "",
            trap.kind.advice()
        );
        text.push_str(&lines);
    }
    text
}
