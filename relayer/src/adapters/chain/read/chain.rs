//! Blocks and balances.

use async_trait::async_trait;

use crate::{
    adapters::chain::{bindings::token::Token, convert, ChainLedger},
    domain::ids::Address,
    ports::ledger::{BlockRef, ChainReader, LedgerError},
};

#[async_trait]
impl ChainReader for ChainLedger {
    fn chain_id(&self) -> u64 {
        self.network.chain_id
    }

    async fn head(&self) -> Result<BlockRef, LedgerError> {
        self.node.head().await
    }

    async fn block(&self, number: u64) -> Result<Option<BlockRef>, LedgerError> {
        self.node.block(number).await
    }

    async fn balance(&self, account: Address, token: Address) -> Result<u128, LedgerError> {
        if token.is_zero() {
            return self.node.balance(account).await;
        }
        let contract = Token::new(convert::address(token), self.node.provider());
        let call = contract.balance_of(convert::address(account));
        convert::amount(self.node.view("balanceOf", call).await?)
    }
}
