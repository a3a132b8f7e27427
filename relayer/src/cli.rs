//! The command line: `relayer <role> <verb>`, one module a role.
//!
//! Results go to stdout (JSON with `--json`), everything else to stderr. The exit code is the class of the failure.

pub mod bench;
pub mod consortium;
pub mod context;
pub mod demo;
pub mod hospital;
pub mod institution;
pub mod network;
pub mod output;
pub mod patient;
pub mod proxy;
pub mod serve;
mod value_sets;
mod verifying_key;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::domain::failure::{Failure, FailureCode};
use output::Output;

/// Medshare: prove that a record fits a study, deliver it, be paid.
#[derive(Debug, Parser)]
#[command(name = "relayer", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    role: Role,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Print the result as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Folder of all roles' state; each role has its own folder in it, mode 0700.
    #[arg(
        long,
        global = true,
        env = "MEDSHARE_HOME",
        default_value = ".medshare"
    )]
    pub home: PathBuf,
    /// The network file that `relayer consortium deploy` wrote [env: MEDSHARE_NETWORK] [default: network.json]; for `demo`, what
    /// runs the chain: anvil, besu, goquorum, or the folder of a network.
    #[arg(long, global = true, value_name = "NETWORK")]
    network: Option<PathBuf>,
}

impl Global {
    /// The network file.
    pub fn network_file(&self) -> PathBuf {
        self.network
            .clone()
            .or_else(|| std::env::var_os("MEDSHARE_NETWORK").map(PathBuf::from))
            .unwrap_or_else(|| PathBuf::from("network.json"))
    }
}

/// Who acts.
#[derive(Debug, Subcommand)]
enum Role {
    /// The consortium: the network's contracts, members and bounds.
    #[command(subcommand)]
    Consortium(consortium::ConsortiumCommand),
    /// A proxy's account, registration and bond.
    #[command(subcommand)]
    Proxy(proxy::ProxyCommand),
    /// A hospital: certified records.
    #[command(subcommand)]
    Hospital(hospital::HospitalCommand),
    /// An institution: studies, and the records that are delivered to them.
    #[command(subcommand)]
    Institution(institution::InstitutionCommand),
    /// A patient: requests, records, studies, enrolments and payments.
    #[command(subcommand)]
    Patient(patient::PatientCommand),
    /// The chain's own network: make it, run it, look after it, check it.
    #[command(subcommand)]
    Network(network::NetworkCommand),
    /// Measure.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Tell the whole story on this machine.
    Demo(demo::DemoArgs),
    /// Run a proxy.
    #[command(
        after_help = "Example: relayer serve --listen 0.0.0.0:8600 --storage file:///srv/medshare"
    )]
    Serve(serve::ServeArgs),
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.global.json);
    match run(cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output.failure(&failure),
    }
}

/// Starts the runtime, and hands over to the role.
fn run(cli: Cli, output: &Output) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::new(FailureCode::Io, format!("no threads: {error}")))?;
    let global = &cli.global;
    runtime.block_on(async {
        match cli.role {
            Role::Consortium(command) => command.run(global, output).await,
            Role::Proxy(command) => command.run(global, output).await,
            Role::Hospital(command) => command.run(global, output).await,
            Role::Institution(command) => command.run(global, output).await,
            Role::Patient(command) => command.run(global, output).await,
            Role::Network(command) => command.run(output).await,
            Role::Bench(command) => command.run(output).await,
            Role::Demo(command) => command.run(global.network.as_deref(), output).await,
            Role::Serve(args) => serve::run(global, &args, output).await,
        }
    })
}

#[cfg(test)]
mod tests;
