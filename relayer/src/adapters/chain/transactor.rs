//! What the outbox needs of a node, as a trait, so that its logic is tested without one.

use async_trait::async_trait;
use ethers::{
    providers::{JsonRpcClient, Middleware, ProviderError},
    types::{
        transaction::eip2718::TypedTransaction, BlockId, BlockNumber, Bytes, Log,
        TransactionRequest, H256, U256, U64,
    },
};

use super::{batches, convert, node::Node};
use crate::{
    domain::ids::Address,
    ports::{index::QueuedTransaction, ledger::LedgerError},
};

/// What a node said to a signed transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    /// It is in the node's pool or in a block.
    Accepted,
    /// Another transaction, or this one, has used the nonce.
    NonceUsed,
    /// The node doesn't take it.
    Refused(String),
}

/// A transaction in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mined {
    /// The block's number.
    pub(super) block: u64,
    /// Gas used.
    pub(super) gas: u64,
    /// Whether it did not revert.
    pub(super) succeeded: bool,
    /// The contract that it created.
    pub(super) created: Option<Address>,
}

/// A node, as the outbox sees it.
#[async_trait]
pub(super) trait Transactor: Send + Sync {
    /// Number of the latest block.
    async fn height(&self) -> Result<u64, LedgerError>;
    /// The number of transactions of an account in blocks.
    async fn nonce(&self, account: Address) -> Result<u64, LedgerError>;
    /// Whether another transaction has used the nonce: the account has sent more, by one and the same node, and this one is in no block of
    /// its.
    async fn displaced(
        &self,
        account: Address,
        nonce: u64,
        hash: [u8; 32],
    ) -> Result<bool, LedgerError>;
    /// Gas that a transaction would use now; a revert comes back decoded.
    async fn estimate(&self, transaction: &QueuedTransaction) -> Result<u64, LedgerError>;
    /// Whether a transaction would succeed now; a revert comes back decoded.
    async fn try_out(&self, transaction: &QueuedTransaction) -> Result<(), LedgerError>;
    /// What a batch in a block left out: places, and why.
    async fn skipped(&self, hash: [u8; 32]) -> Result<Vec<(usize, LedgerError)>, LedgerError>;
    /// Why a transaction that reverted in `block` did: the same call, tried at that block.
    async fn explain(&self, transaction: &QueuedTransaction, block: u64) -> LedgerError;
    /// Sends a signed transaction. Sending the same one again is harmless.
    async fn send(&self, raw: &[u8]) -> Result<Sent, LedgerError>;
    /// What became of a transaction, if it is in a block.
    async fn mined(&self, hash: [u8; 32]) -> Result<Option<Mined>, LedgerError>;
}

#[async_trait]
impl Transactor for Node {
    async fn height(&self) -> Result<u64, LedgerError> {
        Ok(self.head().await?.number)
    }

    async fn nonce(&self, account: Address) -> Result<u64, LedgerError> {
        let provider = self.provider();
        let latest = Some(BlockId::Number(BlockNumber::Latest));
        let request = provider.get_transaction_count(convert::address(account), latest);
        convert::small(self.ask("eth_getTransactionCount", request).await?)
    }

    async fn displaced(
        &self,
        account: Address,
        nonce: u64,
        hash: [u8; 32],
    ) -> Result<bool, LedgerError> {
        let node = self.pinned().await;
        Ok(node.nonce(account).await? > nonce && node.mined(hash).await?.is_none())
    }

    async fn estimate(&self, transaction: &QueuedTransaction) -> Result<u64, LedgerError> {
        let provider = self.provider();
        let request = TypedTransaction::Legacy(request_of(transaction));
        convert::small(
            self.ask("eth_estimateGas", provider.estimate_gas(&request, None))
                .await?,
        )
    }

    async fn try_out(&self, transaction: &QueuedTransaction) -> Result<(), LedgerError> {
        call_at(self, transaction, BlockNumber::Latest).await
    }

    async fn skipped(&self, hash: [u8; 32]) -> Result<Vec<(usize, LedgerError)>, LedgerError> {
        let receipt = self.receipt(hash).await?.ok_or_else(|| {
            LedgerError::Malformed("the receipt of a batch in a block went missing".to_owned())
        })?;
        let ours = |log: &&Log| Some(log.address) == receipt.to;
        let skipped = receipt
            .logs
            .iter()
            .filter(ours)
            .filter_map(batches::skipped);
        skipped.collect()
    }

    async fn explain(&self, transaction: &QueuedTransaction, block: u64) -> LedgerError {
        let at = BlockNumber::Number(U64::from(block));
        match call_at(self, transaction, at).await {
            Err(cause) => cause,
            Ok(()) => LedgerError::Malformed(
                "a transaction reverted that does not when it is called".to_owned(),
            ),
        }
    }

    async fn send(&self, raw: &[u8]) -> Result<Sent, LedgerError> {
        let provider = self.provider();
        let params = [Bytes::from(raw.to_vec())];
        let request = async {
            let hash: Result<H256, _> = provider
                .as_ref()
                .as_ref()
                .request("eth_sendRawTransaction", params)
                .await;
            hash.map_err(ProviderError::from)
        };
        match self.ask("eth_sendRawTransaction", request).await {
            Ok(_) => Ok(Sent::Accepted),
            Err(LedgerError::Node { reason, .. }) => Ok(sort_sending(reason)),
            Err(LedgerError::Refused { detail, .. }) => Ok(Sent::Refused(detail)),
            Err(other) => Err(other),
        }
    }

    async fn mined(&self, hash: [u8; 32]) -> Result<Option<Mined>, LedgerError> {
        let Some(receipt) = self.receipt(hash).await? else {
            return Ok(None);
        };
        // Some nodes show a receipt without a block while the transaction is pending.
        let Some(block) = receipt.block_number else {
            return Ok(None);
        };
        Ok(Some(Mined {
            block: block.as_u64(),
            gas: convert::small(receipt.gas_used.unwrap_or_default())?,
            succeeded: receipt.status == Some(U64::one()),
            created: receipt.contract_address.map(convert::from_address),
        }))
    }
}

/// Makes a transaction's call on the state of a block, changing nothing.
async fn call_at(
    node: &Node,
    transaction: &QueuedTransaction,
    block: BlockNumber,
) -> Result<(), LedgerError> {
    let provider = node.provider();
    let request = TypedTransaction::Legacy(request_of(transaction));
    let call = provider.call(&request, Some(BlockId::Number(block)));
    node.ask("eth_call", call).await.map(drop)
}

/// Nodes agree on no code for this, only more or less on words.
fn sort_sending(reason: String) -> Sent {
    let words = reason.to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    if says(&["already known", "already imported", "known transaction"]) {
        Sent::Accepted
    } else if says(&["nonce too low", "nonce is too low", "below current"]) {
        Sent::NonceUsed
    } else {
        Sent::Refused(reason)
    }
}

/// The transaction as an unsigned request, without nonce, gas and price.
pub(super) fn request_of(transaction: &QueuedTransaction) -> TransactionRequest {
    let request = TransactionRequest::new()
        .from(convert::address(transaction.sender))
        .value(U256::from(transaction.value))
        .data(transaction.data.clone());
    match transaction.to {
        Some(to) => request.to(convert::address(to)),
        None => request,
    }
}
