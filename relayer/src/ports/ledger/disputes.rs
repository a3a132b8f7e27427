//! Disputes.

use async_trait::async_trait;

use super::{LedgerError, OnEnrolment};
use crate::domain::dispute::{ChallengeAnswer, Dispute, FaultProof, Posted, Posting, SlotFragment};
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::ids::TagBlinding;
use crate::ports::index::Effect;

/// A step of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisputeCall {
    /// Institution: says that it was not delivered, and puts up a bond.
    Challenge {
        /// The bond, if the study pays in the native coin; otherwise 0, and the treasury takes it by allowance.
        value: u128,
    },
    /// Anyone: answers a challenge.
    Answer(ChallengeAnswer),
    /// Anyone: the same, shorter, once there is an answer.
    AnswerFurther {
        /// Of the envelope, the study's receiving key and the grant ([`crate::domain::evidence::basis`]).
        basis: Vec<u8>,
        /// Fragments of one slot or of several, ascending.
        fragments: Vec<SlotFragment>,
    },
    /// Institution: demands segments of the ciphertext, and pays for them.
    Demand {
        /// The envelope's bytes.
        envelope: Vec<u8>,
        /// What hides it in the tag.
        tag_blinding: TagBlinding,
        /// 1 to 16 segments, ascending.
        segments: Vec<u32>,
        /// As of [`DisputeCall::Challenge`].
        value: u128,
    },
    /// Anyone: posts a demanded segment.
    Post(Posting),
    /// Anyone: ends what was not answered in its window.
    Expire,
    /// Anyone who has the proof: ends the enrolment by the patient's fault.
    Fault(FaultProof),
}

impl DisputeCall {
    /// What it brings about.
    pub(super) fn effect(&self, on: &OnEnrolment) -> Effect {
        match self {
            Self::Challenge { .. } => on.effect("challenge"),
            Self::Answer(ChallengeAnswer { fragments, .. })
            | Self::AnswerFurther { fragments, .. } => {
                let slots = fragments
                    .iter()
                    .fold(0_u32, |bits, each| bits | 1 << each.slot);
                on.effect(&format!("answer-{slots:x}"))
            }
            // A segment may be demanded again
            Self::Demand { .. } => Effect::repeatable(on.effect("demand").key),
            Self::Post(posting) => {
                Effect::repeatable(on.effect(&format!("post-{}", posting.place)).key)
            }
            Self::Expire => on.effect("expire"),
            Self::Fault(proof) => on.effect(proof.name()),
        }
    }
}

/// Disputes, by study and nullifier.
///
/// # Errors
/// Every method: [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
#[async_trait]
pub trait DisputesReader: Send + Sync {
    /// How the dispute of an attempt stands; `None` if there was none in it.
    async fn dispute(
        &self,
        key: EnrolmentKey,
        attempt: u32,
    ) -> Result<Option<Dispute>, LedgerError>;

    /// What an attempt's dispute brought on chain so far.
    async fn posted(&self, key: EnrolmentKey, attempt: u32) -> Result<Posted, LedgerError>;
}
