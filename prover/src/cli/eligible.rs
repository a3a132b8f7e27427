//! `prover eligible`: which criteria a bundle meets, in words. Needs no key and no chain.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result belongs on standard output"
)]

use super::criteria;
use super::failure::{Class, Failure};
use super::value_sets::ValueSetsOption;
use clap::Args;
use jiff::civil::Date;
use prover::criteria::{report, CriterionReport, Reference, Report};
use prover::facts::{encode, EncodeOptions};
use serde_json::{json, Value};
use std::{fs, path::PathBuf};

/// Show which criteria a record meets and why, and which can't be proved.
///
/// Exit code 0 if the record is eligible, 3 if it is not or can't be proved to be, another one if a file is at fault.
#[derive(Args)]
#[command(
    after_help = "Example: prover eligible --bundle bundle.json --criteria study.json --reference 2026-01-15"
)]
pub(crate) struct Arguments {
    /// The record: a FHIR R4 bundle as JSON.
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// The criteria, a JSON file.
    #[arg(long, value_name = "FILE")]
    criteria: PathBuf,
    /// The day that the criteria count back from.
    #[arg(long, value_name = "DATE")]
    reference: Date,
    /// Which patient, if the bundle holds several: an id, Patient/id or a full URL.
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
    #[command(flatten)]
    value_sets: ValueSetsOption,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let value_sets = arguments.value_sets.read()?;
    let (criteria, _) = criteria::read(&arguments.criteria, &value_sets)?;
    let reference = Reference::try_from(arguments.reference)
        .map_err(|error| Failure::new(Class::Input, error))?;
    let bundle = fs::read(&arguments.bundle).map_err(|e| Failure::file(&arguments.bundle, &e))?;
    let options = EncodeOptions {
        patient: arguments.patient.clone(),
        value_sets,
    };
    let encoded = encode(&bundle, &options).map_err(|error| {
        Failure::new(Class::Input, error).hint("see what `prover facts` says of the bundle")
    })?;
    let report = report(&criteria, &encoded.facts, reference);
    if arguments.json {
        println!("{:#}", report_json(&report));
    } else {
        print_report(&report, arguments.reference);
    }
    if report.eligible {
        return Ok(());
    }
    let failures = report.failures().join("\n       ");
    Err(Failure::new(Class::NotEligible, failures))
}

fn print_report(report: &Report, reference: Date) {
    let eligible = if report.eligible {
        "eligible"
    } else {
        "not eligible"
    };
    println!("{eligible} on {reference}");
    for (number, criterion) in (1..).zip(&report.criteria) {
        println!(
            "{number:>3}  {:<15}  {}",
            outcome(criterion),
            criterion.text
        );
        println!("{:>22}{}", "", criterion.because);
    }
}

fn outcome(criterion: &CriterionReport) -> &'static str {
    match (criterion.met, criterion.provable) {
        (_, true) => "met",
        (true, false) => "can't be proved",
        (false, false) => "not met",
    }
}

fn report_json(report: &Report) -> Value {
    let criterion = |criterion: &CriterionReport| {
        json!({
            "path": criterion.path,
            "text": criterion.text,
            "met": criterion.met,
            "provable": criterion.provable,
            "because": criterion.because,
        })
    };
    json!({
        "eligible": report.eligible,
        "criteria": report.criteria.iter().map(criterion).collect::<Vec<_>>(),
    })
}
