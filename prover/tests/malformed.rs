//! `prover criteria check` on files that are wrong: each is refused with place, reason and mend.
//!
//! The files lie in `tests/data/criteria/malformed`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// File, place of a mistake in it, and a word of what is said there.
const FILES: [(&str, &str, &str); 53] = [
    ("empty-file", "", "not JSON"),
    ("cut-off", "", "not JSON"),
    ("a-list", "", "must be an object"),
    ("two-documents", "", "not JSON"),
    ("too-deep", "", "deeper than 127"),
    ("no-criteria", "", "no criteria"),
    ("empty-include", "/include", "empty list"),
    ("misspelt-include", "/inclusion", "\"include\""),
    ("repeated-field", "/include", "twice"),
    (
        "empty-criterion",
        "/include/0",
        "nothing that can be tested",
    ),
    ("two-subjects", "/include/0", "at once"),
    ("older-than", "/include/0/age/$gt", "two ways"),
    ("age-as-text", "/include/0/age/$gte", "without quotes"),
    (
        "age-in-months",
        "/include/0/age/$gte",
        "whole number of years",
    ),
    ("bounds-swapped", "/include/0/age", "swap"),
    ("always-true", "/include/0/age", "always true"),
    ("operator-without-dollar", "/include/0/age/gte", "\"$gte\""),
    ("operators-that-clash", "/include/0/age", "together"),
    ("sex-as-letter", "/include/0/sex", "\"female\""),
    ("sex-without-choice", "/include/0/sex", "no choice"),
    ("code-as-text", "/include/0/condition", "must be an object"),
    ("codes-in-a-bare-list", "/include/0/condition", "$in"),
    (
        "system-by-short-name",
        "/include/0/condition/system",
        "http://snomed.info/sct",
    ),
    ("code-as-number", "/include/0/condition/code", "text"),
    ("code-twice", "/include/0/condition/$in/1", "twice"),
    ("none-of-by-nin", "/include/0/condition/$nin", "$absent"),
    ("unknown-kind", "/include/0", "says nothing"),
    ("value-without-unit", "/include/0/latest", "unit"),
    ("bare-operator", "/include/0/$gte", "latest"),
    ("value-beyond-range", "/include/0/latest/$gte", "beyond"),
    ("two-questions", "/include/0", "at once"),
    ("exists-false", "/include/0/$exists", "$absent"),
    ("exists-and-bound", "/include/0/latest", "together"),
    ("count-in-window", "/include/0/window", "all times"),
    ("greatest-in-window", "/include/0/window", "latest"),
    ("window-without-ago", "/exclude/0/window/from", "ago"),
    (
        "window-as-iso-duration",
        "/exclude/0/window/from",
        "months ago",
    ),
    ("window-backwards", "/exclude/0/window", "starts after"),
    ("day-that-is-none", "/include/0/firstDate/$lte", "not a day"),
    (
        "days-of-unknown-order",
        "/include/0/lastDate/$nin",
        "depends",
    ),
    (
        "answer-of-a-condition",
        "/include/0/answer",
        "only observations",
    ),
    ("answer-with-a-number", "/include/0/answer", "no number"),
    ("at-least-too-many", "/include/0/atLeast", "1 to 2"),
    ("at-least-without-of", "/include/0", "of"),
    ("part-twice", "/include/0/of/2", "twice"),
    ("part-twice-in-other-words", "/include/0/of/2", "same as"),
    (
        "nested-too-deep",
        "/include/0/all/0/all/0/all/0/all/0/all/0/all/0/all/0/all/0/all",
        "8 deep",
    ),
    ("multiplies-out", "/include/0", "multiplies out"),
    ("too-many-exclusions", "", "value set"),
    (
        "value-set-without-version",
        "/exclude/0/condition/valueSet",
        "version",
    ),
    (
        "value-set-not-at-hand",
        "/exclude/0/condition/valueSet",
        "--valuesets",
    ),
    (
        "value-set-digest-cut",
        "/exclude/0/condition/valueSet",
        "64 lower-case hex digits",
    ),
    (
        "value-set-as-answer",
        "/include/0/answer/valueSet",
        "not by its answer",
    ),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data/criteria/malformed")
}

#[test]
fn every_mistake_has_place_reason_and_mend() {
    for (name, path, word) in FILES {
        let file = folder().join(format!("{name}.json"));
        let mut command = Command::cargo_bin("prover").unwrap();
        command.args(["criteria", "check", "--json"]).arg(file);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");

        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["valid"], false, "{name}");
        let errors = report["errors"].as_array().unwrap();
        for error in errors {
            for part in ["message", "hint"] {
                assert!(!error[part].as_str().unwrap().is_empty(), "{name}: {error}");
            }
        }
        let expected = errors.iter().any(|error| {
            let text = format!("{} {}", error["message"], error["hint"]).replace("\\\"", "\"");
            error["path"] == path && text.contains(word)
        });
        assert!(
            expected,
            "{name}: {word:?} is not said at {path}: {errors:#?}"
        );
    }
}

#[test]
fn every_file_is_tried() {
    let found: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let listed = FILES.map(|(name, ..)| name.to_owned());
    assert_eq!(found, BTreeSet::from(listed));
    assert!(FILES.len() >= 30);
}
