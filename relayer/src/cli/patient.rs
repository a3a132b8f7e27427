//! `relayer patient`: requests, records, studies, enrolments and payments of one patient.

mod account;
mod enrol;
mod records;
mod studies;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::context::Context;
use super::output::Output;
use super::Global;
use crate::adapters::keystore::SecretKind;
use crate::adapters::shelf::FileShelf;
use crate::app::patient::Patient;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, StudyId};
use crate::domain::seed::Seed;

const ROLE: &str = "patient";
const SEED_FILE: &str = "seed.msd";

/// What a patient does.
#[derive(Debug, Subcommand)]
pub enum PatientCommand {
    /// Makes a seed, shows its 24 words once, and stores it under a password.
    #[command(after_help = "Example: relayer patient new")]
    New(New),
    /// Restores everything from the 24 words: records from the proxies, enrolments from the chain.
    #[command(after_help = "Example: relayer patient restore --words-file words.txt")]
    Restore(Restore),
    /// Writes the request file with which a hospital certifies records.
    #[command(after_help = "Example: relayer patient request --out request.msrq")]
    Request(Request),
    /// Fetches certified records from the proxies and checks them.
    #[command(after_help = "Example: relayer patient import")]
    Import,
    /// Lists the records at hand and how they stand in the registry.
    #[command(after_help = "Example: relayer patient records --json")]
    Records,
    /// Lists the studies, and whether a record fits them.
    #[command(after_help = "Example: relayer patient studies --all")]
    Studies(Studies),
    /// Enrols a record in a study.
    #[command(after_help = "Example: relayer patient enrol 0x1a…9f --yes")]
    Enrol(Enrol),
    /// Tells where the enrolments stand and what is owed.
    #[command(after_help = "Example: relayer patient status")]
    Status,
    /// Revokes an enrolment.
    #[command(after_help = "Example: relayer patient revoke 0x1a…9f")]
    Revoke(Revoke),
    /// Has what is owed paid out; enrolments whose window has passed are ended first, where no proxy did.
    #[command(after_help = "Example: relayer patient claim 0x1a…9f")]
    Claim(Claim),
}

/// Options of `new`.
#[derive(Debug, Args)]
pub struct New {
    /// Write the words to this new file, mode 0600, instead of printing them.
    #[arg(long)]
    words_file: Option<PathBuf>,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// File with the 24 words; without it they are read from standard input.
    #[arg(long)]
    words_file: Option<PathBuf>,
}

/// Options of `request`.
#[derive(Debug, Args)]
pub struct Request {
    /// File to write.
    #[arg(long)]
    out: PathBuf,
    /// Number of record versions that it is good for.
    #[arg(long, default_value_t = 5)]
    sets: u32,
}

/// Options of `studies`.
#[derive(Debug, Args)]
pub struct Studies {
    /// The record to compare them with; the newest live one, if none is named.
    #[arg(long)]
    record: Option<u32>,
    /// Show those that the record does not fit too, and why.
    #[arg(long)]
    all: bool,
}

/// Options of `enrol`.
#[derive(Debug, Args)]
pub struct Enrol {
    /// The study.
    study: StudyId,
    /// The record; the newest live one, if none is named.
    #[arg(long)]
    record: Option<u32>,
    /// Account to be paid; one derived from the seed for this enrolment alone, if none is named. One that is known tells who enrolled.
    #[arg(long)]
    payout: Option<Address>,
    /// Consent without being asked.
    #[arg(long)]
    yes: bool,
    /// Folder of the compiled circuits and their keys.
    #[arg(long, env = "MEDSHARE_CIRCUITS", default_value = prover::circuit::artefacts::DEFAULT_FOLDER)]
    circuits: PathBuf,
    /// The network's proving key, which came out of its ceremony [default: the development key].
    #[arg(long, env = "MEDSHARE_PROVING_KEY", value_name = "FILE")]
    proving_key: Option<PathBuf>,
}

/// Options of `revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The study.
    study: StudyId,
    /// Send the transaction from here, with the enrolment's payout account, instead of through a proxy.
    #[arg(long)]
    direct: bool,
    /// Revoke before enrolling: the next attempt, whose grant proxies may hold already, can't be enrolled then. Sent from here.
    #[arg(long)]
    before: bool,
}

/// Options of `claim`.
#[derive(Debug, Args)]
pub struct Claim {
    /// The study; all enrolments that are owed something, if none is named.
    study: Option<StudyId>,
    /// Also store the key of each payout account that was paid, as a keystore file in the patient's folder.
    #[arg(long)]
    export_keys: bool,
}

/// One run of a command.
struct Session {
    context: Context,
    output: Output,
}

impl PatientCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// Its failure.
    pub async fn run(self, global: &Global, output: &Output) -> Result<(), Failure> {
        let context = Context::open(global, ROLE)?;
        let session = &Session {
            context,
            output: *output,
        };
        match self {
            Self::New(options) => account::new(session, &options),
            Self::Restore(options) => account::restore(session, &options).await,
            Self::Request(options) => account::request(session, &options),
            Self::Import => records::import(session).await,
            Self::Records => records::list(session).await,
            Self::Studies(options) => studies::list(session, &options).await,
            Self::Enrol(options) => enrol::enrol(session, options).await,
            Self::Status => watch::status(session).await,
            Self::Revoke(options) => watch::revoke(session, &options).await,
            Self::Claim(options) => watch::claim(session, &options).await,
        }
    }
}

impl Session {
    /// The seed, opened with the password.
    fn seed(&self) -> Result<Seed, Failure> {
        if self.context.home().read(SEED_FILE)?.is_none() {
            return Err(
                Failure::new(FailureCode::NotFound, "there is no patient here yet").with_hint(
                    "`relayer patient new` makes one, `restore` restores one from its words.",
                ),
            );
        }
        Ok(Seed::from_bytes(
            self.context.secret(SEED_FILE, SecretKind::Seed)?,
        ))
    }

    /// The patient with everything that its commands need.
    async fn patient(&self) -> Result<Patient, Failure> {
        let seed = self.seed()?;
        self.connect(seed).await
    }

    async fn connect(&self, seed: Seed) -> Result<Patient, Failure> {
        let ledger = self.context.reader().await?;
        Ok(Patient {
            seed,
            enrolments: ledger.network().contracts.enrolments,
            registry: Arc::new(self.context.registry(&ledger).await?),
            directory: self.context.proxies()?,
            shelf: Arc::new(FileShelf::open(self.context.home())?),
            ledger,
        })
    }

    /// A progress reporter on standard error.
    fn progress(&self) -> impl Fn(&str) + Send + Sync {
        let output = self.output;
        move |message: &str| output.progress(message)
    }
}
