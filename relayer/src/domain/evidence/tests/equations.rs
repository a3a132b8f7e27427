//! Fragments that fail in one of Umbral's three equations alone, or have one point that is none, which nobody makes who does not know
//! the key fragment's secret: `contracts/test/fixtures/equations.json`.

use serde::{Deserialize, Serialize};

use super::*;
use crate::domain::envelope::Envelope;
use crate::domain::umbral::parameter_point;

/// One list for each member, since that is how the contracts' tests read JSON: first a fragment that verifies, then one each that
/// fails over E, over V and over U, then one each whose E2, V2 and U2 is on no curve.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Cases {
    basis: String,
    fragments: Vec<String>,
    /// z·E, z·V and z·U of each.
    products: Vec<String>,
    /// The other sides: E2 + h·E1, V2 + h·V1 and U2 + h·U1. With a point that is none, what they would be with the right one.
    sums: Vec<String>,
}

/// What is wrong with E2, V2 or U2.
#[derive(Clone, Copy)]
enum Wrong {
    /// It is another point than z was made for.
    Moved(usize),
    /// There is no point of this x.
    NoPoint(usize),
}

/// 5³ + 7 is no square.
const NO_POINT: [u8; 33] = {
    let mut bytes = [0; 33];
    bytes[0] = 2;
    bytes[32] = 5;
    bytes
};

struct Case {
    fragment: CapsuleFragment,
    sums: FragmentProducts,
}

impl World {
    /// With a capsule that is the same each time.
    fn with_a_known_capsule() -> Self {
        let mut world = Self::new(1);
        let [e, v] = [b"e", b"v"].map(|label| secret(label));
        let points = [e, v].map(|one| compress(&(ProjectivePoint::GENERATOR * one)).unwrap());
        let both = [points[0].as_bytes().as_slice(), points[1].as_bytes()].concat();
        let s = v + umbral_hash(b"CAPSULE_POINTS", &[&both]) * e;
        world.sealed.capsule = Capsule::new(&[both.as_slice(), &s.to_bytes()].concat()).unwrap();
        world
    }

    /// The capsule re-encrypted, but for one point. All else, z too, is made as it should be.
    fn reencrypted_but(&self, key_fragment: &SecretFragment, wrong: Option<Wrong>) -> Case {
        let capsule = self.sealed.capsule.as_bytes();
        let parameter = parameter_point();
        let bases = [&capsule[..33], &capsule[33..66], parameter.as_bytes()];
        let body = key_fragment.body();
        let key = scalar(&body[32..64], "key").unwrap();
        let t = secret(&key_fragment.id());
        let first = bases.map(|base| point(base, "base").unwrap() * key);
        let mut second = bases.map(|base| point(base, "base").unwrap() * t);
        if let Some(Wrong::Moved(place)) = wrong {
            second[place] += ProjectivePoint::GENERATOR;
        }
        let [e1, v1, u1] = first.map(|one| *compress(&one).unwrap().as_bytes());
        let mut seconds = second.map(|one| *compress(&one).unwrap().as_bytes());
        if let Some(Wrong::NoPoint(place)) = wrong {
            seconds[place] = NO_POINT;
        }
        let [e2, v2, u2] = seconds;
        let points = [bases[0], &e1, &e2, bases[1], &v1, &v2, bases[2], &u1, &u2];
        let h = umbral_hash(b"CFRAG_VERIFICATION", &points);
        let z: [u8; 32] = (t + h * key).to_bytes().into();
        let (id, precursor, signature) = (&body[..32], &body[64..97], &body[194..]);
        let parts = [&e1, &v1, id, precursor, &e2, &v2, &u1, &u2, &z, signature];
        let mut sums = [0; PRODUCTS_LEN];
        for (place, sum) in sums.chunks_exact_mut(64).enumerate() {
            let point = second[place] + first[place] * h;
            sum.copy_from_slice(&coordinates(&point).unwrap());
        }
        Case {
            fragment: CapsuleFragment::new(&parts.concat()).unwrap(),
            sums,
        }
    }
}

fn secret(label: &[u8]) -> Scalar {
    let bytes = nonzero_scalar(&sha256(&[b"equations", label]));
    scalar(bytes.as_slice(), "secret").unwrap()
}

fn make() -> (World, Vec<Case>, Cases) {
    let world = World::with_a_known_capsule();
    let granted = world.garbage(7);
    let wrongs = [Wrong::Moved, Wrong::NoPoint]
        .into_iter()
        .flat_map(|wrong| (0..3).map(wrong))
        .map(Some);
    let cases: Vec<_> = granted
        .fragments
        .iter()
        .zip(std::iter::once(None).chain(wrongs))
        .map(|(one, wrong)| world.reencrypted_but(one, wrong))
        .collect();
    let envelope = Envelope::decode(&fixtures::envelope(&world)).unwrap();
    let grant = fixtures::grant(&world, &granted, 2);
    let basis = basis(&envelope, &world.receiving.public(), &grant).unwrap();
    let all = |of: &dyn Fn(&Case) -> String| cases.iter().map(of).collect();
    let file = Cases {
        basis: fixtures::show(&basis),
        fragments: all(&|one| fixtures::show(one.fragment.as_bytes())),
        products: all(&|one| {
            fixtures::show(&fragment_products(&world.sealed.capsule, &one.fragment).unwrap())
        }),
        sums: all(&|one| fixtures::show(&one.sums)),
    };
    (world, cases, file)
}

#[test]
fn the_committed_fragments_fail_in_one_equation_alone() {
    let (world, cases, made) = make();
    let text = include_str!("../../../../../contracts/test/fixtures/equations.json");
    assert_eq!(serde_json::from_str::<Cases>(text).unwrap(), made);
    for (at, case) in cases.iter().enumerate() {
        let verdict = verify_capsule_fragment(&case.fragment, &world.sealed.capsule, &world.keys());
        assert_eq!(verdict.is_ok(), at == 0, "fragment {at}");
        let products = fragment_products(&world.sealed.capsule, &case.fragment).unwrap();
        for place in 0..3 {
            let side = place * 64..place * 64 + 64;
            let holds = products[side.clone()] == case.sums[side];
            assert_eq!(holds, place + 1 != at, "fragment {at}, equation {place}");
        }
    }
}

/// Writes the fixtures anew (contracts/README.md).
#[test]
#[ignore = "writes a file"]
fn write_equations() {
    let text = serde_json::to_string_pretty(&make().2).unwrap() + "\n";
    std::fs::write("../contracts/test/fixtures/equations.json", text).unwrap();
}
