//! The nodes' JSON-RPC, with time-outs and with its errors told apart: unreachable, refused by the node, reverted by
//! a contract.

use std::{future::Future, sync::Arc, time::Duration};

use ethers::{
    abi::Detokenize,
    contract::{builders::ContractCall, ContractError},
    providers::{JsonRpcError, Middleware, MiddlewareError, Provider, ProviderError},
    types::{BlockId, BlockNumber, Bytes, Filter, Log, TransactionReceipt, H256, U256, U64},
};
use url::Url;

use super::{convert, failover::Failover, reverts};
use crate::{
    domain::ids::{Address, BlockHash},
    ports::ledger::{BlockRef, LedgerError},
};

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A node, or several that stand in for each other.
#[derive(Debug, Clone)]
pub(super) struct Node {
    provider: Arc<Provider<Failover>>,
    endpoint: String,
}

impl Node {
    /// A client of the nodes at these URLs, of the chain that starts with `genesis`; nothing is sent yet.
    pub(super) fn new(urls: &[Url], genesis: Option<BlockHash>) -> Self {
        Self::over(Failover::new(urls, genesis))
    }

    fn over(nodes: Failover) -> Self {
        Self {
            endpoint: nodes.names(),
            provider: Arc::new(Provider::new(nodes)),
        }
    }

    /// The node that answers at present, alone: two of them may differ by a block, and answers that are put together must not.
    pub(super) async fn pinned(&self) -> Self {
        let nodes: &Failover = self.provider.as_ref().as_ref();
        nodes.keep_up().await;
        Self::over(nodes.pinned())
    }

    /// The provider, for contract bindings.
    pub(super) fn provider(&self) -> Arc<Provider<Failover>> {
        Arc::clone(&self.provider)
    }

    /// Awaits a request, within the time-out, and sorts its error.
    pub(super) async fn ask<T>(
        &self,
        method: &str,
        request: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, LedgerError> {
        match tokio::time::timeout(REQUEST_TIMEOUT, request).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.sort(method, &error)),
            Err(_) => Err(self.no_answer()),
        }
    }

    fn no_answer(&self) -> LedgerError {
        self.unreachable(format!("no answer within {} s", REQUEST_TIMEOUT.as_secs()))
    }

    /// Sorts a transport's error.
    pub(super) fn sort(&self, method: &str, error: &ProviderError) -> LedgerError {
        if let Some(response) = error.as_error_response() {
            return Self::sort_response(method, response);
        }
        match error {
            ProviderError::HTTPError(error) => self.unreachable(convert::words(error)),
            ProviderError::CustomError(words) => self.unreachable(words.clone()),
            ProviderError::SerdeJson(error) => LedgerError::Malformed(format!("{method}: {error}")),
            // The client error behind it would print the whole answer.
            ProviderError::JsonRpcClientError(_) => {
                LedgerError::Malformed(format!("{method}: the answer is not JSON-RPC"))
            }
            other => LedgerError::Node {
                method: method.to_owned(),
                reason: other.to_string(),
            },
        }
    }

    fn sort_response(method: &str, response: &JsonRpcError) -> LedgerError {
        match response.as_revert_data() {
            Some(data) => reverts::decode(&data),
            None => LedgerError::Node {
                method: method.to_owned(),
                reason: response.message.clone(),
            },
        }
    }

    /// That the nodes are of no use now, and may be later.
    pub(super) fn unreachable(&self, reason: String) -> LedgerError {
        LedgerError::Unreachable {
            endpoint: self.endpoint.clone(),
            reason,
        }
    }

    pub(super) async fn chain_id(&self) -> Result<u64, LedgerError> {
        let id: U256 = self.ask("eth_chainId", self.provider.get_chainid()).await?;
        u64::try_from(id).map_err(|_| LedgerError::Malformed(format!("chain id {id}")))
    }

    pub(super) async fn head(&self) -> Result<BlockRef, LedgerError> {
        self.block_at(BlockNumber::Latest)
            .await?
            .ok_or_else(|| LedgerError::Malformed("the chain has no latest block".to_owned()))
    }

    pub(super) async fn block(&self, number: u64) -> Result<Option<BlockRef>, LedgerError> {
        self.block_at(BlockNumber::Number(U64::from(number))).await
    }

    async fn block_at(&self, number: BlockNumber) -> Result<Option<BlockRef>, LedgerError> {
        let block = self
            .ask(
                "eth_getBlockByNumber",
                self.provider.get_block(BlockId::Number(number)),
            )
            .await?;
        block.map(|block| convert::block_ref(&block)).transpose()
    }

    /// Hash of block 0.
    pub(super) async fn genesis(&self) -> Result<BlockHash, LedgerError> {
        let block = self.block(0).await?;
        block
            .map(|block| BlockHash::new(block.hash))
            .ok_or_else(|| LedgerError::Malformed("the chain has no block 0".to_owned()))
    }

    /// Reads a contract's view at the latest block.
    pub(super) async fn view<D: Detokenize + Send + Sync>(
        &self,
        function: &str,
        call: ContractCall<Provider<Failover>, D>,
    ) -> Result<D, LedgerError> {
        match tokio::time::timeout(REQUEST_TIMEOUT, call.call()).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(ContractError::Revert(data))) => Err(reverts::decode(&data)),
            Ok(Err(ContractError::ProviderError { e } | ContractError::MiddlewareError { e })) => {
                Err(self.sort(function, &e))
            }
            Ok(Err(other)) => Err(LedgerError::Malformed(format!("{function}: {other}"))),
            Err(_) => Err(self.no_answer()),
        }
    }

    pub(super) async fn balance(&self, account: Address) -> Result<u128, LedgerError> {
        let balance = self
            .ask(
                "eth_getBalance",
                self.provider.get_balance(convert::address(account), None),
            )
            .await?;
        convert::amount(balance)
    }

    pub(super) async fn code(&self, account: Address) -> Result<Bytes, LedgerError> {
        self.ask(
            "eth_getCode",
            self.provider.get_code(convert::address(account), None),
        )
        .await
    }

    /// The receipt of a transaction, if it is in a block.
    pub(super) async fn receipt(
        &self,
        hash: [u8; 32],
    ) -> Result<Option<TransactionReceipt>, LedgerError> {
        self.ask(
            "eth_getTransactionReceipt",
            self.provider.get_transaction_receipt(H256(hash)),
        )
        .await
    }

    pub(super) async fn logs(&self, filter: &Filter) -> Result<Vec<Log>, LedgerError> {
        self.ask("eth_getLogs", self.provider.get_logs(filter))
            .await
    }
}
