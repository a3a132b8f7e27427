//! From arguments to orders.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use prover::facts::ValueSets;

use super::{Certify, TermsOptions};
use crate::app::certify::{day_of_date, CertifyOrder, Known, Outcome};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{IdentityCommitment, RecordCommitment};
use crate::domain::request::PatientRequest;
use crate::ports::books::Books;

/// The orders of a command, and those that could not be made.
#[derive(Default)]
pub(super) struct Orders {
    pub(super) good: Vec<CertifyOrder>,
    pub(super) bad: Vec<Outcome>,
}

/// The orders for one bundle, or for all of a folder.
pub(super) fn of_certify(
    arguments: &Certify,
    value_sets: &Arc<ValueSets>,
    today: u32,
) -> Result<Orders, Failure> {
    let (bundle, terms) = (&arguments.bundle, &arguments.terms);
    if bundle.is_dir() {
        check_folder_options(arguments)?;
        return of_folder(bundle, terms, value_sets, today);
    }
    let request = arguments.request.as_deref().ok_or_else(|| {
        let words = "the patient's request file is not named";
        Failure::new(FailureCode::InvalidInput, words)
            .with_hint("--request FILE; the patient makes it with `relayer patient request`.")
    })?;
    Ok(Orders {
        good: vec![order(
            bundle,
            read_request(request)?,
            terms,
            value_sets,
            today,
        )?],
        bad: Vec::new(),
    })
}

/// What belongs to one patient can't be said of a folder.
fn check_folder_options(arguments: &Certify) -> Result<(), Failure> {
    let terms = &arguments.terms;
    let of_one = [
        ("--request", arguments.request.is_some()),
        ("--patient", terms.patient.is_some()),
        ("--person", terms.person.is_some()),
        ("--attach", !terms.attach.is_empty()),
    ];
    match of_one.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => {
            let words = format!("{option} is for one bundle, not for a folder");
            Err(Failure::new(FailureCode::InvalidInput, words)
                .with_hint("In a folder, the request of NAME.json is NAME.request beside it."))
        }
    }
}

fn of_folder(
    folder: &Path,
    terms: &TermsOptions,
    value_sets: &Arc<ValueSets>,
    today: u32,
) -> Result<Orders, Failure> {
    let mut orders = Orders::default();
    for bundle in bundles_in(folder)? {
        let made = read_request(&bundle.with_extension("request"))
            .and_then(|request| order(&bundle, request, terms, value_sets, today));
        match made {
            Ok(order) => orders.good.push(order),
            Err(failure) => orders.bad.push(Outcome {
                source: bundle.display().to_string(),
                result: Err(failure),
            }),
        }
    }
    if orders.good.is_empty() && orders.bad.is_empty() {
        let words = format!("{} holds no .json file", folder.display());
        return Err(Failure::new(FailureCode::NotFound, words));
    }
    Ok(orders)
}

/// The JSON files of a folder, by name.
pub(super) fn bundles_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut bundles = files_in(folder)?;
    bundles.retain(|path| path.extension().is_some_and(|end| end == "json"));
    Ok(bundles)
}

/// The files of a folder, by name.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(FailureCode::Io, format!("{}: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        files.push(file.map_err(failed)?.path());
    }
    files.sort();
    Ok(files)
}

/// The order for one bundle.
pub(super) fn order(
    bundle: &Path,
    request: PatientRequest,
    terms: &TermsOptions,
    value_sets: &Arc<ValueSets>,
    today: u32,
) -> Result<CertifyOrder, Failure> {
    let day = |date: Option<&str>| date.map(day_of_date).transpose();
    Ok(CertifyOrder {
        bundle: bundle.to_owned(),
        request,
        patient: terms.patient.clone(),
        person: terms.person.clone(),
        consent: terms.mask()?,
        expiry_day: day(terms.expires.as_deref())?,
        as_of_day: day(terms.as_of.as_deref())?,
        today,
        attachments: terms.attach.clone(),
        value_sets: Arc::clone(value_sets),
    })
}

/// The live record that a bundle is another version of, and the order for the new one: on its terms, with the request that the
/// patient handed in before.
pub(super) fn anew(
    books: &dyn Books,
    bundle: &Path,
    value_sets: &Arc<ValueSets>,
    today: u32,
) -> Result<(RecordCommitment, CertifyOrder), Failure> {
    let known = Known::load(books)?;
    let source = bundle.display().to_string();
    let old = known.made_from(&source)?;
    let entry = known.entry(old)?;
    let attachments = bundle.with_extension("attachments");
    let order = CertifyOrder {
        bundle: bundle.to_owned(),
        request: kept_request(books, entry.identity)?,
        patient: None,
        person: entry.person.clone(),
        consent: entry.terms.consent,
        expiry_day: Some(entry.terms.expiry_day),
        as_of_day: Some(entry.terms.as_of_day),
        today,
        attachments: if attachments.is_dir() {
            files_in(&attachments)?
        } else {
            Vec::new()
        },
        value_sets: Arc::clone(value_sets),
    };
    Ok((old, order))
}

/// Reads a patient's request file.
pub(super) fn read_request(path: &Path) -> Result<PatientRequest, Failure> {
    let bytes = fs::read(path).map_err(|error| {
        let words = format!("the request {}: {error}", path.display());
        Failure::new(FailureCode::NotFound, words)
            .with_hint("The patient makes it with `relayer patient request`.")
    })?;
    PatientRequest::decode(&bytes).map_err(|error| {
        let failure = Failure::from(error);
        let words = format!("{}: {}", path.display(), failure.message());
        Failure::new(failure.code(), words)
    })
}

/// The request that a patient handed in before.
pub(super) fn kept_request(
    books: &dyn Books,
    identity: IdentityCommitment,
) -> Result<PatientRequest, Failure> {
    books.request(identity)?.ok_or_else(|| {
        let words = "the hospital has no request of this patient";
        Failure::new(FailureCode::NotFound, words).with_hint("Name a new one with --request.")
    })
}
