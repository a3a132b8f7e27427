//! Everything that the application asks of the chain, in the domain's own types, one trait per concern.
//!
//! Reads are at the latest block unless they say otherwise. Writes are [`Call`]s, a closed list, which are
//! brought about once per [`Effect`] whatever crashes or is retried.

mod call;
mod chain;
mod consortium;
mod disputes;
mod enrolments;
mod error;
mod event;
mod members;
mod powers;
mod registry;
mod studies;

use std::sync::Arc;

pub use call::{Call, LedgerWriter, OnEnrolment};
pub use chain::{BlockRef, ChainReader};
pub use consortium::ConsortiumReader;
pub use disputes::{DisputeCall, DisputesReader};
pub use enrolments::{ContextOf, EnrolmentsReader};
pub use error::LedgerError;
pub use event::{EventId, EventPage, EventSource, EventsReader, LedgerEvent, LedgerEventKind};
pub use members::MembersReader;
pub use powers::{PowersCall, PowersReader};
pub use registry::{RegistryReader, RootStanding};
pub use studies::StudiesReader;

pub use crate::ports::index::{Effect, Included};

/// All the reads of the chain.
pub trait LedgerReader:
    ChainReader
    + MembersReader
    + RegistryReader
    + StudiesReader
    + EnrolmentsReader
    + DisputesReader
    + EventsReader
{
}

impl<T> LedgerReader for T where
    T: ChainReader
        + MembersReader
        + RegistryReader
        + StudiesReader
        + EnrolmentsReader
        + DisputesReader
        + EventsReader
{
}

/// A chain that can be read and written.
pub trait Ledger: LedgerReader + LedgerWriter {}

impl<T: LedgerReader + LedgerWriter> Ledger for T {}

/// A shared handle on a chain.
pub type SharedLedger = Arc<dyn Ledger>;
