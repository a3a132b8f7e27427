//! Calls of the access manager.

use ethers::abi::AbiEncode;

use crate::{
    adapters::chain::{
        bindings::{manager, members, studies},
        convert::address,
    },
    domain::{ids::Address, network::Contracts, powers::Power},
    ports::ledger::PowersCall,
};

/// The calldata.
pub(super) fn calldata(contracts: &Contracts, call: &PowersCall) -> Vec<u8> {
    match call {
        PowersCall::Assign { power, role } => {
            let (target, selector) = function(contracts, *power);
            manager::SetTargetFunctionRoleCall {
                target: address(target),
                selectors: vec![selector],
                role_id: role.number(),
            }
            .encode()
        }
        PowersCall::SetGuardian { role, guardian } => manager::SetRoleGuardianCall {
            role_id: role.number(),
            guardian: guardian.number(),
        }
        .encode(),
        PowersCall::Grant { role, holder } => manager::GrantRoleCall {
            role_id: role.number(),
            account: address(holder.account),
            execution_delay: holder.delay_s,
        }
        .encode(),
        PowersCall::Revoke { role, account } => manager::RevokeRoleCall {
            role_id: role.number(),
            account: address(*account),
        }
        .encode(),
        PowersCall::Renounce { role, account } => manager::RenounceRoleCall {
            role_id: role.number(),
            caller_confirmation: address(*account),
        }
        .encode(),
        PowersCall::Cancel {
            caller,
            target,
            data,
        } => manager::CancelCall {
            caller: address(*caller),
            target: address(*target),
            data: data.clone().into(),
        }
        .encode(),
        PowersCall::Schedule(call) => {
            let (target, _, data) = super::parts(contracts, call);
            manager::ScheduleCall {
                target: address(target),
                data: data.into(),
                // As soon as the delay allows
                when: 0,
            }
            .encode()
        }
    }
}

/// The function that a power is: its contract and its selector.
pub(in crate::adapters::chain) fn function(
    contracts: &Contracts,
    power: Power,
) -> (Address, [u8; 4]) {
    use ethers::contract::EthCall;
    let members = |selector| (contracts.members, selector);
    match power {
        Power::Admit => members(members::AdmitCall::selector()),
        Power::AdmitProxy => members(members::AdmitProxyCall::selector()),
        Power::Expel => members(members::ExpelCall::selector()),
        Power::PublishValueSet => members(members::PublishValueSetCall::selector()),
        Power::SetBounds => members(members::SetBoundsCall::selector()),
        Power::SetTokenBounds => members(members::SetTokenBoundsCall::selector()),
        Power::SetConsortiumAccount => members(members::SetConsortiumAccountCall::selector()),
        Power::SetVerifier => (contracts.studies, studies::SetVerifierCall::selector()),
    }
}
