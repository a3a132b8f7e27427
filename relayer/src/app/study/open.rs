//! Opening a study.

use std::collections::BTreeSet;

use bytes::Bytes;
use prover::criteria::{self, Compiled};

use super::{allow, StudyFile, WindowFile};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::hash::sha256;
use crate::domain::ids::{Address, ContentHash, CriteriaHash, StudyId};
use crate::domain::members::Bounds;
use crate::domain::signer::EvmKey;
use crate::domain::study::{CompressedPoint, StudyTerms, Window};
use crate::domain::uses;
use crate::ports::ledger::{Call, Included, Ledger, LedgerEventKind};
use crate::ports::proxies::ProxyDirectory;

const DAY: u64 = 86_400;

/// Terms that have been decided on, kept until the study stands on chain. An opening that is interrupted goes on with the terms
/// that it had: they hold times, which would be others the second time.
pub trait DraftStore: Send + Sync {
    /// The terms kept for a description of a study.
    ///
    /// # Errors
    /// `io`, `malformed`.
    fn load(&self, digest: &ContentHash) -> Result<Option<StudyTerms>, Failure>;

    /// Keeps terms; durable when it returns.
    ///
    /// # Errors
    /// `io`.
    fn keep(&self, digest: &ContentHash, terms: &StudyTerms) -> Result<(), Failure>;

    /// Forgets terms.
    ///
    /// # Errors
    /// `io`.
    fn forget(&self, digest: &ContentHash) -> Result<(), Failure>;
}

/// A study to be opened.
#[derive(Debug, Clone)]
pub struct StudyPlan {
    /// Its description.
    pub file: StudyFile,
    /// The criteria's JSON.
    pub criteria: String,
    /// The agreement's text.
    pub agreement: Vec<u8>,
    /// The institution's receiving key.
    pub receiving_key: CompressedPoint,
}

/// A study that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its identifier.
    pub id: StudyId,
    /// Its terms.
    pub terms: StudyTerms,
    /// The transaction.
    pub included: Included,
    /// Proxies that did not take the documents, and why.
    pub without_documents: Vec<(Address, Failure)>,
}

/// Checks a study's description, hands criteria and agreement to the proxies, and opens it with its escrow.
///
/// # Errors
/// `criteria-invalid`, `invalid-input`, `out-of-bounds`, `proxy-not-admitted`, `not-permitted`, `insufficient-funds`; `proxy-unreachable` if no
/// proxy takes the documents; `chain-unreachable`.
pub async fn open(
    ledger: &dyn Ledger,
    proxies: &dyn ProxyDirectory,
    drafts: &dyn DraftStore,
    institution: &EvmKey,
    plan: &StudyPlan,
) -> Result<Opened, Failure> {
    let digest = plan.digest()?;
    let terms = if let Some(terms) = drafts.load(&digest)? {
        terms
    } else {
        let terms = decide(ledger, plan).await?;
        drafts.keep(&digest, &terms)?;
        terms
    };
    let without_documents = deposit_documents(ledger, proxies, institution, plan, &terms).await?;
    let deposit = terms.place_cost().saturating_mul(u128::from(terms.quota));
    let opened = async {
        allow(ledger, terms.token, deposit).await?;
        Ok(ledger
            .submit(&Call::OpenStudy(Box::new(terms.clone())))
            .await?)
    };
    let included: Result<Included, Failure> = opened.await;
    // What the chain refuses is decided on anew the next time; what is under way is gone on with.
    if included
        .as_ref()
        .is_err_and(|failure| failure.code() != FailureCode::ChainUnreachable)
    {
        drafts.forget(&digest)?;
    }
    let included = included?;
    let id = study_of(ledger, &included).await?;
    drafts.forget(&digest)?;
    Ok(Opened {
        id,
        terms,
        included,
        without_documents,
    })
}

impl StudyPlan {
    /// By which an interrupted opening is recognised.
    fn digest(&self) -> Result<ContentHash, Failure> {
        let file = serde_json::to_vec(&self.file)
            .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
        let parts = [file.as_slice(), self.criteria.as_bytes(), &self.agreement];
        let hashes: Vec<_> = parts.iter().map(|part| sha256(&[part])).collect();
        let key = self.receiving_key.as_bytes();
        Ok(ContentHash::new(sha256(&[
            &hashes.concat(),
            key.as_slice(),
        ])))
    }
}

/// The terms that a description means now.
async fn decide(ledger: &dyn Ledger, plan: &StudyPlan) -> Result<StudyTerms, Failure> {
    let file = &plan.file;
    let compiled = criteria::compile(&plan.criteria).map_err(|errors| criteria_failure(&errors))?;
    check_published(ledger, &compiled).await?;
    let bounds = ledger.bounds().await?;
    let now = ledger.head().await?.time;
    let opens_at = file.opens_at.unwrap_or(now);
    let days = u64::from(file.days.unwrap_or(30));
    Ok(StudyTerms {
        criteria_hash: CriteriaHash::new(prover::field::to_be_bytes(&compiled.hash()))
            .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?,
        criteria_document: ContentHash::new(sha256(&[plan.criteria.as_bytes()])),
        agreement: ContentHash::new(sha256(&[&plan.agreement])),
        receiving_key: plan.receiving_key,
        proxies: choose_proxies(ledger, file).await?,
        token: file.token.unwrap_or_default(),
        price: amount("price", file.price.as_deref())?,
        fee: amount("fee", file.fee.as_deref().or(Some("0")))?,
        opens_at,
        closes_at: file.closes_at.unwrap_or(opens_at + days * DAY),
        delivery_window: window(file.delivery_window, &bounds),
        challenge_window: window(file.challenge_window, &bounds),
        quota: file.quota.ok_or_else(|| missing("quota"))?,
        max_record_age: file.max_record_age.unwrap_or(365),
        minimum_records: file.minimum_records.unwrap_or(1),
        purposes: uses::mask_of(&file.purposes).map_err(|error| {
            Failure::new(FailureCode::InvalidInput, format!("purposes: {error}"))
        })?,
        openings: u8::try_from(compiled.size.openings())
            .map_err(|_| Failure::new(FailureCode::Internal, "a circuit of impossible size"))?,
        threshold: file.threshold.unwrap_or(2),
    })
}

/// Criteria may name published value sets only: for others no hospital rolls records up.
async fn check_published(ledger: &dyn Ledger, compiled: &Compiled) -> Result<(), Failure> {
    let mut named = compiled.value_sets();
    if named.is_empty() {
        return Ok(());
    }
    for set in ledger.value_sets().await? {
        named.remove(&set.digest);
    }
    match named.first() {
        None => Ok(()),
        Some(digest) => {
            let words = format!("the criteria name a value set that is not published: {digest}");
            Err(Failure::new(FailureCode::CriteriaInvalid, words)
                .with_hint("`relayer consortium valueset list` shows the published ones."))
        }
    }
}

fn missing(member: &str) -> Failure {
    Failure::new(
        FailureCode::InvalidInput,
        format!("the study has no `{member}`"),
    )
    .with_hint(format!(
        "Give `{member}` in the study file or on the command line."
    ))
}

fn amount(member: &str, text: Option<&str>) -> Result<u128, Failure> {
    let text = text.ok_or_else(|| missing(member))?;
    text.parse().map_err(|_| {
        let words = format!("{member}: {text:?} is no whole number of the token's smallest unit");
        Failure::new(FailureCode::InvalidInput, words)
    })
}

fn window(given: Option<WindowFile>, bounds: &Bounds) -> Window {
    given.map_or(
        Window {
            seconds: bounds.min_window_seconds,
            blocks: bounds.min_window_blocks,
        },
        |window| Window {
            seconds: window.seconds,
            blocks: window.blocks,
        },
    )
}

fn criteria_failure(errors: &[criteria::CriteriaError]) -> Failure {
    let lines: Vec<_> = errors
        .iter()
        .map(|error| format!("{}: {} ({})", error.path, error.message, error.hint))
        .collect();
    Failure::new(FailureCode::CriteriaInvalid, lines.join("\n"))
}

/// The proxies that are named, or all active ones that have registered, the first of each operator.
async fn choose_proxies(ledger: &dyn Ledger, file: &StudyFile) -> Result<Vec<Address>, Failure> {
    if !file.proxies.is_empty() {
        return Ok(file.proxies.clone());
    }
    let mut operators = BTreeSet::from_iter(ledger.account());
    let mut chosen = Vec::new();
    for proxy in ledger.proxies().await? {
        let active = ledger
            .member(proxy)
            .await?
            .is_some_and(|member| member.active);
        let card = ledger.proxy_card(proxy).await?;
        if active && !card.url.is_empty() && operators.insert(card.operator) {
            chosen.push(proxy);
        }
    }
    // No study may have more.
    chosen.truncate(16);
    Ok(chosen)
}

/// Hands the documents to every proxy of the study; at least one must take them, since patients need them.
async fn deposit_documents(
    ledger: &dyn Ledger,
    proxies: &dyn ProxyDirectory,
    institution: &EvmKey,
    plan: &StudyPlan,
    terms: &StudyTerms,
) -> Result<Vec<(Address, Failure)>, Failure> {
    let mut refusals = Vec::new();
    for proxy in &terms.proxies {
        let card = ledger.proxy_card(*proxy).await?;
        let deposit = async {
            let client = proxies.client(*proxy, &card)?;
            let criteria = Bytes::from(plan.criteria.clone().into_bytes());
            client.put_document(institution, criteria).await?;
            client
                .put_document(institution, Bytes::from(plan.agreement.clone()))
                .await
        };
        if let Err(failure) = deposit.await {
            refusals.push((*proxy, failure));
        }
    }
    match refusals.last() {
        Some((proxy, failure)) if refusals.len() == terms.proxies.len() => {
            let words = format!("no proxy takes the study's documents; {proxy}: {failure}");
            Err(Failure::new(failure.code(), words))
        }
        _ => Ok(refusals),
    }
}

async fn study_of(ledger: &dyn Ledger, included: &Included) -> Result<StudyId, Failure> {
    let events = ledger.events_of(included.hash.into()).await?;
    events
        .into_iter()
        .find_map(|event| match event.kind {
            LedgerEventKind::StudyOpened { study, .. } => Some(study),
            _ => None,
        })
        .ok_or_else(|| {
            let words = "the study was opened, but its event is missing; `study list` shows it";
            Failure::new(FailureCode::Internal, words)
        })
}
