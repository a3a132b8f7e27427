use light_poseidon::{Poseidon, PoseidonHasher};

use super::*;
use crate::field::from_decimal;

fn counting(inputs: usize) -> Vec<Fr> {
    (1..=inputs as u64).map(Fr::from).collect()
}

/// Known answers of circomlib's own tests (test/poseidoncircuit.js).
#[test]
fn agrees_with_circomlib() {
    let two = "7853200120776062878684798364095072458815029376092732009249414926327459813530";
    assert_eq!(hash(&counting(2)), from_decimal(two).unwrap());
    let four = "18821383157269793795438455681495246036402687001665670618754263018637548127333";
    assert_eq!(hash(&counting(4)), from_decimal(four).unwrap());
    let sixteen = "9989051620750914585850546081941653841776809718687451684622678807385399211877";
    assert_eq!(hash(&counting(16)), from_decimal(sixteen).unwrap());
}

#[test]
fn agrees_with_light_poseidon_where_it_has_constants() {
    for inputs in 1..=12 {
        let mut theirs = Poseidon::<Fr>::new_circom(inputs).unwrap();
        assert_eq!(
            hash(&counting(inputs)),
            theirs.hash(&counting(inputs)).unwrap(),
            "{inputs} inputs"
        );
    }
}

#[test]
fn tags_are_distinct_and_fit_the_field() {
    let mut tags: Vec<Fr> = Domain::ALL.iter().map(|domain| domain.tag()).collect();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), Domain::ALL.len());
    assert!(Domain::ALL.iter().all(|domain| domain.label().len() < 31));
}

#[test]
#[should_panic(expected = "1 to 16 inputs")]
fn refuses_seventeen_inputs() {
    hash(&counting(17));
}
