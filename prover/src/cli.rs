//! The command line: one file a verb. Results go to standard output, everything else to standard error.

mod criteria;
mod eligible;
mod facts;
mod failure;
mod fixtures;
mod opening;
mod prove;
mod record;
mod setup;
mod value_sets;
mod verify;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Facts, criteria, record commitments and zero-knowledge eligibility proofs.
#[derive(Parser)]
#[command(name = "prover", version, about)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Criteria(criteria::Arguments),
    Eligible(eligible::Arguments),
    Facts(facts::Arguments),
    Valuesets(value_sets::Arguments),
    Prove(prove::Arguments),
    Verify(verify::Arguments),
    Record(record::Arguments),
    Setup(setup::Arguments),
    #[command(hide = true)]
    Fixtures(fixtures::Arguments),
}

/// Parses the arguments, runs the verb, and turns a failure into a message and an exit code.
pub(crate) fn run() -> ExitCode {
    let outcome = match Cli::parse().verb {
        Verb::Criteria(arguments) => criteria::run(&arguments),
        Verb::Eligible(arguments) => eligible::run(&arguments),
        Verb::Facts(arguments) => facts::run(&arguments),
        Verb::Valuesets(arguments) => value_sets::run(&arguments),
        Verb::Prove(arguments) => prove::run(&arguments),
        Verb::Verify(arguments) => verify::run(&arguments),
        Verb::Record(arguments) => record::run(&arguments),
        Verb::Setup(arguments) => setup::run(&arguments),
        Verb::Fixtures(arguments) => fixtures::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
