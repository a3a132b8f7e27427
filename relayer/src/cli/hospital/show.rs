//! What the hospital's commands print.

use prover::facts::number::Day;
use serde_json::{json, Value};

use super::Output;
use crate::app::certify::{Certified, Known, Outcome, Standing};
use crate::domain::failure::Failure;
use crate::domain::ids::Address;
use crate::domain::uses::uses_in;
use crate::ports::books::{RecordEntry, Stage};

/// The hospital's account.
pub(super) fn account(output: &Output, address: Address) {
    let text = format!("{address}\nThe consortium admits it with `relayer consortium admit`.");
    output.result(&json!({ "address": address }), &text);
}

/// What became of several orders.
pub(super) fn outcomes(output: &Output, outcomes: &[Outcome]) {
    let (mut records, mut failed, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for outcome in outcomes {
        match &outcome.result {
            Ok(certified) => {
                records.push(certified_json(certified));
                lines.push(certified_text(certified));
            }
            Err(failure) => {
                failed.push(json!({ "source": outcome.source, "failure": failure.to_json() }));
                lines.push(format!("{}\n  failed: {failure}", outcome.source));
            }
        }
    }
    let value = json!({ "records": records, "failed": failed });
    output.result(&value, &lines.join("\n"));
}

/// Why a command did not do all that it was asked to.
pub(super) fn first_failure(outcomes: &[Outcome]) -> Option<Failure> {
    let failures: Vec<_> = outcomes.iter().filter_map(failure_of).collect();
    match (failures.first(), outcomes.len()) {
        (Some((_, failure)), 1) => Some(failure.clone()),
        (Some((source, failure)), all) => {
            let count = failures.len();
            let words = format!("{count} of {all} records are not finished; {source}: {failure}");
            Some(Failure::new(failure.code(), words).with_hint(failure.hint()))
        }
        (None, _) => None,
    }
}

fn failure_of(outcome: &Outcome) -> Option<(&str, Failure)> {
    let failure = match &outcome.result {
        Ok(certified) => certified.failure(),
        Err(failure) => Some(failure.clone()),
    };
    failure.map(|failure| (outcome.source.as_str(), failure))
}

/// A certified record.
pub(super) fn certified(output: &Output, certified: &Certified) {
    output.result(&certified_json(certified), &certified_text(certified));
}

/// Records that were gone on with.
pub(super) fn resumed(output: &Output, certified: &[Certified]) {
    let records: Vec<_> = certified.iter().map(certified_json).collect();
    let mut lines: Vec<_> = certified.iter().map(certified_text).collect();
    if lines.is_empty() {
        lines.push("no live records".to_owned());
    }
    output.result(&json!({ "records": records }), &lines.join("\n"));
}

/// A record that was withdrawn.
pub(super) fn withdrawn(output: &Output, entry: &RecordEntry) {
    let text = format!(
        "{} is withdrawn. It can be used until the registry's older roots are no longer accepted.",
        entry.commitment
    );
    let value = json!({ "commitment": entry.commitment, "standing": "withdrawn" });
    output.result(&value, &text);
}

/// The books.
pub(super) fn records(output: &Output, known: &Known) {
    let (mut records, mut lines) = (Vec::new(), Vec::new());
    for entry in known.entries() {
        let standing = known.standing_of(entry);
        let word = match standing {
            Standing::Unfinished => "unfinished",
            Standing::Live => "live",
            Standing::Superseded(_) => "superseded",
            Standing::Withdrawn => "withdrawn",
        };
        let mut value = entry_json(entry);
        value["standing"] = json!(word);
        if let Standing::Superseded(by) = standing {
            value["supersededBy"] = json!(by);
        }
        records.push(value);
        lines.push(format!("{word:<11} {}", entry_text(entry)));
    }
    if lines.is_empty() {
        lines.push("no records".to_owned());
    }
    output.result(&json!({ "records": records }), &lines.join("\n"));
}

fn certified_json(certified: &Certified) -> Value {
    let mut value = entry_json(&certified.entry);
    let missing = certified.missing.iter();
    value["missing"] = missing
        .map(|(proxy, failure)| json!({ "proxy": proxy, "failure": failure.to_json() }))
        .collect();
    value
}

fn certified_text(certified: &Certified) -> String {
    let missing = certified.missing.iter();
    let missing: String = missing
        .map(|(proxy, failure)| format!("\n  not deposited at {proxy}: {failure}"))
        .collect();
    format!("{}{missing}", entry_text(&certified.entry))
}

/// Without identity commitment and pseudonym, which nobody but the hospital needs.
fn entry_json(entry: &RecordEntry) -> Value {
    let transaction = match entry.stage {
        Stage::Inserted { transaction, .. } => transaction,
        Stage::Sealed => None,
    };
    let uses = uses_in(entry.terms.consent).unwrap_or_default();
    let uses: Vec<_> = uses.iter().map(ToString::to_string).collect();
    json!({
        "source": entry.source,
        "person": entry.person,
        "commitment": entry.commitment,
        "index": entry.index().map(|index| index.to_string()),
        "transaction": transaction,
        "envelopeHash": entry.envelope_hash,
        "ciphertextRoot": entry.ciphertext_root,
        "ciphertextLength": entry.ciphertext_length.to_string(),
        "keySet": entry.key_set,
        "facts": entry.facts,
        "skipped": entry.skipped,
        "consent": uses,
        "expires": date(entry.terms.expiry_day),
        "asOf": date(entry.terms.as_of_day),
        "mappingVersion": entry.terms.mapping_version,
        "replaces": entry.replaces,
        "deposited": entry.deposited,
    })
}

fn entry_text(entry: &RecordEntry) -> String {
    let place = match entry.index() {
        Some(index) => format!("record {index} of the registry"),
        None => "not in the registry yet".to_owned(),
    };
    format!(
        "{}\n  commitment    {} ({place})\n  envelope hash {}\n  {} facts, {} resources skipped, {} bytes sealed, at {} proxies",
        entry.source,
        entry.commitment,
        entry.envelope_hash,
        entry.facts,
        entry.skipped,
        entry.ciphertext_length,
        entry.deposited.len(),
    )
}

fn date(day: u32) -> Option<String> {
    let day = Day::from_number(i32::try_from(day).ok()?);
    day.date().map(|date| date.to_string())
}
