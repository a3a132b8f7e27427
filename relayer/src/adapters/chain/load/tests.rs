use ethers::{abi::AbiDecode as _, types::transaction::eip2718::TypedTransaction, utils::rlp::Rlp};

use super::*;
use crate::adapters::chain::convert;

#[test]
fn verifications_are_signed_in_the_order_of_nonces() {
    let loader = Loader::new(1_337);
    let proven = ProvenSignals {
        proof: [[1; 32]; 8],
        signals: [[2; 32]; 8],
    };
    let verifier = Address::new([3; 20]);
    let calls = vec![verifying(&proven); 3];
    let raw = loader.transactions(verifier, &calls, 260_000).unwrap();
    for (raw, nonce) in raw.iter().zip(0_u64..) {
        let (transaction, signature) = TypedTransaction::decode_signed(&Rlp::new(raw)).unwrap();
        assert_eq!(transaction.nonce().unwrap().as_u64(), nonce);
        let sender = signature.recover(transaction.sighash()).unwrap();
        assert_eq!(convert::from_address(sender), loader.signer.address());
        let call = VerifyProofCall::decode(transaction.data().unwrap()).unwrap();
        assert_eq!(call.signals, [U256::from_big_endian(&[2; 32]); 8]);
    }
    assert_eq!(raw.len(), 3);
}
