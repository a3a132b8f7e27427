//! The cookbook: five published definitions against the shared bundles, and proofs of what comes out.
//!
//! The table in `docs/COOKBOOK.md` is renewed with `MEDSHARE_GOLDEN=write`; what changes in it has to be explained. Needs the
//! shared bundles, and `make keys` for the proofs.

#![allow(clippy::print_stderr, reason = "a skipped test must say so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "cookbook/story.rs"]
mod story;

use jiff::civil::{date, Date};
use prover::circuit::CircuitSize;
use prover::criteria::{parse_with, report, Criteria, Reference, Report};
use prover::facts::{encode, EncodeOptions, Fact, ValueSets};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};
use story::Story;

/// The definitions, as their files are named.
const DEFINITIONS: [&str; 5] = [
    "ohdsi-288-type-2-diabetes",
    "cms122-poor-control",
    "ohdsi-793-prostate-cancer",
    "nct04347252",
    "nct04348032",
];
/// The lines between which the table stands.
const MARKS: [&str; 2] = [
    "<!-- table: written by prover/tests/cookbook.rs -->\n",
    "<!-- end of table -->\n",
];

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folders of the value sets that the definitions name.
fn value_set_folders() -> [PathBuf; 2] {
    ["prover/valuesets", "docs/cookbook/valuesets"].map(|folder| repository().join(folder))
}

fn value_sets() -> Arc<ValueSets> {
    let sets = ValueSets::read_folders(&value_set_folders());
    Arc::new(sets.unwrap_or_else(|errors| panic!("{errors:#?}")))
}

fn definition_file(name: &str) -> PathBuf {
    repository().join(format!("docs/cookbook/criteria/{name}.json"))
}

fn definition(name: &str, sets: &ValueSets) -> Criteria {
    let text = fs::read_to_string(definition_file(name)).unwrap();
    parse_with(&text, sets).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"))
}

/// The folder of the shared bundles, which are not part of the repository.
fn shared_folder() -> Option<PathBuf> {
    let folder = env::var_os("MEDSHARE_FHIR_DIR")
        .map_or_else(|| repository().join("../shared/data/fhir"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no shared bundles; set MEDSHARE_FHIR_DIR");
    None
}

/// A record: a shared bundle, perhaps changed.
struct Record {
    /// What the table calls it.
    name: String,
    bundle: Vec<u8>,
    reference: Date,
    facts: Vec<Fact>,
}

impl Record {
    fn new(name: String, bundle: Vec<u8>, sets: &Arc<ValueSets>) -> Self {
        let options = EncodeOptions {
            value_sets: Arc::clone(sets),
            ..EncodeOptions::default()
        };
        let facts = encode(&bundle, &options).unwrap().facts;
        // MIMIC's dates are shifted by two centuries
        let is_shifted = name.starts_with("mimic");
        Self {
            reference: if is_shifted {
                date(2138, 1, 1)
            } else {
                date(2021, 3, 31)
            },
            name,
            bundle,
            facts,
        }
    }

    fn report(&self, criteria: &Criteria) -> Report {
        report(
            criteria,
            &self.facts,
            Reference::try_from(self.reference).unwrap(),
        )
    }
}

/// The shared bundles as they are.
fn shared(folder: &Path, sets: &Arc<ValueSets>) -> Vec<Record> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    assert_eq!(files.len(), 12);
    let records = files.iter().map(|path| {
        let stem = path.file_stem().unwrap().to_string_lossy();
        Record::new(name_of(&stem), fs::read(path).unwrap(), sets)
    });
    records.collect()
}

/// A bundle's name in the table: its file's, as far as people need it.
fn name_of(file: &str) -> String {
    let parts: Vec<&str> = file.split('_').collect();
    match parts[..] {
        ["mimic", _, _, id, ..] => format!("mimic {}", &id[..8]),
        _ => parts[..3].join(" "),
    }
}

/// The shared bundle that is changed for a definition, if one is; and what the change is.
fn changed(definition: &str, folder: &Path, sets: &Arc<ValueSets>) -> Option<(Record, String)> {
    let file = repository().join(format!("docs/cookbook/changes/{definition}.json"));
    let change: Value = serde_json::from_slice(&fs::read(file).ok()?).unwrap();
    let bundle = fs::read(folder.join(change["bundle"].as_str().unwrap())).unwrap();
    let mut bundle: Value = serde_json::from_slice(&bundle).unwrap();
    let entries = bundle["entry"].as_array_mut().unwrap();
    let patient = entries
        .iter()
        .find(|entry| entry["resource"]["resourceType"] == "Patient")
        .unwrap();
    let reference = serde_json::json!({"reference": patient["fullUrl"]});
    for gone in change["remove"].as_array().unwrap() {
        let code = format!("\"code\":{}", gone["code"]);
        let before = entries.len();
        entries.retain(|entry| {
            let resource = &entry["resource"];
            resource["resourceType"] != gone["resourceType"]
                || !resource.to_string().contains(&code)
        });
        assert!(
            entries.len() < before,
            "{definition}: {code} is not in the bundle"
        );
    }
    for resource in change["add"].as_array().unwrap() {
        let mut resource = resource.clone();
        resource["subject"] = reference.clone();
        entries.push(serde_json::json!({"resource": resource}));
    }
    let why = change["why"].as_str().unwrap().to_owned();
    let name = name_of(change["bundle"].as_str().unwrap());
    Some((
        Record::new(
            format!("{name}, changed"),
            bundle.to_string().into_bytes(),
            sets,
        ),
        why,
    ))
}

/// What stands in the way, by the numbers of the criteria.
fn outcome(report: &Report) -> String {
    let numbers = |met: bool| {
        let criteria = (1..).zip(&report.criteria);
        let failed = criteria.filter(move |(_, c)| !c.provable && c.met == met);
        failed
            .map(|(number, _)| number.to_string())
            .collect::<Vec<_>>()
    };
    match (numbers(false), numbers(true)) {
        (not_met, open) if not_met.is_empty() && open.is_empty() => "**eligible**".to_owned(),
        (not_met, open) if open.is_empty() => format!("not {}", not_met.join(" ")),
        (not_met, open) if not_met.is_empty() => format!("open {}", open.join(" ")),
        (not_met, open) => format!("not {}, open {}", not_met.join(" "), open.join(" ")),
    }
}

fn table(folder: &Path) -> String {
    let sets = value_sets();
    let records = shared(folder, &sets);
    let definitions = DEFINITIONS.map(|name| definition(name, &sets));
    let mut table = format!("| record | {} |\n", DEFINITIONS.join(" | "));
    writeln!(table, "| --- |{}", " --- |".repeat(DEFINITIONS.len())).unwrap();
    for record in &records {
        let cells = definitions
            .each_ref()
            .map(|criteria| outcome(&record.report(criteria)));
        writeln!(table, "| {} | {} |", record.name, cells.join(" | ")).unwrap();
    }
    for (place, name) in DEFINITIONS.into_iter().enumerate() {
        let Some((record, why)) = changed(name, folder, &sets) else {
            continue;
        };
        let mut cells = vec![String::new(); DEFINITIONS.len()];
        cells[place] = outcome(&record.report(&definitions[place]));
        writeln!(table, "| {}: {why} | {} |", record.name, cells.join(" | ")).unwrap();
    }
    table
}

#[test]
fn the_table_of_the_cookbook() {
    let Some(folder) = shared_folder() else {
        return;
    };
    let path = repository().join("docs/COOKBOOK.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(MARKS[0]).unwrap();
    let (written, after) = rest.split_once(MARKS[1]).unwrap();
    let found = table(&folder);
    if env::var_os("MEDSHARE_GOLDEN").is_some() {
        let renewed = [before, MARKS[0], &found, MARKS[1], after].concat();
        fs::write(&path, renewed).unwrap();
        return;
    }
    assert_eq!(found, written);
}

/// One eligible record of each definition is proved to be so, and of one that is not no proof can be made.
#[test]
fn proofs_confirm_the_cookbook() {
    let Some(folder) = shared_folder() else {
        return;
    };
    let sets = value_sets();
    let mut records = shared(&folder, &sets);
    for name in DEFINITIONS {
        let criteria = definition(name, &sets);
        let fitting = CircuitSize::ALL
            .into_iter()
            .find(|size| criteria.compile(*size).is_ok());
        let size = fitting.unwrap();
        let openings = size.openings();
        if !repository()
            .join(format!("target/circuits/eligibility_{openings}.json"))
            .is_file()
        {
            eprintln!(
                "SKIPPED: {name} needs the circuit of {openings} openings, which is not built"
            );
            continue;
        }
        let added = changed(name, &folder, &sets).map(|(record, _)| record);
        let added_count = usize::from(added.is_some());
        records.extend(added);
        let eligible = records
            .iter()
            .rfind(|record| record.report(&criteria).eligible);
        let eligible = eligible.unwrap_or_else(|| panic!("{name}: no eligible record"));
        let other = records
            .iter()
            .find(|record| !record.report(&criteria).eligible)
            .unwrap();
        let folders = value_set_folders();
        let story = Story::new(&definition_file(name), eligible, &folders, &criteria);
        story.is_proved(name, size);
        Story::new(&definition_file(name), other, &folders, &criteria).is_refused(name);
        records.truncate(records.len() - added_count);
    }
}
