//! How Medshare fails: one closed list of causes, shared by contracts, HTTP and the command line.
//!
//! Each cause has a stable code in kebab case, a hint on what to do, whether trying again may help, a class (which is the
//! program's exit code) and an HTTP status. The table is in [`codes`].

mod codes;

use std::fmt;

pub use codes::FailureCode;

/// What kind of cause it is; its number is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FailureClass {
    /// A defect of this program or of the machine.
    Internal = 1,
    /// What was asked for makes no sense as asked.
    Usage = 2,
    /// The record does not qualify.
    Eligibility = 3,
    /// The rules or the state of things forbid it.
    Refused = 4,
    /// Something needed is absent or does not answer.
    Unavailable = 5,
    /// Something is not what it should be.
    Integrity = 6,
    /// A key, password or signature does not fit.
    Keys = 7,
}

/// One failure: its cause from the closed list, and the particulars in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: FailureCode,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure with its particulars: which study, which proxy, how many. No secret belongs in it.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// Replaces the code's general hint by a more useful one.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The cause.
    pub fn code(&self) -> FailureCode {
        self.code
    }

    /// The particulars.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn hint(&self) -> &str {
        self.hint.as_deref().unwrap_or_else(|| self.code.hint())
    }

    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.code.is_retryable()
    }

    /// The body that HTTP answers and `--json` prints: `{code, message, hint, retryable}`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "code": self.code.as_str(),
            "message": self.message,
            "hint": self.hint(),
            "retryable": self.is_retryable(),
        })
    }

    /// Reads such a body back; `None` if it isn't one of ours.
    pub fn from_json(body: &serde_json::Value) -> Option<Self> {
        let text = |name: &str| body.get(name)?.as_str();
        let code = text("code")?.parse().ok()?;
        Some(Self {
            code,
            message: text("message")?.to_owned(),
            hint: text("hint").map(str::to_owned),
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<super::wire::DecodeError> for Failure {
    fn from(error: super::wire::DecodeError) -> Self {
        let code = match error {
            super::wire::DecodeError::Version { .. } => FailureCode::UnsupportedVersion,
            _ => FailureCode::Malformed,
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests;
