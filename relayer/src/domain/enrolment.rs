//! An enrolment's life as the chain tells it (design section 6).

use super::ids::{
    Address, GrantDigest, Nullifier, RecordTag, RegistryRoot, RevocationHash, StudyId,
};
use super::signer::Signature;

/// Which enrolment: a patient in a study. Attempts at it are told apart by their number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentKey {
    /// The study.
    pub study_id: StudyId,
    /// The patient in it.
    pub nullifier: Nullifier,
}

/// Where an enrolment stands. The contract's numbers are these, from 1; 0 means that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EnrolmentState {
    /// Under way: the proxies serve, the delivery window runs.
    Enrolled,
    /// m slots attested; the challenge window runs.
    Delivered,
    /// The institution accepted, or the challenge window passed: patient and slots are paid.
    Settled,
    /// The price went back to the study; another attempt may follow.
    Refunded,
    /// The patient revoked; no other attempt.
    Revoked,
    /// The institution says that it was not delivered: the slots have a window to answer on chain.
    Challenged,
    /// The institution demands segments of the ciphertext on chain.
    Demanded,
    /// A fault of the patient was proved: nobody is paid or slashed; no other attempt.
    Faulted,
}

impl EnrolmentState {
    /// Whether nothing can happen any more in this attempt.
    pub fn is_ended(self) -> bool {
        matches!(
            self,
            Self::Settled | Self::Refunded | Self::Revoked | Self::Faulted
        )
    }

    /// Whether proxies re-encrypt in this state. After `Settled` they do so for a bounded time.
    pub fn is_served(self) -> bool {
        matches!(
            self,
            Self::Enrolled | Self::Delivered | Self::Challenged | Self::Demanded | Self::Settled
        )
    }
}

/// What an enrolment was made with. The chain keeps its hash; the event `Enrolled` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentDetails {
    /// The registry's root that the proof was made against.
    pub registry_root: RegistryRoot,
    /// The tag of the record.
    pub record_tag: RecordTag,
    /// The grant.
    pub grant_digest: GrantDigest,
    /// What revokes it.
    pub revocation_hash: RevocationHash,
    /// The proxies whose receipts it carries, a bit each in the order of the study's terms.
    pub slots: u16,
}

/// An enrolment: what its event told, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrolment {
    /// Study and patient.
    #[serde(flatten)]
    pub key: EnrolmentKey,
    /// The attempt, from 0.
    pub attempt: u32,
    /// Where it stands.
    pub state: EnrolmentState,
    /// Who is paid.
    pub payout: Address,
    /// Unix seconds since which it stands there.
    pub since: u64,
    /// The block in which that began.
    pub since_block: u64,
    /// The slots that attested, a bit each in the order of the study's terms.
    pub attested: u16,
    /// What it was made with.
    pub details: EnrolmentDetails,
}

/// The places whose bits are set.
pub fn slot_numbers(bits: u16) -> impl Iterator<Item = u8> {
    (0..16u8).filter(move |slot| bits >> slot & 1 == 1)
}

/// A proxy's receipt, as an enrolment carries it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotReceipt {
    /// The proxy's place in the study's terms.
    pub slot: u8,
    /// Unix seconds after which the enrolment is too late.
    pub valid_until: u64,
    /// The proxy's signature under the [`Receipt`](super::eip712::Receipt).
    pub signature: Signature,
}

/// An attestation with its slot.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotAttestation {
    /// The proxy's place in the study's terms.
    pub slot: u8,
    /// The proxy's signature under the [`Attestation`](super::eip712::Attestation).
    pub signature: Signature,
}

/// A Groth16 proof as the contracts take it: A (x, y), B (x imaginary, x real, y imaginary, y real), C (x, y).
pub type ProofWords = [[u8; 32]; 8];

/// All that an enrolment's transaction says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentRequest {
    /// Study and patient.
    #[serde(flatten)]
    pub key: EnrolmentKey,
    /// 0, or one more than that of the refunded enrolment before.
    pub attempt: u32,
    /// Reference day, in days since 1900-01-01: today or yesterday in UTC by the latest block.
    pub day: u32,
    /// The registry root that the proof was made against.
    pub registry_root: RegistryRoot,
    /// The tag of the record.
    pub record_tag: RecordTag,
    /// The grant.
    pub grant_digest: GrantDigest,
    /// What revokes it.
    pub revocation_hash: RevocationHash,
    /// Who is to be paid.
    pub payout: Address,
    /// The eligibility proof.
    #[serde(with = "super::draft::proof_words")]
    pub proof: ProofWords,
    /// At least 2m - 1, slots ascending.
    pub receipts: Vec<SlotReceipt>,
}

impl EnrolmentRequest {
    /// Whose receipts it carries, by bit; a slot that no study can have is left out, and the contract refuses the request.
    pub fn slots(&self) -> u16 {
        let bit = |receipt: &SlotReceipt| 1_u16.checked_shl(receipt.slot.into()).unwrap_or(0);
        self.receipts
            .iter()
            .map(bit)
            .fold(0, |bits, bit| bits | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_final_and_only_settlement_is_served_after() {
        use EnrolmentState::{
            Challenged, Delivered, Demanded, Enrolled, Faulted, Refunded, Revoked, Settled,
        };
        for state in [Enrolled, Delivered, Challenged, Demanded] {
            assert!(!state.is_ended() && state.is_served());
        }
        assert!(Settled.is_ended() && Settled.is_served());
        for state in [Refunded, Revoked, Faulted] {
            assert!(state.is_ended() && !state.is_served());
        }
    }

    #[test]
    fn slots_are_bits() {
        assert_eq!(slot_numbers(0b101).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(slot_numbers(0x8000).collect::<Vec<_>>(), [15]);
    }
}
