//! Failures as HTTP answers: `{code, message, hint, retryable}`, the status by the code.

use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::domain::failure::{Failure, FailureClass, FailureCode};

/// A failure on its way to the one who asked.
///
/// What a defect of this machine says (paths, queries) goes to the log, and a fixed text to the client.
#[derive(Debug)]
pub struct HttpError(Failure);

impl HttpError {
    /// A failure of a code, in words.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self(Failure::new(code, message))
    }
}

impl<E: Into<Failure>> From<E> for HttpError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let failure = self.0;
        let code = failure.code();
        let status =
            StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = if is_ours(code) {
            tracing::error!(%code, reason = failure.message(), "a request failed by a fault of this proxy");
            Failure::new(
                code,
                "the proxy could not do this; its operator finds the reason in the log",
            )
        } else {
            tracing::info!(%code, reason = failure.message(), "a request was refused");
            failure
        };
        let json = [(header::CONTENT_TYPE, "application/json")];
        (status, json, body.to_json().to_string()).into_response()
    }
}

/// Whether the particulars are for the operator only.
fn is_ours(code: FailureCode) -> bool {
    code.class() == FailureClass::Internal || code == FailureCode::StorageUnavailable
}

/// Answers for a path that is not in the table.
pub async fn no_such_path() -> HttpError {
    HttpError::new(FailureCode::NotFound, "there is no such path here")
}

/// Answers for a method that a path does not have.
pub async fn no_such_method() -> HttpError {
    HttpError::new(FailureCode::InvalidInput, "this path has no such method")
}
