//! `prover fixtures`: real proofs for the contracts' tests. Not for users, hence not in the help.
#![allow(
    clippy::print_stdout,
    reason = "a verb's result goes to standard output"
)]

use super::failure::{Class, Failure};
use super::setup::artefact;
use clap::Args;
use prover::circuit::artefacts::DEFAULT_FOLDER;
use prover::circuit::{CircuitSize, EligibilityInputs, EligibilityProof, Prover, ReferenceTime};
use prover::field::{from_be_bytes_mod_order, from_hex, to_be_bytes, to_hex, Fr};
use prover::record::registry::LeanTree;
use prover::sample;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde::Deserialize;
use serde_json::{json, Value};
use sha3::{Digest, Keccak256};
use std::fs;
use std::path::PathBuf;

/// Seed of the proofs' randomness, so that they are the same every time.
const SEED: u64 = 1;

/// Prove enrolments of made-up patients in the studies of the contracts' tests.
#[derive(Args)]
#[command(after_help = "Example: prover fixtures --check")]
pub(crate) struct Arguments {
    /// What the tests' chain says: ids, addresses and the studies' terms.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "contracts/test/fixtures/chain.json"
    )]
    chain: PathBuf,
    /// Where the proofs go.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "contracts/test/fixtures/enrolments.json"
    )]
    out: PathBuf,
    /// Folder of the compiled circuits and the development key.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    artefacts: PathBuf,
    /// Compare instead of writing.
    #[arg(long)]
    check: bool,
}

/// The chain of the contracts' tests, which assert these values.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Chain {
    #[serde(rename = "chainId")]
    id: u64,
    studies_contract: String,
    enrolments_contract: String,
    institution: String,
    /// By the number of studies opened before.
    studies: Vec<Study>,
    max_record_age: u32,
    payout: String,
    /// Leaves of the registry before the sample's.
    leaves_before: Vec<String>,
    enrolments: Vec<Enrolment>,
}

/// One study of the tests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Study {
    /// The circuit's size, by its number of openings.
    openings: u8,
}

/// One enrolment to prove.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enrolment {
    /// Place of its study.
    study: usize,
    patient: u64,
    attempt: u32,
    /// The day of enrolment, an ISO date.
    date: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let text = fs::read(&arguments.chain).map_err(|e| Failure::file(&arguments.chain, &e))?;
    let chain: Chain = serde_json::from_slice(&text).map_err(|e| Failure::new(Class::Input, e))?;
    let mut studies = Vec::new();
    let mut enrolments = Vec::new();
    for (place, study) in chain.studies.iter().enumerate() {
        let size = study.size()?;
        let prover = Prover::load(&arguments.artefacts, size).map_err(artefact)?;
        let mut rng = ChaCha20Rng::seed_from_u64(SEED);
        for enrolment in chain.enrolments.iter().filter(|each| each.study == place) {
            let (inputs, bound) = bind(&chain, size, enrolment)?;
            let proof = prover
                .prove_with(&inputs, &mut rng)
                .map_err(|error| Failure::new(Class::Input, error))?;
            enrolments.push(report(&proof, enrolment, &bound));
        }
        let criteria_hash = sample::inputs_of(size, 0).study.criteria_hash;
        studies.push(json!({ "openings": study.openings, "criteriaHash": to_hex(&criteria_hash) }));
    }
    let fixture = json!({
        "chain": serde_json::from_slice::<Value>(&text)
            .map_err(|e| Failure::new(Class::Input, e))?,
        "purposes": sample::PURPOSES,
        "commitments": commitments().iter().map(to_hex).collect::<Vec<_>>(),
        "studies": studies,
        "enrolments": enrolments,
    });
    finish(arguments, &format!("{fixture:#}\n"))
}

impl Study {
    fn size(&self) -> Result<CircuitSize, Failure> {
        CircuitSize::of_openings(self.openings)
            .ok_or_else(|| Failure::new(Class::Input, "no circuit has this number of openings"))
    }
}

/// What an enrolment's context binds, besides the chain and the study.
struct Bound {
    payout: [u8; 32],
    revocation_secret: [u8; 32],
    revocation_hash: [u8; 32],
    grant_digest: [u8; 32],
}

/// The sample patient's inputs in one of the tests' studies.
fn bind(
    chain: &Chain,
    size: CircuitSize,
    enrolment: &Enrolment,
) -> Result<(EligibilityInputs, Bound), Failure> {
    let &Enrolment {
        patient, attempt, ..
    } = enrolment;
    let name = |what: &str| keccak(&[format!("{what} {patient} {attempt}").as_bytes()]);
    let revocation_secret = name("revocation secret");
    let bound = Bound {
        payout: address(&chain.payout)?,
        revocation_secret,
        revocation_hash: keccak(&[b"medshare.revocation", &revocation_secret]),
        grant_digest: name("grant"),
    };
    let study = reduced(&keccak(&[
        &word(chain.id),
        &address(&chain.studies_contract)?,
        &address(&chain.institution)?,
        &word(enrolment.study as u64),
    ]));
    let context = keccak(&[
        &keccak(&[b"medshare.context"]),
        &word(chain.id),
        &address(&chain.enrolments_contract)?,
        &to_be_bytes(&study),
        &word(u64::from(attempt)),
        &bound.payout,
        &bound.revocation_hash,
        &bound.grant_digest,
    ]);
    let mut inputs = sample::inputs_of(size, patient);
    let date = enrolment
        .date
        .parse()
        .map_err(|e| Failure::new(Class::Input, e))?;
    let reference = |oldest| ReferenceTime::of(date, oldest);
    inputs.reference = reference(0)
        .and_then(|today| reference(today.day.saturating_sub(chain.max_record_age)))
        .ok_or_else(|| Failure::new(Class::Input, "the date is before 1900"))?;
    let place = chain.leaves_before.len() as u64 + patient;
    inputs.path = registry(chain)?
        .proof(place)
        .map_err(|e| Failure::new(Class::Input, e))?;
    inputs.study.id = study;
    inputs.enrolment.tag_blinding =
        sample::element("tag blinding", patient * 100 + u64::from(attempt));
    inputs.enrolment.context = reduced(&context);
    Ok((inputs, bound))
}

fn report(proof: &EligibilityProof, enrolment: &Enrolment, bound: &Bound) -> Value {
    let words = proof.proof.to_contract();
    let points = words.a.iter().chain(words.b.as_flattened()).chain(&words.c);
    json!({
        "study": enrolment.study,
        "patient": enrolment.patient,
        "attempt": enrolment.attempt,
        "revocationSecret": hex0x(&bound.revocation_secret),
        "revocationHash": hex0x(&bound.revocation_hash),
        "grantDigest": hex0x(&bound.grant_digest),
        "signals": proof.signals.0.iter().map(to_hex).collect::<Vec<_>>(),
        "proof": points.map(|word| hex0x(word)).collect::<Vec<_>>(),
    })
}

/// The tests' registry: what was there before, then the sample's records.
fn registry(chain: &Chain) -> Result<LeanTree, Failure> {
    let mut leaves = chain
        .leaves_before
        .iter()
        .map(|text| from_hex(text))
        .collect::<Result<Vec<Fr>, _>>()
        .map_err(|e| Failure::new(Class::Input, e))?;
    leaves.extend(commitments());
    let mut registry = LeanTree::new();
    registry
        .insert_many(&leaves)
        .map_err(|e| Failure::new(Class::Input, e))?;
    Ok(registry)
}

/// The sample's records.
fn commitments() -> Vec<Fr> {
    let registry = sample::registry(sample::inputs(0).facts.root());
    (0..registry.len())
        .filter_map(|index| registry.leaf(index))
        .collect()
}

fn finish(arguments: &Arguments, text: &str) -> Result<(), Failure> {
    let path = &arguments.out;
    if !arguments.check {
        return fs::write(path, text).map_err(|error| Failure::file(path, &error));
    }
    let found = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    if found == text {
        println!("{}: in order", path.display());
        return Ok(());
    }
    let message = format!("{} is not what the prover gives", path.display());
    Err(Failure::new(Class::Input, message).hint("prover fixtures writes it anew"))
}

fn keccak(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn reduced(digest: &[u8; 32]) -> Fr {
    from_be_bytes_mod_order(digest)
}

/// A number as an ABI word.
fn word(number: u64) -> [u8; 32] {
    to_be_bytes(&Fr::from(number))
}

/// An address as an ABI word.
fn address(text: &str) -> Result<[u8; 32], Failure> {
    let wrong = || Failure::new(Class::Input, format!("{text:?} is no address"));
    let mut word = [0; 32];
    let digits = text.strip_prefix("0x").ok_or_else(wrong)?;
    hex::decode_to_slice(digits, &mut word[12..]).map_err(|_| wrong())?;
    Ok(word)
}

fn hex0x(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
