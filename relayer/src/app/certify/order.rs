//! What is asked for: a bundle, whose it is, and on which terms it may be used.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use prover::facts::number::Day;
use prover::facts::{ValueSets, MAPPING_VERSION};
use prover::record::Terms;
use sha2::{Digest as _, Sha256};

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{ContentHash, RecordCommitment};
use crate::domain::request::PatientRequest;

/// What separates the parts of an order in its digest from those of anything else.
const INPUT: &[u8] = b"medshare.hospital.order.v1";
const SECONDS_PER_DAY: u64 = 86_400;
/// Days from 1900-01-01 to 1970-01-01.
const UNIX_EPOCH_DAY: u64 = 25_567;
/// How long a consent lasts if the order doesn't say, in days.
const DEFAULT_DURATION_DAYS: u32 = 365;

/// A record to be certified.
#[derive(Clone)]
pub struct CertifyOrder {
    /// The FHIR bundle.
    pub bundle: PathBuf,
    /// The patient's request.
    pub request: PatientRequest,
    /// Which patient of the bundle, if it holds several.
    pub patient: Option<String>,
    /// Who it is in the hospital's own numbering; if absent, the id of the bundle's Patient.
    pub person: Option<String>,
    /// Permitted uses, a bit mask.
    pub consent: u32,
    /// Last day on which the record may be enrolled; if absent, a year from today.
    pub expiry_day: Option<u32>,
    /// Day to which the record is complete; if absent, today.
    pub as_of_day: Option<u32>,
    /// Today, in UTC.
    pub today: u32,
    /// Files that go with the record.
    pub attachments: Vec<PathBuf>,
    /// Value sets that the record is rolled up for.
    pub value_sets: Arc<ValueSets>,
}

/// An order with its bundle in memory.
pub(super) struct LoadedOrder {
    pub(super) bundle: Vec<u8>,
    pub(super) request: PatientRequest,
    pub(super) patient: Option<String>,
    pub(super) person: Option<String>,
    pub(super) terms: Terms,
    pub(super) attachments: Vec<PathBuf>,
    pub(super) value_sets: Arc<ValueSets>,
    pub(super) source: String,
    pub(super) replaces: Option<RecordCommitment>,
    /// By which the same order is recognised when it is given again.
    pub(super) input: ContentHash,
}

/// The whole day of a time in Unix seconds, counted from 1900-01-01.
pub fn day_of_time(unix: u64) -> u32 {
    u32::try_from(unix / SECONDS_PER_DAY + UNIX_EPOCH_DAY).unwrap_or(u32::MAX)
}

/// The day of an ISO date, counted from 1900-01-01.
///
/// # Errors
/// `invalid-input` for anything else, and for earlier days.
pub fn day_of_date(date: &str) -> Result<u32, Failure> {
    let wrong = || {
        let words = format!("{date:?} is not a date like 2027-12-31");
        Failure::new(FailureCode::InvalidInput, words)
    };
    let date = date.parse().map_err(|_| wrong())?;
    u32::try_from(Day::from_date(date).number()).map_err(|_| wrong())
}

impl CertifyOrder {
    /// The bundle's file, as a person would look for it.
    pub fn source(&self) -> String {
        self.bundle.display().to_string()
    }

    /// Reads the bundle and checks the terms.
    pub(super) fn load(&self, replaces: Option<RecordCommitment>) -> Result<LoadedOrder, Failure> {
        let bundle =
            std::fs::read(&self.bundle).map_err(|error| unreadable(&self.bundle, &error))?;
        let person = self.person.clone().or_else(|| self.patient.clone());
        Ok(LoadedOrder {
            person: person.or_else(|| only_patient(&bundle)),
            terms: self.terms()?,
            input: self.digest(&bundle, replaces)?,
            request: self.request.clone(),
            patient: self.patient.clone(),
            attachments: self.attachments.clone(),
            value_sets: Arc::clone(&self.value_sets),
            source: self.source(),
            replaces,
            bundle,
        })
    }

    fn terms(&self) -> Result<Terms, Failure> {
        let as_of_day = self.as_of_day.unwrap_or(self.today);
        let default_expiry = self.today.saturating_add(DEFAULT_DURATION_DAYS);
        let expiry_day = self.expiry_day.unwrap_or(default_expiry);
        let wrong = |words: &str| Err(Failure::new(FailureCode::InvalidInput, words));
        if self.consent == 0 {
            return wrong("the consent permits no use");
        }
        if as_of_day > self.today {
            return wrong("a record can't be complete to a day in the future");
        }
        if expiry_day < self.today {
            return wrong("the consent has expired already");
        }
        Ok(Terms {
            consent: self.consent,
            expiry_day,
            as_of_day,
            mapping_version: MAPPING_VERSION,
        })
    }

    /// A digest of all that is asked for. Default dates are left out, so that the order is the same tomorrow.
    fn digest(
        &self,
        bundle: &[u8],
        replaces: Option<RecordCommitment>,
    ) -> Result<ContentHash, Failure> {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(INPUT);
        part(bundle);
        part(self.patient.as_deref().unwrap_or_default().as_bytes());
        part(replaces.unwrap_or_default().as_bytes());
        part(&self.consent.to_be_bytes());
        for day in [self.expiry_day, self.as_of_day] {
            part(&day.map(u32::to_be_bytes).unwrap_or_default());
        }
        for attachment in &self.attachments {
            part(attachment_name(attachment)?.as_bytes());
            part(&digest_of_file(attachment).map_err(|error| unreadable(attachment, &error))?);
        }
        for set in self.value_sets.iter() {
            part(set.digest().as_bytes());
        }
        Ok(ContentHash::new(hash.finalize().into()))
    }
}

/// The name under which a file goes with the record: its own, without folders.
pub(super) fn attachment_name(path: &Path) -> Result<String, Failure> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| {
        let words = format!("{} is not the name of a file", path.display());
        Failure::new(FailureCode::InvalidInput, words)
    })
}

/// A file that can't be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let code = match error.kind() {
        io::ErrorKind::NotFound => FailureCode::NotFound,
        _ => FailureCode::Io,
    };
    Failure::new(code, format!("{}: {error}", path.display()))
}

fn digest_of_file(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut hash, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// The id of the bundle's Patient, if there is exactly one with an id. Whether the bundle is a good one is not decided here.
fn only_patient(bundle: &[u8]) -> Option<String> {
    let bundle: serde_json::Value = serde_json::from_slice(bundle).ok()?;
    let resources = bundle.get("entry")?.as_array()?.iter();
    let mut patients = resources
        .filter_map(|entry| entry.get("resource"))
        .filter(|resource| {
            resource
                .get("resourceType")
                .is_some_and(|kind| kind == "Patient")
        });
    let first = patients.next()?.get("id")?.as_str()?.to_owned();
    patients.next().is_none().then_some(first)
}
