use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::domain::powers::Scheduled;
use crate::ports::ledger::Included;

const DEPLOYER: Address = Address::new([9; 20]);
const STRANGER: Address = Address::new([7; 20]);

struct State {
    functions: BTreeMap<Power, u64>,
    guardians: BTreeMap<PowerRole, u64>,
    holders: BTreeMap<PowerRole, Vec<Holder>>,
    /// Calls that are taken before the process is killed.
    left: usize,
    calls: usize,
}

/// An access manager, as it is after deployment.
struct Manager(Mutex<State>);

impl Manager {
    fn new() -> Self {
        let admin = Holder {
            account: DEPLOYER,
            delay_s: 0,
        };
        Self(Mutex::new(State {
            functions: BTreeMap::new(),
            guardians: BTreeMap::new(),
            holders: BTreeMap::from([(PowerRole::Admin, vec![admin])]),
            left: usize::MAX,
            calls: 0,
        }))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap())
    }

    async fn hand_over(&self, order: &HandOver) -> Result<Vec<RoleHeld>, Failure> {
        hand_over(self, DEPLOYER, order, &|_| {}).await
    }
}

impl State {
    fn is_admin(&self) -> bool {
        let admins = self.holders.get(&PowerRole::Admin).into_iter().flatten();
        admins.into_iter().any(|holder| holder.account == DEPLOYER)
    }

    fn apply(&mut self, call: &PowersCall) {
        match call {
            PowersCall::Assign { power, role } => {
                self.functions.insert(*power, role.number());
            }
            PowersCall::SetGuardian { role, guardian } => {
                self.guardians.insert(*role, guardian.number());
            }
            PowersCall::Grant { role, holder } => {
                let holders = self.holders.entry(*role).or_default();
                holders.retain(|each| each.account != holder.account);
                holders.push(*holder);
            }
            PowersCall::Revoke { role, account } | PowersCall::Renounce { role, account } => {
                let holders = self.holders.entry(*role).or_default();
                holders.retain(|each| each.account != *account);
            }
            PowersCall::Cancel { .. } | PowersCall::Schedule(_) => {}
        }
    }
}

#[async_trait]
impl LedgerWriter for Manager {
    fn account(&self) -> Option<Address> {
        Some(DEPLOYER)
    }

    async fn submit(&self, call: &Call) -> Result<Included, LedgerError> {
        let Call::Powers(call) = call else {
            panic!("{call:?}")
        };
        self.with(|state| {
            if state.left == 0 {
                return Err(LedgerError::Malformed("killed".to_owned()));
            }
            if !state.is_admin() {
                return Err(LedgerError::Refused {
                    code: FailureCode::NotPermitted,
                    detail: "AccessManagerUnauthorizedAccount".to_owned(),
                });
            }
            state.left -= 1;
            state.calls += 1;
            state.apply(call);
            Ok(Included {
                hash: [1; 32],
                block: 1,
                gas: 1,
                created: None,
            })
        })
    }

    async fn resume(&self) -> Result<(), LedgerError> {
        Ok(())
    }
}

#[async_trait]
impl PowersReader for Manager {
    async fn holders(&self, role: PowerRole) -> Result<Vec<Holder>, LedgerError> {
        Ok(self.with(|state| state.holders.get(&role).cloned().unwrap_or_default()))
    }

    async fn role_of(&self, power: Power) -> Result<u64, LedgerError> {
        Ok(self.with(|state| state.functions.get(&power).copied().unwrap_or_default()))
    }

    async fn guardian_of(&self, role: PowerRole) -> Result<u64, LedgerError> {
        Ok(self.with(|state| state.guardians.get(&role).copied().unwrap_or_default()))
    }

    async fn delay_of(&self, _: Address, _: &Call) -> Result<Option<u32>, LedgerError> {
        Ok(None)
    }

    async fn scheduled(&self) -> Result<Vec<Scheduled>, LedgerError> {
        Ok(Vec::new())
    }

    async fn ready_at(&self, _: Address, _: &Call) -> Result<Option<u64>, LedgerError> {
        Ok(None)
    }
}

fn order(first: u8) -> HandOver {
    let accounts = [first, first + 1, first + 2].map(|number| Address::new([number; 20]));
    HandOver::new(DEPLOYER, accounts, 604_800).unwrap()
}

fn assert_handed_over(held: &[RoleHeld], order: &HandOver) {
    for role in held {
        assert_eq!(role.holders, [order.holder(role.role)], "{role:?}");
        for power in &role.powers {
            assert_eq!(power.role(), role.role);
        }
    }
    let powers: usize = held.iter().map(|role| role.powers.len()).sum();
    assert_eq!(powers, Power::ALL.len());
    assert!(held[0].powers.is_empty(), "the admin only gives roles");
    assert_eq!(held[2].guardian, PowerRole::Guardian.number());
}

#[tokio::test]
async fn wherever_it_is_broken_off_it_goes_on() {
    let order = order(1);
    let mut taken = 0;
    loop {
        let manager = Manager::new();
        manager.with(|state| state.left = taken);
        let first = manager.hand_over(&order).await;
        manager.with(|state| state.left = usize::MAX);
        let held = manager.hand_over(&order).await.unwrap();
        assert_handed_over(&held, &order);
        // Nothing was done twice: eight powers, a guardian, four roles, and the deployer's own
        assert_eq!(manager.with(|state| state.calls), 14);
        if first.is_ok() {
            break;
        }
        taken += 1;
    }
    assert_eq!(taken, 14);
}

#[tokio::test]
async fn whoever_else_has_a_role_loses_it() {
    let (wrong, right) = (order(1), order(2));
    let manager = Manager::new();
    // Broken off before the deployer gave up its own, and a stranger made guardian
    manager.with(|state| state.left = 13);
    manager.hand_over(&wrong).await.unwrap_err();
    manager.with(|state| {
        state.left = usize::MAX;
        let holder = Holder {
            account: STRANGER,
            delay_s: 0,
        };
        let role = PowerRole::Guardian;
        state.apply(&PowersCall::Grant { role, holder });
    });
    let held = manager.hand_over(&right).await.unwrap();
    assert_handed_over(&held, &right);
}

#[tokio::test]
async fn what_was_handed_over_is_not_handed_over_otherwise() {
    let manager = Manager::new();
    manager.hand_over(&order(1)).await.unwrap();
    let failure = manager.hand_over(&order(2)).await.unwrap_err();
    assert_eq!(failure.code(), FailureCode::NotPermitted);
    assert_handed_over(&powers(&manager).await.unwrap(), &order(1));
}
