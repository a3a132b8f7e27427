//! Blocks and accounts.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::ids::Address;

/// A block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRef {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its time, in Unix seconds.
    pub time: u64,
}

/// What the chain says of itself.
#[async_trait]
pub trait ChainReader: Send + Sync {
    /// The chain id.
    fn chain_id(&self) -> u64;

    /// The latest block. Its time is the time that contracts go by.
    ///
    /// # Errors
    /// [`LedgerError::Unreachable`], [`LedgerError::Node`].
    async fn head(&self) -> Result<BlockRef, LedgerError>;

    /// A block by number, or `None` if the chain is not that long.
    ///
    /// # Errors
    /// [`LedgerError::Unreachable`], [`LedgerError::Node`].
    async fn block(&self, number: u64) -> Result<Option<BlockRef>, LedgerError>;

    /// Balance of an account, in the native coin's smallest unit or in that of `token`.
    ///
    /// # Errors
    /// [`LedgerError::Unreachable`], [`LedgerError::Node`].
    async fn balance(&self, account: Address, token: Address) -> Result<u128, LedgerError>;
}
