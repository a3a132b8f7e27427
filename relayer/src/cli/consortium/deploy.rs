//! `relayer consortium deploy`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use url::Url;

use crate::adapters::chain::{ChainDeployer, ChainSettings};
use crate::adapters::keystore::RoleHome;
use crate::app::found::{default_bounds, default_native_bounds, found, Access};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::cli::verifying_key::read_verifying_key;
use crate::cli::Global;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, VerifyingKeyHash};
use crate::domain::network::Network;
use crate::ports::deployment::{Deployer as _, DeploymentPlan, Founding, PlanStore};

/// The plan of the deployment, in the consortium's folder.
const PLAN_FILE: &str = "deployment.json";

/// Arguments of `deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
    /// JSON-RPC address of a node; several times for several nodes, the preferred one first.
    #[arg(
        long = "rpc",
        required = true,
        env = "MEDSHARE_RPC",
        value_delimiter = ',',
        value_name = "URL"
    )]
    rpc_urls: Vec<Url>,
    /// Who receives slashed bond beyond the patients' compensation [default: the consortium's account].
    #[arg(long, value_name = "ADDRESS")]
    consortium_account: Option<Address>,
    /// Bounds that differ from the defaults, such as minWindowSeconds=172800; `consortium bounds` changes them later.
    #[arg(long = "bound", value_name = "NAME=VALUE")]
    bounds: Vec<String>,
    /// Price of gas in wei: 0 on private networks.
    #[arg(long, default_value_t = 0)]
    gas_price: u128,
    /// Blocks that must stand on a transaction, its own included, before it counts: 1 under QBFT.
    #[arg(long, default_value_t = 1)]
    finality: u64,
    /// Artefact of a verifier for a ceremony's key, compiled by `tools/verifier.mjs`; needed on any but a development chain.
    #[arg(long = "verifier", value_name = "FILE", requires = "verifying_keys")]
    verifiers: Vec<PathBuf>,
    /// Verifying key that such a verifier must have; a trivial one is refused.
    #[arg(long = "verifying-key", value_name = "FILE", requires = "verifiers")]
    verifying_keys: Vec<PathBuf>,
    /// Deploy another set of contracts, though one is there already.
    #[arg(long)]
    afresh: bool,
}

impl Deploy {
    pub(super) async fn run(
        self,
        context: &Context,
        global: &Global,
        output: &Output,
    ) -> Result<(), Failure> {
        let mut settings = ChainSettings::at(self.rpc_urls.clone());
        settings.gas_price = self.gas_price;
        settings.finality = self.finality;
        let chain = ChainDeployer::identify(&settings).await?;
        let account_key = context.account()?;
        let account = account_key.address();
        let outbox = context.index().await?.outbox(chain.genesis.to_bytes());
        let mut deployer = ChainDeployer::new(&settings, chain, account_key, Arc::new(outbox))?;
        let keys: Result<Vec<_>, _> = self.verifying_keys.iter().map(|path| key(path)).collect();
        let keys = keys?;
        for path in &self.verifiers {
            deployer = deployer.with_verifier(&read(path)?, &keys)?;
        }

        let founding = Founding {
            consortium_account: self.consortium_account.unwrap_or(account),
            bounds: super::bounds::changed(&default_bounds(chain.chain_id), &self.bounds)?,
            native: default_native_bounds(),
        };
        let access = Access {
            rpc_urls: self.rpc_urls,
            gas_price: self.gas_price,
            finality: self.finality,
        };
        let plans = HomePlans(context.home());
        let progress = |words: &str| output.progress(words);
        let network = found(
            &deployer,
            &plans,
            &founding,
            &access,
            self.afresh,
            &progress,
        )
        .await?;
        let file = global.network_file();
        write_network(&file, &network)?;
        let value = json!({
            "network": file,
            "account": deployer.account(),
            "chainId": network.chain_id,
            "contracts": network.contracts,
            "deploymentBlock": network.deployment_block,
        });
        output.result(&value, &format!("network file: {}", file.display()));
        Ok(())
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::new(FailureCode::Io, format!("{}: {error}", path.display()));
    std::fs::read(path).map_err(failed)
}

/// The digest of the verifying key in a file.
fn key(path: &Path) -> Result<VerifyingKeyHash, Failure> {
    let (_, key) = read_verifying_key(path)?;
    Ok(VerifyingKeyHash::new(key.hash()))
}

/// Writes the network file whole or not at all.
pub(super) fn write_network(path: &Path, network: &Network) -> Result<(), Failure> {
    let failed =
        |error: String| Failure::new(FailureCode::Io, format!("{}: {error}", path.display()));
    let mut json = serde_json::to_vec_pretty(network).map_err(|error| failed(error.to_string()))?;
    json.push(b'\n');
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let written =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).and_then(|mut file| {
            use std::io::Write as _;
            use std::os::unix::fs::PermissionsExt as _;
            file.write_all(&json)?;
            // Everybody may read it: it holds no secret.
            file.as_file()
                .set_permissions(std::fs::Permissions::from_mode(0o644))?;
            file.as_file().sync_all()?;
            Ok(file)
        });
    let file = written.map_err(|error| failed(error.to_string()))?;
    file.persist(path)
        .map_err(|error| failed(error.to_string()))?;
    Ok(())
}

/// The plan as a file in the consortium's folder.
struct HomePlans<'a>(&'a RoleHome);

impl PlanStore for HomePlans<'_> {
    fn load(&self) -> Result<Option<DeploymentPlan>, Failure> {
        let malformed = |error: serde_json::Error| {
            Failure::new(FailureCode::Malformed, format!("{PLAN_FILE}: {error}"))
        };
        let bytes = self.0.read(PLAN_FILE)?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes).map_err(malformed))
            .transpose()
    }

    fn keep(&self, plan: &DeploymentPlan) -> Result<(), Failure> {
        let json = serde_json::to_vec_pretty(plan)
            .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
        Ok(self.0.write(PLAN_FILE, &json)?)
    }
}
