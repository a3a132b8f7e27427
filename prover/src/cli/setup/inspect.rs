//! `prover setup inspect`: what a key file says of itself.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result goes to standard output"
)]

use super::super::failure::{Class, Failure};
use super::artefact;
use super::import::key_file;
use clap::Args;
use prover::keys::inspect::{
    inspect, CeremonyReport, InspectError, Inspection, KeyReport, StepReport,
};
use std::path::PathBuf;

/// Say what a key file was made for and from, and whether anybody could forge with it.
///
/// Reads .zkey and .ptau files of snarkjs, proving keys and verifying keys. Exit code 6 if a part is trivial.
#[derive(Args)]
#[command(after_help = "Example: prover setup inspect target/circuits/eligibility_8.dev.pk")]
pub(super) struct Inspect {
    /// The key file.
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Inspect) -> Result<(), Failure> {
    let inspection = inspect(&arguments.file).map_err(refused)?;
    if arguments.json {
        let report = serde_json::to_string_pretty(&inspection)
            .map_err(|error| Failure::new(Class::Input, error))?;
        println!("{report}");
    } else {
        print!("{}", describe(&inspection));
    }
    match inspection.trivial() {
        [] => Ok(()),
        parts => Err(Failure::new(
            Class::Input,
            format!("not to be used: {}", parts.join("; ")),
        )),
    }
}

fn refused(error: InspectError) -> Failure {
    match error {
        InspectError::KeyFile(error) => key_file(&error),
        InspectError::ProvingKey(error) => artefact(error),
        _ => Failure::new(Class::Input, error),
    }
}

fn describe(inspection: &Inspection) -> String {
    let mut lines = Vec::new();
    match inspection {
        Inspection::Zkey {
            constraints,
            wires,
            domain,
            key,
            ceremony,
        } => {
            lines.push("Groth16 key of snarkjs".to_owned());
            lines.push(format!(
                "constraints          {constraints} ({wires} wires, domain of {domain})"
            ));
            describe_key(key, &mut lines);
            describe_ceremony(ceremony, &mut lines);
        }
        Inspection::Ptau {
            power,
            ceremony_power,
            prepared,
            compared_powers,
            contributions,
            ..
        } => {
            lines.push("powers of tau".to_owned());
            lines.push(format!("power                {power} of {ceremony_power}"));
            lines.push(format!("prepared             {}", yes(*prepared)));
            lines.push(format!("powers compared      {compared_powers}"));
            describe_steps(contributions, &mut lines);
        }
        Inspection::ProvingKey {
            circuit,
            r1cs_sha256,
            seed,
            key,
            ceremony,
        } => {
            lines.push(format!("proving key of {circuit}"));
            lines.push(format!("constraints' SHA-256 {r1cs_sha256}"));
            lines.extend(
                seed.iter()
                    .map(|seed| format!("public seed          {seed}")),
            );
            describe_key(key, &mut lines);
            if let Some(ceremony) = ceremony {
                describe_ceremony(ceremony, &mut lines);
            }
        }
        Inspection::VerifyingKey {
            circuit,
            r1cs_sha256,
            transcript_digest,
            key,
        } => {
            lines.push(format!("verifying key of {circuit}"));
            lines.push(format!("constraints' SHA-256 {r1cs_sha256}"));
            lines.push(format!("transcript digest    {transcript_digest}"));
            describe_key(key, &mut lines);
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn describe_key(key: &KeyReport, lines: &mut Vec<String>) {
    lines.push(format!("public signals       {}", key.public_signals));
    lines.push(format!("verifying key hash   {}", key.verifying_key_hash));
    lines.push(format!("development key      {}", yes(key.development)));
}

fn describe_ceremony(ceremony: &CeremonyReport, lines: &mut Vec<String>) {
    lines.push(format!("circuit hash         {}", ceremony.circuit_hash));
    lines.push(format!(
        "transcript digest    {}",
        ceremony.transcript_digest
    ));
    describe_steps(&ceremony.contributions, lines);
}

fn describe_steps(steps: &[StepReport], lines: &mut Vec<String>) {
    lines.push(format!("contributions        {}", steps.len()));
    for (place, step) in steps.iter().enumerate() {
        // The name is a stranger's: nothing in it may steer a terminal
        let name = step.name.escape_debug();
        lines.push(format!("  {:>3} {name}: {}", place + 1, step.hash));
        if let Some(beacon) = &step.beacon {
            lines.push(format!(
                "      beacon {}, hashed 2^{} times",
                beacon.value, beacon.iterations_exponent
            ));
        }
    }
}

fn yes(answer: bool) -> &'static str {
    if answer {
        "yes"
    } else {
        "no"
    }
}
