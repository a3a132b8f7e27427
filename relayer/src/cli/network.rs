//! `relayer network`: the chain's own network, below the contracts.

mod check;
mod init;
mod members;
mod run;
mod status;

use clap::Subcommand;

use super::output::Output;
use crate::domain::failure::Failure;

/// What is done with a network.
#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Make keys and files for a network, one folder a member to hand out.
    #[command(
        after_help = "Examples:\n  relayer network init --engine goquorum --validators 4 --dir network\n  \
                      relayer network init --engine besu --validators 4 --chain-id 48879 --hosts 10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.4 \
                      --fund 0x…=1000000 --dir network"
    )]
    Init(init::Init),
    /// Make a key for a node, for a member that hands nobody its key.
    #[command(
        after_help = "Example: relayer network key --out node.key --host 10.0.0.5 --port 30303"
    )]
    Key(init::Key),
    /// Start the nodes of a network that are on this machine, and wait until blocks come.
    #[command(after_help = "Example: relayer network up --dir network")]
    Up(run::Up),
    /// Stop them.
    #[command(after_help = "Example: relayer network down --dir network")]
    Down(run::Down),
    /// Show how each node is doing.
    #[command(after_help = "Example: relayer network status --dir network --json")]
    Status(status::Status),
    /// Look for traps in a configuration, made here or elsewhere.
    #[command(
        after_help = "Examples:\n  relayer network check network\n  relayer network check genesis.json besu.toml"
    )]
    Check(check::Check),
    /// Make the folder of a member more, and admit its node at the others.
    #[command(after_help = "Example: relayer network join validator-5 --dir network")]
    Join(members::Join),
    /// Let nodes vote to add or remove a validator.
    #[command(
        after_help = "Examples:\n  relayer network vote add 0x… --dir network\n  \
                      relayer network vote remove 0x… --dir network --at validator-1"
    )]
    Vote(members::VoteArgs),
}

impl NetworkCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// The command's own.
    pub async fn run(self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Init(args) => args.run(output),
            Self::Key(args) => args.run(output),
            Self::Up(args) => args.run(output).await,
            Self::Down(args) => args.run(output),
            Self::Status(args) => args.run(output).await,
            Self::Check(args) => args.run(output),
            Self::Join(args) => args.run(output).await,
            Self::Vote(args) => args.run(output).await,
        }
    }
}
