use super::*;

fn slot() -> ClauseSlot {
    ClauseSlot {
        keys: [7; 4],
        low: 3,
        high: 9,
        columns: Column::Latest as u8,
        group_end: true,
        at_least: 1,
        ..ClauseSlot::default()
    }
}

/// Sixteen slots with one used.
fn slots(first: ClauseSlot) -> Vec<ClauseSlot> {
    let mut slots = vec![ClauseSlot::default(); 16];
    slots[0] = first;
    slots
}

#[test]
fn packs_at_the_places_of_the_protocol() {
    let full = ClauseSlot {
        low: u64::MAX,
        high: u64::MAX - 1,
        columns: 0x3f,
        undated_blocks: true,
        low_relative: true,
        high_relative: true,
        calendar: true,
        ..slot()
    };
    let expected =
        "0x0000000000000000000000000003ff00fffffffffffffffe0000000000000000ffffffffffffffff";
    let tail = &crate::field::to_hex(&full.packed())[2..];
    assert_eq!(format!("0x{}{tail}", "0".repeat(16)), expected);
    assert_eq!(slot().structure(), 0b0100_0001);
}

#[test]
fn every_part_changes_the_hash() {
    let changes: [fn(&mut ClauseSlot); 12] = [
        |s| s.keys[3] = 8,
        |s| s.low = 4,
        |s| s.high = 10,
        |s| s.columns = Column::Min as u8,
        |s| s.undated_blocks = true,
        |s| s.low_relative = true,
        |s| s.high_relative = true,
        |s| s.calendar = true,
        |s| s.absence_counts = true,
        |s| s.group_end = false,
        |s| s.at_least = 2,
        |s| *s = ClauseSlot::default(),
    ];
    let mut hashes = vec![
        criteria_hash(1, &slots(slot())),
        criteria_hash(2, &slots(slot())),
    ];
    hashes.push(criteria_hash(1, &slots(slot())[..2]));
    hashes.extend(changes.iter().map(|change| {
        let mut other = slot();
        change(&mut other);
        criteria_hash(1, &slots(other))
    }));
    let total = hashes.len();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), total);
}
