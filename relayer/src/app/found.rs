//! Founding a network: its contracts on a chain, and the file that describes them.

use url::Url;

use crate::domain::development::is_development_chain;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::members::{Bounds, TokenBounds};
use crate::domain::network::{Network, KIND, VERSION};
use crate::ports::deployment::{Deployer, DeploymentPlan, Founding, PlanStore, Progress};
use crate::ports::ledger::LedgerError;

#[cfg(test)]
mod tests;

const DAY: u32 = 86_400;

/// How the network's users reach the chain.
#[derive(Debug, Clone)]
pub struct Access {
    /// JSON-RPC nodes, the preferred one first.
    pub rpc_urls: Vec<Url>,
    /// Price of gas in wei.
    pub gas_price: u128,
    /// Blocks that must stand on a transaction before it counts.
    pub finality: u64,
}

/// Deploys the contracts, or goes on where an earlier process was ended, and describes the network.
///
/// Given again when all is there, it only describes the network again; `afresh` deploys another one beside it.
///
/// # Errors
/// `wrong-state` if the account sent something else in between (the next try starts from the beginning); `out-of-bounds`;
/// `chain-unreachable`, `io`.
pub async fn found(
    deployer: &dyn Deployer,
    plans: &dyn PlanStore,
    founding: &Founding,
    access: &Access,
    afresh: bool,
    progress: Progress<'_>,
) -> Result<Network, Failure> {
    let plan = plan(deployer, plans, afresh).await?;
    let deployed = match deployer.deploy(&plan, founding, progress).await {
        Err(LedgerError::WrongNetwork(words)) => {
            plans.keep(&deployer.plan().await?)?;
            return Err(Failure::new(FailureCode::WrongState, words)
                .with_hint("Give the command again: it starts with new addresses."));
        }
        other => other?,
    };
    let chain = deployer.chain();
    Ok(Network {
        kind: KIND.to_owned(),
        version: VERSION,
        chain_id: chain.chain_id,
        genesis_hash: chain.genesis,
        rpc_urls: access.rpc_urls.clone(),
        contracts: deployed.contracts,
        deployment_block: plan.first_block,
        verifying_key_hashes: deployed.verifying_key_hashes,
        gas_price: access.gas_price,
        finality: access.finality,
    })
}

/// The plan that is under way on this chain from this account, or a new one.
async fn plan(
    deployer: &dyn Deployer,
    plans: &dyn PlanStore,
    afresh: bool,
) -> Result<DeploymentPlan, Failure> {
    let fits = |plan: &DeploymentPlan| {
        plan.genesis == deployer.chain().genesis && plan.account == deployer.account()
    };
    if let Some(plan) = plans.load()?.filter(|plan| !afresh && fits(plan)) {
        return Ok(plan);
    }
    let plan = deployer.plan().await?;
    plans.keep(&plan)?;
    Ok(plan)
}

/// Bounds to start with: windows of a day and 2,000 blocks at least, but on development chains of any length.
pub fn default_bounds(chain_id: u64) -> Bounds {
    let development = is_development_chain(chain_id);
    Bounds {
        min_window_seconds: if development { 1 } else { DAY },
        max_window_seconds: 30 * DAY,
        min_window_blocks: if development { 1 } else { 2_000 },
        max_window_blocks: 30 * DAY,
        root_lifetime: 2 * DAY,
        exit_delay: 31 * DAY,
        max_study_seconds: 5 * 365 * DAY,
        max_receipt_seconds: DAY,
        max_quota: 1_000_000,
        max_attempts: 5,
    }
}

/// Bounds of the native coin to start with, in wei: up to 1,000 coins a patient and 10 a proxy, and no bond too small.
pub fn default_native_bounds() -> TokenBounds {
    const COIN: u128 = 1_000_000_000_000_000_000;
    TokenBounds {
        allowed: true,
        max_price: 1_000 * COIN,
        max_fee: 10 * COIN,
        min_slice: 1,
    }
}
