//! Development keys, for whose circuit anybody can forge proofs: they stay on development chains.

use super::failure::{Failure, FailureCode};
use super::ids::VerifyingKeyHash;
use super::ledger::rules::DEVELOPMENT_CHAINS;

/// Whether a chain is one to develop on, where keys may be public and windows short.
pub fn is_development_chain(chain_id: u64) -> bool {
    DEVELOPMENT_CHAINS.contains(&chain_id)
}

/// Refuses a development key on any other chain, told by its digest, whatever a file says of it.
///
/// # Errors
/// `development-key`.
pub fn check_key(chain_id: u64, key: &VerifyingKeyHash) -> Result<(), Failure> {
    if is_development_chain(chain_id) || !prover::keys::is_development_hash(key.as_bytes()) {
        return Ok(());
    }
    let words = format!("eligibility proofs on chain {chain_id} would be those of a development key, which anybody can forge");
    Err(Failure::new(FailureCode::DevelopmentKey, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use prover::circuit::CircuitSize;
    use prover::keys::VerifyingKey;

    fn shipped() -> VerifyingKeyHash {
        VerifyingKeyHash::new(
            VerifyingKey::development(CircuitSize::Small)
                .unwrap()
                .hash(),
        )
    }

    #[test]
    fn development_keys_stay_on_development_chains() {
        for chain in [31_337, 1_337] {
            assert!(check_key(chain, &shipped()).is_ok(), "{chain}");
        }
        for chain in [1, 13_370, 31_338, 11_155_111] {
            let refused = check_key(chain, &shipped()).unwrap_err();
            assert_eq!(refused.code(), FailureCode::DevelopmentKey, "{chain}");
        }
    }

    #[test]
    fn other_keys_go_anywhere() {
        assert!(check_key(1, &VerifyingKeyHash::new([5; 32])).is_ok());
    }
}
