//! The service's log, on standard error.
//!
//! `MEDSHARE_LOG` filters it (as `RUST_LOG` does elsewhere). No request body, header, key or name of a patient enters it at
//! any level of this program's own.

use tracing_subscriber::EnvFilter;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log; a second start in one process changes nothing.
pub(super) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("MEDSHARE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,relayer=info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log runs already");
    }
}
