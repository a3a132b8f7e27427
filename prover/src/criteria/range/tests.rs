use super::*;
use proptest::prelude::*;

fn ranges() -> impl Strategy<Value = Ranges> {
    let end = prop_oneof![0..6_u64, POS_INF - 3..=POS_INF, Just(1_u64 << 63)];
    prop::collection::vec((end.clone(), end), 0..4)
        .prop_map(|pairs| Ranges::new(pairs.into_iter().map(|(low, high)| Range { low, high })))
}

proptest! {
    #[test]
    fn the_complement_is_what_is_left(ranges in ranges(), number in prop_oneof![0..8_u64, POS_INF - 5..=POS_INF]) {
        prop_assert_ne!(ranges.contains(number), ranges.complement().contains(number));
        prop_assert_eq!(ranges.complement().complement(), ranges);
    }
}

#[test]
fn touching_ranges_are_one() {
    let joined = Ranges::new([Range { low: 4, high: 5 }, Range { low: 1, high: 3 }]);
    assert_eq!(
        joined.iter().collect::<Vec<_>>(),
        [Range { low: 1, high: 5 }]
    );
}

#[test]
fn nothing_and_everything() {
    assert!(Ranges::new([Range { low: 2, high: 1 }]).is_empty());
    assert!(Ranges::new([Range::ALL]).is_everything());
    assert!(Ranges::new([Range::ALL]).complement().is_empty());
}

#[test]
fn bounds_count_back_from_the_reference() {
    let bound = DateBound::Before(30);
    assert_eq!(bound.encode(), (DATE_BIAS - 30, true));
    assert_eq!(bound.plus(-1), DateBound::Before(31));
    assert_eq!(DateBound::Day(-1).encode(), (DATE_BIAS - 1, false));
    assert_eq!(bound.is_after(DateBound::Before(90)), Some(true));
    assert_eq!(bound.is_after(DateBound::Day(3)), None);
}
