//! The rules of a QBFT network: all nodes have the same, from the first block on.

/// Chain ids that the contracts take for development chains, where windows may be of any length.
pub const DEVELOPMENT_CHAINS: [u64; 2] = [31_337, 1_337];
/// Chain ids of Ethereum's public networks, for which wallets and tools would take this one.
pub const PUBLIC_CHAINS: [u64; 8] = [1, 3, 4, 5, 10, 137, 17_000, 11_155_111];
/// Gas of a transaction that does nothing but verify one eligibility proof, as measured on chain.
pub const VERIFICATION_GAS: u64 = 269_428;
/// Gas that one core of the machine of the measurements in docs/NETWORK-MEASURED.md executes a second under QBFT with four validators on
/// it: 56 verifications.
pub const MEASURED_GAS_PER_SECOND: u64 = 56 * VERIFICATION_GAS;
/// Bytes of the largest transaction that GoQuorum can be told to take, in KiB: a whole segment of a ciphertext, posted in a dispute, fits.
pub const MOST_TRANSACTION_KIB: u64 = 128;

/// The rules.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rules {
    /// The chain's id.
    pub chain_id: u64,
    /// Least seconds between two blocks.
    pub block_period_s: u64,
    /// Seconds after which a round without a block is given up, doubled with each round.
    pub request_timeout_s: u64,
    /// Most seconds of a round, however many were given up: where the engine has such a bound (GoQuorum).
    pub max_request_timeout_s: u64,
    /// Blocks after which open votes are dropped.
    pub epoch_blocks: u64,
    /// Most gas of a block.
    pub gas_limit: u64,
    /// Unix seconds of the first block.
    pub genesis_time: u64,
}

impl Rules {
    /// Rules with a block a second and a gas limit of 30 million, measured to be good for batches.
    pub fn of_chain(chain_id: u64, genesis_time: u64) -> Self {
        Self {
            chain_id,
            block_period_s: 1,
            request_timeout_s: 4,
            max_request_timeout_s: 30,
            epoch_blocks: 30_000,
            gas_limit: 30_000_000,
            genesis_time,
        }
    }

    /// Whether the contracts take the chain for a development chain.
    pub fn is_development(&self) -> bool {
        DEVELOPMENT_CHAINS.contains(&self.chain_id)
    }
}
