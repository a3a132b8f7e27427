//! Legacy transactions with replay protection (EIP-155), signed by an account's key.

use ethers::types::{transaction::eip2718::TypedTransaction, Signature, U256, U64};

use super::transactor::request_of;
use crate::{
    domain::{ids::Address, signer::EvmKey},
    ports::index::{IndexError, QueuedTransaction, SignedTransaction},
};

/// An account's key with the terms on which it sends.
#[derive(Clone)]
pub(super) struct TransactionSigner {
    pub(super) key: EvmKey,
    pub(super) chain_id: u64,
    /// In wei. Private networks take 0.
    pub(super) gas_price: u128,
}

impl TransactionSigner {
    pub(super) fn address(&self) -> Address {
        self.key.address()
    }

    /// Signs with a nonce and a gas limit of a quarter more than `gas`, since state may change before it is included.
    #[allow(
        clippy::unnecessary_wraps,
        reason = "the outbox hands it on as a function that may fail"
    )]
    pub(super) fn sign(
        &self,
        transaction: &QueuedTransaction,
        nonce: u64,
        gas: u64,
    ) -> Result<SignedTransaction, IndexError> {
        let mut request = request_of(transaction)
            .nonce(U256::from(nonce))
            .gas(U256::from(gas.saturating_add(gas / 4)))
            .gas_price(U256::from(self.gas_price));
        request.chain_id = Some(U64::from(self.chain_id));
        let typed = TypedTransaction::Legacy(request);
        let raw = typed.rlp_signed(&self.replay_protected(&typed)).to_vec();
        let hash = ethers::utils::keccak256(&raw);
        Ok(SignedTransaction { nonce, raw, hash })
    }

    /// The signature with the chain id in `v` (EIP-155).
    fn replay_protected(&self, transaction: &TypedTransaction) -> Signature {
        let bytes = self.key.sign(&transaction.sighash().0).to_bytes();
        Signature {
            r: U256::from_big_endian(&bytes[..32]),
            s: U256::from_big_endian(&bytes[32..64]),
            v: u64::from(bytes[64] - 27) + 35 + 2 * self.chain_id,
        }
    }
}
