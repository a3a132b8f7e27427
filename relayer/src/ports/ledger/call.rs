//! What can be asked of the contracts, a closed list, and the effect that each brings about.

use async_trait::async_trait;

use super::disputes::DisputeCall;
use super::{LedgerError, PowersCall};
use crate::domain::enrolment::{
    Enrolment, EnrolmentDetails, EnrolmentKey, EnrolmentRequest, SlotAttestation,
};
use crate::domain::hash::keccak256;
use crate::domain::ids::{Address, RecordCommitment, StudyId};
use crate::domain::members::{Bounds, PublishedValueSet, Role, TokenBounds};
use crate::domain::signer::Signature;
use crate::domain::study::StudyTerms;
use crate::ports::index::{Effect, Included};

/// A call that changes the chain's state. Amounts are in the token's smallest unit; token zero is the native coin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "calls are made one at a time")]
pub enum Call {
    /// Consortium: admits a hospital or an institution.
    Admit {
        /// The account.
        account: Address,
        /// Not [`Role::Proxy`].
        role: Role,
    },
    /// Consortium: admits a proxy.
    AdmitProxy {
        /// The proxy's account.
        account: Address,
        /// Whoever runs it.
        operator: Address,
    },
    /// Consortium: expels a member.
    Expel {
        /// The account.
        account: Address,
    },
    /// Consortium: sets the bounds of studies.
    SetBounds(Bounds),
    /// Consortium: sets a token's bounds.
    SetTokenBounds {
        /// The token.
        token: Address,
        /// Its bounds.
        bounds: TokenBounds,
    },
    /// Consortium: names who is credited slashed bond beyond compensation.
    SetConsortiumAccount {
        /// The account.
        account: Address,
    },
    /// Consortium: names the verifier of studies opened from now on; none, by the zero address.
    SetVerifier {
        /// The circuit, by its number of openings.
        openings: u8,
        /// The verifier.
        verifier: Address,
    },
    /// Consortium: publishes a value set.
    PublishValueSet(PublishedValueSet),
    /// Consortium: changes who may do what, or schedules a call.
    Powers(PowersCall),
    /// Proxy: says where it answers.
    Describe {
        /// X25519 public key.
        sealing_key: [u8; 32],
        /// Where its service answers.
        url: String,
    },
    /// Proxy: raises its bond.
    DepositBond {
        /// The token.
        token: Address,
        /// The sum.
        amount: u128,
    },
    /// Proxy: asks bond back.
    RequestExit {
        /// The token.
        token: Address,
        /// The sum.
        amount: u128,
    },
    /// Anyone: credits a proxy with what it asked back.
    CompleteExit {
        /// The proxy.
        proxy: Address,
        /// The token.
        token: Address,
    },
    /// Anyone: pays a credit out to its owner.
    Push {
        /// The owner.
        account: Address,
        /// The token.
        token: Address,
    },
    /// Owner of a token: lets the treasury take a sum.
    Approve {
        /// The token.
        token: Address,
        /// The sum.
        amount: u128,
    },
    /// Hospital: appends commitments.
    Insert {
        /// The commitments.
        commitments: Vec<RecordCommitment>,
    },
    /// Hospital: replaces a commitment.
    Supersede {
        /// The old one.
        commitment: RecordCommitment,
        /// Its Merkle path: the siblings from the leaf upwards.
        siblings: Vec<[u8; 32]>,
        /// The new one.
        replacement: RecordCommitment,
    },
    /// Hospital: withdraws a commitment.
    Withdraw {
        /// The commitment.
        commitment: RecordCommitment,
        /// Its Merkle path: the siblings from the leaf upwards.
        siblings: Vec<[u8; 32]>,
    },
    /// Institution: opens a study and deposits its escrow.
    OpenStudy(Box<StudyTerms>),
    /// Institution: raises a study's quota and deposits the escrow for it.
    TopUp {
        /// The study.
        study: StudyId,
        /// Additional places.
        additional: u32,
        /// The escrow for them, if the study pays in the native coin; otherwise 0.
        value: u128,
    },
    /// Institution: ends enrolment early.
    CloseStudy {
        /// The study.
        study: StudyId,
    },
    /// Anyone: credits the institution with what an ended study no longer needs.
    WithdrawStudy {
        /// The study.
        study: StudyId,
    },
    /// Anyone: enrols a patient.
    Enrol(Box<EnrolmentRequest>),
    /// Anyone: hands in attestations of slots.
    Attest {
        /// Which enrolment.
        on: OnEnrolment,
        /// The attestations.
        attestations: Vec<SlotAttestation>,
    },
    /// Anyone: hands in the institution's acceptance.
    Accept {
        /// Which enrolment.
        on: OnEnrolment,
        /// The institution's signature.
        signature: Signature,
    },
    /// Anyone: settles an enrolment whose challenge window has passed.
    Settle(OnEnrolment),
    /// Anyone: refunds an enrolment whose delivery window has passed.
    Refund(OnEnrolment),
    /// Anyone who knows the secret: revokes an open enrolment.
    Revoke {
        /// Which enrolment.
        on: OnEnrolment,
        /// What is behind its revocation hash. It is public once it is sent.
        secret: [u8; 32],
    },
    /// A step of a dispute.
    Dispute {
        /// Which enrolment.
        on: OnEnrolment,
        /// The step.
        step: Box<DisputeCall>,
    },
    /// Anyone who knows the secret: revokes a grant before it is enrolled.
    Reveal {
        /// What is behind the revocation hash. It is public once it is sent.
        secret: [u8; 32],
    },
}

/// Which attempt of which enrolment a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnEnrolment {
    /// Study and patient.
    pub key: EnrolmentKey,
    /// The attempt; not sent, but part of the effect.
    pub attempt: u32,
    /// What it was made with.
    pub details: EnrolmentDetails,
}

impl OnEnrolment {
    /// The attempt that stands on chain.
    pub fn of(enrolment: &Enrolment) -> Self {
        Self {
            key: enrolment.key,
            attempt: enrolment.attempt,
            details: enrolment.details,
        }
    }

    pub(super) fn effect(&self, verb: &str) -> Effect {
        Effect::once(attempt_key(verb, &self.key, self.attempt))
    }
}

fn attempt_key(verb: &str, key: &EnrolmentKey, attempt: u32) -> String {
    format!("{verb}:{}:{}:{attempt}", key.study_id, key.nullifier)
}

fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    hex::encode(keccak256(&parts.into_iter().collect::<Vec<_>>()))
}

impl Call {
    /// What the call brings about. Calls that an account may have reason to make again are repeatable.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Admit { account, .. } | Self::AdmitProxy { account, .. } => {
                Effect::repeatable(format!("admit:{account}"))
            }
            Self::Expel { account } => Effect::repeatable(format!("expel:{account}")),
            Self::SetBounds(_) => Effect::repeatable("bounds"),
            Self::SetTokenBounds { token, .. } => {
                Effect::repeatable(format!("token-bounds:{token}"))
            }
            Self::SetConsortiumAccount { .. } => Effect::repeatable("consortium-account"),
            Self::SetVerifier { openings, .. } => {
                Effect::repeatable(format!("verifier:{openings}"))
            }
            Self::PublishValueSet(set) => Effect::once(format!("value-set:{}", set.name)),
            Self::Powers(call) => call.effect(),
            Self::Describe { .. } => Effect::repeatable("describe"),
            Self::DepositBond { token, .. } => Effect::repeatable(format!("bond:{token}")),
            Self::RequestExit { token, .. } => Effect::repeatable(format!("exit:{token}")),
            Self::CompleteExit { proxy, token } => {
                Effect::repeatable(format!("complete-exit:{proxy}:{token}"))
            }
            Self::Push { account, token } => Effect::repeatable(format!("push:{account}:{token}")),
            Self::Approve { token, .. } => Effect::repeatable(format!("approve:{token}")),
            Self::Insert { commitments } => {
                let parts = commitments.iter().map(|each| each.as_bytes().as_slice());
                Effect::once(format!("insert:{}", digest(parts)))
            }
            Self::Supersede { commitment, .. } => Effect::once(format!("supersede:{commitment}")),
            Self::Withdraw { commitment, .. } => Effect::once(format!("withdraw:{commitment}")),
            Self::OpenStudy(terms) => {
                let words = format!("{terms:?}");
                Effect::once(format!("open-study:{}", digest([words.as_bytes()])))
            }
            Self::TopUp { study, .. } => Effect::repeatable(format!("top-up:{study}")),
            Self::CloseStudy { study } => Effect::once(format!("close-study:{study}")),
            Self::WithdrawStudy { study } => Effect::repeatable(format!("withdraw-study:{study}")),
            Self::Enrol(request) => {
                Effect::once(attempt_key("enrol", &request.key, request.attempt))
            }
            Self::Attest { on, attestations } => {
                let slots = attestations
                    .iter()
                    .fold(0_u32, |bits, each| bits | 1 << each.slot);
                Effect::once(format!(
                    "{}:{slots:x}",
                    attempt_key("attest", &on.key, on.attempt)
                ))
            }
            Self::Accept { on, .. } => on.effect("accept"),
            Self::Settle(on) => on.effect("settle"),
            Self::Refund(on) => on.effect("refund"),
            Self::Revoke { on, .. } => on.effect("revoke"),
            Self::Dispute { on, step } => step.effect(on),
            Self::Reveal { secret } => {
                Effect::once(format!("reveal:{}", digest([secret.as_slice()])))
            }
        }
    }
}

/// The chain's contracts, for an account that pays for its calls.
///
/// Implementations MUST bring a call's effect about at most once, also if the process is killed while it waits and the same
/// call is made again.
#[async_trait]
pub trait LedgerWriter: Send + Sync {
    /// The account, or `None` if this ledger can only be read.
    fn account(&self) -> Option<Address>;

    /// Makes a call and waits until it is in a block that is final by the settings; or returns what came of it before.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] if a contract refuses, with its cause; [`LedgerError::NotIncluded`] if it takes too long;
    /// [`LedgerError::ReadOnly`]; [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Index`].
    async fn submit(&self, call: &Call) -> Result<Included, LedgerError>;

    /// Makes calls that are waiting at the same time, several in a transaction where the contracts can; gives the outcome of each, in
    /// their order. A call that is refused spoils nothing for the others.
    ///
    /// # Errors
    /// For each call, as [`LedgerWriter::submit`].
    async fn submit_together(&self, calls: &[Call]) -> Vec<Result<Included, LedgerError>> {
        let mut outcomes = Vec::with_capacity(calls.len());
        for call in calls {
            outcomes.push(self.submit(call).await);
        }
        outcomes
    }

    /// Sees through what was under way when an earlier process ended. Long-running programs call it at their start.
    ///
    /// # Errors
    /// [`LedgerError::Index`].
    async fn resume(&self) -> Result<(), LedgerError>;
}
