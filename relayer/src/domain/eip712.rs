//! What is signed for the contracts: receipts, attestations and acceptances (EIP-712, PROTOCOL section 9).

use super::hash::keccak256;
use super::ids::{Address, GrantDigest, Nullifier, RecordTag, StudyId};
use super::signer::{EvmKey, Signature, SignerError};

const DOMAIN_TYPE: &[u8] =
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

/// Where signatures are valid: this chain and this `Enrolments` contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningDomain {
    /// The chain.
    pub chain_id: u64,
    /// The `Enrolments` contract.
    pub enrolments: Address,
}

impl SigningDomain {
    /// EIP-712's domain separator.
    pub fn separator(&self) -> [u8; 32] {
        keccak256(&[
            &keccak256(&[DOMAIN_TYPE]),
            &keccak256(&[b"Medshare"]),
            &keccak256(&[b"1"]),
            &word_u64(self.chain_id),
            &word_address(self.enrolments),
        ])
    }
}

/// A message with an EIP-712 type.
pub trait TypedMessage {
    /// The type as EIP-712 spells it.
    const TYPE: &'static str;

    /// The encoded members, without the type hash.
    fn members(&self) -> Vec<[u8; 32]>;

    /// EIP-712's `hashStruct`.
    fn struct_hash(&self) -> [u8; 32] {
        let type_hash = keccak256(&[Self::TYPE.as_bytes()]);
        keccak256(&[&type_hash, &self.members().concat()])
    }

    /// The digest that is signed.
    fn digest(&self, domain: &SigningDomain) -> [u8; 32] {
        keccak256(&[&[0x19, 0x01], &domain.separator(), &self.struct_hash()])
    }

    /// Signs the message.
    fn sign(&self, domain: &SigningDomain, key: &EvmKey) -> Signature {
        key.sign(&self.digest(domain))
    }

    /// The account that signed the message.
    ///
    /// # Errors
    /// [`SignerError::Signature`] if the signature is none.
    fn signer(
        &self,
        domain: &SigningDomain,
        signature: &Signature,
    ) -> Result<Address, SignerError> {
        signature.recover(&self.digest(domain))
    }
}

/// A proxy's promise to serve an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The study.
    pub study_id: StudyId,
    /// The patient in the study.
    pub nullifier: Nullifier,
    /// The attempt, from 0.
    pub attempt: u32,
    /// The tag of the record that the proxy holds.
    pub record_tag: RecordTag,
    /// The grant that the proxy checked.
    pub grant_digest: GrantDigest,
    /// Unix seconds after which the enrolment is too late.
    pub valid_until: u64,
}

impl TypedMessage for Receipt {
    const TYPE: &'static str = "Receipt(uint256 studyId,uint256 nullifier,uint32 attempt,uint256 recordTag,bytes32 grantDigest,uint64 validUntil)";

    fn members(&self) -> Vec<[u8; 32]> {
        vec![
            self.study_id.to_bytes(),
            self.nullifier.to_bytes(),
            word_u64(self.attempt.into()),
            self.record_tag.to_bytes(),
            self.grant_digest.to_bytes(),
            word_u64(self.valid_until),
        ]
    }
}

/// A slot's statement that it serves the enrolment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attestation {
    /// The study.
    pub study_id: StudyId,
    /// The patient in the study.
    pub nullifier: Nullifier,
    /// The attempt, from 0.
    pub attempt: u32,
}

/// The institution's statement that it received what was proved.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acceptance {
    /// The study.
    pub study_id: StudyId,
    /// The patient in the study.
    pub nullifier: Nullifier,
    /// The attempt, from 0.
    pub attempt: u32,
}

impl TypedMessage for Attestation {
    const TYPE: &'static str = "Attestation(uint256 studyId,uint256 nullifier,uint32 attempt)";

    fn members(&self) -> Vec<[u8; 32]> {
        vec![
            self.study_id.to_bytes(),
            self.nullifier.to_bytes(),
            word_u64(self.attempt.into()),
        ]
    }
}

impl TypedMessage for Acceptance {
    const TYPE: &'static str = "Acceptance(uint256 studyId,uint256 nullifier,uint32 attempt)";

    fn members(&self) -> Vec<[u8; 32]> {
        vec![
            self.study_id.to_bytes(),
            self.nullifier.to_bytes(),
            word_u64(self.attempt.into()),
        ]
    }
}

/// A number as an ABI word.
pub(crate) fn word_u64(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

/// An address as an ABI word.
pub(crate) fn word_address(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(address.as_bytes());
    word
}

#[cfg(test)]
mod tests;
