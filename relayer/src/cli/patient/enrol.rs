//! `enrol`.

use std::io::IsTerminal as _;

use serde_json::json;

use super::{studies, Enrol, Session};
use crate::adapters::prover::CircuitProver;
use crate::app::patient::enrol::{EnrolOrder, Enrolled, Prepared};
use crate::domain::failure::{Failure, FailureCode};

pub(super) async fn enrol(session: &Session, options: Enrol) -> Result<(), Failure> {
    let patient = session.patient().await?;
    let report = session.progress();
    let order = EnrolOrder {
        study: options.study,
        record: options.record,
    };
    let prepared = patient.prepare(&order, &report).await?;
    session
        .output
        .progress(&studies::describe(&prepared.offer, &prepared.fit));
    session.output.progress(&crowd(&prepared));
    if let Some(obstacle) = prepared.fit.obstacles.first() {
        return Err(obstacle.clone());
    }
    if !options.yes && !confirm(session, "Enrol, under this agreement and for these uses?")? {
        return Err(Failure::new(
            FailureCode::InvalidInput,
            "not enrolled: consent was not given",
        ));
    }
    let prover = CircuitProver::new(options.circuits, options.proving_key);
    let enrolled = patient
        .enrol(&prepared, options.payout, &prover, &report)
        .await?;
    show(session, &prepared, &enrolled);
    Ok(())
}

/// Asks yes or no at the terminal.
fn confirm(session: &Session, question: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        let words = "there is no terminal to ask for consent at";
        return Err(Failure::new(FailureCode::InvalidInput, words)
            .with_hint("`--yes` gives it on the command line."));
    }
    session.output.progress(&format!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::new(FailureCode::Io, format!("the terminal: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn crowd(prepared: &Prepared) -> String {
    format!(
        "{} live records are in the registry, and yours is hidden among them; how many of them meet the criteria nobody knows, and it \
         may be few: to enrol tells that somebody matches",
        prepared.crowd
    )
}

fn show(session: &Session, prepared: &Prepared, enrolled: &Enrolled) {
    let without: Vec<_> = enrolled
        .without_receipt
        .iter()
        .map(|each| json!({ "proxy": each.proxy, "failure": each.failure.to_json() }))
        .collect();
    let value = json!({
        "studyId": enrolled.key.study_id,
        "nullifier": enrolled.key.nullifier,
        "attempt": enrolled.attempt,
        "record": prepared.record.index,
        "recordTag": enrolled.record_tag,
        "payout": enrolled.payout,
        "receipts": enrolled.slots,
        "withoutReceipt": without,
        "crowd": prepared.crowd.to_string(),
        "transaction": enrolled.transaction,
        "provingMs": u64::try_from(enrolled.proving.as_millis()).unwrap_or(u64::MAX),
    });
    let mut lines = vec![
        format!(
            "enrolled in study {}, attempt {}",
            enrolled.key.study_id, enrolled.attempt
        ),
        format!("  receipts of {} proxies", enrolled.slots.len()),
        match enrolled.transaction {
            Some(transaction) => format!("  transaction {transaction}"),
            None => "  the proxy that sent the transaction did not say which it is".to_owned(),
        },
        format!(
            "  {} will be paid to {}",
            prepared.offer.study.terms.price, enrolled.payout
        ),
    ];
    for each in &enrolled.without_receipt {
        lines.push(format!(
            "  no receipt of proxy {}: {}",
            each.proxy, each.failure
        ));
    }
    session.output.result(&value, &lines.join("\n"));
}
