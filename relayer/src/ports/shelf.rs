//! Where a patient's client keeps the records that it has found at proxies.
//!
//! What is kept is what proxies hold: envelope and ciphertext, which the seed opens. All of it can be fetched again.

use crate::domain::failure::Failure;

/// The records at hand, by the index of their key set.
///
/// # Errors
/// Every method: `io` if the disk fails, `malformed` if what it holds is not what was written.
#[allow(clippy::missing_errors_doc, reason = "stated once for the trait")]
pub trait RecordShelf: Send + Sync {
    /// The indices of the records at hand, ascending.
    fn indices(&self) -> Result<Vec<u32>, Failure>;

    /// Keeps a record: its envelope, and the first segments of its ciphertext up to the end of the bundle.
    fn put(&self, index: u32, envelope: &[u8], head: &[u8]) -> Result<(), Failure>;

    /// A record's envelope and head.
    fn get(&self, index: u32) -> Result<Option<(Vec<u8>, Vec<u8>)>, Failure>;

    /// The first index that no request has named yet.
    fn next_key_set(&self) -> Result<u32, Failure>;

    /// Notes that all indices below `next` were given away.
    fn set_next_key_set(&self, next: u32) -> Result<(), Failure>;
}
