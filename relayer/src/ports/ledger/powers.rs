//! Who may do what in the consortium's name, and how that is changed.

use async_trait::async_trait;

use super::{Call, LedgerError};
use crate::domain::hash::keccak256;
use crate::domain::ids::Address;
use crate::domain::powers::{Holder, Power, PowerRole, Scheduled};
use crate::ports::index::Effect;

/// A call of the access manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PowersCall {
    /// Admin: says which role may use a power.
    Assign {
        /// The power.
        power: Power,
        /// The role.
        role: PowerRole,
    },
    /// Admin: says which role may cancel what another has scheduled.
    SetGuardian {
        /// Whose calls.
        role: PowerRole,
        /// Who cancels.
        guardian: PowerRole,
    },
    /// Admin: gives a role.
    Grant {
        /// The role.
        role: PowerRole,
        /// To whom, and with which delay.
        holder: Holder,
    },
    /// Admin: takes a role.
    Revoke {
        /// The role.
        role: PowerRole,
        /// From whom.
        account: Address,
    },
    /// Whoever has a role: gives it up.
    Renounce {
        /// The role.
        role: PowerRole,
        /// The caller's account, once more.
        account: Address,
    },
    /// The guardian, or whoever scheduled a call: sees to it that it is not made.
    Cancel {
        /// Who scheduled it.
        caller: Address,
        /// The contract.
        target: Address,
        /// The calldata.
        data: Vec<u8>,
    },
    /// Whoever has a power with a delay: announces a call, which may be made once the delay has passed.
    Schedule(Box<Call>),
}

impl PowersCall {
    /// What the call brings about. Whether there is need for it, the chain tells.
    pub(super) fn effect(&self) -> Effect {
        Effect::repeatable(match self {
            Self::Assign { power, .. } => format!("assign:{}", power.as_str()),
            Self::SetGuardian { role, .. } => format!("guardian:{role}"),
            Self::Grant { role, holder } => format!("grant:{role}:{}", holder.account),
            Self::Revoke { role, account } => format!("revoke-role:{role}:{account}"),
            Self::Renounce { role, account } => format!("renounce:{role}:{account}"),
            Self::Cancel {
                caller,
                target,
                data,
            } => format!(
                "cancel:{caller}:{target}:{}",
                hex::encode(keccak256(&[data.as_slice()]))
            ),
            Self::Schedule(call) => format!("schedule:{}", call.effect().key),
        })
    }
}

/// Who may do what.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait PowersReader: Send + Sync {
    /// The accounts that have a role.
    async fn holders(&self, role: PowerRole) -> Result<Vec<Holder>, LedgerError>;

    /// The number of the role that may use a power.
    async fn role_of(&self, power: Power) -> Result<u64, LedgerError>;

    /// The number of the role that may cancel what a role has scheduled.
    async fn guardian_of(&self, role: PowerRole) -> Result<u64, LedgerError>;

    /// Seconds for which an account must have scheduled a call before it makes it; `None` if it may not make it at all.
    async fn delay_of(&self, account: Address, call: &Call) -> Result<Option<u32>, LedgerError>;

    /// What is scheduled, and neither made nor cancelled nor too old.
    async fn scheduled(&self) -> Result<Vec<Scheduled>, LedgerError>;

    /// Unix seconds from which an account may make a call that it has scheduled; `None` if it has not, or too long ago.
    async fn ready_at(&self, account: Address, call: &Call) -> Result<Option<u64>, LedgerError>;
}
