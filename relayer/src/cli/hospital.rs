//! `relayer hospital`: certify records, replace them, withdraw them.

mod orders;
mod show;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::context::Context;
use super::output::Output;
use super::value_sets;
use super::Global;
use crate::adapters::books::FileBooks;
use crate::app::certify::{day_of_time, Hospital, HospitalLedger, Known, Outcome};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::uses;
use crate::ports::clock::{Clock as _, SystemClock};

const ROLE: &str = "hospital";

/// What a hospital does.
#[derive(Debug, Subcommand)]
pub(super) enum HospitalCommand {
    /// Make the hospital's account; the consortium admits its address.
    #[command(after_help = "Example: MEDSHARE_PASSWORD_FILE=password relayer hospital new")]
    New,
    /// Certify a record, or a folder of them: seal it to the patient, commit to it on chain, deposit it at the proxies.
    ///
    /// Given again after an interruption, it goes on where it stopped. In a folder, the request of NAME.json is
    /// NAME.request beside it.
    #[command(
        after_help = "Example: relayer hospital certify bundle.json --request patient.request --duo GRU --expires 2028-12-31 --attach scan.dcm"
    )]
    Certify(Certify),
    /// Certify a new version of a record and take the old one out of the registry.
    #[command(
        after_help = "Example: relayer hospital supersede 0x1f…c2 bundle.json --consent biomedical"
    )]
    Supersede(Supersede),
    /// Certify live records anew, each from its bundle in a folder, on the terms that it has: for a new value set, for example.
    ///
    /// Each takes one of the patient's spare key sets; the old version is taken out of the registry. Attachments of NAME.json are the
    /// files of NAME.attachments beside it. Given again after an interruption, it goes on where it stopped.
    #[command(
        after_help = "Example: relayer hospital reissue bundles --valuesets prover/valuesets"
    )]
    Reissue(Reissue),
    /// Take a record out of the registry for good.
    #[command(after_help = "Example: relayer hospital withdraw 0x1f…c2")]
    Withdraw(Withdraw),
    /// Go on with everything that was interrupted, and with deposits at proxies that did not answer.
    #[command(after_help = "Example: relayer hospital resume")]
    Resume(Resume),
    /// List the records in the hospital's books.
    #[command(after_help = "Example: relayer hospital records --json")]
    Records,
}

/// What may be done with a record, and until when.
#[derive(Debug, Args)]
pub(super) struct TermsOptions {
    /// Permitted uses by name, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "USES")]
    consent: Vec<String>,
    /// GA4GH DUO terms, separated by commas, instead of or in addition to --consent.
    #[arg(long, value_delimiter = ',', value_name = "TERMS")]
    duo: Vec<String>,
    /// Last day on which the record may be enrolled [default: a year from today].
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// Day to which the record is complete [default: today].
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Which patient, if the bundle holds several: an id, Patient/id or a full URL.
    #[arg(long, value_name = "ID")]
    patient: Option<String>,
    /// The patient in the hospital's own numbering [default: the id of the bundle's Patient].
    #[arg(long, value_name = "NUMBER")]
    person: Option<String>,
    /// Files that go with the record, of any size.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    attach: Vec<PathBuf>,
    #[command(flatten)]
    value_sets: ValueSetOptions,
}

/// Where records are deposited.
#[derive(Debug, Args)]
pub(super) struct ProxyOptions {
    /// Accounts of the proxies [default: all active ones of the consortium].
    #[arg(long = "proxy", num_args = 1.., value_name = "ADDRESS")]
    proxies: Vec<Address>,
}

/// Arguments of `certify`.
#[derive(Debug, Args)]
pub(super) struct Certify {
    /// A FHIR R4 bundle, or a folder of them.
    bundle: PathBuf,
    /// The patient's request file; for a folder, each bundle has its own beside it.
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    #[command(flatten)]
    terms: TermsOptions,
    #[command(flatten)]
    proxies: ProxyOptions,
}

/// Arguments of `supersede`.
#[derive(Debug, Args)]
pub(super) struct Supersede {
    /// The record: its commitment, or the patient's identity commitment or number.
    record: String,
    /// The new FHIR R4 bundle.
    bundle: PathBuf,
    /// A new request of the patient [default: the one that the hospital was given last].
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    #[command(flatten)]
    terms: TermsOptions,
    #[command(flatten)]
    proxies: ProxyOptions,
}

/// Arguments of `reissue`.
#[derive(Debug, Args)]
pub(super) struct Reissue {
    /// A folder of FHIR R4 bundles, one for each record.
    folder: PathBuf,
    #[command(flatten)]
    value_sets: ValueSetOptions,
    #[command(flatten)]
    proxies: ProxyOptions,
}

/// Value sets that records are rolled up for.
#[derive(Debug, Args)]
pub(super) struct ValueSetOptions {
    /// A folder of published FHIR ValueSet resources that records are rolled up for, one a JSON file; can be repeated.
    #[arg(long = "valuesets", value_name = "DIR")]
    folders: Vec<PathBuf>,
}

/// Arguments of `withdraw`.
#[derive(Debug, Args)]
pub(super) struct Withdraw {
    /// The record: its commitment, or the patient's identity commitment or number.
    record: String,
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub(super) struct Resume {
    #[command(flatten)]
    proxies: ProxyOptions,
}

impl TermsOptions {
    /// The mask of permitted uses.
    fn mask(&self) -> Result<u32, Failure> {
        let terms: Vec<_> = self.consent.iter().chain(&self.duo).collect();
        if terms.is_empty() {
            let words = "what may be done with the record is not said";
            return Err(Failure::new(FailureCode::InvalidInput, words)
                .with_hint("Name uses with --consent, or DUO terms with --duo."));
        }
        uses::expand(&terms)
            .map_err(|error| Failure::new(FailureCode::UseNotSupported, error.to_string()))
    }
}

impl HospitalCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// What the command fails with.
    pub(super) async fn run(&self, global: &Global, output: &Output) -> Result<(), Failure> {
        let context = Context::open(global, ROLE)?;
        match self {
            Self::New => {
                let address = context.make_account()?.address();
                show::account(output, address);
                Ok(())
            }
            Self::Certify(arguments) => certify(&context, output, arguments).await,
            Self::Supersede(arguments) => supersede(&context, output, arguments).await,
            Self::Reissue(arguments) => reissue(&context, output, arguments).await,
            Self::Withdraw(arguments) => withdraw(&context, output, arguments).await,
            Self::Resume(arguments) => resume(&context, output, arguments).await,
            Self::Records => {
                let books = FileBooks::open(context.home())?;
                show::records(output, &Known::load(&books)?);
                Ok(())
            }
        }
    }
}

/// Opens everything that a hospital works with.
async fn open(context: &Context) -> Result<Hospital, Failure> {
    // The books first: they keep two commands apart
    let books = Arc::new(FileBooks::open(context.home())?);
    let key = context.account()?;
    let ledger = context.writer_as(key.clone()).await?;
    let registry = Arc::new(context.registry(&ledger).await?);
    let ledger: Arc<dyn HospitalLedger> = ledger;
    Ok(Hospital {
        books,
        ledger,
        registry,
        directory: context.proxies()?,
        key,
    })
}

fn today() -> u32 {
    day_of_time(SystemClock.now())
}

async fn certify(context: &Context, output: &Output, arguments: &Certify) -> Result<(), Failure> {
    let sets = value_sets::read(&arguments.terms.value_sets.folders)?;
    let orders = orders::of_certify(arguments, &sets, today())?;
    let hospital = open(context).await?;
    value_sets::check_published(&*hospital.ledger, &sets).await?;
    let proxies = hospital.clients(&arguments.proxies.proxies).await?;
    let progress = |words: &str| output.progress(words);
    let outcomes = hospital.certify(&orders.good, &proxies, &progress).await?;
    let outcomes: Vec<_> = outcomes.into_iter().chain(orders.bad).collect();
    show::outcomes(output, &outcomes);
    match show::first_failure(&outcomes) {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

async fn supersede(
    context: &Context,
    output: &Output,
    arguments: &Supersede,
) -> Result<(), Failure> {
    let hospital = open(context).await?;
    let known = Known::load(&*hospital.books)?;
    let old = known.find(&arguments.record)?;
    let request = match &arguments.request {
        Some(path) => orders::read_request(path)?,
        None => orders::kept_request(&*hospital.books, known.entry(old)?.identity)?,
    };
    let sets = value_sets::read(&arguments.terms.value_sets.folders)?;
    value_sets::check_published(&*hospital.ledger, &sets).await?;
    let mut order = orders::order(&arguments.bundle, request, &arguments.terms, &sets, today())?;
    // The patient stays who it was, whatever id a new export has
    order.person = order.person.or(known.entry(old)?.person.clone());
    let proxies = hospital.clients(&arguments.proxies.proxies).await?;
    let progress = |words: &str| output.progress(words);
    let certified = hospital.supersede(old, &order, &proxies, &progress).await?;
    show::certified(output, &certified);
    certified.failure().map_or(Ok(()), Err)
}

async fn reissue(context: &Context, output: &Output, arguments: &Reissue) -> Result<(), Failure> {
    let hospital = open(context).await?;
    let proxies = hospital.clients(&arguments.proxies.proxies).await?;
    let sets = value_sets::read(&arguments.value_sets.folders)?;
    value_sets::check_published(&*hospital.ledger, &sets).await?;
    let progress = |words: &str| output.progress(words);
    let mut outcomes = Vec::new();
    for bundle in orders::bundles_in(&arguments.folder)? {
        let result = match orders::anew(&*hospital.books, &bundle, &sets, today()) {
            Ok((old, order)) if hospital.is_made_by(old, &order)? => {
                progress(&format!(
                    "{} is certified like this already",
                    bundle.display()
                ));
                continue;
            }
            Ok((old, order)) => hospital.supersede(old, &order, &proxies, &progress).await,
            Err(failure) => Err(failure),
        };
        outcomes.push(Outcome {
            source: bundle.display().to_string(),
            result,
        });
    }
    show::outcomes(output, &outcomes);
    show::first_failure(&outcomes).map_or(Ok(()), Err)
}

async fn withdraw(context: &Context, output: &Output, arguments: &Withdraw) -> Result<(), Failure> {
    let hospital = open(context).await?;
    let record = Known::load(&*hospital.books)?.find(&arguments.record)?;
    let progress = |words: &str| output.progress(words);
    let entry = hospital.withdraw(record, &progress).await?;
    show::withdrawn(output, &entry);
    Ok(())
}

async fn resume(context: &Context, output: &Output, arguments: &Resume) -> Result<(), Failure> {
    let hospital = open(context).await?;
    let proxies = hospital.clients(&arguments.proxies.proxies).await?;
    let progress = |words: &str| output.progress(words);
    let certified = hospital.resume(&proxies, &progress).await?;
    show::resumed(output, &certified);
    let failure = certified
        .iter()
        .find_map(super::super::app::certify::Certified::failure);
    failure.map_or(Ok(()), Err)
}
