//! `relayer institution receive`, `accept` and `export`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::{json, Value};

use super::{receiving_key, AcceptArgs, ExportArgs, ReceiveArgs};
use crate::app::receive::note::ReceivedNote;
use crate::app::receive::report::Report;
use crate::app::receive::{Received, Receiver};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::eip712::SigningDomain;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::TransactionHash;
use crate::ports::ledger::{Call, EnrolmentsReader as _, LedgerWriter as _};

/// Ending of the notes' names.
const NOTE: &str = ".received.json";

/// Receives one delivery, or all that wait. Each is told with every check; the first that failed gives the exit code.
pub(super) async fn receive(
    context: &Context,
    output: &Output,
    options: &ReceiveArgs,
) -> Result<(), Failure> {
    let ledger = context.reader().await?;
    let registry = context.registry(&ledger).await?;
    let proxies = context.proxies()?;
    let (account, receiving) = (context.account()?, receiving_key(context)?);
    let receiver = Receiver {
        ledger: ledger.as_ref(),
        registry: &registry,
        proxies: proxies.as_ref(),
        account: &account,
        receiving: &receiving,
        enrolments: ledger.network().contracts.enrolments,
    };
    let folder = match &options.out {
        Some(folder) => folder.clone(),
        None => context.home().folder("records")?.path().to_owned(),
    };
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(FailureCode::Io, format!("{}: {error}", folder.display())))?;

    let keys = match options.nullifier {
        Some(nullifier) => vec![EnrolmentKey {
            study_id: options.study,
            nullifier,
        }],
        None => waiting(context, &ledger.enrolments(options.study).await?)?,
    };
    let mut told = Vec::new();
    let mut first_failure = None;
    for key in keys {
        let mut report = Report::default();
        let attempt = ledger.enrolment(key).await?.map_or(0, |it| it.attempt);
        let record = folder.join(name_of(&key, attempt));
        let received = receiver.receive(key, &record, &mut report).await;
        told.push(tell(output, &key, &report, received.as_ref()));
        match received {
            Ok(received) => keep(context, &received)?,
            Err(failure) => first_failure = first_failure.or(Some(failure)),
        }
    }
    let text = if told.is_empty() {
        "nothing waits to be received"
    } else {
        ""
    };
    output.result(&json!({"deliveries": told}), text);
    first_failure.map_or(Ok(()), Err)
}

/// The enrolments that are under way and were not received yet.
fn waiting(
    context: &Context,
    enrolments: &[crate::domain::enrolment::Enrolment],
) -> Result<Vec<EnrolmentKey>, Failure> {
    let notes = notes(context)?;
    let is_new = |enrolment: &&crate::domain::enrolment::Enrolment| {
        !enrolment.state.is_ended()
            && !notes
                .iter()
                .any(|note| note.key == enrolment.key && note.attempt == enrolment.attempt)
    };
    Ok(enrolments
        .iter()
        .filter(is_new)
        .map(|enrolment| enrolment.key)
        .collect())
}

fn tell(
    output: &Output,
    key: &EnrolmentKey,
    report: &Report,
    received: Result<&Received, &Failure>,
) -> Value {
    if !output.is_json() {
        output.progress(&format!("enrolment {}", key.nullifier));
        for check in &report.checks {
            let mark = if check.passed { "ok  " } else { "FAIL" };
            output.progress(&format!("  {mark} {}: {}", check.words, check.detail));
        }
        for proxy in report.proxies.iter().filter(|proxy| proxy.code.is_some()) {
            output.progress(&format!("  proxy {}: {}", proxy.proxy, proxy.detail));
        }
    }
    let outcome = match received {
        Ok(received) => json!({"folder": received.folder(), "attempt": received.on().attempt}),
        Err(failure) => json!({"failure": failure.to_json()}),
    };
    json!({"studyId": key.study_id, "nullifier": key.nullifier, "report": report, "outcome": outcome})
}

/// Signs and sends the acceptance of deliveries that were received.
pub(super) async fn accept(
    context: &Context,
    output: &Output,
    options: &AcceptArgs,
) -> Result<(), Failure> {
    let account = context.account()?;
    let ledger = context.writer().await?;
    let network = ledger.network();
    let domain = SigningDomain {
        chain_id: network.chain_id,
        enrolments: network.contracts.enrolments,
    };
    let mut told = Vec::new();
    for note in chosen(context, options)? {
        let received = match Received::recall(note, ledger.as_ref()).await {
            Ok(received) => received,
            // Of all that were received, only what is still open can be accepted
            Err(failure) if options.nullifier.is_none() && is_over(failure.code()) => continue,
            Err(failure) => return Err(failure),
        };
        let signature = received.sign_acceptance(&domain, &account);
        let included = ledger
            .submit(&Call::Accept {
                on: *received.on(),
                signature,
            })
            .await?;
        told.push(json!({
            "studyId": received.on().key.study_id,
            "nullifier": received.on().key.nullifier,
            "attempt": received.on().attempt,
            "transaction": TransactionHash::new(included.hash),
            "gasUsed": included.gas,
        }));
    }
    let text = format!(
        "{} accepted: the patients and the proxies are paid",
        told.len()
    );
    output.result(&json!({"accepted": told}), &text);
    Ok(())
}

/// Whether what was received has ended, or another attempt has followed it.
fn is_over(code: FailureCode) -> bool {
    matches!(code, FailureCode::WrongState | FailureCode::AttemptMismatch)
}

/// The notes to accept: all of the study's, or the latest attempt of the one named.
fn chosen(context: &Context, options: &AcceptArgs) -> Result<Vec<ReceivedNote>, Failure> {
    let mut notes = notes(context)?;
    notes.retain(|note| {
        note.key.study_id == options.study
            && options
                .nullifier
                .is_none_or(|nullifier| note.key.nullifier == nullifier)
    });
    if options.nullifier.is_some() {
        notes.sort_by_key(|note| note.attempt);
        notes.drain(..notes.len().saturating_sub(1));
    }
    if notes.is_empty() {
        let words = "nothing of this was received";
        return Err(Failure::new(FailureCode::NotFound, words)
            .with_hint("`relayer institution receive` comes first: only what passed every check can be accepted."));
    }
    Ok(notes)
}

/// Writes a study's received bundles as NDJSON.
pub(super) fn export(
    context: &Context,
    output: &Output,
    options: &ExportArgs,
) -> Result<(), Failure> {
    let mut notes = notes(context)?;
    notes.retain(|note| note.key.study_id == options.study);
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::new(FailureCode::Io, format!("{}: {error}", path.display()))
    };
    if options.out.exists() {
        let words = format!("{} is there already", options.out.display());
        return Err(Failure::new(FailureCode::AlreadyExists, words));
    }
    let file = File::create_new(&options.out).map_err(|error| failed(&options.out, &error))?;
    let mut lines = BufWriter::new(file);
    for note in &notes {
        let line = line_of(note).map_err(|error| failed(&note.folder, &error))?;
        writeln!(lines, "{line}").map_err(|error| failed(&options.out, &error))?;
    }
    lines
        .flush()
        .map_err(|error| failed(&options.out, &error))?;
    let text = format!("{} records in {}", notes.len(), options.out.display());
    output.result(&json!({"records": notes.len(), "file": options.out}), &text);
    Ok(())
}

fn line_of(note: &ReceivedNote) -> std::io::Result<Value> {
    let bundle: Value = serde_json::from_slice(&std::fs::read(note.folder.join("bundle.json"))?)?;
    Ok(json!({
        "studyId": note.key.study_id,
        "nullifier": note.key.nullifier,
        "attempt": note.attempt,
        "bundle": bundle,
    }))
}

fn keep(context: &Context, received: &Received) -> Result<(), Failure> {
    let note = received.note();
    // A note always serialises
    let json = serde_json::to_vec_pretty(&note).unwrap_or_default();
    let name = format!("{}{NOTE}", name_of(&note.key, note.attempt));
    Ok(context.home().write(&name, &json)?)
}

fn notes(context: &Context) -> Result<Vec<ReceivedNote>, Failure> {
    let mut notes = Vec::new();
    for name in context.home().list(NOTE)? {
        let Some(bytes) = context.home().read(&name)? else {
            continue;
        };
        let note = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::new(FailureCode::Malformed, format!("{name}: {error}")))?;
        notes.push(note);
    }
    Ok(notes)
}

/// A name for files: the first 8 bytes of study and nullifier, and the attempt.
fn name_of(key: &EnrolmentKey, attempt: u32) -> String {
    let short = |bytes: &[u8; 32]| hex::encode(&bytes[..8]);
    format!(
        "{}-{}-{attempt}",
        short(key.study_id.as_bytes()),
        short(key.nullifier.as_bytes())
    )
}
