//! A network of validators: its folder, and, where an engine is installed, running it and changing who validates.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context as _, Result};
use relayer::adapters::network_folder::NetworkFolder;
use relayer::app::network::init::{folder_of, join, shared_files};
use relayer::sandbox::{Actor, On, Setting};
use serde_json::Value;
use tests::{code_of, engine, world};

/// Somebody who runs `relayer network` in a folder.
fn operator(folder: &Path) -> Result<Actor> {
    Ok(Actor::new("operator", &world::program()?, folder))
}

fn init(operator: &Actor, engine: &str, dir: &str, ports: (&str, &str)) -> Result<Value> {
    Ok(operator.run(&[
        "network",
        "init",
        "--engine",
        engine,
        "--dir",
        dir,
        "--p2p-port",
        ports.0,
        "--rpc-port",
        ports.1,
    ])?)
}

#[test]
fn nothing_of_a_network_is_for_others_to_read_and_nothing_is_overwritten() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let operator = operator(folder.path())?;
    for engine in ["anvil", "besu", "goquorum"] {
        let dir = folder.path().join(engine).display().to_string();
        init(&operator, engine, &dir, ("30303", "8545"))?;
        let mut files = 0;
        only_ours(Path::new(&dir), &mut files)?;
        assert!(files > 2, "{files}");
        let again = operator.run(&["network", "init", "--engine", engine, "--dir", &dir]);
        assert_eq!(code_of(again), "already-exists");
    }
    Ok(())
}

fn only_ours(path: &Path, files: &mut u32) -> Result<()> {
    let mode = path.metadata()?.permissions().mode() & 0o777;
    if path.is_dir() {
        assert_eq!(mode, 0o700, "{}", path.display());
        for entry in std::fs::read_dir(path)? {
            only_ours(&entry?.path(), files)?;
        }
    } else {
        assert_eq!(mode, 0o600, "{}", path.display());
        *files += 1;
    }
    Ok(())
}

/// Its own configuration has one trap, the development chain's id; a key that others can read is another one.
#[test]
fn a_configuration_is_checked_as_it_lies_there() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let operator = operator(folder.path())?;
    let traps = |dir: &str| -> Result<Vec<String>> {
        let failed = operator
            .run(&["network", "check", dir])
            .err()
            .context("a trap")?;
        let told: Value = serde_json::from_str(&failed.stdout)?;
        let traps = told["traps"].as_array().cloned().unwrap_or_default();
        Ok(traps
            .iter()
            .map(|trap| trap["trap"].as_str().unwrap_or_default().to_owned())
            .collect())
    };
    for engine in ["besu", "goquorum"] {
        let dir = folder.path().join(engine).display().to_string();
        init(&operator, engine, &dir, ("30303", "8545"))?;
        assert_eq!(traps(&dir)?, ["chain-id"], "{engine}");
        let key = Path::new(&dir).join("members/validator-1/node.key");
        std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644))?;
        assert_eq!(traps(&dir)?, ["chain-id", "key-exposed"], "{engine}");
    }
    Ok(())
}

#[test]
fn an_engine_that_is_missing_is_told_with_where_to_get_it() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let operator = operator(folder.path())?;
    for engine in ["besu", "goquorum"] {
        let dir = folder.path().join(engine).display().to_string();
        init(&operator, engine, &dir, ("30303", "8545"))?;
        let missing = operator.run(&["network", "up", "--dir", &dir, "--program", "/nowhere"]);
        let failure = missing
            .err()
            .and_then(|error| error.failure())
            .unwrap_or_default();
        assert_eq!(failure["code"], "not-found");
        let hint = failure["hint"].as_str().unwrap_or_default();
        assert!(hint.contains("https://github.com/"), "{hint}");
    }
    Ok(())
}

/// A running network that ends with this value.
struct Running<'a> {
    operator: &'a Actor,
    dir: String,
}

impl Running<'_> {
    fn status(&self) -> Result<Vec<Value>> {
        let status = self
            .operator
            .run(&["network", "status", "--dir", &self.dir])?;
        Ok(status["nodes"].as_array().cloned().unwrap_or_default())
    }

    fn vote(&self, way: &str, validator: &str) -> Result<Value> {
        let vote = ["network", "vote", way, validator, "--dir", &self.dir];
        Ok(self.operator.run(&vote)?)
    }

    /// Waits until every node says that a member validates, or does not.
    fn until(&self, name: &str, validates: bool) -> Result<()> {
        let start = Instant::now();
        loop {
            let nodes = self.status()?;
            let node = nodes
                .iter()
                .find(|node| node["name"] == name)
                .context("the member")?;
            let address = &node["address"];
            let all = nodes.iter().all(|node| {
                let validators = node["state"]["validators"].as_array();
                validators.is_some_and(|validators| validators.contains(address) == validates)
            });
            if all {
                return Ok(());
            }
            ensure!(start.elapsed() < Duration::from_secs(90), "{nodes:#?}");
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.operator.run(&["network", "down", "--dir", &self.dir]) {
            tests::say(&format!("not stopped: {error}"));
        }
    }
}

#[test]
fn a_member_joins_is_voted_in_and_out_and_strangers_stay_out() -> Result<()> {
    let Some(On::Fresh(Setting { engine, .. })) = engine() else {
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let operator = operator(folder.path())?;
    let dir = folder.path().join("network").display().to_string();
    init(&operator, engine.as_str(), &dir, ("31403", "21545"))?;
    let running = Running {
        operator: &operator,
        dir,
    };
    let up = ["network", "up", "--dir", &running.dir];
    operator.run(&up)?;
    for node in running.status()? {
        assert_eq!(node["state"]["peers"], 3, "{node}");
        assert_eq!(node["state"]["validator"], true, "{node}");
    }

    let joined = operator.run(&["network", "join", "validator-5", "--dir", &running.dir])?;
    operator.run(&up)?;
    let newcomer = joined["address"].as_str().context("an address")?;
    running.vote("add", newcomer)?;
    running.until("validator-5", true)?;
    running.vote("remove", newcomer)?;
    running.until("validator-5", false)?;

    stranger_stays_out(&running, folder.path())
}

/// A node with the same genesis and peers, whom nobody has admitted.
fn stranger_stays_out(running: &Running<'_>, folder: &Path) -> Result<()> {
    let network = NetworkFolder::open(Path::new(&running.dir))?;
    let (grown, key) = join(&network.ledger, "stranger", [127, 0, 0, 1].into())?;
    let mut files = shared_files(&grown);
    let stranger = grown.members.last().context("the stranger")?;
    files.extend(folder_of(&grown, stranger, Some(&key)));
    let copy = folder.join("stranger");
    NetworkFolder::create(&copy, grown.clone(), &files)?;
    let copy = copy.display().to_string();
    let operator = &running.operator;
    // It finds peers that are up, has their genesis, and still gets no block from them
    let up = operator.run(&["network", "up", "--dir", &copy, "--wait-s", "15"]);
    let status = operator.run(&["network", "status", "--dir", &copy]);
    operator.run(&["network", "down", "--dir", &copy])?;
    assert_eq!(code_of(up), "chain-unreachable");
    let status = status?;
    let nodes = status["nodes"].as_array().context("nodes")?;
    let stranger = nodes
        .iter()
        .find(|node| node["name"] == "stranger")
        .context("it")?;
    assert_eq!(stranger["state"]["peers"], 0, "{stranger}");
    assert_eq!(stranger["state"]["height"], 0, "{stranger}");
    Ok(())
}
