//! Founding a network: its contracts, deployed so that a process killed half way goes on where it was.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::ledger::LedgerError;
use crate::domain::{
    failure::Failure,
    ids::{Address, BlockHash, VerifyingKeyHash},
    members::{Bounds, TokenBounds},
    network::Contracts,
};

/// A chain, told apart from every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainIdentity {
    /// The chain id.
    pub chain_id: u64,
    /// Hash of block 0.
    pub genesis: BlockHash,
}

/// What a consortium decides before it deploys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founding {
    /// Who receives slashed bond beyond the patients' compensation.
    pub consortium_account: Address,
    /// Bounds on studies.
    pub bounds: Bounds,
    /// Bounds on studies that pay in the native coin.
    pub native: TokenBounds,
}

/// Where a deployment starts. Contracts name each other, so that their addresses must be known before they are there:
/// they follow from the deploying account and its nonces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentPlan {
    /// The chain's block 0.
    pub genesis: BlockHash,
    /// The account that deploys.
    pub account: Address,
    /// Its nonce for the first contract.
    pub first_nonce: u64,
    /// The latest block when the plan was made: nothing of the network is older.
    pub first_block: u64,
}

/// A network's contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// Their addresses.
    pub contracts: Contracts,
    /// Digests of the verifying keys, by the circuit's number of openings.
    pub verifying_key_hashes: BTreeMap<u8, VerifyingKeyHash>,
}

/// Where a plan is kept until it is carried out.
pub trait PlanStore: Send + Sync {
    /// The plan that was kept last.
    ///
    /// # Errors
    /// `io`, `malformed`.
    fn load(&self) -> Result<Option<DeploymentPlan>, Failure>;

    /// Keeps a plan; durable when it returns.
    ///
    /// # Errors
    /// `io`.
    fn keep(&self, plan: &DeploymentPlan) -> Result<(), Failure>;
}

/// Told of each step that is done.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Deploys a network's contracts.
#[async_trait]
pub trait Deployer: Send + Sync {
    /// The chain.
    fn chain(&self) -> ChainIdentity;

    /// The account that deploys.
    fn account(&self) -> Address;

    /// A plan for a deployment that starts now.
    ///
    /// # Errors
    /// [`LedgerError::Unreachable`], [`LedgerError::Node`].
    async fn plan(&self) -> Result<DeploymentPlan, LedgerError>;

    /// Carries a plan out, or goes on with it. The deploying account becomes the administrator.
    ///
    /// # Errors
    /// [`LedgerError::WrongNetwork`] if the account has sent something else in between, so that the plan's addresses can't be
    /// had; [`LedgerError::Refused`] if a bound is out of its own bounds; [`LedgerError::Unreachable`],
    /// [`LedgerError::Node`], [`LedgerError::NotIncluded`], [`LedgerError::Index`].
    async fn deploy(
        &self,
        plan: &DeploymentPlan,
        founding: &Founding,
        progress: Progress<'_>,
    ) -> Result<Deployed, LedgerError>;
}
