//! `relayer institution end`: ends what nobody else did.

use serde_json::json;

use super::EndArgs;
use crate::app::ending::end_due;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::failure::{Failure, FailureCode};
use crate::ports::ledger::{EnrolmentsReader as _, StudiesReader as _};

/// Ends one enrolment, or all of a study that are due.
pub(super) async fn end(
    context: &Context,
    output: &Output,
    options: &EndArgs,
) -> Result<(), Failure> {
    let ledger = context.writer().await?;
    let study = ledger.study(options.study).await?.ok_or_else(|| {
        Failure::new(
            FailureCode::StudyUnknown,
            format!("study {}", options.study),
        )
    })?;
    let enrolments = match options.nullifier {
        Some(nullifier) => {
            let study_id = options.study;
            let key = EnrolmentKey {
                study_id,
                nullifier,
            };
            let enrolment = ledger.enrolment(key).await?;
            let words = "there is no such enrolment";
            vec![enrolment.ok_or_else(|| Failure::new(FailureCode::NotFound, words))?]
        }
        None => ledger.enrolments(options.study).await?,
    };
    let mut ended = Vec::new();
    for enrolment in &enrolments {
        let Some(done) = end_due(ledger.as_ref(), &study, enrolment).await? else {
            continue;
        };
        let key = enrolment.key;
        output.progress(&format!("enrolment {}: {}", key.nullifier, done.step));
        ended.push(json!({
            "studyId": key.study_id,
            "nullifier": key.nullifier,
            "attempt": enrolment.attempt,
            "step": done.step,
            "transaction": done.transaction,
        }));
    }
    let text = match ended.len() {
        0 => "no window has passed that would end an enrolment".to_owned(),
        count => format!("{count} ended"),
    };
    output.result(&json!({ "ended": ended }), &text);
    Ok(())
}
