//! `status`, `revoke` and `claim`.

use serde_json::{json, Value};

use super::{Claim, Revoke, Session};
use crate::adapters::keystore::{store_evm_key, KeystoreError};
use crate::app::ending::end_due;
use crate::app::patient::follow::{Followed, Payout, WHAT_REVOKING_CANNOT_UNDO};
use crate::app::patient::Patient;
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
    let mut followed = match options.study {
        Some(study) => vec![patient.followed(study).await?],
        None => patient.enrolments(&session.progress()).await?,
    };
    for each in &mut followed {
        if end(session, &patient, each).await? {
            *each = patient.followed(each.study.id).await?;
        }
    }
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for each in &followed {
        for payout in &each.payouts {
            if let Some((value, line)) = settle(session, &patient, each, payout, options).await? {
                values.push(value);
                lines.push(line);
            }
        }
    }
    if values.is_empty() {
        let words = "no payout account of this patient is owed anything";
        return Err(Failure::new(FailureCode::NothingToClaim, words).with_hint(
            "Proxies pay out by themselves: what is owed may have been paid. `--export-keys` stores the keys of the accounts.",
        ));
    }
    session.output.result(&json!(values), &lines.join("\n"));
    Ok(())
}

/// Ends an enrolment whose window has passed, where no proxy did; whether it did.
async fn end(session: &Session, patient: &Patient, followed: &Followed) -> Result<bool, Failure> {
    let (study, enrolment) = (&followed.study, &followed.enrolment);
    if enrolment.state.is_ended() {
        return Ok(false);
    }
    let secrets = patient.seed.enrolment_secrets(study.id, enrolment.attempt);
    let writer = session.context.writer_as(secrets.payout).await?;
    let ended = end_due(writer.as_ref(), study, enrolment).await?;
    if let Some(ended) = &ended {
        let words = format!(
            "study {}: {} in transaction {}",
            study.id, ended.step, ended.transaction
        );
        session.output.progress(&words);
    }
    Ok(ended.is_some())
}

/// Pays out what one account is owed, and stores its key if that is asked for; `None` if there is neither to do.
async fn settle(
    session: &Session,
    patient: &Patient,
    followed: &Followed,
    payout: &Payout,
    options: &Claim,
) -> Result<Option<(Value, String)>, Failure> {
    let (study, account) = (&followed.study, payout.account);
    let key = patient
        .seed
        .enrolment_secrets(study.id, payout.attempt)
        .payout;
    let exported = if options.export_keys && payout.is_ours {
        Some(export(session, study.id, payout.attempt, &key)?)
    } else {
        None
    };
    let transaction = if payout.credit > 0 {
        let writer = session.context.writer_as(key).await?;
        Some(patient.claim(study, payout, &*writer).await?)
    } else {
        None
    };
    if exported.is_none() && transaction.is_none() {
        return Ok(None);
    }
    let paid = transaction.map(|transaction| {
        format!(
            "{} paid to {account}, transaction {transaction}",
            payout.credit
        )
    });
    let kept = exported
        .as_ref()
        .map(|file| format!("the key of {account} is in {file}"));
    let line: Vec<_> = paid.into_iter().chain(kept).collect();
    let value = json!({
        "studyId": study.id,
        "attempt": payout.attempt,
        "account": account,
        "amount": payout.credit.to_string(),
        "token": study.terms.token,
        "transaction": transaction,
        "keyFile": exported,
    });
    Ok(Some((value, line.join("\n"))))
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
    let latest = each.latest();
    let before = each.payouts.iter().rev().skip(1).rev();
    let earlier: Vec<_> = before
        .map(|payout| {
            json!({
                "attempt": payout.attempt,
                "payout": payout.account,
                "credit": payout.credit.to_string(),
            })
        })
        .collect();
    json!({
        "studyId": each.study.id,
        "nullifier": each.enrolment.key.nullifier,
        "attempt": each.enrolment.attempt,
        "state": each.enrolment.state,
        "since": each.enrolment.since,
        "payout": each.enrolment.payout,
        "payoutIsDerived": latest.is_some_and(|payout| payout.is_ours),
        "credit": credit(latest),
        "earlier": earlier,
        "token": each.study.terms.token,
        "attestations": each.enrolment.attested.count_ones(),
        "threshold": each.study.terms.threshold,
    })
}

fn credit(payout: Option<&Payout>) -> String {
    payout.map_or(0, |payout| payout.credit).to_string()
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
        EnrolmentState::Challenged => "challenged: the proxies have to deliver on chain".to_owned(),
        EnrolmentState::Demanded => {
            "the institution demands parts of the record on chain".to_owned()
        }
        EnrolmentState::Faulted => {
            "ended unpaid: the grant or the record was proved to be faulty".to_owned()
        }
    };
    format!(
        "study {} (attempt {}): {state}; {} is owed to {}",
        each.study.id,
        enrolment.attempt,
        credit(each.latest()),
        enrolment.payout
    )
}
