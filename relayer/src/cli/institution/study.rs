//! `relayer institution study`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{json, Value};

use super::receiving_key;
use crate::adapters::keystore::RoleHome;
use crate::app::study::{self, DraftStore, StudyFile, StudyPlan, StudyStanding, WindowFile};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, ContentHash, StudyId};
use crate::domain::study::StudyTerms;
use crate::ports::ledger::{LedgerWriter as _, StudiesReader as _};

/// What an institution does with its studies.
#[derive(Debug, Subcommand)]
pub enum StudyCommand {
    /// Open a study: hand its criteria and agreement to the proxies, and deposit its escrow. Given again after an interruption, it goes
    /// on where it stopped.
    #[command(
        after_help = "Examples:\n  relayer institution study open study.json\n  relayer institution study open --criteria criteria.json --agreement agreement.md --price 1000000000000000000 --quota 100 --purposes cancer --days 90"
    )]
    Open(Box<Open>),
    /// List this institution's studies.
    #[command(after_help = "Example: relayer institution study list --json")]
    List {
        /// Those of all institutions.
        #[arg(long)]
        all: bool,
    },
    /// Raise a study's quota, and deposit the escrow for the new places.
    #[command(after_help = "Example: relayer institution study top-up 0x2a…9c --places 50")]
    TopUp {
        /// The study.
        study: StudyId,
        /// Additional places.
        #[arg(long)]
        places: u32,
    },
    /// End a study's enrolment early. Enrolments under way go on.
    #[command(after_help = "Example: relayer institution study close 0x2a…9c")]
    Close {
        /// The study.
        study: StudyId,
    },
    /// Take what is left of an ended study's escrow.
    #[command(after_help = "Example: relayer institution study withdraw 0x2a…9c")]
    Withdraw {
        /// The study.
        study: StudyId,
    },
}

/// Arguments of `open`: a study file, members of it, or both; what is given here goes before the file.
#[derive(Debug, Args)]
pub struct Open {
    /// The study file (JSON).
    file: Option<PathBuf>,
    /// File of the criteria.
    #[arg(long, value_name = "FILE")]
    criteria: Option<PathBuf>,
    /// File of the agreement's text.
    #[arg(long, value_name = "FILE")]
    agreement: Option<PathBuf>,
    /// What a patient is paid, in the token's smallest unit (wei for the native coin).
    #[arg(long, value_name = "AMOUNT")]
    price: Option<u128>,
    /// What each proxy is paid for an enrolment that it serves [default: 0].
    #[arg(long, value_name = "AMOUNT")]
    fee: Option<u128>,
    /// The token [default: the native coin].
    #[arg(long, value_name = "ADDRESS")]
    token: Option<Address>,
    /// Enrolments at most.
    #[arg(long)]
    quota: Option<u32>,
    /// Unix seconds from which enrolments are taken [default: at once].
    #[arg(long, value_name = "TIME")]
    opens_at: Option<u64>,
    /// Unix seconds from which none are taken.
    #[arg(long, value_name = "TIME", conflicts_with = "days")]
    closes_at: Option<u64>,
    /// Days for which enrolments are taken [default: 30].
    #[arg(long)]
    days: Option<u32>,
    /// In which the proxies deliver [default: the shortest allowed].
    #[arg(long, value_name = "SECONDS:BLOCKS", value_parser = parse_window)]
    delivery_window: Option<WindowFile>,
    /// In which the institution may object [default: the shortest allowed].
    #[arg(long, value_name = "SECONDS:BLOCKS", value_parser = parse_window)]
    challenge_window: Option<WindowFile>,
    /// Greatest age in days of the day to which a record is complete [default: 365].
    #[arg(long, value_name = "DAYS")]
    max_record_age: Option<u32>,
    /// Live records that the registry must hold before anyone enrols [default: 1].
    #[arg(long, value_name = "NUMBER")]
    minimum_records: Option<u32>,
    /// Permitted uses that the study needs, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "USES")]
    purposes: Vec<String>,
    /// Fragments that open a record [default: 2].
    #[arg(long)]
    threshold: Option<u8>,
    /// Accounts of the proxies, separated by commas [default: all active ones, one an operator].
    #[arg(long, value_delimiter = ',', value_name = "ADDRESSES")]
    proxies: Vec<Address>,
}

fn parse_window(text: &str) -> Result<WindowFile, String> {
    let parts = text.split_once(':').and_then(|(seconds, blocks)| {
        Some(WindowFile {
            seconds: seconds.parse().ok()?,
            blocks: blocks.parse().ok()?,
        })
    });
    parts.ok_or_else(|| "expected SECONDS:BLOCKS, such as 86400:2000".to_owned())
}

impl StudyCommand {
    pub(super) async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Open(open) => open.run(context, output).await,
            Self::List { all } => list(context, output, all).await,
            Self::TopUp { study, places } => top_up(context, output, study, places).await,
            Self::Close { study } => close(context, output, study).await,
            Self::Withdraw { study } => withdraw(context, output, study).await,
        }
    }
}

impl Open {
    async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        let plan = self.plan(context)?;
        let institution = context.account()?;
        let ledger = context.writer_as(institution.clone()).await?;
        let drafts = HomeDrafts(context.home().folder("drafts")?);
        let proxies = context.proxies()?;
        let opened = study::open(&*ledger, &*proxies, &drafts, &institution, &plan).await?;
        for (proxy, failure) in &opened.without_documents {
            output.progress(&format!(
                "proxy {proxy} has not taken the documents: {failure}"
            ));
        }
        let value = json!({
            "studyId": opened.id,
            "terms": opened.terms,
            "transaction": format!("0x{}", hex::encode(opened.included.hash)),
            "gas": opened.included.gas.to_string(),
            "withoutDocuments": opened.without_documents.iter().map(|(proxy, failure)| {
                json!({ "proxy": proxy, "failure": failure.to_json() })
            }).collect::<Vec<_>>(),
        });
        output.result(&value, &format!("study {} is open", opened.id));
        Ok(())
    }

    fn plan(self, context: &Context) -> Result<StudyPlan, Failure> {
        let receiving_key = receiving_key(context)?.public();
        let file = match &self.file {
            Some(path) => read_study(path)?,
            None => StudyFile::default(),
        };
        let file = file.overridden_by(self.members());
        let needed = |path: &Option<PathBuf>, member: &str| {
            path.clone().ok_or_else(|| {
                Failure::new(
                    FailureCode::InvalidInput,
                    format!("the study has no `{member}`"),
                )
            })
        };
        let criteria = read(&needed(&file.criteria, "criteria")?)?;
        let criteria = String::from_utf8(criteria).map_err(|_| {
            Failure::new(FailureCode::CriteriaInvalid, "the criteria are not UTF-8")
        })?;
        let agreement = read(&needed(&file.agreement, "agreement")?)?;
        Ok(StudyPlan {
            file,
            criteria,
            agreement,
            receiving_key,
        })
    }

    /// What the command line says, as a study file.
    fn members(self) -> StudyFile {
        StudyFile {
            criteria: self.criteria,
            agreement: self.agreement,
            price: self.price.map(|price| price.to_string()),
            fee: self.fee.map(|fee| fee.to_string()),
            token: self.token,
            quota: self.quota,
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            days: self.days,
            delivery_window: self.delivery_window,
            challenge_window: self.challenge_window,
            max_record_age: self.max_record_age,
            minimum_records: self.minimum_records,
            purposes: self.purposes,
            threshold: self.threshold,
            proxies: self.proxies,
        }
    }
}

/// Reads a study file; the files that it names lie beside it.
fn read_study(path: &Path) -> Result<StudyFile, Failure> {
    let mut file: StudyFile = serde_json::from_slice(&read(path)?).map_err(|error| {
        Failure::new(
            FailureCode::InvalidInput,
            format!("{}: {error}", path.display()),
        )
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let beside = |name: PathBuf| folder.join(name);
    file.criteria = file.criteria.map(beside);
    file.agreement = file.agreement.map(beside);
    Ok(file)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::new(
            FailureCode::NotFound,
            format!("{}: {error}", path.display()),
        )
    })
}

async fn list(context: &Context, output: &Output, all: bool) -> Result<(), Failure> {
    let of = if all {
        None
    } else {
        Some(context.account()?.address())
    };
    let ledger = context.reader().await?;
    let studies = study::list(&*ledger, of).await?;
    let value: Vec<_> = studies.iter().map(to_json).collect();
    let lines: Vec<_> = studies.iter().map(line).collect();
    let text = if lines.is_empty() {
        "no studies".to_owned()
    } else {
        lines.join("\n")
    };
    output.result(&Value::Array(value), &text);
    Ok(())
}

fn to_json(standing: &StudyStanding) -> Value {
    json!({
        "studyId": standing.study.id,
        "institution": standing.study.institution,
        "terms": standing.study.terms,
        "quota": standing.study.quota,
        "open": standing.study.open,
        "settled": standing.study.settled,
        "closed": standing.study.closed,
        "freeEscrow": standing.free_escrow.to_string(),
    })
}

fn line(standing: &StudyStanding) -> String {
    let study = &standing.study;
    let state = if study.closed { ", closed" } else { "" };
    format!(
        "{} price {}, {} of {} places taken, {} settled{state}",
        study.id,
        study.terms.price,
        study.open + study.settled,
        study.quota,
        study.settled
    )
}

async fn top_up(
    context: &Context,
    output: &Output,
    id: StudyId,
    places: u32,
) -> Result<(), Failure> {
    let ledger = context.writer().await?;
    study::top_up(&*ledger, id, places).await?;
    let quota = ledger.study(id).await?.map(|study| study.quota);
    let value = json!({ "studyId": id, "quota": quota });
    output.result(
        &value,
        &format!("study {id} has {} places", quota.unwrap_or_default()),
    );
    Ok(())
}

async fn close(context: &Context, output: &Output, id: StudyId) -> Result<(), Failure> {
    study::close(&*context.writer().await?, id).await?;
    output.result(
        &json!({ "studyId": id, "closed": true }),
        &format!("study {id} is closed"),
    );
    Ok(())
}

async fn withdraw(context: &Context, output: &Output, id: StudyId) -> Result<(), Failure> {
    let ledger = context.writer().await?;
    let sum = study::withdraw(&*ledger, id).await?;
    let value = json!({ "studyId": id, "paid": sum.to_string(), "account": ledger.account() });
    output.result(&value, &format!("{sum} paid out of study {id}"));
    Ok(())
}

/// Terms of studies that are being opened, a file each.
struct HomeDrafts(RoleHome);

fn draft_name(digest: &ContentHash) -> String {
    format!("{}.json", hex::encode(digest.as_bytes()))
}

impl DraftStore for HomeDrafts {
    fn load(&self, digest: &ContentHash) -> Result<Option<StudyTerms>, Failure> {
        let malformed = |error: serde_json::Error| {
            Failure::new(FailureCode::Malformed, format!("a draft: {error}"))
        };
        let bytes = self.0.read(&draft_name(digest))?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes).map_err(malformed))
            .transpose()
    }

    fn keep(&self, digest: &ContentHash, terms: &StudyTerms) -> Result<(), Failure> {
        let json = serde_json::to_vec_pretty(terms)
            .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
        Ok(self.0.write(&draft_name(digest), &json)?)
    }

    fn forget(&self, digest: &ContentHash) -> Result<(), Failure> {
        Ok(self.0.remove(&draft_name(digest))?)
    }
}
