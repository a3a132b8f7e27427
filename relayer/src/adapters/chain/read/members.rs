//! Members, bounds and money.

use async_trait::async_trait;
use ethers::{
    contract::EthEvent,
    types::{Filter, H160},
};
use prover::facts::ValueSetDigest;

use crate::{
    adapters::chain::{
        bindings::{members::MemberAdmittedFilter, token::Token},
        convert,
        encode::role_number,
        ChainLedger,
    },
    domain::{
        ids::Address,
        members::{
            Bond, BondExit, Bounds, Member, ProxyCard, PublishedValueSet, Role, ServiceRecord,
            TokenBounds,
        },
    },
    ports::ledger::{LedgerError, MembersReader},
};

#[async_trait]
impl MembersReader for ChainLedger {
    async fn member(&self, account: Address) -> Result<Option<Member>, LedgerError> {
        let call = self.members.member_of(convert::address(account));
        let found = self.node.view("memberOf", call).await?;
        let roles = [Role::Hospital, Role::Institution, Role::Proxy];
        let role = roles
            .into_iter()
            .find(|role| role_number(*role) == found.role);
        Ok(role.map(|role| Member {
            role,
            active: found.active,
        }))
    }

    async fn proxies(&self) -> Result<Vec<Address>, LedgerError> {
        let filter = Filter::new()
            .address(self.members.address())
            .topic0(MemberAdmittedFilter::signature())
            .topic2(convert::word_topic(u64::from(role_number(Role::Proxy))));
        let head = self.node.head().await?.number;
        let logs = self
            .logs_between(&filter, self.network.deployment_block, head)
            .await?;
        let mut proxies = Vec::new();
        for log in logs {
            // The account is the event's first indexed argument.
            let account = log
                .topics
                .get(1)
                .map(|topic| convert::from_address(H160::from(*topic)));
            if let Some(account) = account.filter(|account| !proxies.contains(account)) {
                proxies.push(account);
            }
        }
        Ok(proxies)
    }

    async fn proxy_card(&self, proxy: Address) -> Result<ProxyCard, LedgerError> {
        let call = self.members.proxy_card(convert::address(proxy));
        let card = self.node.view("proxyCard", call).await?;
        Ok(ProxyCard {
            operator: convert::from_address(card.operator),
            sealing_key: card.sealing_key,
            url: card.url,
        })
    }

    async fn value_sets(&self) -> Result<Vec<PublishedValueSet>, LedgerError> {
        const PAGE: u64 = 50;
        let mut published = Vec::new();
        loop {
            let from = u64::try_from(published.len()).unwrap_or(u64::MAX);
            let call = self.members.value_sets(from.into(), PAGE.into());
            let page = self.node.view("valueSets", call).await?;
            if page.is_empty() {
                return Ok(published);
            }
            published.extend(page.into_iter().map(|set| PublishedValueSet {
                name: set.name,
                digest: ValueSetDigest::new(set.digest),
            }));
        }
    }

    async fn bounds(&self) -> Result<Bounds, LedgerError> {
        let bounds = self.node.view("bounds", self.members.bounds()).await?;
        Ok(Bounds {
            min_window_seconds: bounds.min_window_seconds,
            max_window_seconds: bounds.max_window_seconds,
            min_window_blocks: bounds.min_window_blocks,
            max_window_blocks: bounds.max_window_blocks,
            root_lifetime: bounds.root_lifetime,
            exit_delay: bounds.exit_delay,
            max_study_seconds: bounds.max_study_seconds,
            max_receipt_seconds: bounds.max_receipt_seconds,
            max_quota: bounds.max_quota,
            max_attempts: bounds.max_attempts,
        })
    }

    async fn token_bounds(&self, token: Address) -> Result<TokenBounds, LedgerError> {
        let call = self.members.token_bounds(convert::address(token));
        let bounds = self.node.view("tokenBounds", call).await?;
        Ok(TokenBounds {
            allowed: bounds.allowed,
            max_price: bounds.max_price,
            max_fee: bounds.max_fee,
            min_slice: bounds.min_slice,
        })
    }

    async fn bond(&self, proxy: Address, token: Address) -> Result<Bond, LedgerError> {
        let call = self
            .treasury
            .bond_of(convert::address(proxy), convert::address(token));
        let bond = self.node.view("bondOf", call).await?;
        Ok(Bond {
            free: bond.free,
            locked: bond.locked,
        })
    }

    async fn service_record(
        &self,
        proxy: Address,
        token: Address,
    ) -> Result<ServiceRecord, LedgerError> {
        let call = self
            .treasury
            .record_of(convert::address(proxy), convert::address(token));
        let record = self.node.view("recordOf", call).await?;
        Ok(ServiceRecord {
            receipts: record.receipts,
            attested: record.attested,
            answered: record.answered,
            slashed: record.slashed,
        })
    }

    async fn exit(&self, proxy: Address, token: Address) -> Result<BondExit, LedgerError> {
        let call = self
            .treasury
            .exit_of(convert::address(proxy), convert::address(token));
        let exit = self.node.view("exitOf", call).await?;
        Ok(BondExit {
            amount: exit.amount,
            release_at: exit.release_at,
        })
    }

    async fn credit(&self, account: Address, token: Address) -> Result<u128, LedgerError> {
        let call = self
            .treasury
            .credit_of(convert::address(account), convert::address(token));
        convert::amount(self.node.view("creditOf", call).await?)
    }

    async fn allowance(&self, owner: Address, token: Address) -> Result<u128, LedgerError> {
        if token.is_zero() {
            return Ok(u128::MAX);
        }
        let contract = Token::new(convert::address(token), self.node.provider());
        let call = contract.allowance(convert::address(owner), self.treasury.address());
        let allowance = self.node.view("allowance", call).await?;
        // "Without limit" is spelled as the largest number.
        Ok(u128::try_from(allowance).unwrap_or(u128::MAX))
    }
}
