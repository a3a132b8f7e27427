//! A certified record in a registry, and the study that it is proved for: everything in one folder.

use super::{repository, Record};
use assert_cmd::Command;
use prover::circuit::CircuitSize;
use prover::criteria::Criteria;
use prover::facts::number::Day;
use prover::facts::tree::FactsTree;
use prover::facts::MAPPING_VERSION;
use prover::field::{to_hex, Fr};
use prover::record::registry::LeanTree;
use prover::record::{identity_commitment, pseudonym, RecordOpening, Terms};
use serde_json::{json, Value};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SECRET: u64 = 1_234_567;
const NONCE: u64 = 11;

/// The files of one proof.
pub(super) struct Story {
    folder: TempDir,
}

impl Story {
    /// A registry that holds the record, and a study of these criteria.
    pub(super) fn new(
        definition: &Path,
        record: &Record,
        value_sets: &[PathBuf],
        criteria: &Criteria,
    ) -> Self {
        let story = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let opening = opening(record);
        story.write("secret.hex", to_hex(&Fr::from(SECRET)).as_bytes());
        story.write("bundle.json", &record.bundle);
        let file = json!({
            "brand": "MSOP", "major": 1, "minor": 0,
            "factsRoot": to_hex(&opening.facts_root),
            "pseudonym": to_hex(&opening.pseudonym),
            "terms": opening.terms,
            "blinding": to_hex(&opening.blinding),
        });
        story.write("opening.json", file.to_string().as_bytes());
        let hash = criteria.compile_smallest().unwrap().hash();
        let request = json!({
            "brand": "MSPI", "major": 1, "minor": 0,
            "bundle": "bundle.json",
            "valueSets": value_sets,
            "opening": "opening.json",
            "envelopeHash": to_hex(&opening.envelope_hash),
            "pseudonymNonce": to_hex(&Fr::from(NONCE)),
            "criteria": definition,
            "study": {"id": to_hex(&Fr::from(77u8)), "purposes": 1, "criteriaHash": to_hex(&hash)},
            "path": path(opening.commitment()),
            "reference": {"date": record.reference.to_string(), "oldestAsOf": record.reference.to_string()},
            "tagBlinding": to_hex(&Fr::from(8u8)),
            "context": to_hex(&Fr::from(9u8)),
        });
        story.write("request.json", request.to_string().as_bytes());
        story
    }

    /// A proof is made, and verifies.
    pub(super) fn is_proved(&self, name: &str, size: CircuitSize) {
        let prove = self.prove();
        assert!(
            prove.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&prove.stderr)
        );
        let mut verify = prover();
        verify
            .args(["verify", "--proof"])
            .arg(self.path("proof/proof.json"));
        verify.arg("--public").arg(self.path("proof/public.json"));
        verify.args(["--openings", &size.openings().to_string()]);
        verify.assert().success();
    }

    /// No proof can be made, because a criterion is not met.
    pub(super) fn is_refused(&self, name: &str) {
        let prove = self.prove();
        let said = String::from_utf8_lossy(&prove.stderr);
        assert_eq!(prove.status.code(), Some(3), "{name}: {said}");
        assert!(said.contains("is not met"), "{name}: {said}");
    }

    fn prove(&self) -> std::process::Output {
        let mut command = prover();
        command
            .args(["prove", "--input"])
            .arg(self.path("request.json"));
        command.arg("--identity").arg(self.path("secret.hex"));
        command.arg("--out").arg(self.path("proof"));
        command.output().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }
}

fn prover() -> Command {
    let mut command = Command::cargo_bin("prover").unwrap();
    command.current_dir(repository());
    command
}

fn opening(record: &Record) -> RecordOpening {
    let today = u32::try_from(Day::from_date(record.reference).number()).unwrap();
    RecordOpening {
        facts_root: FactsTree::new(&record.facts).unwrap().root(),
        envelope_hash: Fr::from(99u8),
        pseudonym: pseudonym(&identity_commitment(&Fr::from(SECRET)), &Fr::from(NONCE)),
        terms: Terms {
            consent: 0b11,
            expiry_day: today + 365,
            as_of_day: today,
            mapping_version: MAPPING_VERSION,
        },
        blinding: Fr::from(5u8),
    }
}

/// The path of a commitment in a registry of three.
fn path(commitment: Fr) -> Value {
    let mut registry = LeanTree::new();
    registry
        .insert_many(&[Fr::from(1u8), commitment, Fr::from(2u8)])
        .unwrap();
    let path = registry.proof(1).unwrap();
    json!({
        "leafIndex": path.leaf_index,
        "index": path.index,
        "siblings": path.siblings.iter().map(to_hex).collect::<Vec<_>>(),
        "root": to_hex(&path.root),
    })
}
