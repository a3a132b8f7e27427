//! `/v1/enrolments`, `/v1/acceptances`, `/v1/revocations`: sent to the chain for people who have no account there.
//!
//! What they carry proves itself: a proof, a signature, a secret. So the requests aren't signed.

use std::sync::Arc;

use axum::extract::State;
use axum::Json;

use crate::app::proxy::Proxy;
use crate::http::body::{AcceptanceBody, EnrolmentBody, Relayed, RevocationBody};
use crate::http::error::HttpError;
use crate::http::extract::JsonBody;
use crate::ports::index::Included;

/// Sends an enrolment, and waits for its block.
pub(super) async fn enrol(
    State(proxy): State<Arc<Proxy>>,
    JsonBody(body): JsonBody<EnrolmentBody>,
) -> Result<Json<Relayed>, HttpError> {
    Ok(Json(relayed(proxy.relay_enrolment(body.into()).await?)))
}

/// Sends an acceptance, and waits for its block.
pub(super) async fn accept(
    State(proxy): State<Arc<Proxy>>,
    JsonBody(body): JsonBody<AcceptanceBody>,
) -> Result<Json<Relayed>, HttpError> {
    let key = crate::app::relay::attempt_key(body.study_id, body.nullifier, body.attempt);
    Ok(Json(relayed(
        proxy.relay_acceptance(key, body.signature).await?,
    )))
}

/// Sends a revocation, and waits for its block.
pub(super) async fn revoke(
    State(proxy): State<Arc<Proxy>>,
    JsonBody(body): JsonBody<RevocationBody>,
) -> Result<Json<Relayed>, HttpError> {
    let key = crate::app::relay::attempt_key(body.study_id, body.nullifier, body.attempt);
    Ok(Json(relayed(
        proxy.relay_revocation(key, &body.secret).await?,
    )))
}

fn relayed(included: Included) -> Relayed {
    Relayed {
        transaction: included.hash.into(),
        block: included.block,
    }
}
