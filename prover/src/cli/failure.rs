//! How a verb fails: a message, a hint where one helps, and an exit code by class.
#![allow(
    clippy::print_stderr,
    reason = "the command line's messages belong on standard error"
)]

use std::{fmt::Display, path::Path, process::ExitCode};

/// The class of a failure, which is its exit code, with the same numbers as `relayer`'s. Code 2 is clap's, for arguments
/// that make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Class {
    /// The record does not qualify.
    NotEligible = 3,
    /// A file that can't be read or written.
    File = 5,
    /// Input that was read but isn't what it should be.
    Input = 6,
}

/// A failure of a verb, as the user sees it.
#[derive(Debug)]
pub(crate) struct Failure {
    class: Class,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure of this class with this message.
    pub(crate) fn new(class: Class, message: impl Display) -> Self {
        Self {
            class,
            message: message.to_string(),
            hint: None,
        }
    }

    /// A file that can't be read or written.
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::new(Class::File, format!("{}: {error}", path.display()))
    }

    /// Adds what the user can do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Tells the user and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("error: {}", self.message);
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
        ExitCode::from(self.class as u8)
    }
}
