use super::*;

/// The curve's generator.
const G: &str = "0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

#[test]
fn points_go_both_ways() {
    let point: CompressedPoint = G.parse().unwrap();
    assert_eq!(point.to_string(), G);
    assert_eq!(
        CompressedPoint::from_parts(point.prefix(), point.x()),
        Ok(point)
    );
}

#[test]
fn what_is_no_point_is_refused() {
    let good = hex::decode(&G[2..]).unwrap();
    for (at, byte) in [(0, 0), (0, 4), (0, 1)] {
        let mut bad = good.clone();
        bad[at] = byte;
        assert_eq!(CompressedPoint::new(&bad), Err(PointError));
    }
    assert_eq!(CompressedPoint::new(&good[..32]), Err(PointError));
    assert_eq!(CompressedPoint::new(&[0]), Err(PointError));
    // y² = 5³ + 7 has no root
    assert_eq!(
        CompressedPoint::from_parts(2, super::super::eip712::word_u64(5)),
        Err(PointError)
    );
}

#[test]
fn what_is_pinned_need_not_be_a_point() {
    let point: CompressedPoint = G.parse().unwrap();
    let pinned: PinnedPoint = G.parse().unwrap();
    assert_eq!((pinned, pinned.to_string()), (point.into(), G.to_owned()));
    assert_eq!(PinnedPoint::from_parts(point.prefix(), point.x()), pinned);
    assert!(point == pinned);

    let none = PinnedPoint::from_parts(9, [5; 32]);
    assert_eq!((none.prefix(), none.x()), (9, [5; 32]));
    assert_eq!(CompressedPoint::new(none.as_bytes()), Err(PointError));
    assert_eq!(none.to_string().parse(), Ok(none));
    assert_eq!(PinnedPoint::new(&none.as_bytes()[1..]), Err(PointError));
    assert!(point != none);
}
