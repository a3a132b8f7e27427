//! A network's folder on this machine: its files, and the nodes that run from it.

mod run;

use std::path::{Path, PathBuf};

use super::engines;
use super::keystore::RoleHome;
use super::node_rpc::RpcNode;
use crate::app::network::engine::{launch, program};
use crate::app::network::init::NewFile;
use crate::app::network::{FAUCET_FILE, LEDGER_FILE, MEMBERS_FOLDER, NODE_KEY_FILE};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ledger::{Engine, Ledger, Member};
use crate::domain::signer::EvmKey;

/// The folder, with the description that lies in it.
#[derive(Debug, Clone)]
pub struct NetworkFolder {
    path: PathBuf,
    /// The network.
    pub ledger: Ledger,
}

impl NetworkFolder {
    /// Writes a new network's files. All or nothing: they are made beside the folder, and then moved.
    ///
    /// # Errors
    /// `already-exists` if there is anything of that name; `io`.
    pub fn create(path: &Path, ledger: Ledger, files: &[NewFile]) -> Result<Self, Failure> {
        let io = |error: std::io::Error| {
            Failure::new(FailureCode::Io, format!("{}: {error}", path.display()))
        };
        let path = std::path::absolute(path).map_err(io)?;
        if path.symlink_metadata().is_ok() {
            let words = format!("{} is there already", path.display());
            return Err(Failure::new(FailureCode::AlreadyExists, words));
        }
        let parent = path.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(parent).map_err(io)?;
        let draft = tempfile::Builder::new()
            .prefix(".network-")
            .tempdir_in(parent)
            .map_err(io)?;
        for file in files {
            write(&RoleHome::open(draft.path(), ".")?, file)?;
        }
        std::fs::rename(draft.keep(), &path).map_err(io)?;
        Ok(Self { path, ledger })
    }

    /// Opens a network's folder.
    ///
    /// # Errors
    /// `not-found` if it is none, `malformed`, `io`.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let path = std::path::absolute(path)
            .map_err(|error| Failure::new(FailureCode::Io, error.to_string()))?;
        let bytes = std::fs::read(path.join(LEDGER_FILE)).map_err(|error| {
            let words = format!("{} is no network's folder: {error}", path.display());
            Failure::new(FailureCode::NotFound, words)
                .with_hint("`relayer network init` makes one; --dir names it.")
        })?;
        let ledger = Ledger::from_json(&bytes)
            .map_err(|error| Failure::new(FailureCode::Malformed, error.to_string()))?;
        Ok(Self { path, ledger })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the files of a grown network in it, keys only where there are none.
    ///
    /// # Errors
    /// `io`.
    pub fn update(&mut self, ledger: Ledger, files: &[NewFile]) -> Result<(), Failure> {
        let home = RoleHome::open(&self.path, ".")?;
        for file in files {
            write(&home, file)?;
        }
        self.ledger = ledger;
        Ok(())
    }

    /// A member's folder. In a folder that was handed out, it is that one.
    ///
    /// # Errors
    /// `io`.
    pub fn home_of(&self, member: &Member) -> Result<RoleHome, Failure> {
        let members = self.path.join(MEMBERS_FOLDER);
        if members.is_dir() {
            Ok(RoleHome::open(&members, &member.name)?)
        } else {
            Ok(RoleHome::open(&self.path, ".")?)
        }
    }

    /// The members whose nodes can run here: those whose keys are.
    ///
    /// # Errors
    /// `io`.
    pub fn here(&self) -> Result<Vec<&Member>, Failure> {
        if self.ledger.engine == Engine::Anvil {
            return Ok(self.ledger.members.iter().collect());
        }
        let mut here = Vec::new();
        for member in &self.ledger.members {
            let Some(key) = self.home_of(member)?.read(NODE_KEY_FILE)? else {
                continue;
            };
            // A folder that was handed out has one key, and describes all members
            if read_key(&key).is_some_and(|key| key.address() == member.address) {
                here.push(member);
            }
        }
        Ok(here)
    }

    /// A member by its name.
    ///
    /// # Errors
    /// `not-found`.
    pub fn member(&self, name: &str) -> Result<&Member, Failure> {
        let found = self
            .ledger
            .members
            .iter()
            .find(|member| member.name == name);
        found.ok_or_else(|| {
            Failure::new(FailureCode::NotFound, format!("no member is called {name}"))
        })
    }

    /// A member's node, to be asked.
    ///
    /// # Errors
    /// `internal`.
    pub fn node(&self, member: &Member) -> Result<RpcNode, Failure> {
        RpcNode::of(self.ledger.engine, member)
    }

    /// Starts a member's node.
    ///
    /// # Errors
    /// `io`, `wrong-state`.
    pub fn start(&self, member: &Member, engine: &Path) -> Result<(), Failure> {
        engines::start(
            engine,
            &self.home_of(member)?,
            &launch(&self.ledger, member),
        )
    }

    /// The engine's program.
    ///
    /// # Errors
    /// `not-found`, with a hint where to get it.
    pub fn engine(&self, named: Option<&Path>) -> Result<PathBuf, Failure> {
        engines::find(&program(self.ledger.engine), named)
    }

    /// The key of the account with coins, which development chains have.
    ///
    /// # Errors
    /// `not-found`, `io`, `malformed`.
    pub fn faucet(&self) -> Result<EvmKey, Failure> {
        let key = RoleHome::open(&self.path, ".")?.read(FAUCET_FILE)?;
        let key = key.ok_or_else(|| {
            Failure::new(FailureCode::NotFound, format!("there is no {FAUCET_FILE}"))
                .with_hint("Only networks with the chain id of a development chain have one.")
        })?;
        read_key(&key).ok_or_else(|| Failure::new(FailureCode::Malformed, FAUCET_FILE))
    }
}

fn write(home: &RoleHome, file: &NewFile) -> Result<(), Failure> {
    let mut home = home.clone();
    for folder in &file.folder {
        home = home.folder(folder)?;
    }
    let bytes = file.content.as_bytes();
    match file.name.as_str() {
        NODE_KEY_FILE | FAUCET_FILE => Ok(home.write_new(&file.name, bytes)?),
        name => Ok(home.write(name, bytes)?),
    }
}

fn read_key(text: &[u8]) -> Option<EvmKey> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_ascii(), bytes.as_mut_slice()).ok()?;
    EvmKey::from_bytes(&bytes).ok()
}
