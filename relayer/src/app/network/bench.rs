//! What a network takes: transactions a second, from its own blocks.

use serde::Serialize;

use crate::ports::node::Block;

/// What came of a load.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Throughput {
    /// Transactions of the blocks that are counted.
    pub transactions: usize,
    /// Seconds from the block before the first of them to the last.
    pub seconds: u64,
    /// Transactions a second.
    pub per_second: f64,
    /// Gas a second.
    pub gas_per_second: f64,
    /// Blocks that are counted.
    pub blocks: usize,
    /// Seconds between two of them, on average.
    pub block_interval: f64,
    /// Rounds that were given up meanwhile.
    pub round_changes: u64,
}

/// Measures over the blocks of a load. The first of them may have been under way before the load, and the last is not full: neither is
/// counted. `None` if too few are left.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of seconds and transactions"
)]
pub fn throughput(blocks: &[Block]) -> Option<Throughput> {
    let first = blocks.iter().position(|block| block.transactions > 0)?;
    let last = blocks.iter().rposition(|block| block.transactions > 0)?;
    let counted = blocks.get(first + 1..last)?;
    let start = blocks.get(first)?.time;
    let seconds = counted.last()?.time.saturating_sub(start);
    if seconds == 0 {
        return None;
    }
    let transactions = counted.iter().map(|block| block.transactions).sum();
    let gas: u64 = counted.iter().map(|block| block.gas_used).sum();
    let rounds = counted.iter().map(super::status::round).map(u64::from);
    Some(Throughput {
        transactions,
        seconds,
        per_second: transactions as f64 / seconds as f64,
        gas_per_second: gas as f64 / seconds as f64,
        blocks: counted.len(),
        block_interval: seconds as f64 / counted.len() as f64,
        round_changes: rounds.sum(),
    })
}

/// The value below which a share of the measurements lies (nearest rank); `None` of nothing.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank of a short list"
)]
pub fn percentile(measured: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = measured.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests;
