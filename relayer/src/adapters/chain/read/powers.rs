//! Who may do what in the consortium's name.

use async_trait::async_trait;
use ethers::{
    contract::EthEvent,
    types::{Bytes, Filter, H160},
};

use crate::{
    adapters::chain::{
        bindings::manager::{AccessManager, OperationScheduledFilter, RoleGrantedFilter},
        convert, encode,
        failover::Failover,
        ChainLedger,
    },
    domain::{
        ids::{Address, OperationId},
        powers::{Holder, Power, PowerRole, Scheduled},
    },
    ports::ledger::{Call, LedgerError, PowersReader},
};

type Manager = AccessManager<ethers::providers::Provider<Failover>>;

impl ChainLedger {
    fn manager(&self) -> Manager {
        let at = convert::address(self.network.contracts.access_manager);
        AccessManager::new(at, self.node.provider())
    }

    /// Unix seconds from which an operation can be made; 0 if it is not scheduled, or too long ago.
    async fn schedule_of(&self, operation: [u8; 32]) -> Result<u64, LedgerError> {
        let manager = self.manager();
        let schedule = manager.get_schedule(operation);
        self.node.view("getSchedule", schedule).await
    }

    fn operation(&self, event: OperationScheduledFilter, ready_at: u64) -> Scheduled {
        let target = convert::from_address(event.target);
        let named = |power: &Power| {
            let (contract, selector) = encode::powers::function(&self.network.contracts, *power);
            contract == target && event.data.starts_with(&selector)
        };
        Scheduled {
            operation: OperationId::new(event.operation_id),
            caller: convert::from_address(event.caller),
            target,
            power: Power::ALL.into_iter().find(named),
            data: event.data.to_vec(),
            ready_at,
        }
    }

    /// Every account that a role was ever given to.
    async fn granted(&self, role: PowerRole) -> Result<Vec<Address>, LedgerError> {
        let filter = Filter::new()
            .address(self.manager().address())
            .topic0(RoleGrantedFilter::signature())
            .topic1(convert::word_topic(role.number()));
        let head = self.node.head().await?.number;
        let logs = self
            .logs_between(&filter, self.network.deployment_block, head)
            .await?;
        let mut accounts = Vec::new();
        for topic in logs.iter().filter_map(|log| log.topics.get(2)) {
            let account = convert::from_address(H160::from(*topic));
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
        Ok(accounts)
    }
}

#[async_trait]
impl PowersReader for ChainLedger {
    async fn holders(&self, role: PowerRole) -> Result<Vec<Holder>, LedgerError> {
        let mut holders = Vec::new();
        for account in self.granted(role).await? {
            let manager = self.manager();
            let call = manager.has_role(role.number(), convert::address(account));
            let (is_holder, delay_s) = self.node.view("hasRole", call).await?;
            if is_holder {
                holders.push(Holder { account, delay_s });
            }
        }
        Ok(holders)
    }

    async fn role_of(&self, power: Power) -> Result<u64, LedgerError> {
        let (target, selector) = encode::powers::function(&self.network.contracts, power);
        let manager = self.manager();
        let call = manager.get_target_function_role(convert::address(target), selector);
        self.node.view("getTargetFunctionRole", call).await
    }

    async fn guardian_of(&self, role: PowerRole) -> Result<u64, LedgerError> {
        let manager = self.manager();
        let call = manager.get_role_guardian(role.number());
        self.node.view("getRoleGuardian", call).await
    }

    async fn delay_of(&self, account: Address, call: &Call) -> Result<Option<u32>, LedgerError> {
        let (target, _, data) = encode::parts(&self.network.contracts, call);
        let selector = data.first_chunk().copied().unwrap_or_default();
        let manager = self.manager();
        let call = manager.can_call(
            convert::address(account),
            convert::address(target),
            selector,
        );
        let (at_once, delay) = self.node.view("canCall", call).await?;
        Ok(match (at_once, delay) {
            (true, _) => Some(0),
            (false, 0) => None,
            (false, delay) => Some(delay),
        })
    }

    async fn scheduled(&self) -> Result<Vec<Scheduled>, LedgerError> {
        let filter = Filter::new()
            .address(self.manager().address())
            .topic0(OperationScheduledFilter::signature());
        let head = self.node.head().await?.number;
        let logs = self
            .logs_between(&filter, self.network.deployment_block, head)
            .await?;
        let mut scheduled: Vec<Scheduled> = Vec::new();
        for log in logs {
            let event = OperationScheduledFilter::decode_log(&log.into())
                .map_err(|error| LedgerError::Malformed(format!("an event: {error}")))?;
            let operation = OperationId::new(event.operation_id);
            let ready_at = self.schedule_of(event.operation_id).await?;
            if ready_at != 0 && scheduled.iter().all(|each| each.operation != operation) {
                scheduled.push(self.operation(event, ready_at));
            }
        }
        Ok(scheduled)
    }

    async fn ready_at(&self, account: Address, call: &Call) -> Result<Option<u64>, LedgerError> {
        let (target, _, data) = encode::parts(&self.network.contracts, call);
        let manager = self.manager();
        let operation = manager.hash_operation(
            convert::address(account),
            convert::address(target),
            Bytes::from(data),
        );
        let operation = self.node.view("hashOperation", operation).await?;
        let at = self.schedule_of(operation).await?;
        Ok((at != 0).then_some(at))
    }
}
