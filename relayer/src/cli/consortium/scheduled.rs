//! `relayer consortium scheduled` and `cancel`: what was announced, and who objects.

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::OperationId;
use crate::domain::powers::Scheduled;
use crate::ports::ledger::{Call, LedgerWriter as _, PowersCall, PowersReader as _};

/// Lists what is scheduled and neither made nor cancelled.
pub(super) async fn list(context: &Context, output: &Output) -> Result<(), Failure> {
    let scheduled = context.reader().await?.scheduled().await?;
    let lines: Vec<_> = scheduled.iter().map(line).collect();
    let text = match lines.as_slice() {
        [] => "nothing is scheduled".to_owned(),
        lines => lines.join("\n"),
    };
    output.result(&json!(scheduled), &text);
    Ok(())
}

/// Cancels what was scheduled: for the guardian, or whoever scheduled it.
pub(super) async fn cancel(
    context: &Context,
    output: &Output,
    operation: OperationId,
) -> Result<(), Failure> {
    let ledger = context.writer().await?;
    let scheduled = ledger.scheduled().await?.into_iter();
    let found = scheduled
        .into_iter()
        .find(|each| each.operation == operation);
    let found = found.ok_or_else(|| {
        let words = format!("{operation} is not scheduled");
        Failure::new(FailureCode::NotFound, words)
            .with_hint("`relayer consortium scheduled` lists what is.")
    })?;
    let cancel = PowersCall::Cancel {
        caller: found.caller,
        target: found.target,
        data: found.data.clone(),
    };
    ledger.submit(&Call::Powers(cancel)).await?;
    let value = json!({ "operation": operation, "cancelled": true });
    output.result(&value, &format!("{operation} is cancelled"));
    Ok(())
}

fn line(scheduled: &Scheduled) -> String {
    let function = match scheduled.power {
        Some(power) => power.as_str().to_owned(),
        None => format!("a function of {}", scheduled.target),
    };
    format!(
        "{}  {function} by {}, from {} on",
        scheduled.operation, scheduled.caller, scheduled.ready_at
    )
}
