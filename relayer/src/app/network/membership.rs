//! Who validates is decided by vote: more than half of the validators let their nodes propose the same change.

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::ledger::extra::Extra;
use crate::domain::ledger::LEAST_VALIDATORS;
use crate::ports::node::{ValidatorNode, Vote};

/// What a node was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It votes from now on.
    Votes,
    /// It is so already: there is nothing to vote on.
    AlreadySo,
}

/// The validators as a node sees them now.
///
/// # Errors
/// `chain-unreachable`; `wrong-state` if its chain is none of QBFT.
pub async fn validators(node: &dyn ValidatorNode) -> Result<Vec<Address>, Failure> {
    let head = node.head().await?;
    Extra::decode(&head.extra)
        .map(|extra| extra.validators)
        .map_err(|error| {
            Failure::new(
                FailureCode::WrongState,
                format!("no chain of QBFT: {error}"),
            )
        })
}

/// Lets a node vote.
///
/// # Errors
/// `chain-unreachable`, `wrong-state`; `out-of-bounds` if too few validators would be left to bear a fault, and `force` does not
/// say that it is wanted.
pub async fn vote(node: &dyn ValidatorNode, vote: Vote, force: bool) -> Result<Told, Failure> {
    let now = validators(node).await?;
    if now.contains(&vote.validator) == vote.add {
        return Ok(Told::AlreadySo);
    }
    if !vote.add && now.len() <= LEAST_VALIDATORS && !force {
        let words = format!(
            "{} validators would be left, and one that fails would halt the chain: add another one first, or give --force",
            now.len() - 1
        );
        return Err(Failure::new(FailureCode::OutOfBounds, words));
    }
    node.propose(vote).await?;
    Ok(Told::Votes)
}

/// Votes that are needed: more than half.
pub const fn majority(validators: usize) -> usize {
    validators / 2 + 1
}

#[cfg(test)]
mod tests;
