//! `/v1/grants`: a patient hands over a grant and asks for a receipt. Who asks is shown by the proof, not by a signature.

use std::sync::Arc;

use axum::extract::State;
use axum::Json;

use crate::app::proxy::Proxy;
use crate::domain::draft::{EnrolmentDraft, ReceiptGiven};
use crate::http::error::HttpError;
use crate::http::extract::JsonBody;

/// Checks the draft and answers with a receipt.
pub(super) async fn post(
    State(proxy): State<Arc<Proxy>>,
    JsonBody(draft): JsonBody<EnrolmentDraft>,
) -> Result<Json<ReceiptGiven>, HttpError> {
    Ok(Json(proxy.give_receipt(&draft).await?))
}
