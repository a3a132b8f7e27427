//! Folders of value sets, as several commands take them.

use std::path::PathBuf;
use std::sync::Arc;

use prover::facts::ValueSets;

use crate::domain::failure::{Failure, FailureCode};
use crate::ports::ledger::MembersReader;

/// Reads the value sets of some folders.
///
/// # Errors
/// `invalid-input`, with every set that can't be used and why.
pub(super) fn read(folders: &[PathBuf]) -> Result<Arc<ValueSets>, Failure> {
    let sets = ValueSets::read_folders(folders).map_err(|errors| {
        let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
        let failure = Failure::new(FailureCode::InvalidInput, words.join("; "));
        match errors.first() {
            Some(first) => failure.with_hint(first.hint.clone()),
            None => failure,
        }
    })?;
    Ok(Arc::new(sets))
}

/// That the consortium published all of them.
///
/// # Errors
/// `not-found` names one that it didn't; those of the chain.
pub(super) async fn check_published<L: MembersReader + ?Sized>(
    ledger: &L,
    sets: &ValueSets,
) -> Result<(), Failure> {
    if sets.is_empty() {
        return Ok(());
    }
    let published = ledger.value_sets().await?;
    let missing = sets
        .iter()
        .find(|set| !published.iter().any(|known| known.digest == set.digest()));
    match missing {
        None => Ok(()),
        Some(set) => {
            let words = format!(
                "the value set {} with {} is not published",
                set.canonical(),
                set.digest()
            );
            let hint = "The consortium publishes it with `relayer consortium valueset publish`.";
            Err(Failure::new(FailureCode::NotFound, words).with_hint(hint))
        }
    }
}
