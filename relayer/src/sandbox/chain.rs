//! The chain of a sandbox: Anvil, or a network of Besu or GoQuorum.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{json, Value};

use super::anvil::Anvil;
use super::process::SandboxError;
use crate::adapters::chain::{ChainDeployer, ChainSettings, Purse};
use crate::adapters::index::SqliteIndex;
use crate::adapters::network_folder::NetworkFolder;
use crate::adapters::node_rpc::RpcNode;
use crate::app::network::init::{make, Plan};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ledger::rules::{Rules, DEVELOPMENT_CHAINS};
use crate::domain::ledger::Engine;

/// How long nodes may take to come up.
const PATIENCE: Duration = Duration::from_mins(2);
/// What runs the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum On {
    /// Anvil, whose clock can be moved.
    #[default]
    Anvil,
    /// A network made for this sandbox and ended with it.
    Fresh(Setting),
    /// The network of a folder that `relayer network init` made. It is started if it does not run, and goes on.
    Folder(PathBuf),
}

impl On {
    /// Reads `anvil`, `besu`, `goquorum`, or the path of a network's folder.
    pub fn of(text: &Path) -> Self {
        match text.to_str().and_then(|text| text.parse().ok()) {
            Some(Engine::Anvil) => Self::Anvil,
            Some(engine) => Self::Fresh(Setting::usual(engine)),
            None => Self::Folder(text.to_owned()),
        }
    }
}

/// A running chain.
pub struct Chain {
    urls: Vec<String>,
    node: RpcNode,
    kind: Kind,
}

#[allow(clippy::large_enum_variant, reason = "a sandbox has one")]
enum Kind {
    Anvil(Anvil),
    Network {
        folder: NetworkFolder,
        purse: Purse,
        /// Whether the network ends with this value.
        own: bool,
    },
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chain({:?})", self.urls)
    }
}

impl Chain {
    /// Starts it; what it leaves behind goes to `folder`.
    ///
    /// # Errors
    /// The engine is missing, or does not start; the network is none of development.
    pub async fn start(on: &On, folder: &Path) -> Result<Self, SandboxError> {
        match on {
            On::Anvil => {
                let anvil = Anvil::start(folder)?;
                Ok(Self {
                    urls: vec![anvil.url().to_owned()],
                    node: RpcNode::at(Engine::Anvil, anvil.url())?,
                    kind: Kind::Anvil(anvil),
                })
            }
            On::Fresh(setting) => {
                let network = fresh(*setting, &folder.join("ledger"))?;
                Self::of(network, true).await
            }
            On::Folder(path) => Self::of(NetworkFolder::open(path)?, false).await,
        }
    }

    async fn of(folder: NetworkFolder, own: bool) -> Result<Self, SandboxError> {
        let started = Self::reach(&folder).await;
        let (urls, purse, node) = match started {
            Ok(reached) => reached,
            Err(error) => {
                drop(Ending(own.then_some(&folder)));
                return Err(error);
            }
        };
        Ok(Self {
            urls,
            node,
            kind: Kind::Network { folder, purse, own },
        })
    }

    /// Starts a network, and gives its addresses, who pays on it, and whom to ask.
    async fn reach(folder: &NetworkFolder) -> Result<(Vec<String>, Purse, RpcNode), SandboxError> {
        folder.up(None, PATIENCE).await?;
        let here = folder.here()?;
        let urls: Vec<String> = here.iter().map(|member| member.rpc_url()).collect();
        let purse = purse(folder, &urls).await?;
        let first = urls.first().map(String::as_str).unwrap_or_default();
        let node = RpcNode::at(folder.ledger.engine, first)?;
        Ok((urls, purse, node))
    }

    /// The JSON-RPC addresses, with commas between.
    pub fn urls(&self) -> String {
        self.urls.join(",")
    }

    /// The network, if it is one.
    pub fn network(&self) -> Option<&NetworkFolder> {
        match &self.kind {
            Kind::Anvil(_) => None,
            Kind::Network { folder, .. } => Some(folder),
        }
    }

    /// Whether the chain's clock can be moved.
    pub fn has_movable_clock(&self) -> bool {
        matches!(self.kind, Kind::Anvil(_))
    }

    /// Lets `seconds` pass on the chain's clock, and `blocks` blocks (at least one): at once where the clock can be moved, else by
    /// waiting.
    ///
    /// # Errors
    /// The chain does not answer, or makes no blocks.
    pub async fn pass(&self, seconds: u64, blocks: u64) -> Result<(), SandboxError> {
        if let Kind::Anvil(anvil) = &self.kind {
            return anvil.pass(seconds, blocks).await;
        }
        let (height, time) = self.head().await?;
        let until = Instant::now() + Duration::from_secs(seconds) + PATIENCE;
        loop {
            let (now_height, now) = self.head().await?;
            if now >= time + seconds && now_height >= height + blocks.max(1) {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(SandboxError::Chain {
                    method: "eth_getBlockByNumber".to_owned(),
                    message: format!("no block of the time {} came", time + seconds),
                });
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Height and time.
    async fn head(&self) -> Result<(u64, u64), SandboxError> {
        let head = self
            .call("eth_getBlockByNumber", json!(["latest", false]))
            .await?;
        Ok((quantity(&head["number"])?, quantity(&head["timestamp"])?))
    }

    /// What an account has, in wei.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn balance(&self, account: &str) -> Result<u128, SandboxError> {
        let answer = self
            .call("eth_getBalance", json!([account, "latest"]))
            .await?;
        let digits = answer.as_str().unwrap_or_default().trim_start_matches("0x");
        u128::from_str_radix(digits, 16).map_err(|error| SandboxError::Chain {
            method: "eth_getBalance".to_owned(),
            message: error.to_string(),
        })
    }

    /// Gives a new account native coin, in wei.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn endow(&self, account: &str, wei: u128) -> Result<(), SandboxError> {
        match &self.kind {
            Kind::Anvil(anvil) => anvil.endow(account, wei).await,
            Kind::Network { purse, .. } => {
                let to = account.parse().map_err(|error| {
                    Failure::new(FailureCode::InvalidInput, format!("{account}: {error}"))
                })?;
                Ok(purse.pay(to, wei, account).await.map_err(Failure::from)?)
            }
        }
    }

    /// Any JSON-RPC call.
    ///
    /// # Errors
    /// The chain does not answer, or answers with an error.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, SandboxError> {
        let answer = self.node.call(method, params).await;
        answer.map_err(|failure| SandboxError::Chain {
            method: method.to_owned(),
            message: failure.message().to_owned(),
        })
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        if let Kind::Network {
            folder, own: true, ..
        } = &self.kind
        {
            drop(Ending(Some(folder)));
        }
    }
}

/// Stops a network when it is dropped.
struct Ending<'a>(Option<&'a NetworkFolder>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if let Some(Err(failure)) = self.0.map(NetworkFolder::down) {
            tracing::warn!(%failure, "a network was not stopped");
        }
    }
}

/// A network's size and rules, as far as they are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// What runs it.
    pub engine: Engine,
    /// How many validate.
    pub validators: usize,
    /// Seconds between two blocks.
    pub block_period_s: u64,
    /// Most gas of a block.
    pub gas_limit: u64,
}

impl Setting {
    /// What the sandbox makes for itself: four validators, a block a second, 30 million gas.
    pub fn usual(engine: Engine) -> Self {
        Self {
            engine,
            validators: 4,
            block_period_s: 1,
            gas_limit: 30_000_000,
        }
    }
}

/// A running network in a folder that ends with it.
pub struct FreshNetwork {
    network: NetworkFolder,
    folder: tempfile::TempDir,
}

impl FreshNetwork {
    /// Makes and starts one.
    ///
    /// # Errors
    /// The engine is missing, or no blocks come.
    pub async fn start(setting: Setting) -> Result<Self, SandboxError> {
        let folder = tempfile::tempdir().map_err(|source| SandboxError::File {
            path: "a temporary folder".to_owned(),
            source,
        })?;
        let fresh = Self {
            network: fresh(setting, &folder.path().join("ledger"))?,
            folder,
        };
        fresh.network.up(None, PATIENCE).await?;
        Ok(fresh)
    }

    /// The chain's id.
    pub fn chain_id(&self) -> u64 {
        self.network.ledger.rules.chain_id
    }

    /// The nodes' JSON-RPC addresses.
    ///
    /// # Errors
    /// `internal`.
    pub fn urls(&self) -> Result<Vec<url::Url>, Failure> {
        let members = self.network.here()?;
        let urls = members.iter().map(|member| member.rpc_url().parse());
        urls.collect::<Result<_, _>>()
            .map_err(|error| Failure::new(FailureCode::Internal, format!("an address: {error}")))
    }

    /// The account with coins.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn purse(&self) -> Result<Purse, SandboxError> {
        let urls: Vec<String> = self.urls()?.iter().map(ToString::to_string).collect();
        purse(&self.network, &urls).await
    }

    /// A store of this name, which ends with the network.
    ///
    /// # Errors
    /// `io`.
    pub async fn store(&self, name: &str) -> Result<SqliteIndex, Failure> {
        let path = self.folder.path().join(format!("{name}.sqlite"));
        Ok(SqliteIndex::open(&path).await?)
    }

    /// Processor time that its nodes have used so far; `None` where the system does not tell.
    pub fn processor_time(&self) -> Option<Duration> {
        self.network.processor_time().ok().flatten()
    }

    /// Its nodes.
    ///
    /// # Errors
    /// `internal`.
    pub fn nodes(&self) -> Result<Vec<RpcNode>, Failure> {
        let members = self.network.ledger.members.iter();
        members.map(|member| self.network.node(member)).collect()
    }
}

impl Drop for FreshNetwork {
    fn drop(&mut self) {
        drop(Ending(Some(&self.network)));
    }
}

/// A network with ports that are free now.
fn fresh(setting: Setting, path: &Path) -> Result<NetworkFolder, SandboxError> {
    let now = jiff::Timestamp::now().as_second();
    let mut rules = Rules::of_chain(
        DEVELOPMENT_CHAINS[1],
        u64::try_from(now).unwrap_or_default(),
    );
    rules.block_period_s = setting.block_period_s;
    rules.request_timeout_s = 4 * setting.block_period_s;
    rules.gas_limit = setting.gas_limit;
    let needed = u16::try_from(setting.validators).unwrap_or(u16::MAX);
    let network = make(&Plan {
        engine: setting.engine,
        rules,
        validators: setting.validators,
        own_keys: Vec::new(),
        hosts: Vec::new(),
        ports: (free_ports(needed)?, free_ports(needed)?),
        funded: Vec::new(),
        accounts: Vec::new(),
    })?;
    Ok(NetworkFolder::create(path, network.ledger, &network.files)?)
}

/// The first of some ports that nobody listens on just now.
fn free_ports(needed: u16) -> Result<u16, SandboxError> {
    for _ in 0..100 {
        let Ok(first) = super::stage::free_port() else {
            continue;
        };
        let rest = (1..needed).map_while(|offset| first.checked_add(offset));
        let free = rest.filter(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok());
        if free.count() == usize::from(needed) - 1 {
            return Ok(first);
        }
    }
    Err(Failure::new(FailureCode::Io, "no ports are free").into())
}

/// The account with coins. Processes that share a network share its store, and so its nonces.
async fn purse(folder: &NetworkFolder, urls: &[String]) -> Result<Purse, SandboxError> {
    let key = folder.faucet()?;
    let urls = urls.iter().filter_map(|url| url.parse().ok()).collect();
    let settings = ChainSettings::at(urls);
    let chain = ChainDeployer::identify(&settings)
        .await
        .map_err(Failure::from)?;
    let store = SqliteIndex::open(&folder.path().join("faucet.sqlite")).await;
    let store = store.map_err(|error| Failure::new(FailureCode::Io, error.to_string()))?;
    let store = Arc::new(store.outbox(chain.genesis.to_bytes()));
    Ok(Purse::new(&settings, chain, key, store).map_err(Failure::from)?)
}

fn quantity(value: &Value) -> Result<u64, SandboxError> {
    let digits = value.as_str().unwrap_or_default().trim_start_matches("0x");
    u64::from_str_radix(digits, 16).map_err(|error| SandboxError::Chain {
        method: "eth_getBlockByNumber".to_owned(),
        message: error.to_string(),
    })
}
