//! What happened on chain, in order.

use async_trait::async_trait;

use super::LedgerError;
use crate::domain::enrolment::{EnrolmentDetails, EnrolmentKey};
use crate::domain::ids::{
    Address, RecordCommitment, RegistryRoot, RevocationHash, StudyId, TransactionHash,
};
use crate::ports::index::Cursor;

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    /// Number of the block.
    pub block: u64,
    /// Place in the block.
    pub log_index: u64,
    /// The transaction.
    pub transaction: TransactionHash,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEvent {
    /// Where it stands.
    pub at: EventId,
    /// What happened.
    pub kind: LedgerEventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerEventKind {
    /// A hospital appended commitments, the first at `first_index`.
    CommitmentsInserted {
        /// The hospital.
        hospital: Address,
        /// Index of the first.
        first_index: u64,
        /// The commitments.
        commitments: Vec<RecordCommitment>,
        /// The root after it.
        root: RegistryRoot,
    },
    /// A commitment became zero and another was appended in its stead.
    CommitmentSuperseded {
        /// The hospital.
        hospital: Address,
        /// Index of the old one.
        index: u64,
        /// The old one.
        commitment: RecordCommitment,
        /// Index of the new one.
        new_index: u64,
        /// The new one.
        replacement: RecordCommitment,
        /// The root after it.
        root: RegistryRoot,
    },
    /// A commitment became zero.
    CommitmentWithdrawn {
        /// The hospital.
        hospital: Address,
        /// Its index.
        index: u64,
        /// The commitment.
        commitment: RecordCommitment,
        /// The root after it.
        root: RegistryRoot,
    },
    /// A study was opened.
    StudyOpened {
        /// The study.
        study: StudyId,
        /// Whose it is.
        institution: Address,
    },
    /// A study was closed early.
    StudyClosed {
        /// The study.
        study: StudyId,
    },
    /// A patient enrolled.
    Enrolled {
        /// Study and patient.
        key: EnrolmentKey,
        /// The attempt.
        attempt: u32,
        /// Reference day, in days since 1900-01-01.
        day: u32,
        /// Who is to be paid.
        payout: Address,
        /// What it was made with.
        details: EnrolmentDetails,
    },
    /// A slot attested.
    Attested {
        /// Study and patient.
        key: EnrolmentKey,
        /// The attempt.
        attempt: u32,
        /// The slot's proxy.
        proxy: Address,
    },
    /// m slots have attested.
    Delivered {
        /// Study and patient.
        key: EnrolmentKey,
        /// The attempt.
        attempt: u32,
    },
    /// Patient and slots were paid.
    Settled {
        /// Study and patient.
        key: EnrolmentKey,
        /// The attempt.
        attempt: u32,
        /// Whether the institution accepted.
        accepted: bool,
    },
    /// The delivery window passed, or that of a challenge or demand.
    Refunded {
        /// Study and patient.
        key: EnrolmentKey,
        /// The attempt.
        attempt: u32,
        /// Slots that were slashed, by bit.
        silent: u16,
        /// What the patient was credited, in the token's smallest unit.
        compensation: u128,
    },
    /// The patient revoked.
    Revoked {
        /// Study and patient.
        key: EnrolmentKey,
        /// The attempt.
        attempt: u32,
    },
    /// A fault of the patient was proved.
    Faulted {
        /// Study and patient.
        key: EnrolmentKey,
        /// The attempt.
        attempt: u32,
    },
    /// What is behind a revocation hash was revealed.
    RevocationRevealed {
        /// The hash.
        hash: RevocationHash,
    },
    /// A slice of a silent proxy's bond was taken.
    BondSlashed {
        /// The proxy.
        proxy: Address,
        /// In which token.
        token: Address,
        /// In the token's smallest unit.
        amount: u128,
    },
    /// Somebody is owed more.
    CreditAdded {
        /// Who.
        account: Address,
        /// In which token.
        token: Address,
        /// In the token's smallest unit.
        amount: u128,
    },
    /// A credit was paid out.
    CreditPaid {
        /// To whom.
        account: Address,
        /// In which token.
        token: Address,
        /// In the token's smallest unit.
        amount: u128,
    },
}

/// A contract whose events are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventSource {
    /// Commitments.
    Registry,
    /// Studies.
    Studies,
    /// Enrolments.
    Enrolments,
    /// Bonds and credits.
    Treasury,
}

/// The events of a run of blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events, in order.
    pub events: Vec<LedgerEvent>,
    /// Up to where they are complete.
    pub upto: Cursor,
}

/// Events in bounded pages, from blocks that are final by the settings.
#[async_trait]
pub trait EventsReader: Send + Sync {
    /// The events of the blocks after a cursor, or from the contracts' deployment on; `None` if there is no such block yet.
    ///
    /// # Errors
    /// [`IndexError::Reorganised`](crate::ports::index::IndexError::Reorganised) if the cursor's block is no longer on the
    /// chain; [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
    async fn events_after(
        &self,
        after: Option<Cursor>,
        sources: &[EventSource],
    ) -> Result<Option<EventPage>, LedgerError>;

    /// The events of one transaction.
    ///
    /// # Errors
    /// [`LedgerError::Unreachable`], [`LedgerError::Node`], [`LedgerError::Malformed`].
    async fn events_of(
        &self,
        transaction: TransactionHash,
    ) -> Result<Vec<LedgerEvent>, LedgerError>;
}
