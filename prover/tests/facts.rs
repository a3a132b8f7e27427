//! Facts of whole bundles: golden files of three vendors, and the same root whatever the order of entries.
//!
//! The golden files were checked while they were made: a second program, written in another language from
//! docs/FACTS.md alone, gave the same facts for every shared bundle (all columns of all 2,370 facts). By hand, with jq
//! and a calendar, were checked:
//! * `epic`: E10.22 and N18.6 of one condition; the peritonitis from 2024-05-08 to 2024-05-10; the milk allergy of 2012 with seven codes;
//!   metformin by reference with an order of unknown end; three immunizations without a usable code.
//! * `mimic`: I69354 of two encounters, from 2135-11-07 to 2137-03-18; 23 statements of unknown status that count nowhere; 11 orders of
//!   mixtures whose ingredients lead nowhere; 22 results withheld.
//! * `synthea`: count, least, greatest and latest body weight; systolic pressure from components; eight allergies.

#![allow(clippy::print_stderr, reason = "a skipped test must say so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use prover::facts::{encode, report::to_json, tree::FactsTree, EncodeOptions};
use rand::{seq::SliceRandom, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::{env, fs, path::PathBuf};

/// Golden files and the shared bundles that they belong to.
const GOLDEN: [(&str, &str); 3] = [
    ("epic", "ips_US_Epic_Connectathon_Sept"),
    (
        "mimic",
        "mimic_iv_demo_b9a9ae7b-2455-59fe-938d-ce19ef360dd1",
    ),
    (
        "synthea",
        "smart_Claudie_Walsh_498377b3-e385-40ab-9acd-06b657e2f599",
    ),
];

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of the shared bundles, which are not part of the repository.
fn shared_folder() -> Option<PathBuf> {
    let folder = env::var_os("MEDSHARE_FHIR_DIR")
        .map_or_else(|| repository().join("../shared/data/fhir"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no shared bundles in {}", folder.display());
    None
}

fn bundles(folder: PathBuf) -> Vec<(String, Vec<u8>)> {
    let mut bundles: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    bundles.sort();
    bundles
}

fn all_bundles() -> Vec<(String, Vec<u8>)> {
    let mut all = bundles(repository().join("tests/data/bundles"));
    all.extend(shared_folder().map(bundles).unwrap_or_default());
    all
}

fn facts(bundle: &[u8]) -> Value {
    to_json(&encode(bundle, &EncodeOptions::default()).unwrap()).unwrap()
}

fn root(bundle: &[u8]) -> String {
    let encoded = encode(bundle, &EncodeOptions::default()).unwrap();
    FactsTree::new(&encoded.facts).unwrap().root().to_string()
}

#[test]
fn golden_files_match() {
    let own = [
        ("marta", "marta-type-2-diabetes"),
        ("jonas", "jonas-type-1-diabetes"),
    ];
    for (golden, name) in own {
        compare(
            golden,
            &repository()
                .join("tests/data/bundles")
                .join(format!("{name}.json")),
        );
    }
    let Some(folder) = shared_folder() else {
        return;
    };
    for (golden, name) in GOLDEN {
        compare(golden, &folder.join(format!("{name}.json")));
    }
}

/// Compares with the golden file, or writes it if `UPDATE_GOLDEN` is set.
fn compare(golden: &str, bundle: &PathBuf) {
    let path = repository().join(format!("prover/tests/golden/{golden}.json"));
    let found = facts(&fs::read(bundle).unwrap());
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, one_fact_a_line(&found)).unwrap();
    }
    let expected: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for field in ["mappingVersion", "facts", "skipped", "factsRoot"] {
        assert_eq!(found[field], expected[field], "{golden}: {field}");
    }
}

fn one_fact_a_line(json: &Value) -> String {
    let lines = |field: &str| -> String {
        let items = json[field].as_array().unwrap();
        let lines: Vec<String> = items.iter().map(|item| format!("    {item}")).collect();
        lines.join(",\n")
    };
    format!(
        "{{\n  \"mappingVersion\": {},\n  \"factsRoot\": {},\n  \"facts\": [\n{}\n  ],\n  \"skipped\": [\n{}\n  ]\n}}\n",
        json["mappingVersion"], json["factsRoot"], lines("facts"), lines("skipped"),
    )
}

#[test]
fn shuffled_entries_and_codings_give_the_same_root() {
    for (name, bytes) in all_bundles() {
        let expected = root(&bytes);
        let mut bundle: Value = serde_json::from_slice(&bytes).unwrap();
        for seed in 0..3 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            bundle["entry"].as_array_mut().unwrap().shuffle(&mut random);
            shuffle_codings(&mut bundle, &mut random);
            assert_eq!(
                root(bundle.to_string().as_bytes()),
                expected,
                "{name}, seed {seed}"
            );
        }
    }
}

fn shuffle_codings(value: &mut Value, random: &mut ChaCha8Rng) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| shuffle_codings(item, random)),
        Value::Object(fields) => {
            for (name, field) in fields {
                if let ("coding" | "component" | "reaction", Value::Array(items)) =
                    (name.as_str(), &mut *field)
                {
                    items.shuffle(random);
                }
                shuffle_codings(field, random);
            }
        }
        _ => {}
    }
}

#[test]
fn entries_repeated_change_nothing_and_bad_ones_only_the_report() {
    for (name, bytes) in all_bundles() {
        let mut bundle: Value = serde_json::from_slice(&bytes).unwrap();
        let entries = bundle["entry"].as_array_mut().unwrap();
        let copies = entries.clone();
        entries.extend(copies);
        entries.push(Value::from(7));
        let encoded = encode(bundle.to_string().as_bytes(), &EncodeOptions::default()).unwrap();
        let expected = encode(&bytes, &EncodeOptions::default()).unwrap();
        assert_eq!(encoded.facts, expected.facts, "{name}");
        assert_eq!(encoded.skipped.len(), expected.skipped.len() + 1, "{name}");
    }
}
