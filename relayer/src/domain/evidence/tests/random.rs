//! Random fragments and changed bits of them, each judged by `umbral-pre`, for the contract to judge likewise:
//! `contracts/test/fixtures/fragments.json`.

use serde::{Deserialize, Serialize};

use super::*;

/// Bits of a case's fragment, capsule and three keys, laid end to end: what changes are made in.
const CASE_BITS: u32 = 8 * (359 + 98 + 3 * 33);
/// Where z lies in a fragment, by bit: with it the products change.
const Z: std::ops::Range<u32> = 263 * 8..295 * 8;

/// One list for each member, since that is how the contracts' tests read JSON.
#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Cases {
    /// `fragment 359 · capsule 98 · delegating 33 · verifying 33 · receiving 33`, hex.
    honest: Vec<String>,
    /// The products of each.
    products: Vec<String>,
    /// Which case a change is made to.
    changed_case: Vec<u32>,
    /// Which bit is changed, from the first byte's most significant one.
    changed_bit: Vec<u32>,
    /// The products of the changed fragment.
    changed_products: Vec<String>,
    /// Whether `umbral-pre` takes the changed one.
    accepted: Vec<bool>,
}

struct Case {
    bytes: Vec<u8>,
    products: FragmentProducts,
}

impl Case {
    fn random(seed: u32) -> Self {
        let world = World::new(seed);
        let fragment = world.reencrypted(&world.grant(2, 3).fragments[0]);
        let keys = world.keys();
        let bytes = [
            fragment.as_bytes().as_slice(),
            world.sealed.capsule.as_bytes(),
            keys.delegating.as_bytes(),
            keys.verifying.as_bytes(),
            keys.receiving.as_bytes(),
        ]
        .concat();
        let products = fragment_products(&world.sealed.capsule, &fragment).unwrap();
        Self { bytes, products }
    }

    fn flip(&self, bit: u32) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        bytes[bit as usize / 8] ^= 0x80 >> (bit % 8);
        bytes
    }

    /// The products that go with a change: those of the changed z, where it has any.
    fn products_of(&self, bit: u32) -> FragmentProducts {
        if !Z.contains(&bit) {
            return self.products;
        }
        let changed = self.flip(bit);
        let fragment = CapsuleFragment::new(&changed[..359]).unwrap();
        let capsule = Capsule::new(&changed[359..457]).unwrap();
        fragment_products(&capsule, &fragment).unwrap_or(self.products)
    }
}

/// What `umbral-pre` says, through the module that names it.
fn accepts(bytes: &[u8]) -> bool {
    let key = |at: usize| CompressedPoint::new(&bytes[at..at + 33]);
    let (Ok(fragment), Ok(capsule), Ok(delegating), Ok(verifying), Ok(receiving)) = (
        CapsuleFragment::new(&bytes[..359]),
        Capsule::new(&bytes[359..457]),
        key(457),
        key(490),
        key(523),
    ) else {
        return false;
    };
    let keys = FragmentKeys {
        verifying,
        delegating,
        receiving,
    };
    verify_capsule_fragment(&fragment, &capsule, &keys).is_ok()
}

fn make(count: u32, changes: u32) -> Cases {
    let mut cases = Cases::default();
    for seed in 0..count {
        let case = Case::random(seed);
        assert!(accepts(&case.bytes));
        for change in 0..changes {
            let digest = sha256(&[b"bit", &seed.to_be_bytes(), &change.to_be_bytes()]);
            let bit = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % CASE_BITS;
            cases.changed_case.push(seed);
            cases.changed_bit.push(bit);
            cases.changed_products.push(show(&case.products_of(bit)));
            cases.accepted.push(accepts(&case.flip(bit)));
        }
        cases.honest.push(show(&case.bytes));
        cases.products.push(show(&case.products));
    }
    cases
}

fn show(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn read(text: &str) -> Vec<u8> {
    hex::decode(&text[2..]).unwrap()
}

#[test]
fn the_committed_fragments_are_judged_so() {
    let text = include_str!("../../../../../contracts/test/fixtures/fragments.json");
    let cases: Cases = serde_json::from_str(text).unwrap();
    assert!(cases.honest.len() >= 16);
    let honest: Vec<_> = cases
        .honest
        .iter()
        .zip(&cases.products)
        .map(|(bytes, products)| Case {
            bytes: read(bytes),
            products: read(products).try_into().unwrap(),
        })
        .collect();
    for case in &honest {
        assert!(accepts(&case.bytes));
        let fragment = CapsuleFragment::new(&case.bytes[..359]).unwrap();
        let capsule = Capsule::new(&case.bytes[359..457]).unwrap();
        assert_eq!(fragment_products(&capsule, &fragment), Ok(case.products));
    }
    for (at, bit) in cases.changed_bit.iter().enumerate() {
        let case = &honest[cases.changed_case[at] as usize];
        assert_eq!(accepts(&case.flip(*bit)), cases.accepted[at], "change {at}");
        assert_eq!(read(&cases.changed_products[at]), case.products_of(*bit));
    }
}

/// Writes the fixtures anew: `FRAGMENTS_FILE` names the file, `FRAGMENTS` and `CHANGES` how many there are and how many bits of
/// each are changed (contracts/README.md).
#[test]
#[ignore = "writes a file"]
fn write_fragments() {
    let number =
        |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let cases = make(number("FRAGMENTS", 16), number("CHANGES", 16));
    let file = std::env::var("FRAGMENTS_FILE")
        .unwrap_or_else(|_| "../contracts/test/fixtures/fragments.json".to_owned());
    std::fs::write(file, serde_json::to_string_pretty(&cases).unwrap() + "\n").unwrap();
}
