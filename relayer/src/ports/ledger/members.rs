//! Members, bounds and money.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::ids::Address;
use crate::domain::members::{
    Bond, BondExit, Bounds, Member, ProxyCard, PublishedValueSet, ServiceRecord, TokenBounds,
};

/// Who takes part, within which bounds, and what they have or are owed. `token` zero is the native coin.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait MembersReader: Send + Sync {
    /// An account's standing, or `None` if it was never admitted.
    async fn member(&self, account: Address) -> Result<Option<Member>, LedgerError>;

    /// Accounts that were ever admitted as proxies, in the order of their first admission. Which of them are active,
    /// [`member`](Self::member) says.
    async fn proxies(&self) -> Result<Vec<Address>, LedgerError>;

    /// A proxy's particulars.
    async fn proxy_card(&self, proxy: Address) -> Result<ProxyCard, LedgerError>;

    /// The bounds in force.
    async fn bounds(&self) -> Result<Bounds, LedgerError>;

    /// A token's bounds in force.
    async fn token_bounds(&self, token: Address) -> Result<TokenBounds, LedgerError>;

    /// The value sets that the consortium published, in their order.
    async fn value_sets(&self) -> Result<Vec<PublishedValueSet>, LedgerError>;

    /// A proxy's bond.
    async fn bond(&self, proxy: Address, token: Address) -> Result<Bond, LedgerError>;

    /// How a proxy served.
    async fn service_record(
        &self,
        proxy: Address,
        token: Address,
    ) -> Result<ServiceRecord, LedgerError>;

    /// What a proxy asked back.
    async fn exit(&self, proxy: Address, token: Address) -> Result<BondExit, LedgerError>;

    /// What an account is owed.
    async fn credit(&self, account: Address, token: Address) -> Result<u128, LedgerError>;

    /// What a token's owner lets the treasury take; without limit for the native coin.
    async fn allowance(&self, owner: Address, token: Address) -> Result<u128, LedgerError>;
}
