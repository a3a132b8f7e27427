//! What QBFT keeps in a block's `extraData`: RLP of `[vanity, validators, vote, round, seals]`, the same in Besu and GoQuorum.

use super::rlp::{decode, encode, Item, RlpError};
use crate::domain::ids::Address;

/// Bytes that a proposer may fill as it likes; all zero in a genesis.
const VANITY_LEN: usize = 32;

/// The part of `extraData` that tells how the block came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// The validators of this block, in order.
    pub validators: Vec<Address>,
    /// The round in which it was agreed on: 0 if its first proposer succeeded.
    pub round: u32,
    /// How many validators' seals it carries.
    pub seals: usize,
}

/// Why bytes are no `extraData` of QBFT.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtraError {
    /// Not RLP.
    #[error("extraData is not RLP: {0}")]
    Rlp(#[from] RlpError),
    /// RLP of something else.
    #[error("extraData is not [vanity, validators, vote, round, seals]: {0}")]
    Shape(&'static str),
}

/// `extraData` of a first block: no vote, round 0, no seals.
pub fn genesis_extra(validators: &[Address]) -> Vec<u8> {
    let validators = validators
        .iter()
        .map(|address| Item::Bytes(address.to_bytes().to_vec()));
    encode(&Item::List(vec![
        Item::Bytes(vec![0; VANITY_LEN]),
        Item::List(validators.collect()),
        Item::List(Vec::new()),
        Item::Bytes(Vec::new()),
        Item::List(Vec::new()),
    ]))
}

impl Extra {
    /// Reads `extraData`.
    ///
    /// # Errors
    /// [`ExtraError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ExtraError> {
        let shape = ExtraError::Shape;
        let Item::List(parts) = decode(bytes)? else {
            return Err(shape("no list"));
        };
        let [Item::Bytes(_), Item::List(validators), _, Item::Bytes(round), Item::List(seals)] =
            parts.as_slice()
        else {
            return Err(shape("other parts"));
        };
        Ok(Self {
            validators: validators
                .iter()
                .map(address)
                .collect::<Option<_>>()
                .ok_or(shape("a validator is no address"))?,
            round: number(round).ok_or(shape("the round is too large"))?,
            seals: seals.len(),
        })
    }
}

fn address(item: &Item) -> Option<Address> {
    match item {
        Item::Bytes(bytes) => <[u8; 20]>::try_from(bytes.as_slice())
            .ok()
            .map(Address::new),
        Item::List(_) => None,
    }
}

/// A round: QBFT writes it without leading zeros, IBFT 2.0 with all four bytes.
fn number(bytes: &[u8]) -> Option<u32> {
    if bytes.len() > 4 {
        return None;
    }
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| (sum << 8) | u32::from(*byte)),
    )
}

#[cfg(test)]
mod tests;
