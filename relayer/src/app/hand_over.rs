//! Handing the consortium's powers over from the account that deployed, so that it keeps none.
//!
//! Each step looks at the chain first, so a hand-over that was broken off goes on where it was.

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::powers::{HandOver, Holder, Power, PowerRole};
use crate::ports::deployment::Progress;
use crate::ports::ledger::{Call, LedgerError, LedgerWriter, PowersCall, PowersReader};

#[cfg(test)]
mod tests;

/// A role, what it may do, and who has it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleHeld {
    /// The role.
    pub role: PowerRole,
    /// What it may do. All that no other role may do is the admin's.
    pub powers: Vec<Power>,
    /// The number of the role that may cancel what this one has scheduled; 0 is the admin.
    pub guardian: u64,
    /// Who has it.
    pub holders: Vec<Holder>,
}

/// Who may do what, role by role.
///
/// # Errors
/// Those of the chain.
pub async fn powers(ledger: &dyn PowersReader) -> Result<Vec<RoleHeld>, Failure> {
    let mut held = Vec::new();
    for role in PowerRole::ALL {
        let mut powers = Vec::new();
        for power in Power::ALL {
            if ledger.role_of(power).await? == role.number() {
                powers.push(power);
            }
        }
        held.push(RoleHeld {
            role,
            powers,
            guardian: ledger.guardian_of(role).await?,
            holders: ledger.holders(role).await?,
        });
    }
    Ok(held)
}

/// Gives the roles to whom they are meant for, takes them from everybody else, and gives up the deployer's own: last of all, and only once
/// everything else is as it should be. Steps that are done are passed over.
///
/// # Errors
/// `not-permitted` if the deployer is not the admin, and the powers are not as ordered; `wrong-state` if they are not
/// at the end; those of the chain.
pub async fn hand_over<L: PowersReader + LedgerWriter>(
    ledger: &L,
    deployer: Address,
    order: &HandOver,
    progress: Progress<'_>,
) -> Result<Vec<RoleHeld>, Failure> {
    for call in steps(order) {
        if !is_done(ledger, &call).await? {
            make(ledger, call, progress).await?;
        }
    }
    for role in PowerRole::ALL {
        for holder in strangers(ledger, order, role).await? {
            if (role, holder) != (PowerRole::Admin, deployer) {
                let account = holder;
                make(ledger, PowersCall::Revoke { role, account }, progress).await?;
            }
        }
    }
    let role = PowerRole::Admin;
    if !strangers(ledger, order, role).await?.is_empty() {
        let account = deployer;
        make(ledger, PowersCall::Renounce { role, account }, progress).await?;
    }
    check(ledger, order).await?;
    powers(ledger).await
}

/// What makes the powers as ordered, but for the deployer's own.
fn steps(order: &HandOver) -> Vec<PowersCall> {
    let assign = Power::ALL.map(|power| PowersCall::Assign {
        power,
        role: power.role(),
    });
    let guard = PowersCall::SetGuardian {
        role: PowerRole::Council,
        guardian: PowerRole::Guardian,
    };
    // The admin's last: until then whoever deployed can mend a mistake alone
    let mut roles = PowerRole::ALL;
    roles.rotate_left(1);
    let grant = roles.map(|role| PowersCall::Grant {
        role,
        holder: order.holder(role),
    });
    assign.into_iter().chain([guard]).chain(grant).collect()
}

async fn is_done(ledger: &dyn PowersReader, step: &PowersCall) -> Result<bool, LedgerError> {
    Ok(match step {
        PowersCall::Assign { power, role } => ledger.role_of(*power).await? == role.number(),
        PowersCall::SetGuardian { role, guardian } => {
            ledger.guardian_of(*role).await? == guardian.number()
        }
        PowersCall::Grant { role, holder } => ledger.holders(*role).await?.contains(holder),
        PowersCall::Revoke { .. }
        | PowersCall::Renounce { .. }
        | PowersCall::Cancel { .. }
        | PowersCall::Schedule(_) => false,
    })
}

async fn make(
    ledger: &dyn LedgerWriter,
    call: PowersCall,
    progress: Progress<'_>,
) -> Result<(), Failure> {
    let done = describe(&call);
    ledger.submit(&Call::Powers(call)).await?;
    progress(&done);
    Ok(())
}

fn describe(call: &PowersCall) -> String {
    match call {
        PowersCall::Assign { power, role } => format!("{} is for the {role}", power.as_str()),
        PowersCall::SetGuardian { role, guardian } => {
            format!("the {guardian} can cancel what the {role} schedules")
        }
        PowersCall::Grant { role, holder } => {
            let Holder { account, delay_s } = holder;
            format!("{account} is {role}, with a delay of {delay_s} s")
        }
        PowersCall::Revoke { role, account } => format!("{account} is no longer {role}"),
        PowersCall::Renounce { role, account } => {
            format!("{account} has given up the role {role}")
        }
        PowersCall::Cancel { .. } => "cancelled".to_owned(),
        PowersCall::Schedule(_) => "scheduled".to_owned(),
    }
}

/// Those who have a role that is meant for another.
async fn strangers(
    ledger: &dyn PowersReader,
    order: &HandOver,
    role: PowerRole,
) -> Result<Vec<Address>, LedgerError> {
    let meant = order.holder(role).account;
    let holders = ledger.holders(role).await?.into_iter();
    let accounts = holders.map(|holder| holder.account);
    Ok(accounts.filter(|account| *account != meant).collect())
}

/// Everything is as ordered, and nobody else has anything.
async fn check(ledger: &dyn PowersReader, order: &HandOver) -> Result<(), Failure> {
    for step in steps(order) {
        if !is_done(ledger, &step).await? {
            return Err(not_as_ordered(&format!("not so: {}", describe(&step))));
        }
    }
    for role in PowerRole::ALL {
        if let Some(account) = strangers(ledger, order, role).await?.first() {
            return Err(not_as_ordered(&format!("{account} is {role} besides")));
        }
    }
    Ok(())
}

fn not_as_ordered(words: &str) -> Failure {
    Failure::new(
        FailureCode::WrongState,
        format!("the powers are not as ordered: {words}"),
    )
    .with_hint("`relayer consortium powers` shows who has what; only the admin can change it.")
}
