//! `relayer demo`: the whole story on one machine, with real parts, for a person to read.
//!
//! Everything is done by the commands that people use, each run as a process of its own; the demo only tells what they did.

mod heads;
mod story;
mod tell;

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::Output;
use crate::domain::failure::{Failure, FailureClass, FailureCode};
use crate::sandbox::{CommandError, On, SandboxError, StageError};

/// The bundle that the repository ships: a made-up patient.
pub(super) const BUNDLE: &str =
    include_str!("../../../tests/data/bundles/marta-type-2-diabetes.json");
/// Criteria that she meets.
pub(super) const CRITERIA: &str = include_str!("../../../tests/data/criteria/type-2-diabetes.json");
/// A made-up patient more, for the crowd.
const CROWD: &str = include_str!("../../../tests/data/bundles/jonas-type-1-diabetes.json");

/// Tell the whole story on this machine: a chain, three proxies, a hospital, a patient, an institution.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  relayer demo --bundle record.json --criteria criteria.json\n  relayer demo --network goquorum\n  \
                  relayer demo --network network-folder"
)]
pub struct DemoArgs {
    /// A FHIR R4 bundle of one patient; by default a made-up one.
    #[arg(long)]
    bundle: Option<PathBuf>,
    /// The study's criteria; by default some that the made-up patient meets.
    #[arg(long)]
    criteria: Option<PathBuf>,
    /// New folder for everything that the demo leaves behind.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Folder of the compiled circuits and their keys.
    #[arg(long, env = "MEDSHARE_CIRCUITS", default_value = prover::circuit::artefacts::DEFAULT_FOLDER)]
    circuits: PathBuf,
}

impl DemoArgs {
    /// Tells the story.
    ///
    /// # Errors
    /// The failure of the step at which the story ends, as its command told it: a record that is not eligible, say.
    pub async fn run(self, network: Option<&Path>, output: &Output) -> Result<(), Failure> {
        let folder = self.folder()?;
        let input = story::Input {
            bundle: take(self.bundle.as_ref(), BUNDLE, &folder.join("bundle.json"))?,
            criteria: take(
                self.criteria.as_ref(),
                CRITERIA,
                &folder.join("criteria.json"),
            )?,
            crowd: take(None, CROWD, &folder.join("crowd.json"))?,
            circuits: absolute(&self.circuits)?,
            on: network.map_or(On::Anvil, On::of),
            folder,
        };
        story::tell(&input, *output).await
    }

    /// The folder to leave everything in, made now.
    fn folder(&self) -> Result<PathBuf, Failure> {
        let now = jiff::Timestamp::now()
            .strftime("%Y-%m-%dT%H-%M-%SZ")
            .to_string();
        let folder = self
            .out
            .clone()
            .unwrap_or_else(|| PathBuf::from("demo-output").join(now));
        if folder.exists() {
            let words = format!("{} is there already", folder.display());
            return Err(Failure::new(FailureCode::AlreadyExists, words));
        }
        std::fs::create_dir_all(&folder).map_err(|error| io(&folder, &error))?;
        absolute(&folder)
    }
}

/// Copies the input into the demo's folder, so that it shows what it was made from.
fn take(given: Option<&PathBuf>, default: &str, to: &PathBuf) -> Result<PathBuf, Failure> {
    let copied = match given {
        Some(path) => std::fs::copy(path, to)
            .map(drop)
            .map_err(|error| io(path, &error)),
        None => std::fs::write(to, default).map_err(|error| io(to, &error)),
    };
    copied.map(|()| to.clone())
}

fn absolute(path: &PathBuf) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| io(path, &error))
}

fn io(path: &Path, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::NotFound => FailureCode::NotFound,
        _ => FailureCode::Io,
    };
    Failure::new(code, format!("{}: {error}", path.display()))
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Network(failure) => failure,
            other => Self::new(FailureCode::Io, other.to_string()),
        }
    }
}

impl From<StageError> for Failure {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Sandbox(error) => error.into(),
            StageError::Command(error) => error.into(),
        }
    }
}

impl From<CommandError> for Failure {
    /// The failure that the command told with `--json`, as it told it.
    fn from(error: CommandError) -> Self {
        let told = error.failure();
        let text = |name: &str| {
            told.as_ref()
                .and_then(|told| told[name].as_str().map(str::to_owned))
        };
        match (
            text("code").and_then(|code| code.parse::<FailureCode>().ok()),
            text("message"),
        ) {
            (Some(code), Some(message)) => {
                let failure = Self::new(code, message);
                match text("hint") {
                    Some(hint) => failure.with_hint(hint),
                    None => failure,
                }
            }
            _ => Self::new(FailureCode::Internal, error.to_string()),
        }
    }
}

/// Whether the story ends here as stories may: the record does not qualify.
pub(super) fn is_ineligible(failure: &Failure) -> bool {
    failure.code().class() == FailureClass::Eligibility
}
