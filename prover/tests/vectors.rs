//! The hashes of docs/PROTOCOL.md against circuits/vectors, which circomlibjs computed.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::Path;

use light_poseidon::{Poseidon, PoseidonHasher};
use prover::clause::{criteria_hash, ClauseSlot};
use prover::facts::tree::FactsTree;
use prover::facts::{Ends, Fact, FactKey};
use prover::field::{from_hex, to_hex, Fr};
use prover::poseidon::{self, Domain};
use prover::record::registry::LeanTree;
use prover::record::{self, RecordOpening, Terms};
use serde_json::Value;

fn vectors(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../circuits/vectors")
        .join(name);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn element(value: &Value) -> Fr {
    from_hex(value.as_str().unwrap()).unwrap()
}

fn elements(value: &Value) -> Vec<Fr> {
    value.as_array().unwrap().iter().map(element).collect()
}

fn key(value: &Value) -> u128 {
    u128::from_str_radix(&value.as_str().unwrap()[2..], 16).unwrap()
}

fn number<T: TryFrom<u64>>(value: &Value) -> T
where
    T::Error: std::fmt::Debug,
{
    T::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn poseidon_at_every_number_of_inputs() {
    let vectors = vectors("poseidon.json");
    let vectors = vectors.as_array().unwrap();
    assert_eq!(vectors.len(), poseidon::MAX_INPUTS);
    for vector in vectors {
        let inputs = elements(&vector["inputs"]);
        assert_eq!(poseidon::hash(&inputs), element(&vector["hash"]));
        if let Ok(mut light) = Poseidon::<Fr>::new_circom(inputs.len()) {
            assert_eq!(light.hash(&inputs).unwrap(), element(&vector["hash"]));
        }
    }
}

#[test]
fn domain_tags() {
    let vectors = vectors("domains.json");
    let vectors = vectors.as_array().unwrap();
    assert_eq!(vectors.len(), Domain::ALL.len());
    for (domain, vector) in Domain::ALL.iter().zip(vectors) {
        assert_eq!(domain.label(), vector["label"]);
        assert_eq!(domain.tag(), element(&vector["tag"]));
    }
}

#[test]
fn identity_and_record() {
    let v = vectors("record.json");
    let terms: Terms = serde_json::from_value(v["terms"].clone()).unwrap();
    assert_eq!(terms.pack(), element(&v["packedTerms"]));
    let secret = element(&v["identitySecret"]);
    let envelope_hash = record::envelope_hash(v["envelope"].as_str().unwrap().as_bytes());
    assert_eq!(envelope_hash, element(&v["envelopeHash"]));
    let identity = record::identity_commitment(&secret);
    assert_eq!(identity, element(&v["identityCommitment"]));
    let pseudonym = record::pseudonym(&identity, &element(&v["pseudonymNonce"]));
    assert_eq!(pseudonym, element(&v["pseudonym"]));
    let opening = RecordOpening {
        facts_root: element(&v["factsRoot"]),
        envelope_hash,
        pseudonym,
        terms,
        blinding: element(&v["blinding"]),
    };
    assert_eq!(opening.commitment(), element(&v["commitment"]));
    let nullifier = record::nullifier(&secret, &element(&v["studyId"]));
    assert_eq!(nullifier, element(&v["nullifier"]));
    let tag = record::record_tag(&envelope_hash, &element(&v["tagBlinding"]));
    assert_eq!(tag, element(&v["recordTag"]));
}

#[test]
fn facts_tree() {
    let v = vectors("facts_tree.json");
    let facts: Vec<Fact> = v["facts"].as_array().unwrap().iter().map(fact).collect();
    for (fact, vector) in facts.iter().zip(v["facts"].as_array().unwrap()) {
        assert_eq!(fact.key.digest(), key(&vector["digest"]));
    }
    let tree = FactsTree::new(&facts).unwrap();
    for (index, hash) in elements(&v["leaves"]).iter().enumerate() {
        assert_eq!(tree.leaf(index).unwrap().hash(), *hash);
    }
    assert_eq!(tree.frontier().to_vec(), elements(&v["frontier"]));
    assert_eq!(to_hex(&tree.root()), v["root"]);
}

fn fact(vector: &Value) -> Fact {
    let part = |index: usize| vector["key"][index].as_str().unwrap().to_owned();
    let ends = |index: usize| {
        let end = |side: usize| {
            let text = vector["ends"][index][side].as_str().unwrap();
            text.parse().unwrap()
        };
        Ends {
            low: end(0),
            high: end(1),
        }
    };
    Fact {
        key: FactKey {
            kind: part(0),
            system: part(1),
            code: part(2),
            unit: part(3),
            answer: part(4),
        },
        count: number(&vector["count"]),
        undated: number(&vector["undated"]),
        min: ends(0),
        max: ends(1),
        latest: ends(2),
        first_date: ends(3),
        last_date: ends(4),
    }
}

#[test]
fn criteria() {
    let v = vectors("criteria.json");
    let used = v["used"].as_array().unwrap();
    let some: Vec<ClauseSlot> = used.iter().map(slot).collect();
    for (slot, vector) in some.iter().zip(used) {
        assert_eq!(slot.packed(), element(&vector["packed"]));
        assert_eq!(slot.structure(), number::<u8>(&vector["structure"]));
    }
    for case in v["hashes"].as_array().unwrap() {
        let mut slots = vec![ClauseSlot::default(); number(&case["slots"])];
        for from in case["usedFrom"].as_array().unwrap() {
            let from: usize = number(from);
            slots[from..from + some.len()].copy_from_slice(&some);
        }
        let hash = criteria_hash(number(&v["mappingVersion"]), &slots);
        assert_eq!(hash, element(&case["hash"]), "{} slots", slots.len());
    }
}

fn slot(vector: &Value) -> ClauseSlot {
    let flag = |name: &str| vector[name].as_bool().unwrap();
    let bound = |name: &str| vector[name].as_str().unwrap().parse().unwrap();
    ClauseSlot {
        keys: std::array::from_fn(|place| key(&vector["keys"][place])),
        low: bound("low"),
        high: bound("high"),
        columns: number(&vector["columns"]),
        undated_blocks: flag("undatedBlocks"),
        low_relative: flag("lowRelative"),
        high_relative: flag("highRelative"),
        calendar: flag("calendar"),
        absence_counts: flag("absenceCounts"),
        group_end: flag("groupEnd"),
        at_least: number(&vector["atLeast"]),
    }
}

#[test]
fn registry() {
    let v = vectors("registry.json");
    let mut tree = LeanTree::new();
    for (leaf, root) in elements(&v["leaves"]).iter().zip(elements(&v["roots"])) {
        tree.insert(*leaf).unwrap();
        assert_eq!(tree.root(), Some(root));
    }
    tree.update(number(&v["removed"]), Fr::from(0u8)).unwrap();
    assert_eq!(tree.root(), Some(element(&v["rootAfterRemoval"])));
}
