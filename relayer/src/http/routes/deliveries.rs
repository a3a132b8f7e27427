//! `/v1/deliveries/{studyId}/{nullifier}`: what the study's institution receives, but for the ciphertext.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::Json;

use crate::app::proxy::Proxy;
use crate::domain::delivery::Delivery;
use crate::domain::enrolment::EnrolmentKey;
use crate::http::error::HttpError;
use crate::http::extract::{parse, SignedBody};

/// Re-encrypts for the institution that signs.
pub(super) async fn get(
    State(proxy): State<Arc<Proxy>>,
    Path((study, nullifier)): Path<(String, String)>,
    signed: SignedBody,
) -> Result<Json<Delivery>, HttpError> {
    let key = EnrolmentKey {
        study_id: parse(&study, "study")?,
        nullifier: parse(&nullifier, "nullifier")?,
    };
    Ok(Json(proxy.deliver(signed.signer, key).await?))
}
