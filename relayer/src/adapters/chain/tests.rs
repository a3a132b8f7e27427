//! What the domain encodes by itself, since it does not know ethers, compared with what ethers makes of the same.

use ethers::abi::{encode, Token, Tokenizable as _};
use ethers::types::transaction::eip712::{Eip712 as _, TypedData};
use serde_json::json;

use super::encode::disputes::encode_grant;
use crate::domain::context::study_id;
use crate::domain::eip712::{Acceptance, Attestation, Receipt, SigningDomain, TypedMessage};
use crate::domain::grant::Grant;
use crate::domain::hash::keccak256;
use crate::domain::ids::{Address, GrantDigest, Nullifier, RecordTag, StudyId};

#[test]
fn a_study_s_id_is_of_solidity_s_encoding() {
    let (studies, institution) = (Address::new([1; 20]), Address::new([2; 20]));
    let encoded = encode(&[
        Token::Uint(31337.into()),
        Token::Address(studies.to_bytes().into()),
        Token::Address(institution.to_bytes().into()),
        Token::Uint(3.into()),
    ]);
    let expected = StudyId::reduce(&keccak256(&[&encoded]));
    assert_eq!(study_id(31337, studies, institution, 3), expected);
}

#[test]
fn a_grant_is_encoded_as_by_solidity() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/grant.json")).unwrap();
    let made: Grant = serde_json::from_value(vectors["grant"].clone()).unwrap();
    let encoded = encode(&[encode_grant(&made).into_token()]);
    assert_eq!(made.abi_encode(), encoded);
}

fn domain() -> SigningDomain {
    SigningDomain {
        chain_id: 31337,
        enrolments: Address::new([0x11; 20]),
    }
}

/// The digest by ethers, from the type as text.
fn digest_of<T: TypedMessage>(message: &serde_json::Value) -> [u8; 32] {
    let (name, members) = T::TYPE.trim_end_matches(')').split_once('(').unwrap();
    let fields: Vec<_> = members
        .split(',')
        .map(|member| member.split_once(' ').unwrap())
        .map(|(kind, name)| json!({ "type": kind, "name": name }))
        .collect();
    let data: TypedData = serde_json::from_value(json!({
        "types": { name: fields },
        "primaryType": name,
        "domain": {
            "name": "Medshare",
            "version": "1",
            "chainId": 31337,
            "verifyingContract": domain().enrolments.to_string(),
        },
        "message": message,
    }))
    .unwrap();
    data.encode_eip712().unwrap()
}

#[test]
fn what_is_signed_has_the_digest_of_eip_712() {
    let small = |number| {
        let mut bytes = [0; 32];
        bytes[31] = number;
        bytes
    };
    let study_id = StudyId::new(small(1)).unwrap();
    let nullifier = Nullifier::new(small(2)).unwrap();
    let (attempt, grant_digest) = (3, GrantDigest::new([5; 32]));
    let receipt = Receipt {
        study_id,
        nullifier,
        attempt,
        record_tag: RecordTag::new(small(4)).unwrap(),
        grant_digest,
        valid_until: 6,
    };
    let message = json!({
        "studyId": "1", "nullifier": "2", "attempt": 3, "recordTag": "4",
        "grantDigest": grant_digest.to_string(), "validUntil": 6,
    });
    assert_eq!(receipt.digest(&domain()), digest_of::<Receipt>(&message));

    let message = json!({ "studyId": "1", "nullifier": "2", "attempt": 3 });
    let attestation = Attestation {
        study_id,
        nullifier,
        attempt,
    };
    let expected = digest_of::<Attestation>(&message);
    assert_eq!(attestation.digest(&domain()), expected);
    let acceptance = Acceptance {
        study_id,
        nullifier,
        attempt,
    };
    let expected = digest_of::<Acceptance>(&message);
    assert_eq!(acceptance.digest(&domain()), expected);
}
