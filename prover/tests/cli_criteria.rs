//! `prover criteria` and `prover eligible` as a user meets them.
//!
//! The golden files are renewed with `MEDSHARE_GOLDEN=write`; what changes in them has to be explained.

#![allow(clippy::print_stderr, reason = "a skipped test must say so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};
use tempfile::NamedTempFile;

const REFERENCE: &str = "2025-06-01";
/// The criteria that ship with the repository.
const CRITERIA: [&str; 5] = [
    "adult-with-blood-count",
    "cardiovascular-risk",
    "nct04347252-core",
    "prostate-cancer",
    "type-2-diabetes",
];

fn prover() -> Command {
    Command::cargo_bin("prover").unwrap()
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn criteria(name: &str) -> PathBuf {
    repository().join(format!("tests/data/criteria/{name}.json"))
}

fn own_bundle(name: &str) -> PathBuf {
    repository().join(format!("tests/data/bundles/{name}.json"))
}

fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

fn eligible(bundle: &Path, criteria: &Path, reference: &str) -> Command {
    let mut command = prover();
    command.arg("eligible").arg("--bundle").arg(bundle);
    command.arg("--criteria").arg(criteria);
    command.args(["--reference", reference]);
    command
}

/// Compares with a golden file, or writes it where that is asked for.
#[track_caller]
fn golden(name: &str, found: &str) {
    let path = repository().join(format!("prover/tests/golden/{name}"));
    if env::var_os("MEDSHARE_GOLDEN").is_some() {
        fs::write(&path, found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap(), "{name}");
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn an_eligible_record() {
    let mut command = eligible(
        &own_bundle("marta-type-2-diabetes"),
        &criteria("type-2-diabetes"),
        REFERENCE,
    );
    command.arg("--json").assert().success().stderr("");
    golden("eligible-marta.json", &stdout(&mut command));
}

#[test]
fn a_record_that_is_not_eligible() {
    let mut command = eligible(
        &own_bundle("jonas-type-1-diabetes"),
        &criteria("type-2-diabetes"),
        REFERENCE,
    );
    command
        .assert()
        .code(3)
        .stderr(predicate::str::contains(
            "criterion 2 not met: no type 2 diabetes recorded",
        ))
        .stderr(predicate::str::contains(
            "criterion 4 can't be proved: metformin recorded only with reserve",
        ));
    golden("eligible-jonas.json", &stdout(command.arg("--json")));
}

#[test]
fn files_at_fault() {
    let bundle = own_bundle("marta-type-2-diabetes");
    let missing = Path::new("no-such-file.json");
    eligible(&bundle, missing, REFERENCE).assert().code(5);
    eligible(missing, &criteria("type-2-diabetes"), REFERENCE)
        .assert()
        .code(5);
    let wrong = file(r#"{"include": [{"age": {"$gt": 18}}]}"#);
    eligible(&bundle, wrong.path(), REFERENCE)
        .assert()
        .code(6)
        .stderr(predicate::str::contains("/include/0/age/$gt"));
    eligible(wrong.path(), &criteria("type-2-diabetes"), REFERENCE)
        .assert()
        .code(6);
    eligible(&bundle, &criteria("type-2-diabetes"), "1899-12-31")
        .assert()
        .code(6);
    eligible(&bundle, &criteria("type-2-diabetes"), "soon")
        .assert()
        .code(2);
}

#[test]
fn the_criteria_that_ship_are_in_order() {
    for name in CRITERIA {
        let found = stdout(prover().args(["criteria", "compile"]).arg(criteria(name)));
        golden(&format!("criteria-{name}.txt"), &found);
        prover()
            .args(["criteria", "check"])
            .arg(criteria(name))
            .assert()
            .success();
    }
}

#[test]
fn mistakes_are_listed_with_path_and_hint() {
    let wrong =
        file(r#"{"include": [{"age": {"$gte": "18"}}], "exclude": [{"sex": "F"}], "titel": "x"}"#);
    let mut command = prover();
    command.args(["criteria", "check"]).arg(wrong.path());
    command
        .assert()
        .code(6)
        .stdout(predicate::str::contains("/exclude/0/sex: must be one of"))
        .stderr(predicate::str::contains("3 mistakes"));
    let json: Value = serde_json::from_str(&stdout(command.arg("--json"))).unwrap();
    assert_eq!(json["valid"], false);
    let paths: Vec<_> = json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["path"])
        .collect();
    assert_eq!(paths, ["/exclude/0/sex", "/include/0/age/$gte", "/titel"]);
    assert_eq!(json["errors"][2]["hint"], "did you mean \"title\"?");
}

#[test]
fn compiled_criteria_as_json() {
    let found = stdout(
        prover()
            .args(["criteria", "compile", "--json"])
            .arg(criteria("type-2-diabetes")),
    );
    let json: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(
        (&json["clauses"], &json["openings"]),
        (&8.into(), &8.into())
    );
    assert!(json["criteriaHash"].as_str().unwrap().starts_with("0x"));
    assert_eq!(json["groups"].as_array().unwrap().len(), 8);
}

/// Every criteria file against every shared bundle, one line each: what stands in the way.
#[test]
fn the_shared_bundles() {
    let Some(folder) = shared_folder() else {
        eprintln!("SKIPPED: no shared bundles; set MEDSHARE_FHIR_DIR");
        return;
    };
    let mut bundles: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    bundles.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    bundles.sort();
    let mut table = String::new();
    for name in CRITERIA {
        writeln!(table, "{name}").unwrap();
        for bundle in &bundles {
            let stem = bundle.file_stem().unwrap().to_string_lossy();
            // MIMIC's dates are shifted by two centuries
            let reference = if stem.starts_with("mimic") {
                "2138-01-01"
            } else {
                "2021-03-31"
            };
            let output = stdout(eligible(bundle, &criteria(name), reference).arg("--json"));
            let report: Value = serde_json::from_str(&output).unwrap();
            writeln!(table, "  {stem}: {}", outcome(&report)).unwrap();
        }
    }
    golden("eligible-shared.txt", &table);
}

fn outcome(report: &Value) -> String {
    let criteria = (1..).zip(report["criteria"].as_array().unwrap());
    let failed = criteria.filter(|(_, criterion)| criterion["provable"] == false);
    let failed = failed.map(|(number, criterion)| {
        if criterion["met"].as_bool().unwrap() {
            format!("{number} can't be proved")
        } else {
            format!("{number} not met")
        }
    });
    let failed: Vec<_> = failed.collect();
    assert_eq!(report["eligible"], failed.is_empty());
    match failed.len() {
        0 => "eligible".to_owned(),
        _ => failed.join(", "),
    }
}

/// The folder of the shared bundles, which are not part of the repository.
fn shared_folder() -> Option<PathBuf> {
    let folder = env::var_os("MEDSHARE_FHIR_DIR")
        .map_or_else(|| repository().join("../shared/data/fhir"), PathBuf::from);
    folder.is_dir().then_some(folder)
}
