//! `relayer institution challenge`: finds out what is wrong with a delivery, and takes the step that the contracts decide it by.

use serde_json::json;

use super::{receiving_key, ChallengeArgs};
use crate::app::receive::challenge::Ground;
use crate::app::receive::report::Report;
use crate::app::receive::Receiver;
use crate::app::study::allow;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::TransactionHash;
use crate::ports::ledger::{Call, DisputeCall, LedgerWriter as _};

/// Challenges one delivery, if trying to receive it gives a ground.
pub(super) async fn challenge(
    context: &Context,
    output: &Output,
    options: &ChallengeArgs,
) -> Result<(), Failure> {
    let ledger = context.writer().await?;
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
    let key = EnrolmentKey {
        study_id: options.study,
        nullifier: options.nullifier,
    };
    let scratch = tempfile::tempdir()
        .map_err(|error| Failure::new(FailureCode::Io, format!("a scratch folder: {error}")))?;
    let mut report = Report::default();
    let found = receiver.ground(key, scratch.path(), &mut report).await?;
    let step = name_of(&found.step);
    output.progress(&format!("{step}: {}", found.words));
    if options.dry_run {
        output.result(&told(&found, None), "nothing was sent");
        return Ok(());
    }
    let Ground {
        on, study, stake, ..
    } = &found;
    allow(ledger.as_ref(), study.terms.token, *stake).await?;
    let call = Call::Dispute {
        on: *on,
        step: Box::new(found.step.clone()),
    };
    let included = ledger.submit(&call).await?;
    let hash = TransactionHash::new(included.hash);
    let text = format!("{step} in transaction {hash}, {} gas", included.gas);
    output.result(&told(&found, Some(hash)), &text);
    Ok(())
}

fn told(found: &Ground, transaction: Option<TransactionHash>) -> serde_json::Value {
    json!({
        "studyId": found.on.key.study_id,
        "nullifier": found.on.key.nullifier,
        "attempt": found.on.attempt,
        "step": name_of(&found.step),
        "because": found.words,
        "stake": found.stake.to_string(),
        "transaction": transaction,
    })
}

fn name_of(step: &DisputeCall) -> &'static str {
    match step {
        DisputeCall::Challenge { .. } => "challenge",
        DisputeCall::Demand { .. } => "demand",
        DisputeCall::Fault(_) => "fault",
        DisputeCall::Answer(_) | DisputeCall::AnswerFurther { .. } => "answer",
        DisputeCall::Post(_) => "post",
        DisputeCall::Expire => "expire",
    }
}
