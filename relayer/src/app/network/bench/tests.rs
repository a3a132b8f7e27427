use super::*;
use crate::app::network::fake::FakeNode;

#[test]
fn the_first_and_the_last_block_of_a_load_are_not_counted() {
    let mut blocks = FakeNode::among(4).grown(8, 0).blocks;
    for (block, (transactions, time)) in blocks.iter_mut().zip([
        (0, 100),
        (0, 101),
        (7, 102),
        (50, 103),
        (60, 104),
        (50, 106),
        (40, 107),
        (3, 108),
        (0, 109),
    ]) {
        block.transactions = transactions;
        block.time = time;
        block.gas_used = 1_000 * transactions as u64;
    }
    let measured = throughput(&blocks).unwrap();
    assert_eq!(
        (measured.transactions, measured.seconds, measured.blocks),
        (200, 5, 4)
    );
    assert!((measured.per_second - 40.0).abs() < 1e-9);
    assert!((measured.gas_per_second - 40_000.0).abs() < 1e-9);
    assert!((measured.block_interval - 1.25).abs() < 1e-9);
}

#[test]
fn too_little_is_no_measurement() {
    let mut blocks = FakeNode::among(4).grown(3, 0).blocks;
    assert_eq!(throughput(&blocks), None);
    assert_eq!(throughput(&[]), None);
    blocks[1].transactions = 5;
    blocks[2].transactions = 5;
    assert_eq!(throughput(&blocks), None);
}

#[test]
fn percentiles_by_nearest_rank() {
    let measured: Vec<f64> = (1..=100).rev().map(f64::from).collect();
    assert_eq!(percentile(&measured, 50.0), Some(50.0));
    assert_eq!(percentile(&measured, 95.0), Some(95.0));
    assert_eq!(percentile(&measured, 99.0), Some(99.0));
    assert_eq!(percentile(&[7.0], 99.0), Some(7.0));
    assert_eq!(percentile(&[], 50.0), None);
}
