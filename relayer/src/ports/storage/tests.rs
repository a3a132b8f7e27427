use super::ObjectKey;

#[test]
fn names_stay_inside_the_store() {
    for good in ["a", "envelopes/0a1b", "ciphertexts/00ff/000-1", "a/b.c_d"] {
        assert!(ObjectKey::new(good).is_ok(), "{good}");
    }
    for bad in [
        "", "/a", "a/", "a//b", "../a", "a/..", "a/.b", "A", "a b", "a\\b", "a%2fb",
    ] {
        assert!(ObjectKey::new(bad).is_err(), "{bad}");
    }
    assert!(ObjectKey::new("a".repeat(513)).is_err(), "overlong");
}

#[test]
fn pieces_sort_by_number() {
    let object = ObjectKey::hashed("ciphertexts", &[0xab; 32]);
    assert!(ObjectKey::new(object.as_str()).is_ok(), "{object}");
    let (two, ten) = (object.piece(2), object.piece(10));
    assert!(
        ObjectKey::new(two.as_str()).is_ok() && two < ten,
        "{two} {ten}"
    );
}
