//! What commands print: results on stdout, everything else on stderr.
#![expect(clippy::print_stderr, reason = "printing is this module's one job")]

use std::io::Write as _;
use std::process::ExitCode;

use crate::domain::failure::Failure;

/// Where a command's result goes, and in which form.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// `json`: results as one JSON value, otherwise as text for people.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are printed as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Prints the result: the JSON value, or the text.
    pub fn result(&self, value: &serde_json::Value, text: &str) {
        let printed = if self.json {
            writeln!(std::io::stdout(), "{value:#}")
        } else {
            writeln!(std::io::stdout(), "{text}")
        };
        // A reader that has seen enough closes the pipe: what the command did is done all the same
        if let Err(error) = printed {
            tracing::debug!(%error, "the result was not printed");
        }
    }

    /// Tells how far a command has come.
    pub fn progress(&self, message: &str) {
        eprintln!("{message}");
    }

    /// Prints a failure, and gives its exit code.
    pub fn failure(&self, failure: &Failure) -> ExitCode {
        if self.json {
            eprintln!("{:#}", failure.to_json());
        } else {
            eprintln!(
                "error [{}]: {failure}\nhint: {}",
                failure.code(),
                failure.hint()
            );
        }
        ExitCode::from(failure.code().class() as u8)
    }
}
