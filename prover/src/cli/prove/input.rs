//! The input file of `prover prove`: JSON, brand `MSPI`. Paths in it are relative to it.

use crate::cli::criteria;
use crate::cli::failure::{Class, Failure};
use crate::cli::opening::Opening;
use crate::cli::value_sets;
use jiff::civil::Date;
use prover::circuit::{
    CircuitSize, EligibilityInputs, EnrolmentInputs, IdentityInputs, ReferenceTime, StudyInputs,
};
use prover::criteria::Compiled;
use prover::facts::number::Day;
use prover::facts::tree::FactsTree;
use prover::facts::{encode, EncodeOptions, ValueSets};
use prover::field::{from_hex, Fr};
use prover::record::registry::MerkleProof;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

const BRAND: &str = "MSPI";
const MAJOR: u16 = 1;

/// The file as written. Field elements are hex, days ISO dates.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    brand: String,
    major: u16,
    #[serde(rename = "minor")]
    _minor: u16,
    /// The record's FHIR bundle.
    bundle: PathBuf,
    /// Which patient, if the bundle holds several.
    patient: Option<String>,
    /// Folders of the value sets that the record was rolled up for.
    #[serde(default)]
    value_sets: Vec<PathBuf>,
    /// The opening that lay in the envelope's content.
    opening: PathBuf,
    /// Hash of that envelope.
    envelope_hash: String,
    /// Nonce of this record version.
    pseudonym_nonce: String,
    /// The study's criteria, a JSON file.
    criteria: PathBuf,
    study: Study,
    path: RegistryPath,
    reference: Reference,
    tag_blinding: String,
    context: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Study {
    id: String,
    purposes: u32,
    criteria_hash: String,
    /// The circuit's size, by its number of openings; the smallest that the criteria fit if not given.
    openings: Option<u8>,
}

/// A path in the registry, as [`MerkleProof`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RegistryPath {
    leaf_index: u64,
    index: u32,
    siblings: Vec<String>,
    root: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Reference {
    date: String,
    oldest_as_of: String,
}

/// Reads the input file, the files that it names and the identity secret.
pub(super) fn read(path: &Path, identity: &Path) -> Result<EligibilityInputs, Failure> {
    let text = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let file: File = serde_json::from_slice(&text)
        .map_err(|error| Failure::new(Class::Input, format!("{}: {error}", path.display())))?;
    if file.brand != BRAND || file.major != MAJOR {
        let message = format!("{} is no input of version {MAJOR}", path.display());
        return Err(Failure::new(Class::Input, message));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let sets: Vec<PathBuf> = file
        .value_sets
        .iter()
        .map(|sets| folder.join(sets))
        .collect();
    let sets = value_sets::read(&sets)?;
    let compiled = file.study.compile(&folder.join(&file.criteria), &sets)?;
    let opening = Opening::read(&folder.join(&file.opening))?;
    Ok(EligibilityInputs {
        identity: IdentityInputs {
            secret: secret(identity)?,
            pseudonym_nonce: element("pseudonymNonce", &file.pseudonym_nonce)?,
        },
        record: opening.with_envelope(element("envelopeHash", &file.envelope_hash)?),
        facts: facts(&folder.join(&file.bundle), file.patient.clone(), sets)?,
        path: file.path.read()?,
        study: StudyInputs {
            id: element("study.id", &file.study.id)?,
            purposes: file.study.purposes,
            criteria_hash: element("study.criteriaHash", &file.study.criteria_hash)?,
            slots: compiled.packed(),
        },
        reference: file.reference.read()?,
        enrolment: EnrolmentInputs {
            tag_blinding: element("tagBlinding", &file.tag_blinding)?,
            context: element("context", &file.context)?,
        },
    })
}

/// The facts tree of a bundle.
pub(crate) fn facts(
    path: &Path,
    patient: Option<String>,
    value_sets: Arc<ValueSets>,
) -> Result<FactsTree, Failure> {
    let bundle = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let options = EncodeOptions {
        patient,
        value_sets,
    };
    let encoded = encode(&bundle, &options).map_err(|error| {
        Failure::new(Class::Input, error).hint("see what `prover facts` says of the bundle")
    })?;
    FactsTree::new(&encoded.facts).map_err(|error| Failure::new(Class::Input, error))
}

impl Study {
    /// The criteria, compiled for the study's circuit.
    fn compile(&self, criteria: &Path, sets: &ValueSets) -> Result<Compiled, Failure> {
        let (criteria, smallest) = criteria::read(criteria, sets)?;
        let Some(openings) = self.openings else {
            return Ok(smallest);
        };
        let size = CircuitSize::of_openings(openings).ok_or_else(|| {
            let message = format!("study.openings: no circuit opens {openings} facts");
            Failure::new(Class::Input, message)
        })?;
        let compiled = criteria.compile(size);
        compiled
            .map_err(|error| Failure::new(Class::Input, error).hint("study.openings is too small"))
    }
}

impl RegistryPath {
    fn read(&self) -> Result<MerkleProof, Failure> {
        let siblings = self.siblings.iter();
        Ok(MerkleProof {
            leaf_index: self.leaf_index,
            index: self.index,
            siblings: siblings
                .map(|sibling| element("path.siblings", sibling))
                .collect::<Result<_, _>>()?,
            root: element("path.root", &self.root)?,
        })
    }
}

impl Reference {
    fn read(&self) -> Result<ReferenceTime, Failure> {
        let date = |text: &str| -> Result<Date, Failure> {
            text.parse()
                .map_err(|error| Failure::new(Class::Input, format!("reference: {error}")))
        };
        let early = || Failure::new(Class::Input, "reference: dates before 1900");
        let oldest = Day::from_date(date(&self.oldest_as_of)?).number();
        let oldest = u32::try_from(oldest).map_err(|_| early())?;
        ReferenceTime::of(date(&self.date)?, oldest).ok_or_else(early)
    }
}

/// The identity secret, from a file of its own.
fn secret(path: &Path) -> Result<Fr, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let text = Zeroizing::new(text);
    // The message must not repeat the secret, which the field's own error would.
    from_hex(text.trim()).map_err(|_| {
        let message = format!("{}: not one field element in hex", path.display());
        Failure::new(Class::Input, message)
    })
}

/// A field element, named where it is wrong.
pub(crate) fn element(name: &str, text: &str) -> Result<Fr, Failure> {
    from_hex(text).map_err(|error| Failure::new(Class::Input, format!("{name}: {error}")))
}
