use std::slice::from_ref;

use proptest::prelude::*;

use super::*;

fn bytes(text: &str) -> Item {
    Item::Bytes(text.as_bytes().to_vec())
}

/// The examples of Ethereum's documentation of RLP.
#[test]
fn the_published_examples() {
    let set = |items: &[Item]| Item::List(items.to_vec());
    let empty = set(&[]);
    let nested = set(&[
        empty.clone(),
        set(from_ref(&empty)),
        set(&[empty.clone(), set(from_ref(&empty))]),
    ]);
    let long = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
    let examples: [(Item, Vec<u8>); 8] = [
        (bytes("dog"), b"\x83dog".to_vec()),
        (
            set(&[bytes("cat"), bytes("dog")]),
            b"\xc8\x83cat\x83dog".to_vec(),
        ),
        (bytes(""), vec![0x80]),
        (empty, vec![0xc0]),
        (Item::Bytes(vec![0]), vec![0]),
        (Item::Bytes(vec![4, 0]), vec![0x82, 4, 0]),
        (nested, vec![0xc7, 0xc0, 0xc1, 0xc0, 0xc3, 0xc0, 0xc1, 0xc0]),
        (bytes(long), [b"\xb8\x38", long.as_bytes()].concat()),
    ];
    for (item, encoded) in examples {
        assert_eq!(encode(&item), encoded);
        assert_eq!(decode(&encoded).unwrap(), item);
    }
}

#[test]
fn what_is_not_canonical_is_refused() {
    assert_eq!(decode(&[]), Err(RlpError::TooShort));
    assert_eq!(decode(&[0x83, 1, 2]), Err(RlpError::TooShort));
    assert_eq!(decode(&[0xb8]), Err(RlpError::TooShort));
    assert_eq!(decode(&[0x80, 0]), Err(RlpError::TooLong));
    assert_eq!(decode(&[0x81, 5]), Err(RlpError::NotCanonical));
    assert_eq!(decode(&[0xb8, 1, 9]), Err(RlpError::NotCanonical));
    assert_eq!(decode(&[0xbf; 9]), Err(RlpError::TooShort));
    let deep = (0..20).fold(Item::List(Vec::new()), |inner, _| Item::List(vec![inner]));
    assert_eq!(decode(&encode(&deep)), Err(RlpError::TooDeep));
}

fn items() -> impl Strategy<Value = Item> {
    let leaf = prop::collection::vec(any::<u8>(), 0..300).prop_map(Item::Bytes);
    leaf.prop_recursive(4, 32, 8, |inner| {
        prop::collection::vec(inner, 0..8).prop_map(Item::List)
    })
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(item in items()) {
        prop_assert_eq!(decode(&encode(&item)), Ok(item));
    }

    /// Any bytes are refused, or are the one encoding of what they decode to.
    #[test]
    fn each_item_has_one_encoding(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(item) = decode(&bytes) {
            prop_assert_eq!(encode(&item), bytes);
        }
    }
}
