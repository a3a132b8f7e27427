//! What a proof is bound to (PROTOCOL section 9).

use super::eip712::{word_address, word_u64};
use super::hash::keccak256;
use super::ids::{Address, Context, GrantDigest, RevocationHash, StudyId};

/// Everything that a proof must not be used without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextParts {
    /// The chain.
    pub chain_id: u64,
    /// The `Enrolments` contract.
    pub enrolments: Address,
    /// The study.
    pub study_id: StudyId,
    /// The attempt, from 0.
    pub attempt: u32,
    /// Who is paid.
    pub payout: Address,
    /// What revokes the enrolment.
    pub revocation_hash: RevocationHash,
    /// The grant.
    pub grant_digest: GrantDigest,
}

impl ContextParts {
    /// The public signal: Keccak-256 of the parts' ABI encoding, reduced to the field.
    pub fn context(&self) -> Context {
        Context::reduce(&keccak256(&[
            &keccak256(&[b"medshare.context"]),
            &word_u64(self.chain_id),
            &word_address(self.enrolments),
            self.study_id.as_bytes(),
            &word_u64(self.attempt.into()),
            &word_address(self.payout),
            self.revocation_hash.as_bytes(),
            self.grant_digest.as_bytes(),
        ]))
    }
}

/// What stands on chain for a revocation secret.
pub fn revocation_hash(secret: &[u8; 32]) -> RevocationHash {
    RevocationHash::new(keccak256(&[b"medshare.revocation", secret]))
}

/// The identifier of an institution's study.
pub fn study_id(chain_id: u64, studies: Address, institution: Address, counter: u64) -> StudyId {
    StudyId::reduce(&keccak256(&[
        &word_u64(chain_id),
        &word_address(studies),
        &word_address(institution),
        &word_u64(counter),
    ]))
}

#[cfg(test)]
mod tests;
