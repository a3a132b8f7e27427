//! Child processes that end with their owner.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Why the sandbox could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A program is not where it was looked for.
    #[error("`{program}` was not found: {hint}")]
    ProgramMissing {
        /// The program's name.
        program: String,
        /// Where to get it.
        hint: String,
    },
    /// A program could not be started.
    #[error("`{program}` could not be started: {source}")]
    Spawn {
        /// The program's path.
        program: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A program ended, or said nothing, before it was ready.
    #[error("`{program}` was not ready after {seconds} s; its output is in {log}")]
    NotReady {
        /// The program's path.
        program: String,
        /// How long it was waited for.
        seconds: u64,
        /// Where its output was written.
        log: String,
    },
    /// The development chain refused a call.
    #[error("the development chain refused {method}: {message}")]
    Chain {
        /// The JSON-RPC method.
        method: String,
        /// What it said.
        message: String,
    },
    /// The chain's own network.
    #[error(transparent)]
    Network(#[from] crate::domain::failure::Failure),
    /// A file of the sandbox could not be written or read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
}

/// A child process, killed when this value is dropped.
#[derive(Debug)]
pub struct ChildProcess {
    child: Child,
    program: String,
}

impl ChildProcess {
    /// Starts `command`, writes its standard error to `log`, and waits until `ready` finds what it looks for in a line of its standard
    /// output; gives the process and what was found.
    ///
    /// # Errors
    /// The program can't be started, or isn't ready within `patience`.
    pub fn start<T: Send + 'static>(
        mut command: Command,
        log: &Path,
        patience: Duration,
        mut ready: impl FnMut(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Self, T), SandboxError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let file_error = |source| SandboxError::File {
            path: log.display().to_string(),
            source,
        };
        let errors = std::fs::File::create(log).map_err(file_error)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|source| SandboxError::Spawn {
                program: program.clone(),
                source,
            })?;
        let stdout = child.stdout.take();
        let process = Self {
            child,
            program: program.clone(),
        };

        let (found, when_ready) = mpsc::channel();
        std::thread::spawn(move || {
            let Some(stdout) = stdout else { return };
            // The pipe is read to its end: a child that finds it full, or closed, would stop.
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(value) = ready(&line) {
                    found.send(value).ok();
                }
            }
        });
        match when_ready.recv_timeout(patience) {
            Ok(value) => Ok((process, value)),
            Err(_) => Err(SandboxError::NotReady {
                program,
                seconds: patience.as_secs(),
                log: log.display().to_string(),
            }),
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process at once, as `kill -9` does, and waits for its end.
    pub fn kill(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            tracing::debug!(program = %self.program, %error, "the process had ended already");
        }
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Finds a program of Foundry's: where npm put it, under `node_modules` of the working folder or of one above it, else on `PATH`. Not what npm
/// links to: that is a script which starts the program, and leaves it running when it is killed itself.
///
/// # Errors
/// [`SandboxError::ProgramMissing`], with `hint`.
pub fn find_foundry(name: &str, hint: &str) -> Result<PathBuf, SandboxError> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let package = format!("@foundry-rs/{name}-{}", npm_platform());
    let above = std::env::current_dir().ok();
    let installed = above
        .iter()
        .flat_map(|folder| folder.ancestors())
        .map(|folder| folder.join("node_modules").join(&package).join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    installed
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(&file))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| SandboxError::ProgramMissing {
            program: name.to_owned(),
            hint: hint.to_owned(),
        })
}

/// This machine, as Foundry's packages are named after it.
fn npm_platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}-{processor}")
}
