use super::*;

/// First development account of Anvil and Hardhat.
fn key() -> EvmKey {
    let secret = hex::decode("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    EvmKey::from_bytes(&secret.unwrap().try_into().unwrap()).unwrap()
}

#[test]
fn the_address_is_ethereums() {
    assert_eq!(
        key().address().to_string(),
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
    );
}

#[test]
fn what_it_signs_is_recovered() {
    let digest = keccak256(&[b"hello"]);
    let signature = key().sign(&digest);
    assert_eq!(signature.recover(&digest), Ok(key().address()));
    assert_ne!(
        signature.recover(&keccak256(&[b"other"])),
        Ok(key().address())
    );
    assert_eq!(signature.to_string().parse::<Signature>(), Ok(signature));
}

#[test]
fn malleable_and_odd_signatures_are_refused() {
    let digest = keccak256(&[b"hello"]);
    let mut bytes = key().sign(&digest).to_bytes();
    bytes[64] = 0;
    assert!(Signature::new(bytes).recover(&digest).is_err());
    let signature = EcdsaSignature::from_slice(&key().sign(&digest).to_bytes()[..64]).unwrap();
    let high = EcdsaSignature::from_scalars(*signature.r(), -*signature.s()).unwrap();
    bytes[..64].copy_from_slice(&high.to_bytes());
    bytes[64] = 27;
    assert_eq!(
        Signature::new(bytes).recover(&digest),
        Err(SignerError::Signature("s is in the upper half"))
    );
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let shown = format!("{:?}", key());
    assert!(
        shown.contains("0xf39f") && !shown.contains("ac0974"),
        "{shown}"
    );
    assert!(EvmKey::from_bytes(&[0; 32]).is_err());
}
