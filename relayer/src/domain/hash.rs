//! The two plain hash functions of the protocol, over parts laid end to end.

use sha2::{Digest as _, Sha256};
use sha3::Keccak256;

/// Keccak-256 (Ethereum's, not SHA-3's padding) of the parts, concatenated.
pub fn keccak256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// SHA-256 of the parts, concatenated.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
