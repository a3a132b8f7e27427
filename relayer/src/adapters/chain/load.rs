//! Signed transactions in numbers, for measuring a network.

use ethers::{abi::AbiEncode as _, types::U256};

use super::{
    bindings::{
        enrolments::{BatchCall, EnrolBatchCall},
        verifier::VerifyProofCall,
    },
    encode,
    sign::TransactionSigner,
};
use crate::{
    domain::{
        enrolment::EnrolmentRequest,
        ids::Address,
        signer::{EvmKey, Signature},
    },
    ports::{
        index::{IndexError, QueuedTransaction},
        ledger::{Call, LedgerError, OnEnrolment},
    },
};

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

    /// Transactions with this calldata, one after the other from the account's first on.
    ///
    /// # Errors
    /// [`LedgerError::Index`] if signing fails.
    pub fn transactions(
        &self,
        to: Address,
        calls: &[Vec<u8>],
        gas: u64,
    ) -> Result<Vec<Vec<u8>>, LedgerError> {
        (0..)
            .zip(calls)
            .map(|(nonce, data)| self.sign(to, data.clone(), nonce, gas))
            .collect()
    }

    fn sign(
        &self,
        to: Address,
        data: Vec<u8>,
        nonce: u64,
        gas: u64,
    ) -> Result<Vec<u8>, LedgerError> {
        let transaction = QueuedTransaction {
            sender: self.signer.address(),
            to: Some(to),
            value: 0,
            data,
        };
        let signed: Result<_, IndexError> = self.signer.sign(&transaction, nonce, gas);
        Ok(signed?.raw)
    }
}

/// Calldata that verifies a proof and does nothing else.
pub fn verifying(proven: &ProvenSignals) -> Vec<u8> {
    let word = |place: usize| U256::from_big_endian(&proven.proof[place]);
    VerifyProofCall {
        a: [word(0), word(1)],
        b: [[word(2), word(3)], [word(4), word(5)]],
        c: [word(6), word(7)],
        signals: proven.signals.map(|signal| U256::from_big_endian(&signal)),
    }
    .encode()
}

/// Calldata that enrols: one by itself, several as a batch.
pub fn enrolling(requests: &[EnrolmentRequest]) -> Vec<u8> {
    match requests {
        [one] => encode::enrolments::calldata(&Call::Enrol(Box::new(one.clone()))),
        many => EnrolBatchCall {
            requests: many
                .iter()
                .map(encode::enrolments::encode_request)
                .collect(),
        }
        .encode(),
    }
}

/// Calldata that hands in acceptances: one by itself, several as a batch.
pub fn accepting(accepted: &[(OnEnrolment, Signature)]) -> Vec<u8> {
    let calls: Vec<_> = accepted
        .iter()
        .map(|(on, signature)| {
            let (on, signature) = (*on, *signature);
            encode::enrolments::calldata(&Call::Accept { on, signature })
        })
        .collect();
    match calls.as_slice() {
        [one] => one.clone(),
        _ => BatchCall {
            calls: calls.into_iter().map(Into::into).collect(),
        }
        .encode(),
    }
}

#[cfg(test)]
mod tests;
