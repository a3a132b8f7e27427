//! `import` and `records`.

use prover::facts::number::Day;
use serde_json::{json, Value};

use super::Session;
use crate::app::patient::find::Found;
use crate::app::patient::record::OpenedRecord;
use crate::app::registry::CommitmentStanding;
use crate::domain::failure::Failure;
use crate::domain::uses;

pub(super) async fn import(session: &Session) -> Result<(), Failure> {
    let patient = session.patient().await?;
    let found = patient.find_records(&session.progress()).await?;
    let (value, text) = show_found(&found);
    session.output.result(&value, &text);
    // Something that a hospital deposited and that can't be used is worth an exit code, unless there is a record besides
    match found.unusable.into_iter().next() {
        Some((_, failure)) if found.new.is_empty() => Err(failure),
        _ => Ok(()),
    }
}

pub(super) async fn list(session: &Session) -> Result<(), Failure> {
    let patient = session.patient().await?;
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for record in patient.records()? {
        let standing = patient.registry.standing(record.commitment).await?;
        let (value, line) = show(&record, Some(standing));
        values.push(value);
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push("no record is at hand".to_owned());
    }
    session.output.result(&json!(values), &lines.join("\n"));
    Ok(())
}

/// What a search found, as JSON and as text.
pub(super) fn show_found(found: &Found) -> (Value, String) {
    let shown: Vec<_> = found.new.iter().map(|record| show(record, None)).collect();
    let unusable: Vec<_> = found
        .unusable
        .iter()
        .map(|(index, failure)| json!({ "index": index, "failure": failure.to_json() }))
        .collect();
    let mut lines: Vec<_> = shown.iter().map(|(_, line)| line.clone()).collect();
    for (index, failure) in &found.unusable {
        lines.push(format!("record {index} can't be used: {failure}"));
    }
    if lines.is_empty() {
        lines.push("no new record was found".to_owned());
    }
    let values: Vec<_> = shown.into_iter().map(|(value, _)| value).collect();
    (
        json!({ "new": values, "unusable": unusable }),
        lines.join("\n"),
    )
}

fn show(record: &OpenedRecord, standing: Option<CommitmentStanding>) -> (Value, String) {
    let terms = record.opening.terms;
    let (as_of, expiry) = (date(terms.as_of_day), date(terms.expiry_day));
    let consent: Vec<_> = uses::uses_in(terms.consent)
        .unwrap_or_default()
        .into_iter()
        .map(uses::Use::name)
        .collect();
    let standing = standing.map(|standing| match standing {
        CommitmentStanding::Live { .. } => "live",
        CommitmentStanding::Withdrawn => "withdrawn",
        CommitmentStanding::Superseded => "superseded",
        CommitmentStanding::Unknown => "unknown",
    });
    let value = json!({
        "index": record.index,
        "commitment": record.commitment,
        "standing": standing,
        "facts": record.facts.len(),
        "asOf": as_of,
        "expires": expiry,
        "consent": consent,
        "ciphertextBytes": record.envelope.ciphertext_length.to_string(),
    });
    let line = format!(
        "record {}{}: {} facts, complete to {as_of}, consent until {expiry} for {}",
        record.index,
        standing
            .map(|standing| format!(" ({standing})"))
            .unwrap_or_default(),
        record.facts.len(),
        consent.join(", "),
    );
    (value, line)
}

/// A day of a record's terms in ISO 8601.
fn date(day: u32) -> String {
    let date = i32::try_from(day)
        .ok()
        .and_then(|day| Day::from_number(day).date());
    date.map_or_else(|| format!("day {day}"), |date| date.to_string())
}
