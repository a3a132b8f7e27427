//! `prover facts` as a user meets it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::{json, Value};
use std::{io::Write, path::PathBuf};
use tempfile::NamedTempFile;

fn prover() -> Command {
    Command::cargo_bin("prover").unwrap()
}

fn own_bundle() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data/bundles/marta-type-2-diabetes.json")
}

fn file(content: &Value) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.to_string().as_bytes()).unwrap();
    file
}

#[test]
fn json_goes_to_standard_output_and_nothing_else_does() {
    let output = prover()
        .arg("facts")
        .arg(own_bundle())
        .arg("--json")
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(output.stderr.is_empty());
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["mappingVersion"], 1);
    let hba1c = json["facts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|fact| fact["code"] == "4548-4" && fact["unit"] == "%")
        .unwrap();
    for (column, expected) in [
        ("count", json!(5)),
        ("undated", json!(0)),
        ("min", json!("7.1")),
        ("max", json!("8.1")),
        ("latest", json!("7.1")),
        ("firstDate", json!("2021-03-09")),
        ("lastDate", json!("2025-03-18")),
    ] {
        assert_eq!(hba1c[column], expected, "{column}");
    }
}

#[test]
fn the_table_names_root_and_skipped() {
    prover()
        .arg("facts")
        .arg(own_bundle())
        .assert()
        .success()
        .stdout(predicate::str::contains(
            "http://loinc.org|4548-4 [%]  count 5, min 7.1, max 8.1, latest 7.1",
        ))
        .stdout(predicate::str::contains(
            "Procedure/procedure-02: status not-done",
        ))
        .stdout(predicate::str::contains("facts, root 0x"));
}

#[test]
fn several_patients_are_listed_and_one_can_be_chosen() {
    let patient =
        |id: &str| json!({"resource": {"resourceType": "Patient", "id": id, "gender": "female"}});
    let bundle = file(&json!({"resourceType": "Bundle", "entry": [patient("b"), patient("a")]}));
    prover()
        .arg("facts")
        .arg(bundle.path())
        .assert()
        .code(6)
        .stdout("")
        .stderr("error: the bundle holds 2 patients: a, b\nhint: choose one with --patient ID\n");
    prover()
        .arg("facts")
        .arg(bundle.path())
        .args(["--patient", "Patient/a"])
        .assert()
        .success();
}

#[test]
fn failures_name_their_cause() {
    let single = file(&json!({"resourceType": "Patient", "id": "p"}));
    prover()
        .arg("facts")
        .arg(single.path())
        .assert()
        .code(6)
        .stderr(predicate::str::contains(
            "not a FHIR Bundle but a single Patient resource",
        ));
    prover()
        .args(["facts", "no-such-file.json"])
        .assert()
        .code(5)
        .stderr(predicate::str::contains("no-such-file.json"));
    prover().arg("facts").assert().code(2);
}
