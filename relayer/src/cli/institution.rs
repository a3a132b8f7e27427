//! `relayer institution`: studies, and the records that are delivered to them.

mod challenge;
mod end;
mod proxies;
mod receive;
pub mod study;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::Context;
use super::output::Output;
use super::Global;
use crate::adapters::keystore::SecretKind;
use crate::domain::failure::Failure;
use crate::domain::ids::{Nullifier, StudyId};
use crate::domain::umbral::ReceivingKey;

const ROLE: &str = "institution";
/// The receiving key, sealed under the password.
pub(super) const RECEIVING_FILE: &str = "receiving.mss";

/// What an institution does.
#[derive(Debug, Subcommand)]
pub enum InstitutionCommand {
    /// Makes the institution's account and receiving key.
    #[command(after_help = "Example: relayer institution new")]
    New,
    /// Opens studies, and looks after them.
    #[command(subcommand)]
    Study(study::StudyCommand),
    /// Shows the proxies that a study can name: bond, receipts given, enrolments attested, challenges answered, slices lost.
    #[command(after_help = "Example: relayer institution proxies --json")]
    Proxies(proxies::ProxiesArgs),
    /// Fetches deliveries, makes every check, and opens the records.
    #[command(after_help = "Example: relayer institution receive 0x1a…9f --out records")]
    Receive(ReceiveArgs),
    /// Accepts a delivery that was received, so that the patient and the proxies are paid.
    #[command(after_help = "Example: relayer institution accept 0x1a…9f 0x2b…8e")]
    Accept(AcceptArgs),
    /// Challenges a delivery that can't be received: has the proxies deliver on chain, or proves a fault of the patient's.
    #[command(after_help = "Example: relayer institution challenge 0x1a…9f 0x2b…8e --dry-run")]
    Challenge(ChallengeArgs),
    /// Ends the enrolments whose window has passed, where no proxy did: refunds what was not delivered in time, expires what was challenged or
    /// demanded and not answered, settles the rest. Anybody may; what is owed to the institution is credited.
    #[command(after_help = "Example: relayer institution end 0x1a…9f")]
    End(EndArgs),
    /// Writes what was received in a study as NDJSON: a line for each record, with its bundle.
    #[command(after_help = "Example: relayer institution export 0x1a…9f --out study.ndjson")]
    Export(ExportArgs),
}

/// Options of `receive`.
#[derive(Debug, Args)]
pub struct ReceiveArgs {
    /// The study.
    pub study: StudyId,
    /// The enrolment; all that are under way and were not received yet, if none is named.
    pub nullifier: Option<Nullifier>,
    /// Folder for the opened records, one each; by default `records` in the institution's own.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Options of `accept`.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// The study.
    pub study: StudyId,
    /// The enrolment; all that were received and not accepted yet, if none is named.
    pub nullifier: Option<Nullifier>,
}

/// Options of `challenge`.
#[derive(Debug, Args)]
pub struct ChallengeArgs {
    /// The study.
    pub study: StudyId,
    /// The enrolment.
    pub nullifier: Nullifier,
    /// Says what would be done, and sends nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `end`.
#[derive(Debug, Args)]
pub struct EndArgs {
    /// The study.
    pub study: StudyId,
    /// The enrolment; all of the study, if none is named.
    pub nullifier: Option<Nullifier>,
}

/// Options of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The study.
    pub study: StudyId,
    /// New file to write.
    #[arg(long)]
    pub out: PathBuf,
}

impl InstitutionCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// Its failure.
    pub async fn run(self, global: &Global, output: &Output) -> Result<(), Failure> {
        let context = Context::open(global, ROLE)?;
        match self {
            Self::New => new(&context, output),
            Self::Study(command) => command.run(&context, output).await,
            Self::Proxies(options) => proxies::show(&context, output, &options).await,
            Self::Receive(options) => receive::receive(&context, output, &options).await,
            Self::Accept(options) => receive::accept(&context, output, &options).await,
            Self::Challenge(options) => challenge::challenge(&context, output, &options).await,
            Self::End(options) => end::end(&context, output, &options).await,
            Self::Export(options) => receive::export(&context, output, &options),
        }
    }
}

fn new(context: &Context, output: &Output) -> Result<(), Failure> {
    let receiving = ReceivingKey::random();
    context.keep_secret(
        RECEIVING_FILE,
        SecretKind::ReceivingKey,
        &receiving.to_bytes(),
    )?;
    let address = context.make_account()?.address();
    let key = receiving.public();
    let text = format!("account        {address}\nreceiving key  {key}");
    output.result(&json!({"address": address, "receivingKey": key}), &text);
    Ok(())
}

/// The institution's receiving key.
pub(super) fn receiving_key(context: &Context) -> Result<ReceivingKey, Failure> {
    let bytes = context.secret(RECEIVING_FILE, SecretKind::ReceivingKey)?;
    ReceivingKey::from_bytes(&bytes).map_err(|error| {
        Failure::new(
            crate::domain::failure::FailureCode::WrongKey,
            error.to_string(),
        )
    })
}
