use ethers::{abi::AbiDecode as _, types::transaction::eip2718::TypedTransaction, utils::rlp::Rlp};

use super::*;

#[test]
fn verifications_are_signed_in_the_order_of_nonces() {
    let loader = Loader::new(1_337);
    let proven = ProvenSignals {
        proof: [[1; 32]; 8],
        signals: [[2; 32]; 8],
    };
    let verifier = Address::new([3; 20]);
    let raw = loader.verifications(verifier, &proven, 5..8).unwrap();
    for (raw, nonce) in raw.iter().zip(5_u64..) {
        let (transaction, signature) = TypedTransaction::decode_signed(&Rlp::new(raw)).unwrap();
        assert_eq!(transaction.nonce().unwrap().as_u64(), nonce);
        let sender = signature.recover(transaction.sighash()).unwrap();
        assert_eq!(convert::from_address(sender), loader.signer.address());
        let call = VerifyProofCall::decode(transaction.data().unwrap()).unwrap();
        assert_eq!(call.signals, [U256::from_big_endian(&[2; 32]); 8]);
    }
    assert_eq!(raw.len(), 3);
}

/// The example of EIP-1014's discussion: the first contract of this account.
#[test]
fn the_address_of_a_contract_follows_from_account_and_nonce() {
    let sender = "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"
        .parse()
        .unwrap();
    let address = created(sender, 0).to_string();
    assert_eq!(address, "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d");
}
