use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::{default_bounds, default_native_bounds, found, Access};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, BlockHash};
use crate::domain::network::{Contracts, Network};
use crate::ports::deployment::{
    ChainIdentity, Deployed, Deployer, DeploymentPlan, Founding, PlanStore, Progress,
};
use crate::ports::ledger::LedgerError;

const ACCOUNT: Address = Address::new([7; 20]);

/// A chain whose account stands at a nonce, and which fails as told.
struct FakeDeployer {
    nonce: Mutex<u64>,
    failure: Mutex<Option<LedgerError>>,
    carried_out: Mutex<Vec<u64>>,
}

impl FakeDeployer {
    fn at(nonce: u64) -> Self {
        Self {
            nonce: Mutex::new(nonce),
            failure: Mutex::default(),
            carried_out: Mutex::default(),
        }
    }
}

#[async_trait]
impl Deployer for FakeDeployer {
    fn chain(&self) -> ChainIdentity {
        ChainIdentity {
            chain_id: 1337,
            genesis: BlockHash::new([4; 32]),
        }
    }

    fn account(&self) -> Address {
        ACCOUNT
    }

    async fn plan(&self) -> Result<DeploymentPlan, LedgerError> {
        let genesis = self.chain().genesis;
        let first_nonce = *self.nonce.lock().unwrap();
        Ok(DeploymentPlan {
            genesis,
            account: ACCOUNT,
            first_nonce,
            first_block: 3,
        })
    }

    async fn deploy(
        &self,
        plan: &DeploymentPlan,
        _: &Founding,
        _: Progress<'_>,
    ) -> Result<Deployed, LedgerError> {
        if let Some(failure) = self.failure.lock().unwrap().take() {
            *self.nonce.lock().unwrap() += 2;
            return Err(failure);
        }
        self.carried_out.lock().unwrap().push(plan.first_nonce);
        let contracts = Contracts {
            access_manager: ACCOUNT,
            members: ACCOUNT,
            registry: ACCOUNT,
            treasury: ACCOUNT,
            studies: ACCOUNT,
            enrolments: ACCOUNT,
            disputes: ACCOUNT,
            evidence: ACCOUNT,
            verifiers: BTreeMap::new(),
        };
        Ok(Deployed {
            contracts,
            verifying_key_hashes: BTreeMap::new(),
        })
    }
}

#[derive(Default)]
struct Notes(Mutex<Option<DeploymentPlan>>);

impl PlanStore for Notes {
    fn load(&self) -> Result<Option<DeploymentPlan>, Failure> {
        Ok(*self.0.lock().unwrap())
    }

    fn keep(&self, plan: &DeploymentPlan) -> Result<(), Failure> {
        *self.0.lock().unwrap() = Some(*plan);
        Ok(())
    }
}

async fn deploy(deployer: &FakeDeployer, notes: &Notes, afresh: bool) -> Result<Network, Failure> {
    let founding = Founding {
        consortium_account: ACCOUNT,
        bounds: default_bounds(1337),
        native: default_native_bounds(),
    };
    let access = Access {
        rpc_urls: vec!["http://127.0.0.1:8545".parse().unwrap()],
        gas_price: 0,
        finality: 1,
    };
    found(deployer, notes, &founding, &access, afresh, &|_| ()).await
}

#[tokio::test]
async fn a_deployment_goes_on_with_its_plan() {
    let (deployer, notes) = (FakeDeployer::at(5), Notes::default());
    let lost = LedgerError::Unreachable {
        endpoint: "node".to_owned(),
        reason: "gone".to_owned(),
    };
    *deployer.failure.lock().unwrap() = Some(lost);
    assert_eq!(
        deploy(&deployer, &notes, false).await.unwrap_err().code(),
        FailureCode::ChainUnreachable
    );
    let network = deploy(&deployer, &notes, false).await.unwrap();
    assert_eq!(network.deployment_block, 3);
    let json = serde_json::to_vec(&network).unwrap();
    assert_eq!(Network::from_json(&json).unwrap(), network);
    // Again: the same one. Afresh: another one.
    deploy(&deployer, &notes, false).await.unwrap();
    deploy(&deployer, &notes, true).await.unwrap();
    assert_eq!(*deployer.carried_out.lock().unwrap(), [5, 5, 7]);
}

#[tokio::test]
async fn a_plan_that_was_crossed_is_given_up() {
    let (deployer, notes) = (FakeDeployer::at(0), Notes::default());
    *deployer.failure.lock().unwrap() = Some(LedgerError::WrongNetwork("crossed".to_owned()));
    let failure = deploy(&deployer, &notes, false).await.unwrap_err();
    assert_eq!(failure.code(), FailureCode::WrongState);
    deploy(&deployer, &notes, false).await.unwrap();
    assert_eq!(*deployer.carried_out.lock().unwrap(), [2]);
}

#[tokio::test]
async fn a_plan_for_another_chain_is_not_followed() {
    let (deployer, notes) = (FakeDeployer::at(1), Notes::default());
    let genesis = BlockHash::new([9; 32]);
    let other = DeploymentPlan {
        genesis,
        account: ACCOUNT,
        first_nonce: 0,
        first_block: 0,
    };
    notes.keep(&other).unwrap();
    deploy(&deployer, &notes, false).await.unwrap();
    assert_eq!(*deployer.carried_out.lock().unwrap(), [1]);
}

#[test]
fn windows_are_long_but_on_development_chains() {
    assert_eq!(default_bounds(1).min_window_seconds, 86_400);
    assert_eq!(default_bounds(1).min_window_blocks, 2_000);
    assert_eq!(default_bounds(31_337).min_window_seconds, 1);
}
