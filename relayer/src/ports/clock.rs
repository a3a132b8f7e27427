//! The wall clock, as a port, so that windows and expiries can be tested.
//!
//! Only what happens off chain asks it (signed requests, receipts' validity, progress). Whatever a
//! contract decides is judged by the time of a block: see [`ChainReader`](super::ledger::ChainReader).

use std::time::{SystemTime, UNIX_EPOCH};

/// A source of the current time.
pub trait Clock: Send + Sync {
    /// Seconds since the Unix epoch.
    fn now(&self) -> u64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    }
}
