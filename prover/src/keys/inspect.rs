//! What a key file says of itself: circuit, contributions, beacon, and whether anybody could forge with it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use ark_bn254::Bn254;
use rand::rngs::OsRng;
use serde::Serialize;
use thiserror::Error;

use super::error::{Fault, KeyFileError};
use super::proving::{Origin, ProvingKey, BRAND};
use super::snarkjs::ptau::{self, Ptau};
use super::snarkjs::transcript::{Beacon, Transcript};
use super::snarkjs::zkey;
use super::verifying::{is_development_hash, VerifyingKey};
use super::{fit, weakness};
use crate::circuit::{ArtefactError, VerifyError};

/// Powers of tau that are compared with one another: enough to tell a file of something else, and quick.
const COMPARED_POWERS: usize = 1 << 8;
/// Bytes of a verifying key's file.
const MOST_JSON: u64 = 1 << 20;

/// Why a file can't be inspected.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InspectError {
    /// A file of snarkjs that can't be read.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// A proving key of ours that can't be read.
    #[error(transparent)]
    ProvingKey(#[from] ArtefactError),
    /// A verifying key that can't be read.
    #[error(transparent)]
    VerifyingKey(#[from] VerifyError),
}

/// What a key file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "file",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Inspection {
    /// A key of snarkjs.
    Zkey {
        /// Constraints.
        constraints: usize,
        /// Wires.
        wires: usize,
        /// Size of the domain.
        domain: usize,
        /// The verifying key in it.
        #[serde(flatten)]
        key: KeyReport,
        /// Its ceremony.
        #[serde(flatten)]
        ceremony: CeremonyReport,
    },
    /// Powers of tau.
    Ptau {
        /// It holds 2 to this power powers.
        power: u32,
        /// The power of the ceremony that it was cut from.
        ceremony_power: u32,
        /// Whether the second phase can start from it.
        prepared: bool,
        /// Powers that were compared with one another.
        compared_powers: usize,
        /// What lacks a secret contribution or is no series of powers.
        trivial: Vec<String>,
        /// Who contributed.
        contributions: Vec<StepReport>,
    },
    /// A proving key of ours.
    ProvingKey {
        /// The circuit's name.
        circuit: String,
        /// SHA-256 of its constraints.
        r1cs_sha256: String,
        /// The public seed of a development key.
        #[serde(skip_serializing_if = "Option::is_none")]
        seed: Option<String>,
        /// The verifying key in it.
        #[serde(flatten)]
        key: KeyReport,
        /// Its ceremony.
        #[serde(flatten)]
        ceremony: Option<CeremonyReport>,
    },
    /// A verifying key of ours.
    VerifyingKey {
        /// The circuit's name.
        circuit: String,
        /// SHA-256 of its constraints.
        r1cs_sha256: String,
        /// SHA-256 of the ceremony's transcript.
        transcript_digest: String,
        /// The key.
        #[serde(flatten)]
        key: KeyReport,
    },
}

/// What is said of every verifying key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyReport {
    /// Public signals.
    pub public_signals: usize,
    /// Keccak-256, as the verifier contract has it.
    pub verifying_key_hash: String,
    /// Whether it is a development key, with which anybody can forge.
    pub development: bool,
    /// Which parts lack a secret contribution.
    pub trivial: Vec<String>,
}

/// What is said of a ceremony's second phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CeremonyReport {
    /// snarkjs' hash of the key before the first contribution.
    pub circuit_hash: String,
    /// SHA-256 of the transcript, which goes on chain.
    pub transcript_digest: String,
    /// Who contributed.
    pub contributions: Vec<StepReport>,
}

/// What is said of one contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// The name that the contributor gave.
    pub name: String,
    /// The hash that the contributor published; in powers of tau, that of the next challenge.
    pub hash: String,
    /// The public randomness, if it is a beacon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beacon: Option<BeaconReport>,
}

/// What is said of a beacon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BeaconReport {
    /// The public value, in hex.
    pub value: String,
    /// It was hashed 2 to this power times.
    pub iterations_exponent: u8,
}

impl Inspection {
    /// What lacks a secret contribution: with any of these, anybody can forge.
    pub fn trivial(&self) -> &[String] {
        match self {
            Self::Ptau { trivial, .. } => trivial,
            Self::Zkey { key, .. }
            | Self::ProvingKey { key, .. }
            | Self::VerifyingKey { key, .. } => &key.trivial,
        }
    }
}

/// Inspects a key file, whichever it is.
///
/// # Errors
/// [`InspectError`] for a file that is none or is damaged; a trivial key is none, but reported.
pub fn inspect(path: &Path) -> Result<Inspection, InspectError> {
    let unreadable = |error: std::io::Error| Fault::from(error).at(path, "file header");
    let mut brand = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(4).read_to_end(&mut brand).map_err(unreadable)?;
    match brand.as_slice() {
        b"zkey" => inspect_zkey(path),
        b"ptau" => inspect_ptau(path),
        brand if brand == BRAND => inspect_proving(path),
        [b'{' | b' ' | b'\n', ..] => inspect_verifying(path),
        _ => Err(Fault::Kind("key (.zkey, .ptau, proving or verifying key)")
            .at(path, "file header")
            .into()),
    }
}

fn inspect_zkey(path: &Path) -> Result<Inspection, InspectError> {
    let summary = zkey::summary(path)?;
    let header = &summary.header;
    let points = ark_groth16::VerifyingKey {
        alpha_g1: header.alpha_g1,
        beta_g2: header.beta_g2,
        gamma_g2: header.gamma_g2,
        delta_g2: header.delta_g2,
        gamma_abc_g1: summary.signals,
    };
    let mut key = key_report(&points, false);
    if let Err(fault) = summary.transcript.check(&header.delta_g1) {
        key.trivial.push(fault.to_string());
    }
    Ok(Inspection::Zkey {
        constraints: summary.constraints,
        wires: header.shape.wires,
        domain: header.shape.domain,
        key,
        ceremony: ceremony_report(&summary.transcript),
    })
}

fn inspect_ptau(path: &Path) -> Result<Inspection, InspectError> {
    let mut file = Ptau::open(path)?;
    let compared_powers = COMPARED_POWERS.min(1 << file.header.power);
    let powers = file.powers(compared_powers)?;
    let mut trivial = Vec::new();
    if let Err(fault) = fit::check_powers(&powers, &mut OsRng) {
        trivial.push(fault.to_string());
    }
    let contributions = file.contributions()?;
    match contributions.last() {
        Some(last) if powers.tau_g1[1] == last.tau => {}
        Some(_) => trivial.push("tau is not the one after the last contribution".to_owned()),
        None => trivial.push("nobody contributed".to_owned()),
    }
    Ok(Inspection::Ptau {
        power: file.header.power,
        ceremony_power: file.header.ceremony_power,
        prepared: file.is_prepared(),
        compared_powers,
        trivial,
        contributions: contributions.iter().map(phase_one_step).collect(),
    })
}

fn inspect_proving(path: &Path) -> Result<Inspection, InspectError> {
    let key = ProvingKey::read(path)?;
    let ceremony = match key.origin() {
        Origin::Ceremony(transcript) => Some(ceremony_report(transcript)),
        Origin::Development { .. } => None,
    };
    Ok(Inspection::ProvingKey {
        circuit: key.circuit().name.clone(),
        r1cs_sha256: hex::encode(key.r1cs_digest()),
        seed: key.seed().map(str::to_owned),
        key: key_report(key.verifying_points(), key.seed().is_some()),
        ceremony,
    })
}

fn inspect_verifying(path: &Path) -> Result<Inspection, InspectError> {
    let unreadable = |error: std::io::Error| Fault::from(error).at(path, "JSON");
    let mut text = String::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(MOST_JSON)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    let (points, provenance) = VerifyingKey::parse(&text)?;
    Ok(Inspection::VerifyingKey {
        circuit: provenance.circuit,
        r1cs_sha256: provenance.r1cs_sha256,
        transcript_digest: provenance.transcript_digest,
        key: key_report(&points, provenance.development),
    })
}

fn key_report(points: &ark_groth16::VerifyingKey<Bn254>, branded: bool) -> KeyReport {
    let hash = super::verifying::hash(points);
    KeyReport {
        public_signals: points.gamma_abc_g1.len().saturating_sub(1),
        verifying_key_hash: format!("0x{}", hex::encode(hash)),
        development: branded || is_development_hash(&hash),
        trivial: weakness::all(points)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    }
}

fn ceremony_report(transcript: &Transcript) -> CeremonyReport {
    let steps = transcript.contributions().iter();
    CeremonyReport {
        circuit_hash: hex::encode(transcript.circuit_hash()),
        transcript_digest: hex::encode(transcript.digest()),
        contributions: steps
            .map(|step| step_report(&step.name, &step.hash, step.beacon.as_ref()))
            .collect(),
    }
}

fn phase_one_step(step: &ptau::Contribution) -> StepReport {
    step_report(&step.name, &step.next_challenge, step.beacon.as_ref())
}

fn step_report(name: &str, hash: &[u8], beacon: Option<&Beacon>) -> StepReport {
    StepReport {
        name: name.to_owned(),
        hash: hex::encode(hash),
        beacon: beacon.map(|beacon| BeaconReport {
            value: hex::encode(&beacon.value),
            iterations_exponent: beacon.iterations_exponent,
        }),
    }
}
