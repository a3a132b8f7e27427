//! The service's settings: command line, then environment, then file, then default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use url::Url;

use super::log::LogFormat;
use crate::adapters::keystore::RoleHome;
use crate::app::gather::Gathering;
use crate::domain::failure::{Failure, FailureCode};

/// The settings file in the role's folder.
const FILE: &str = "serve.json";
/// More calls in a transaction save no more gas, and come near the size that nodes take.
const MOST_TOGETHER: usize = 64;
const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8600);

/// Everything that can be set; what is `None` is left to the next source.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Settings {
    /// Address and port to listen on; port 0 leaves the choice to the system [default: 127.0.0.1:8600].
    #[arg(long, env = "MEDSHARE_SERVE_LISTEN")]
    listen: Option<SocketAddr>,
    /// Where envelopes, ciphertexts and documents are kept: file:///folder or
    /// s3://bucket/prefix?endpoint=…&region=…, credentials in AWS_… variables [default: `store` in the role's
    /// folder].
    #[arg(long, env = "MEDSHARE_SERVE_STORAGE")]
    storage: Option<String>,
    /// Where sealed key fragments are kept: a store that really deletes [default: `fragments` in the role's folder].
    #[arg(long, env = "MEDSHARE_SERVE_FRAGMENTS")]
    fragments: Option<String>,
    /// Seconds between two looks at the chain [default: 10].
    #[arg(long, env = "MEDSHARE_SERVE_TICK_S")]
    tick_s: Option<u64>,
    /// Seconds for which a receipt may be used, within the consortium's bound [default: 3600].
    #[arg(long, env = "MEDSHARE_SERVE_RECEIPT_S")]
    receipt_s: Option<u64>,
    /// Seconds for which a settled enrolment is still served [default: 604800, a week].
    #[arg(long, env = "MEDSHARE_SERVE_AFTER_SETTLEMENT_S")]
    serve_after_settlement_s: Option<u64>,
    /// Whether to pay out patients' credits when their enrolments are settled [default: true].
    #[arg(long, env = "MEDSHARE_SERVE_PUSH_CREDITS")]
    push_credits: Option<bool>,
    /// Milliseconds for which an enrolment, attestation, acceptance or ending waits for others to share its transaction [default: 500].
    #[arg(long, env = "MEDSHARE_SERVE_GATHER_MS")]
    gather_ms: Option<u64>,
    /// Most calls in one transaction, 1 to 64; so many don't wait any longer, and 1 sends each by itself [default: 16].
    #[arg(long, env = "MEDSHARE_SERVE_GATHER_MOST")]
    gather_most: Option<usize>,
    /// Verifying keys of the eligibility proofs, one or more for each circuit [default: the development keys that the program
    /// ships].
    #[arg(long, env = "MEDSHARE_SERVE_VERIFYING_KEY", value_delimiter = ',')]
    verifying_key: Option<Vec<PathBuf>>,
    /// How log lines look [default: text].
    #[arg(long, env = "MEDSHARE_SERVE_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

impl Settings {
    /// Fills what is not set from the file named, or from the one in the role's folder.
    pub(super) fn or_file(self, named: Option<&Path>, home: &RoleHome) -> Result<Self, Failure> {
        let path = named.map_or_else(|| home.file(FILE), Path::to_path_buf);
        let unusable = |reason: String| {
            let words = format!("the settings file {}: {reason}", path.display());
            Failure::new(FailureCode::InvalidInput, words)
        };
        if named.is_none() && !path.exists() {
            return Ok(self);
        }
        let bytes = std::fs::read(&path).map_err(|e| unusable(e.to_string()))?;
        let file: Self = serde_json::from_slice(&bytes).map_err(|e| unusable(e.to_string()))?;
        Ok(self.or(file))
    }

    fn or(self, other: Self) -> Self {
        Self {
            listen: self.listen.or(other.listen),
            storage: self.storage.or(other.storage),
            fragments: self.fragments.or(other.fragments),
            tick_s: self.tick_s.or(other.tick_s),
            receipt_s: self.receipt_s.or(other.receipt_s),
            serve_after_settlement_s: self
                .serve_after_settlement_s
                .or(other.serve_after_settlement_s),
            push_credits: self.push_credits.or(other.push_credits),
            gather_ms: self.gather_ms.or(other.gather_ms),
            gather_most: self.gather_most.or(other.gather_most),
            verifying_key: self.verifying_key.or(other.verifying_key),
            log_format: self.log_format.or(other.log_format),
        }
    }

    pub(super) fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or(DEFAULT_LISTEN)
    }

    pub(super) fn storage(&self, home: &RoleHome) -> Result<String, Failure> {
        or_folder(self.storage.as_deref(), home, "store")
    }

    pub(super) fn fragments(&self, home: &RoleHome) -> Result<String, Failure> {
        or_folder(self.fragments.as_deref(), home, "fragments")
    }

    pub(super) fn tick(&self) -> Duration {
        Duration::from_secs(self.tick_s.unwrap_or(10).max(1))
    }

    pub(super) fn receipt_s(&self) -> u64 {
        self.receipt_s.unwrap_or(3600)
    }

    pub(super) fn serve_after_settlement_s(&self) -> u64 {
        self.serve_after_settlement_s.unwrap_or(7 * 86_400)
    }

    pub(super) fn push_credits(&self) -> bool {
        self.push_credits.unwrap_or(true)
    }

    pub(super) fn gathering(&self) -> Result<Gathering, Failure> {
        let default = Gathering::default();
        let most = self.gather_most.unwrap_or(default.most);
        if !(1..=MOST_TOGETHER).contains(&most) {
            let words = format!("gather-most is {most}, and must be from 1 to {MOST_TOGETHER}");
            return Err(Failure::new(FailureCode::OutOfBounds, words));
        }
        Ok(Gathering {
            wait: self.gather_ms.map_or(default.wait, Duration::from_millis),
            most,
        })
    }

    pub(super) fn verifying_keys(&self) -> Option<&[PathBuf]> {
        self.verifying_key.as_deref()
    }

    pub(super) fn log_format(&self) -> LogFormat {
        self.log_format.unwrap_or(LogFormat::Text)
    }
}

/// The URL that is set, or that of a private folder of the role's.
fn or_folder(set: Option<&str>, home: &RoleHome, name: &str) -> Result<String, Failure> {
    if let Some(url) = set {
        return Ok(url.to_owned());
    }
    let folder = home.folder(name)?;
    let unusable = |reason: String| {
        Failure::new(
            FailureCode::Io,
            format!("{}: {reason}", folder.path().display()),
        )
    };
    let absolute = std::fs::canonicalize(folder.path()).map_err(|e| unusable(e.to_string()))?;
    let url = Url::from_directory_path(absolute);
    url.map(String::from)
        .map_err(|()| unusable("no absolute path".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_comes_before_the_file_and_the_file_before_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let home = RoleHome::open(folder.path(), "proxy").unwrap();
        let file = br#"{"listen": "0.0.0.0:1", "tickS": 3, "logFormat": "json"}"#;
        home.write(FILE, file).unwrap();
        let line = Settings {
            tick_s: Some(5),
            ..Settings::default()
        };
        let settings = line.or_file(None, &home).unwrap();
        assert_eq!(settings.tick(), Duration::from_secs(5));
        assert_eq!(settings.listen().to_string(), "0.0.0.0:1");
        assert_eq!(settings.log_format(), LogFormat::Json);
        assert_eq!(settings.receipt_s(), 3600);
        assert!(
            settings.storage(&home).unwrap().starts_with("file:///"),
            "a folder of its own"
        );
    }

    #[test]
    fn gathering_has_bounds() {
        let with = |gather_most| Settings {
            gather_ms: Some(0),
            gather_most,
            ..Settings::default()
        };
        let default = with(None).gathering().unwrap();
        assert_eq!((default.wait, default.most), (Duration::ZERO, 16));
        assert_eq!(with(Some(64)).gathering().unwrap().most, 64);
        for most in [0, 65] {
            let failure = with(Some(most)).gathering().unwrap_err();
            assert_eq!(failure.code(), FailureCode::OutOfBounds);
            assert!(failure.message().contains("from 1 to 64"), "{failure}");
        }
    }

    #[test]
    fn a_mistake_in_the_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let home = RoleHome::open(folder.path(), "proxy").unwrap();
        home.write(FILE, br#"{"listem": "0.0.0.0:1"}"#).unwrap();
        let failure = Settings::default().or_file(None, &home).unwrap_err();
        assert!(failure.message().contains("listem"), "{failure}");
        let absent = Some(Path::new("/nowhere/serve.json"));
        assert!(
            Settings::default().or_file(absent, &home).is_err(),
            "a file that was named"
        );
    }
}
