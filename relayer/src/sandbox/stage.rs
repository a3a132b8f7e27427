//! A whole network on one machine: a consortium, a hospital, an institution and three proxies on a chain.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::actor::{Actor, CommandError};
use super::chain::{Chain, On};
use super::process::{ChildProcess, SandboxError};

/// One coin, in wei.
pub const COIN: u128 = 1_000_000_000_000_000_000;
/// What accounts start with.
pub const ENDOWMENT: u128 = 1_000 * COIN;
/// What a proxy puts up as bond.
pub const BOND: u128 = 20 * COIN;
/// Only the sandbox has it: whoever runs a real role chooses one.
pub const PASSWORD: &str = "a password for the sandbox only";

/// Why the stage could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// A program or a file.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A command.
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// A proxy on the stage: an actor, and the service that it runs.
#[derive(Debug)]
pub struct StagedProxy {
    /// Who runs its commands.
    pub actor: Actor,
    /// Its account.
    pub address: String,
    /// Where its service answers.
    pub url: String,
    storage: Option<String>,
    service: Option<ChildProcess>,
}

impl StagedProxy {
    /// Starts the service, if it is not running.
    ///
    /// # Errors
    /// It does not get ready.
    pub fn start(&mut self) -> Result<(), SandboxError> {
        if self.service.is_some() {
            return Ok(());
        }
        let listen = self.url.trim_start_matches("http://").to_owned();
        let mut args = vec!["serve", "--listen", &listen];
        if let Some(storage) = &self.storage {
            args.extend(["--storage", storage]);
        }
        let (service, _) = self.actor.serve(&args)?;
        self.service = Some(service);
        Ok(())
    }

    /// The service's process, while it runs.
    pub fn process(&self) -> Option<&ChildProcess> {
        self.service.as_ref()
    }

    /// Kills the service at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.service = None;
    }
}

/// What a stage is set up with.
#[derive(Debug, Clone)]
pub struct StageSettings {
    /// The `relayer` program.
    pub program: PathBuf,
    /// Where everything is kept.
    pub folder: PathBuf,
    /// What runs the chain.
    pub on: On,
    /// The compiled circuits and their keys.
    pub circuits: PathBuf,
    /// Bounds of the consortium that differ from the defaults, such as `maxAttempts=2`.
    pub bounds: Vec<String>,
    /// A storage URL for each proxy in place of its own folder, `{}` standing for its number.
    pub storage: Option<String>,
    /// Variables that all actors have in their environment besides: credentials of a store, say.
    pub environment: Vec<(String, String)>,
}

/// A network on one machine. Everything ends with this value, except what lies in its folder.
#[derive(Debug)]
pub struct Stage {
    settings: StageSettings,
    /// The chain.
    pub chain: Chain,
    /// Admits members.
    pub consortium: Actor,
    /// Certifies records.
    pub hospital: Actor,
    /// Runs studies.
    pub institution: Actor,
    /// Three proxies of distinct operators, each a process of its own with its own key and store.
    pub proxies: Vec<StagedProxy>,
}

impl Stage {
    /// Sets everything up; `tell` hears of each step.
    ///
    /// # Errors
    /// The first step that fails.
    pub async fn set_up(
        settings: StageSettings,
        mut tell: impl FnMut(&str, &Value),
    ) -> Result<Self, StageError> {
        let chain = Chain::start(&settings.on, &settings.folder).await?;
        let actor = |name: &str| new_actor(&settings, name);
        let (consortium, hospital, institution) =
            (actor("consortium"), actor("hospital"), actor("institution"));
        let mut stage = Self {
            chain,
            consortium,
            hospital,
            institution,
            proxies: Vec::new(),
            settings,
        };

        stage.consortium.run(&["consortium", "new"])?;
        let bounds = stage.settings.bounds.clone();
        let urls = stage.chain.urls();
        let mut deploy = vec!["consortium", "deploy", "--rpc", &urls];
        for bound in &bounds {
            deploy.extend(["--bound", bound]);
        }
        tell("deploy", &stage.consortium.run(&deploy)?);
        let hospital = account_of(&stage.hospital.run(&["hospital", "new"])?);
        tell(
            "hospital",
            &stage
                .consortium
                .run(&["consortium", "admit", "hospital", &hospital])?,
        );
        let institution = account_of(&stage.institution.run(&["institution", "new"])?);
        stage.chain.endow(&institution, ENDOWMENT).await?;
        let admit = ["consortium", "admit", "institution", &institution];
        tell("institution", &stage.consortium.run(&admit)?);
        for number in 1..=3 {
            let proxy = stage.new_proxy(number).await?;
            tell(
                "proxy",
                &serde_json::json!({"address": proxy.address, "url": proxy.url}),
            );
            stage.proxies.push(proxy);
        }
        Ok(stage)
    }

    /// An actor more, with a home of its own: a patient, say.
    pub fn actor(&self, name: &str) -> Actor {
        new_actor(&self.settings, name)
    }

    /// Where everything is kept.
    pub fn folder(&self) -> &Path {
        &self.settings.folder
    }

    /// The proxy of an account.
    pub fn proxy_mut(&mut self, address: &str) -> Option<&mut StagedProxy> {
        self.proxies
            .iter_mut()
            .find(|proxy| proxy.address == address)
    }

    async fn new_proxy(&self, number: u32) -> Result<StagedProxy, StageError> {
        let actor = self.actor(&format!("proxy-{number}"));
        let address = account_of(&actor.run(&["proxy", "new"])?);
        self.chain.endow(&address, ENDOWMENT).await?;
        // On the sandbox each proxy is its own operator: they are distinct
        let admit = [
            "consortium",
            "admit",
            "proxy",
            &address,
            "--operator",
            &address,
        ];
        self.consortium.run(&admit)?;
        let url = format!("http://127.0.0.1:{}", free_port()?);
        actor.run(&["proxy", "register", "--url", &url])?;
        actor.run(&["proxy", "bond", &BOND.to_string()])?;
        let storage = self
            .settings
            .storage
            .as_ref()
            .map(|url| url.replace("{}", &number.to_string()));
        let mut proxy = StagedProxy {
            actor,
            address,
            url,
            storage,
            service: None,
        };
        proxy.start()?;
        Ok(proxy)
    }
}

fn new_actor(settings: &StageSettings, name: &str) -> Actor {
    let network = settings.folder.join("network.json").display().to_string();
    let actor = Actor::new(name, &settings.program, &settings.folder)
        .with("MEDSHARE_NETWORK", network)
        .with("MEDSHARE_PASSWORD", PASSWORD)
        .with("MEDSHARE_CIRCUITS", settings.circuits.display().to_string());
    let variables = settings.environment.iter();
    variables.fold(actor, |actor, (name, value)| actor.with(name, value))
}

/// The account that a `new` command made.
pub fn account_of(made: &Value) -> String {
    let account = made.get("address").or_else(|| made.get("account"));
    account
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A port that nobody listens on just now.
pub(super) fn free_port() -> Result<u16, SandboxError> {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    taken
        .map(|address| address.port())
        .map_err(|source| SandboxError::File {
            path: "127.0.0.1".to_owned(),
            source,
        })
}
