//! Whole grants for the contracts' tests, honest ones and others, with envelope, fragments and evidence:
//! `contracts/test/fixtures/disputes.json`.

use serde::{Deserialize, Serialize};

use super::*;
use crate::domain::context::study_id;
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::ids::{RecordTag, TagBlinding};
use crate::domain::merkle::{self, TreeBuilder, SEALED_SEGMENT_BYTES};

/// Segments of the fixtures' ciphertext: three whole ones and a short one, each one byte all through.
const LAST_SEGMENT_BYTES: usize = 100;
const SEGMENTS: u8 = 4;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    nullifier: String,
    tag_blinding: String,
    record_tag: String,
    receiving_key: String,
    envelope: String,
    /// Path of each segment, the lowest sibling first.
    segment_paths: Vec<Vec<String>>,
    scenarios: Vec<Scenario>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Scenario {
    name: String,
    opens: bool,
    threshold: u8,
    precursor: String,
    proof_point: String,
    proof_scalar: String,
    digest: String,
    basis: String,
    slot_proxies: Vec<String>,
    slot_ids: Vec<String>,
    slot_commitments: Vec<String>,
    fragments: Vec<String>,
    products: Vec<String>,
    /// D, k·G, k·P and s·P, each x and y.
    shared_points: Vec<String>,
    shared_response: String,
    /// Of the first m fragments.
    combination: Vec<String>,
}

/// The chain of the contracts' tests, which assert these values.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chain {
    chain_id: u64,
    studies_contract: Address,
    enrolments_contract: Address,
    institution: Address,
}

pub(super) fn show(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn read(text: &str) -> Vec<u8> {
    hex::decode(&text[2..]).unwrap()
}

fn context(world: &World) -> PrecursorContext {
    let text = include_str!("../../../../../contracts/test/fixtures/chain.json");
    let chain: Chain = serde_json::from_str(text).unwrap();
    PrecursorContext {
        receiving_key: world.receiving.public(),
        chain_id: chain.chain_id,
        enrolments: chain.enrolments_contract,
        enrolment: EnrolmentKey {
            study_id: study_id(chain.chain_id, chain.studies_contract, chain.institution, 0),
            nullifier: Nullifier::reduce(&[3; 32]),
        },
        attempt: 0,
    }
}

fn segment(index: u8) -> Vec<u8> {
    let last = index + 1 == SEGMENTS;
    let length = if last {
        LAST_SEGMENT_BYTES
    } else {
        SEALED_SEGMENT_BYTES
    };
    vec![index + 1; length]
}

pub(super) fn envelope(world: &World) -> Vec<u8> {
    let mut tree = TreeBuilder::new();
    (0..SEGMENTS).for_each(|index| tree.push(&segment(index)));
    let keys = world.keys();
    let whole = u64::from(SEGMENTS - 1) * SEALED_SEGMENT_BYTES as u64;
    Envelope {
        capsule: world.sealed.capsule,
        wrapped_key: world.sealed.wrapped.clone(),
        delegating_key: keys.delegating,
        verifying_key: keys.verifying,
        nonce: [6; 19],
        ciphertext_length: whole + LAST_SEGMENT_BYTES as u64,
        ciphertext_root: tree.root(),
    }
    .encode()
    .unwrap()
}

pub(super) fn grant(world: &World, granted: &Granted, threshold: u8) -> Grant {
    let slots = granted
        .fragments
        .iter()
        .zip(1u8..)
        .map(|(fragment, n)| GrantSlot {
            proxy: Address::new([n; 20]),
            fragment_id: fragment.id(),
            fragment_commitment: fragment.commitment().unwrap().into(),
        });
    Grant {
        threshold,
        precursor: granted.precursor,
        proof: precursor::prove(&granted.secret, &granted.precursor, &context(world)).unwrap(),
        slots: slots.collect(),
    }
}

/// A scenario; `fragments` are made afresh or read from the file, their randomness being the system's.
fn scenario(
    world: &World,
    (name, opens): (&str, bool),
    (granted, threshold): (&Granted, u8),
    fragments: &[CapsuleFragment],
) -> Scenario {
    let grant = grant(world, granted, threshold);
    let envelope = Envelope::decode(&envelope(world)).unwrap();
    let chosen = &fragments[..threshold.into()];
    assert_eq!(world.opens(chosen).is_ok(), opens, "{name}");
    let shared = SharedPoint::reveal(&world.receiving, &grant.precursor).unwrap();
    let products = combination(
        &world.sealed.capsule,
        &world.receiving.public(),
        &grant.precursor,
        &shared.point,
        chosen,
    )
    .unwrap();
    let mut points: Vec<_> = shared
        .coordinates()
        .unwrap()
        .iter()
        .map(|one| show(one))
        .collect();
    points.push(show(&shared.product(&grant.precursor).unwrap()));
    let of_slots = |show: &dyn Fn(&GrantSlot) -> String| grant.slots.iter().map(show).collect();
    Scenario {
        name: name.to_owned(),
        opens,
        threshold,
        precursor: show(grant.precursor.as_bytes()),
        proof_point: show(grant.proof.point.as_bytes()),
        proof_scalar: show(&grant.proof.scalar),
        digest: grant.digest().to_string(),
        basis: show(&basis(&envelope, &world.receiving.public(), &grant).unwrap()),
        slot_proxies: of_slots(&|slot| show(slot.proxy.as_bytes())),
        slot_ids: of_slots(&|slot| show(&slot.fragment_id)),
        slot_commitments: of_slots(&|slot| show(slot.fragment_commitment.as_bytes())),
        products: fragments
            .iter()
            .map(|one| show(&fragment_products(&world.sealed.capsule, one).unwrap()))
            .collect(),
        fragments: fragments.iter().map(|one| show(one.as_bytes())).collect(),
        shared_points: points,
        shared_response: show(&shared.response),
        combination: products.iter().map(|one| show(one)).collect(),
    }
}

/// Name, whether it opens, m, n.
const SCENARIOS: [(&str, bool, u8, u8); 7] = [
    ("honest", true, 3, 5),
    ("garbage", false, 3, 5),
    ("honest 2 of 3", true, 2, 3),
    ("garbage 2 of 3", false, 2, 3),
    ("honest 5 of 9", true, 5, 9),
    ("honest 8 of 15", true, 8, 15),
    ("garbage 8 of 15", false, 8, 15),
];

/// The file, with capsule and fragments from an earlier one if there is one.
fn file(earlier: Option<&File>) -> File {
    let mut world = World::new(1);
    if let Some(file) = earlier {
        let envelope = Envelope::decode(&read(&file.envelope)).unwrap();
        world.sealed.capsule = envelope.capsule;
        world.sealed.wrapped = envelope.wrapped_key;
    }
    let envelope = envelope(&world);
    let tag_blinding = TagBlinding::reduce(&[5; 32]);
    let tag = prover::record::record_tag(
        &envelope_hash(&envelope).to_field(),
        &tag_blinding.to_field(),
    );
    let scenarios = SCENARIOS
        .iter()
        .enumerate()
        .map(|(at, (name, opens, m, n))| {
            let granted = if *opens {
                world.grant(*m, *n)
            } else {
                world.garbage(*n)
            };
            let fragments: Vec<_> = match earlier {
                Some(file) => file.scenarios[at]
                    .fragments
                    .iter()
                    .map(|text| CapsuleFragment::new(&read(text)).unwrap())
                    .collect(),
                None => granted
                    .fragments
                    .iter()
                    .map(|one| world.reencrypted(one))
                    .collect(),
            };
            scenario(&world, (name, *opens), (&granted, *m), &fragments)
        });
    let leaves: Vec<_> = (0..SEGMENTS)
        .map(|index| merkle::leaf(&segment(index)))
        .collect();
    File {
        nullifier: context(&world).enrolment.nullifier.to_string(),
        tag_blinding: tag_blinding.to_string(),
        record_tag: RecordTag::from(&tag).to_string(),
        receiving_key: show(world.receiving.public().as_bytes()),
        envelope: show(&envelope),
        segment_paths: (0..leaves.len())
            .map(|index| {
                merkle::path(&leaves, index)
                    .iter()
                    .map(|node| show(node))
                    .collect()
            })
            .collect(),
        scenarios: scenarios.collect(),
    }
}

/// Every fragment of the file verifies, grants open or don't as they say, and all that follows from them is as committed.
#[test]
fn the_committed_disputes_are_what_rust_makes_of_them() {
    let text = include_str!("../../../../../contracts/test/fixtures/disputes.json");
    let committed: File = serde_json::from_str(text).unwrap();
    assert_eq!(file(Some(&committed)), committed);
}

/// Writes the fixtures anew (contracts/README.md).
#[test]
#[ignore = "writes a file"]
fn write_disputes() {
    let text = serde_json::to_string_pretty(&file(None)).unwrap() + "\n";
    std::fs::write("../contracts/test/fixtures/disputes.json", text).unwrap();
}
