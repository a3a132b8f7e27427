//! `prover prove`, `prover verify` and `prover record hash` as a user meets them. Needs `make keys`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;
use jiff::civil::date;
use predicates::prelude::*;
use predicates::str::contains;
use prover::circuit::CircuitSize;
use prover::criteria;
use prover::facts::number::Day;
use prover::facts::tree::FactsTree;
use prover::facts::{encode, EncodeOptions, MAPPING_VERSION};
use prover::field::{to_hex, Fr};
use prover::record::registry::LeanTree;
use prover::record::{identity_commitment, pseudonym, RecordOpening, Terms};
use serde_json::{json, Value};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SECRET: u64 = 424_242;
const NONCE: u64 = 7;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn prover() -> Command {
    let mut command = Command::cargo_bin("prover").unwrap();
    command.current_dir(root());
    command
}

/// Marta's record in a registry of three, before criteria: everything in one folder.
struct Story {
    folder: TempDir,
    commitment: Fr,
}

impl Story {
    fn new(criteria: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bundle = root().join("tests/data/bundles/marta-type-2-diabetes.json");
        let facts = encode(&fs::read(&bundle).unwrap(), &EncodeOptions::default()).unwrap();
        let day = |day| u32::try_from(Day::from_date(day).number()).unwrap();
        let record = RecordOpening {
            facts_root: FactsTree::new(&facts.facts).unwrap().root(),
            envelope_hash: Fr::from(99u8),
            pseudonym: pseudonym(&identity_commitment(&Fr::from(SECRET)), &Fr::from(NONCE)),
            terms: Terms {
                consent: 0b11,
                expiry_day: day(date(2027, 1, 1)),
                as_of_day: day(date(2026, 1, 10)),
                mapping_version: MAPPING_VERSION,
            },
            blinding: Fr::from(5u8),
        };
        let story = Self {
            folder,
            commitment: record.commitment(),
        };
        story.write("secret.hex", &to_hex(&Fr::from(SECRET)));
        story.write("criteria.json", &criteria.to_string());
        story.write("opening.json", &opening(&record).to_string());
        story.write(
            "request.json",
            &request(&record, &bundle, criteria).to_string(),
        );
        story
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn prove(&self) -> assert_cmd::assert::Assert {
        self.prove_with(&[])
    }

    fn prove_with(&self, more: &[&str]) -> assert_cmd::assert::Assert {
        prover()
            .arg("prove")
            .args(["--input".as_ref(), self.path("request.json").as_os_str()])
            .args(["--identity".as_ref(), self.path("secret.hex").as_os_str()])
            .args(["--out".as_ref(), self.path("proof").as_os_str()])
            .args(more)
            .assert()
    }

    fn verify(&self) -> assert_cmd::assert::Assert {
        self.verify_with(&[])
    }

    fn verify_with(&self, more: &[&str]) -> assert_cmd::assert::Assert {
        prover()
            .arg("verify")
            .args([
                "--proof".as_ref(),
                self.path("proof/proof.json").as_os_str(),
            ])
            .args([
                "--public".as_ref(),
                self.path("proof/public.json").as_os_str(),
            ])
            .args(more)
            .assert()
    }
}

fn opening(record: &RecordOpening) -> Value {
    json!({
        "brand": "MSOP", "major": 1, "minor": 0,
        "factsRoot": to_hex(&record.facts_root),
        "pseudonym": to_hex(&record.pseudonym),
        "terms": record.terms,
        "blinding": to_hex(&record.blinding),
    })
}

fn request(record: &RecordOpening, bundle: &Path, criteria: &Value) -> Value {
    let mut registry = LeanTree::new();
    registry
        .insert_many(&[Fr::from(1u8), record.commitment(), Fr::from(2u8)])
        .unwrap();
    let path = registry.proof(1).unwrap();
    let compiled = criteria::compile(&criteria.to_string()).unwrap();
    json!({
        "brand": "MSPI", "major": 1, "minor": 0,
        "bundle": bundle,
        "opening": "opening.json",
        "envelopeHash": to_hex(&record.envelope_hash),
        "pseudonymNonce": to_hex(&Fr::from(NONCE)),
        "criteria": "criteria.json",
        "study": { "id": to_hex(&Fr::from(77u8)), "purposes": 1, "criteriaHash": to_hex(&compiled.hash()) },
        "path": {
            "leafIndex": path.leaf_index,
            "index": path.index,
            "siblings": path.siblings.iter().map(to_hex).collect::<Vec<_>>(),
            "root": to_hex(&path.root),
        },
        "reference": { "date": "2026-01-15", "oldestAsOf": "2025-12-01" },
        "tagBlinding": to_hex(&Fr::from(8u8)),
        "context": to_hex(&Fr::from(9u8)),
    })
}

/// Criteria that Marta meets: of age, with type 2 diabetes, and without type 1.
fn met() -> Value {
    let snomed =
        |code: &str| json!({ "condition": { "system": "http://snomed.info/sct", "code": code } });
    json!({
        "include": [{ "age": { "$gte": 18 } }, snomed("44054006")],
        "exclude": [snomed("46635009")],
    })
}

#[test]
fn a_proof_is_made_verified_and_refused_after_a_change() {
    let story = Story::new(&met());
    story.prove().success();
    story.verify().success();
    let public = fs::read_to_string(story.path("proof/public.json")).unwrap();
    story.write("proof/public.json", &public.replacen("\"9\"", "\"10\"", 1));
    story.verify().code(6).stderr(contains("does not hold"));
}

/// Criteria with nine openings.
fn met_by_the_large_circuit() -> Value {
    let snomed =
        |code: &str| json!({ "condition": { "system": "http://snomed.info/sct", "code": code } });
    let codes = (1..=8).map(|code| snomed(&code.to_string()));
    json!({ "include": [{ "age": { "$gte": 18 } }], "exclude": codes.collect::<Vec<_>>() })
}

#[test]
fn the_smaller_circuit_that_fits_is_taken() {
    let story = Story::new(&met_by_the_large_circuit());
    let output = story
        .prove_with(&["--json"])
        .success()
        .get_output()
        .stdout
        .clone();
    let report: Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(report["circuit"], "eligibility_16");
    assert_eq!(report["openings"], 16);
    story.verify().code(6);
    story.verify_with(&["--openings", "16"]).success();
}

#[test]
fn a_study_may_name_a_larger_circuit_than_its_criteria_need() {
    let story = Story::new(&met());
    let mut request: Value =
        serde_json::from_slice(&fs::read(story.path("request.json")).unwrap()).unwrap();
    let large = criteria::parse(&met().to_string()).unwrap();
    let large = large.compile(CircuitSize::Large).unwrap();
    request["study"]["openings"] = 16.into();
    request["study"]["criteriaHash"] = to_hex(&large.hash()).into();
    story.write("request.json", &request.to_string());
    story.prove().success();
    story.verify_with(&["--openings", "16"]).success();
    request["study"]["openings"] = 9.into();
    story.write("request.json", &request.to_string());
    story
        .prove()
        .code(6)
        .stderr(contains("no circuit opens 9 facts"));
}

#[test]
fn a_record_that_does_not_qualify_ends_with_the_reason() {
    let story = Story::new(&json!({ "include": [{ "age": { "$gte": 120 } }] }));
    story
        .prove()
        .code(3)
        .stderr(contains("criterion group 0 is not met").and(contains("prover eligible")));
}

#[test]
fn a_wrong_secret_is_named_and_not_repeated() {
    let story = Story::new(&met());
    story.write("secret.hex", &to_hex(&Fr::from(SECRET + 1)));
    story.prove().code(6).stderr(contains("identity secret"));
    story.write("secret.hex", "0x1234");
    story.prove().code(6).stderr(contains("1234").not());
}

#[test]
fn the_commitment_is_recomputed_from_its_parts() {
    let story = Story::new(&met());
    let bundle = root().join("tests/data/bundles/marta-type-2-diabetes.json");
    let hash = |bundle: &Path| {
        prover()
            .args(["record", "hash", "--opening"])
            .arg(story.path("opening.json"))
            .args(["--envelope-hash", &to_hex(&Fr::from(99u8)), "--bundle"])
            .arg(bundle)
            .assert()
    };
    hash(&bundle)
        .success()
        .stdout(contains(to_hex(&story.commitment)));
    hash(&root().join("tests/data/bundles/jonas-type-1-diabetes.json"))
        .code(6)
        .stderr(contains("the opening says"));
}
