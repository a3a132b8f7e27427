//! `status`, `revoke` and `claim`.

use serde_json::{json, Value};

use super::{Claim, Revoke, Session};
use crate::adapters::keystore::{store_evm_key, KeystoreError};
use crate::app::patient::follow::{Followed, WHAT_REVOKING_CANNOT_UNDO};
use crate::cli::context::password;
use crate::domain::enrolment::EnrolmentState;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::StudyId;
use crate::domain::signer::EvmKey;

pub(super) async fn status(session: &Session) -> Result<(), Failure> {
    let patient = session.patient().await?;
    let all = patient.enrolments(&session.progress()).await?;
    let (value, text) = show(&all);
    session.output.result(&value, &text);
    Ok(())
}

pub(super) async fn revoke(session: &Session, options: &Revoke) -> Result<(), Failure> {
    let patient = session.patient().await?;
    let study = options.study;
    session.output.progress(WHAT_REVOKING_CANNOT_UNDO);
    let transaction = if options.before {
        let attempt = patient.next_attempt(&patient.study(study).await?).await?;
        let writer = session
            .context
            .writer_as(patient.seed.enrolment_secrets(study, attempt).payout)
            .await?;
        patient.revoke_before(study, &*writer).await?
    } else if options.direct {
        let attempt = patient.followed(study).await?.enrolment.attempt;
        let writer = session
            .context
            .writer_as(patient.seed.enrolment_secrets(study, attempt).payout)
            .await?;
        patient.revoke_with(study, &*writer).await?
    } else {
        patient.revoke(study).await?
    };
    let value = json!({ "studyId": study, "transaction": transaction });
    session.output.result(
        &value,
        &format!("revoked in study {study}, transaction {transaction}"),
    );
    Ok(())
}

pub(super) async fn claim(session: &Session, options: &Claim) -> Result<(), Failure> {
    let patient = session.patient().await?;
    let followed = match options.study {
        Some(study) => vec![patient.followed(study).await?],
        None => owed(patient.enrolments(&session.progress()).await?)?,
    };
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for each in &followed {
        let (study, attempt) = (each.study.id, each.enrolment.attempt);
        let key = patient.seed.enrolment_secrets(study, attempt).payout;
        let exported = if options.export_keys && each.payout_is_ours {
            Some(export(session, study, attempt, &key)?)
        } else {
            None
        };
        let writer = session.context.writer_as(key).await?;
        let (account, transaction) = patient.claim(each, &*writer).await?;
        values.push(json!({
            "studyId": study,
            "account": account,
            "amount": each.credit.to_string(),
            "token": each.study.terms.token,
            "transaction": transaction,
            "keyFile": exported,
        }));
        lines.push(format!(
            "{} paid to {account}, transaction {transaction}",
            each.credit
        ));
    }
    session.output.result(&json!(values), &lines.join("\n"));
    Ok(())
}

fn owed(all: Vec<Followed>) -> Result<Vec<Followed>, Failure> {
    let owed: Vec<_> = all.into_iter().filter(|each| each.credit > 0).collect();
    if owed.is_empty() {
        return Err(Failure::new(
            FailureCode::NothingToClaim,
            "no enrolment is owed anything",
        ));
    }
    Ok(owed)
}

/// Stores a payout key as a keystore file; one that is there already is the same.
fn export(
    session: &Session,
    study: StudyId,
    attempt: u32,
    key: &EvmKey,
) -> Result<String, Failure> {
    let home = session.context.home();
    let name = format!("payout-{study}-{attempt}.json");
    match store_evm_key(home, &name, key, &password()?) {
        Ok(()) | Err(KeystoreError::Exists(_)) => Ok(home.file(&name).display().to_string()),
        Err(error) => Err(error.into()),
    }
}

/// Enrolments, as JSON and as text.
pub(super) fn show(all: &[Followed]) -> (Value, String) {
    let values: Vec<_> = all.iter().map(value).collect();
    let mut lines: Vec<_> = all.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("no enrolment".to_owned());
    }
    (json!(values), lines.join("\n"))
}

fn value(each: &Followed) -> Value {
    json!({
        "studyId": each.study.id,
        "nullifier": each.enrolment.key.nullifier,
        "attempt": each.enrolment.attempt,
        "state": each.enrolment.state,
        "since": each.enrolment.since,
        "payout": each.enrolment.payout,
        "payoutIsDerived": each.payout_is_ours,
        "credit": each.credit.to_string(),
        "token": each.study.terms.token,
        "attestations": each.enrolment.attested.count_ones(),
        "threshold": each.study.terms.threshold,
    })
}

fn line(each: &Followed) -> String {
    let (enrolment, terms) = (&each.enrolment, &each.study.terms);
    let state = match enrolment.state {
        EnrolmentState::Enrolled => format!(
            "under way, {} of {} attestations",
            enrolment.attested.count_ones(),
            terms.threshold
        ),
        EnrolmentState::Delivered => "delivered, the institution may still object".to_owned(),
        EnrolmentState::Settled => "settled".to_owned(),
        EnrolmentState::Refunded => {
            "not delivered in time, refunded; another attempt can be made".to_owned()
        }
        EnrolmentState::Revoked => "revoked".to_owned(),
    };
    format!(
        "study {} (attempt {}): {state}; {} is owed to {}",
        each.study.id, enrolment.attempt, each.credit, enrolment.payout
    )
}
