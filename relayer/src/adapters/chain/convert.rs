//! Between the domain's types and the chain client's.

use ethers::types::{Block, H160, H256, U256};
use url::Url;

use crate::{
    domain::ids::{Address, IdError},
    ports::ledger::{BlockRef, LedgerError},
};

pub(super) fn address(address: Address) -> H160 {
    H160(address.to_bytes())
}

pub(super) fn from_address(address: H160) -> Address {
    Address::new(address.0)
}

/// A field element or other 32-byte number as the chain's integer.
pub(super) fn word(bytes: [u8; 32]) -> U256 {
    U256::from_big_endian(&bytes)
}

pub(super) fn from_word(word: U256) -> [u8; 32] {
    let mut bytes = [0; 32];
    word.to_big_endian(&mut bytes);
    bytes
}

/// A number as an event's topic.
pub(super) fn word_topic(number: u64) -> H256 {
    H256::from_low_u64_be(number)
}

/// A number that the contracts guarantee to be a field element.
pub(super) fn field<T: TryFrom<[u8; 32], Error = IdError>>(word: U256) -> Result<T, LedgerError> {
    T::try_from(from_word(word)).map_err(|error| LedgerError::Malformed(error.to_string()))
}

/// A sum of money. Contracts keep sums in 128 bits or fewer.
pub(super) fn amount(word: U256) -> Result<u128, LedgerError> {
    u128::try_from(word).map_err(|_| LedgerError::Malformed(format!("{word} is no sum of money")))
}

/// A number that fits 64 bits.
pub(super) fn small(word: U256) -> Result<u64, LedgerError> {
    u64::try_from(word).map_err(|_| LedgerError::Malformed(format!("{word} is out of range")))
}

pub(super) fn block_ref(block: &Block<H256>) -> Result<BlockRef, LedgerError> {
    let (Some(number), Some(hash)) = (block.number, block.hash) else {
        return Err(LedgerError::Malformed(
            "a block without number or hash".to_owned(),
        ));
    };
    Ok(BlockRef {
        number: number.as_u64(),
        hash: hash.0,
        time: small(block.timestamp)?,
    })
}

/// A node's URL as it may be shown: without user, password, path and query, where access tokens live.
pub(super) fn redacted(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// A transport error's words, with its causes but without the URL.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    if causes.is_empty() {
        "the request failed".to_owned()
    } else {
        causes.join(": ")
    }
}
