//! `relayer consortium verifier`: which verifier new studies go by, for each size of the circuit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use prover::circuit::CircuitSize;
use serde_json::{json, Value};

use super::deploy::{read, write_network};
use super::powers::{act, Scheduling};
use crate::adapters::chain::{ChainDeployer, ChainSettings};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::cli::verifying_key::read_verifying_key;
use crate::cli::Global;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, VerifyingKeyHash};
use crate::ports::ledger::{Call, ConsortiumReader};

#[cfg(test)]
mod tests;

/// What is done about verifiers.
#[derive(Debug, Subcommand)]
pub enum VerifierCommand {
    /// List the verifiers that new studies go by.
    #[command(after_help = "Example: relayer consortium verifier list --json")]
    List,
    /// Deploy a verifier for a ceremony's key. No study goes by it before it is named.
    #[command(
        after_help = "Example: relayer consortium verifier deploy EligibilityVerifier8.json --verifying-key eligibility_8.vkey.json"
    )]
    Deploy {
        /// The verifier's artefact, compiled by `tools/verifier.mjs`.
        #[arg(value_name = "FILE")]
        artefact: PathBuf,
        /// The verifying key that it must have.
        #[arg(long, value_name = "FILE")]
        verifying_key: PathBuf,
    },
    /// Name the verifier of studies opened from now on, and write it into the network file. Studies that are open keep theirs.
    #[command(
        after_help = "Example: relayer consortium verifier name 0x5b…3f --verifying-key eligibility_8.vkey.json --schedule"
    )]
    Name(NameArgs),
    /// Let no study of a size be opened any more.
    #[command(after_help = "Example: relayer consortium verifier close 8 --schedule")]
    Close(CloseArgs),
}

/// Arguments of `name`.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The verifier.
    #[arg(id = "changes", value_name = "ADDRESS")]
    verifier: Address,
    /// The verifying key that it must have; it says of which circuit.
    #[arg(long, value_name = "FILE")]
    verifying_key: PathBuf,
    #[command(flatten)]
    scheduling: Scheduling,
}

/// Arguments of `close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// The circuit's size, by its number of openings.
    #[arg(id = "changes", value_name = "OPENINGS", value_parser = parse_openings)]
    openings: u8,
    #[command(flatten)]
    scheduling: Scheduling,
}

impl VerifierCommand {
    pub(super) async fn run(
        self,
        context: &Context,
        global: &Global,
        output: &Output,
    ) -> Result<(), Failure> {
        match self {
            Self::List => list(context, output).await,
            Self::Deploy {
                artefact,
                verifying_key,
            } => deploy(context, output, &artefact, &verifying_key).await,
            Self::Name(name) => name.run(context, global, output).await,
            Self::Close(close) => close.run(context, output).await,
        }
    }
}

async fn list(context: &Context, output: &Output) -> Result<(), Failure> {
    let ledger = context.reader().await?;
    let (mut all, mut lines) = (Vec::new(), Vec::new());
    for size in CircuitSize::ALL {
        let openings = openings_of(size);
        let verifier = ledger.verifier(openings).await?;
        let key = match verifier {
            Some(verifier) => ledger.key_of(verifier).await?,
            None => None,
        };
        lines.push(line(openings, verifier, key));
        all.push(json!({ "openings": openings, "verifier": verifier, "verifyingKeyHash": key }));
    }
    output.result(&Value::Array(all), &lines.join("\n"));
    Ok(())
}

fn line(openings: u8, verifier: Option<Address>, key: Option<VerifyingKeyHash>) -> String {
    match (verifier, key) {
        (Some(verifier), Some(key)) => format!("{openings:2} openings  {verifier}, key {key}"),
        _ => format!("{openings:2} openings  none: no study can be opened"),
    }
}

async fn deploy(
    context: &Context,
    output: &Output,
    artefact: &Path,
    verifying_key: &Path,
) -> Result<(), Failure> {
    let (openings, key) = key_in(verifying_key)?;
    let settings = ChainSettings::of(context.reader().await?.network());
    let chain = ChainDeployer::identify(&settings).await?;
    let outbox = context.index().await?.outbox(chain.genesis.to_bytes());
    let deployer = ChainDeployer::new(&settings, chain, context.account()?, Arc::new(outbox))?;
    let verifier = deployer.deploy_verifier(&read(artefact)?, key).await?;
    let value = json!({ "openings": openings, "verifier": verifier, "verifyingKeyHash": key });
    output.result(&value, &line(openings, Some(verifier), Some(key)));
    Ok(())
}

impl NameArgs {
    async fn run(self, context: &Context, global: &Global, output: &Output) -> Result<(), Failure> {
        let (openings, key) = key_in(&self.verifying_key)?;
        let ledger = context.reader().await?;
        require_key(ledger.as_ref(), self.verifier, key).await?;
        let is_named = ledger.verifier(openings).await? == Some(self.verifier);
        let mut ready_at = None;
        if !is_named {
            let call = Call::SetVerifier {
                openings,
                verifier: self.verifier,
            };
            ready_at = act(&*context.writer().await?, call, self.scheduling).await?;
        }
        if ready_at.is_none() {
            let network = context.network()?;
            let network = network.with_verifier(openings, self.verifier, key);
            write_network(&global.network_file(), &network)?;
        }
        show(output, openings, Some((self.verifier, key)), ready_at);
        Ok(())
    }
}

impl CloseArgs {
    async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        let ledger = context.writer().await?;
        let call = Call::SetVerifier {
            openings: self.openings,
            verifier: Address::default(),
        };
        let ready_at = act(&ledger, call, self.scheduling).await?;
        show(output, self.openings, None, ready_at);
        Ok(())
    }
}

/// Refuses a verifier that is none, or one for another key.
async fn require_key(
    ledger: &dyn ConsortiumReader,
    verifier: Address,
    key: VerifyingKeyHash,
) -> Result<(), Failure> {
    let words = match ledger.key_of(verifier).await? {
        Some(found) if found == key => return Ok(()),
        Some(found) => format!("the verifier at {verifier} has the key {found}, not {key}"),
        None => format!("there is no contract at {verifier}"),
    };
    Err(Failure::new(FailureCode::InvalidInput, words)
        .with_hint("`relayer consortium verifier deploy` deploys one for a key."))
}

/// Shows what new studies go by, or can from a time on.
fn show(
    output: &Output,
    openings: u8,
    named: Option<(Address, VerifyingKeyHash)>,
    ready_at: Option<u64>,
) {
    let (verifier, key) = named.unzip();
    let mut value = json!({
        "openings": openings,
        "verifier": verifier,
        "verifyingKeyHash": key,
    });
    let line = line(openings, verifier, key);
    let text = match ready_at {
        Some(at) => format!("{line}; from {at} (Unix seconds) on it can be made so"),
        None => line,
    };
    if let Some(at) = ready_at {
        value["readyAt"] = json!(at);
    }
    output.result(&value, &text);
}

/// The circuit and the digest of a verifying key.
fn key_in(path: &Path) -> Result<(u8, VerifyingKeyHash), Failure> {
    let (size, key) = read_verifying_key(path)?;
    Ok((openings_of(size), VerifyingKeyHash::new(key.hash())))
}

fn openings_of(size: CircuitSize) -> u8 {
    u8::try_from(size.openings()).unwrap_or(u8::MAX)
}

fn parse_openings(text: &str) -> Result<u8, String> {
    let known = CircuitSize::ALL.map(openings_of);
    let parsed = text.parse().ok().filter(|number| known.contains(number));
    parsed.ok_or_else(|| format!("expected one of {known:?}, got {text:?}"))
}
