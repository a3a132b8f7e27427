//! Signed transactions in numbers, for measuring a network.

use std::ops::Range;

use ethers::{abi::AbiEncode as _, types::U256};

use super::{
    artefacts::Contract, bindings::verifier::VerifyProofCall, convert, sign::TransactionSigner,
};
use crate::{
    domain::{ids::Address, signer::EvmKey},
    ports::{
        index::{IndexError, QueuedTransaction},
        ledger::LedgerError,
    },
};

/// Gas limit of a transaction before the signer's margin. A verification takes less, so that none fails for want of gas.
const VERIFICATION_LIMIT: u64 = 260_000;
const DEPLOYMENT_LIMIT: u64 = 3_000_000;

/// A proof and its public signals, as the verifier contract takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvenSignals {
    /// `a`, `b` and `c`, coordinate by coordinate.
    pub proof: [[u8; 32]; 8],
    /// The signals.
    pub signals: [[u8; 32]; 8],
}

/// An account that sends load.
#[derive(Clone)]
pub struct Loader {
    signer: TransactionSigner,
}

impl Loader {
    /// A new account on a chain; it needs no coins where gas costs nothing.
    pub fn new(chain_id: u64) -> Self {
        Self {
            signer: TransactionSigner {
                key: EvmKey::random(),
                chain_id,
                gas_price: 0,
            },
        }
    }

    /// Deploys a verifier, as the account's first transaction; gives the transaction and where the verifier will be.
    ///
    /// # Errors
    /// [`LedgerError::Malformed`] if the artefact is broken, [`LedgerError::Index`] if signing fails.
    pub fn deploy_verifier(&self) -> Result<(Vec<u8>, Address), LedgerError> {
        let artefact = Contract::EligibilityVerifier8.artefact()?;
        let data = artefact.init_code(&std::collections::BTreeMap::new(), &[])?;
        let raw = self.sign(None, data, 0, DEPLOYMENT_LIMIT)?;
        Ok((raw, created(self.signer.address(), 0)))
    }

    /// Transactions that verify a proof each and do nothing else.
    ///
    /// # Errors
    /// [`LedgerError::Index`] if signing fails.
    pub fn verifications(
        &self,
        verifier: Address,
        proven: &ProvenSignals,
        nonces: Range<u64>,
    ) -> Result<Vec<Vec<u8>>, LedgerError> {
        let word = |place: usize| U256::from_big_endian(&proven.proof[place]);
        let data = VerifyProofCall {
            a: [word(0), word(1)],
            b: [[word(2), word(3)], [word(4), word(5)]],
            c: [word(6), word(7)],
            signals: proven.signals.map(|signal| U256::from_big_endian(&signal)),
        }
        .encode();
        nonces
            .map(|nonce| self.sign(Some(verifier), data.clone(), nonce, VERIFICATION_LIMIT))
            .collect()
    }

    fn sign(
        &self,
        to: Option<Address>,
        data: Vec<u8>,
        nonce: u64,
        gas: u64,
    ) -> Result<Vec<u8>, LedgerError> {
        let transaction = QueuedTransaction {
            sender: self.signer.address(),
            to,
            value: 0,
            data,
        };
        let signed: Result<_, IndexError> = self.signer.sign(&transaction, nonce, gas);
        Ok(signed?.raw)
    }
}

/// Where an account's contract will be.
fn created(sender: Address, nonce: u64) -> Address {
    let address = ethers::utils::get_contract_address(convert::address(sender), nonce);
    convert::from_address(address)
}

#[cfg(test)]
mod tests;
