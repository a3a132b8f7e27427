//! Somebody who runs `relayer` commands in a home of their own.

use super::process::{ChildProcess, SandboxError};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How a command failed, as the user sees it.
#[derive(Debug, thiserror::Error)]
#[error("`relayer {command}` failed with exit code {exit_code}: {stderr}")]
pub struct CommandError {
    /// The command line, without the program.
    pub command: String,
    /// The exit code; -1 if a signal ended the command.
    pub exit_code: i32,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

impl CommandError {
    /// What the command told with `--json`: `{code, message, hint, retryable}`. Progress may stand before it.
    pub fn failure(&self) -> Option<Value> {
        let start = self.stderr.rfind("\n{").map_or(0, |at| at + 1);
        serde_json::from_str(self.stderr.get(start..)?.trim()).ok()
    }
}

/// An actor: a home folder, settings in the environment, and the `relayer` program.
#[derive(Debug, Clone)]
pub struct Actor {
    name: String,
    program: PathBuf,
    home: PathBuf,
    settings: BTreeMap<String, String>,
}

impl Actor {
    /// An actor whose home is `folder/name`. `program` is the `relayer` binary.
    pub fn new(name: &str, program: &Path, folder: &Path) -> Self {
        let home = folder.join(name);
        Self {
            name: name.to_owned(),
            program: program.to_owned(),
            home,
            settings: BTreeMap::new(),
        }
    }

    /// The same actor with a setting more, given to commands in the environment.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.settings.insert(key.to_owned(), value.into());
        self
    }

    /// The actor's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The actor's home folder, `MEDSHARE_HOME`.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Runs `relayer ARGS --json` to its end and gives what it printed.
    ///
    /// # Errors
    /// [`CommandError`] if it exits with another code than 0, or prints something else than JSON.
    pub fn run(&self, args: &[&str]) -> Result<Value, CommandError> {
        let output = self.command(args).arg("--json").output();
        let failed = |exit_code, stdout: &[u8], stderr: &[u8]| CommandError {
            command: args.join(" "),
            exit_code,
            stdout: String::from_utf8_lossy(stdout).into_owned(),
            stderr: String::from_utf8_lossy(stderr).into_owned(),
        };
        let output = output.map_err(|error| failed(-1, b"", error.to_string().as_bytes()))?;
        let code = output.status.code().unwrap_or(-1);
        if code != 0 {
            return Err(failed(code, &output.stdout, &output.stderr));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|_| failed(code, &output.stdout, b"standard output is not JSON"))
    }

    /// Starts `relayer ARGS --json` as a service and waits for the JSON value by which it says that it is ready.
    ///
    /// # Errors
    /// It can't be started, or isn't ready in a minute.
    pub fn serve(&self, args: &[&str]) -> Result<(ChildProcess, Value), SandboxError> {
        let log = self.home.with_extension("log");
        let mut command = self.command(args);
        command.arg("--json");
        let mut said = String::new();
        ChildProcess::start(command, &log, Duration::from_mins(1), move |line| {
            said.push_str(line);
            serde_json::from_str(&said).ok()
        })
    }

    /// `relayer ARGS` as this actor, not started yet.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(args)
            .env("MEDSHARE_HOME", &self.home)
            .envs(&self.settings);
        command
    }
}
