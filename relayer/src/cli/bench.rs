//! `relayer bench`: measuring.

mod network;

use clap::Subcommand;

use super::output::Output;
use crate::domain::failure::Failure;

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// How many transactions a second a network of validators on this machine takes, at each setting.
    #[command(
        after_help = "Example: relayer bench network --engine goquorum --validators 4,7 --block-periods 1,2 --gas-limits 15,30,60"
    )]
    Network(network::NetworkBench),
}

impl BenchCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// The command's own.
    pub async fn run(self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Network(args) => args.run(output).await,
        }
    }
}
