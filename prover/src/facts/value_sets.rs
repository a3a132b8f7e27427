//! Value sets: codes that criteria ask about together, and that records are rolled up for.
//!
//! A set is known to facts and criteria by the digest of its codes alone; URL and version are what people call it.

use super::FactKey;
use crate::fhir::coding::Coding;
use crate::fhir::json;
use crate::fhir::value_set::{resolve, Resolved, ValueSetError};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

#[cfg(test)]
mod tests;

/// What the digest's input begins with, so that it is the digest of nothing else.
const DOMAIN: &str = "medshare/value-set/1\n";
/// How criteria write a digest.
pub const DIGEST_PREFIX: &str = "sha256:";

/// SHA-256 over a set's codes: of the domain tag, then the compact JSON array of `[system, code]` in ascending order of
/// their UTF-8 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueSetDigest([u8; 32]);

impl ValueSetDigest {
    /// The digest with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of(codes: &BTreeSet<Coding>) -> Self {
        let pairs = codes
            .iter()
            .map(|coding| serde_json::json!([coding.system, coding.code]));
        let list = Value::Array(pairs.collect()).to_string();
        let hash = Sha256::new().chain_update(DOMAIN).chain_update(list);
        Self(hash.finalize().into())
    }
}

impl fmt::Display for ValueSetDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{DIGEST_PREFIX}{}", hex::encode(self.0))
    }
}

impl fmt::Debug for ValueSetDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A text that is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not \"{DIGEST_PREFIX}\" and 64 lower-case hex digits")]
pub struct DigestError;

impl FromStr for ValueSetDigest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let digits = text.strip_prefix(DIGEST_PREFIX).ok_or(DigestError)?;
        if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(DigestError);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| DigestError)?;
        Ok(Self(bytes))
    }
}

/// A value set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueSet {
    url: String,
    version: String,
    title: Option<String>,
    codes: BTreeSet<Coding>,
    digest: ValueSetDigest,
}

impl ValueSet {
    fn of(resolved: Resolved) -> Self {
        Self {
            digest: ValueSetDigest::of(&resolved.codes),
            url: resolved.url,
            version: resolved.version,
            title: resolved.title,
            codes: resolved.codes,
        }
    }

    /// `url|version`, as FHIR names a resource of one version.
    pub fn canonical(&self) -> String {
        format!("{}|{}", self.url, self.version)
    }

    /// The title, or URL and version.
    pub fn name(&self) -> String {
        self.title.clone().unwrap_or_else(|| self.canonical())
    }

    /// The codes, sorted by system and code.
    pub fn codes(&self) -> &BTreeSet<Coding> {
        &self.codes
    }

    /// The digest of the codes.
    pub fn digest(&self) -> ValueSetDigest {
        self.digest
    }

    /// The set as a FHIR ValueSet resource that lists its codes: reading it gives the same set.
    pub fn to_fhir(&self) -> Value {
        let mut systems: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for coding in &self.codes {
            let concepts = systems.entry(&coding.system).or_default();
            concepts.push(serde_json::json!({"code": coding.code}));
        }
        let include = systems
            .iter()
            .map(|(system, concepts)| serde_json::json!({"system": system, "concept": concepts}));
        let mut resource = serde_json::json!({
            "resourceType": "ValueSet",
            "url": self.url,
            "version": self.version,
            "status": "active",
            "compose": {"include": include.collect::<Vec<_>>()},
        });
        if let Some(title) = &self.title {
            resource["title"] = title.as_str().into();
        }
        resource
    }
}

/// The kinds of entries that are rolled up.
const KINDS: [&str; 15] = [
    "AllergyIntolerance",
    "Condition",
    "Device",
    "DeviceUseStatement",
    "DiagnosticReport",
    "Encounter",
    "ImagingStudy",
    "Immunization",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
];

/// Value sets at hand, in the order of their digests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueSets {
    sets: Vec<ValueSet>,
    /// The sets that hold a code, by system and code.
    holding: BTreeMap<String, BTreeMap<String, Vec<ValueSetDigest>>>,
}

impl ValueSets {
    /// Reads FHIR ValueSet resources, each with the name of its file. Their order changes nothing.
    ///
    /// # Errors
    /// Every set that can't be used, with place and reason; a name that stands for two different sets.
    pub fn read(files: &[(String, Vec<u8>)]) -> Result<Self, Vec<ValueSetError>> {
        let mut sets: Vec<ValueSet> = resolve(files)?.into_iter().map(ValueSet::of).collect();
        sets.sort_by_cached_key(|set| (set.digest, set.canonical()));
        sets.dedup();
        let mut names = BTreeMap::new();
        for set in &sets {
            match names.insert(set.canonical(), set.digest) {
                Some(other) if other != set.digest => {
                    return Err(vec![two_of_a_name(&set.canonical())])
                }
                _ => {}
            }
        }
        let mut holding: BTreeMap<String, BTreeMap<String, Vec<ValueSetDigest>>> = BTreeMap::new();
        for set in &sets {
            for Coding { system, code } in set.codes.clone() {
                let of_system = holding.entry(system).or_default();
                of_system.entry(code).or_default().push(set.digest);
            }
        }
        Ok(Self { sets, holding })
    }

    /// Reads every `.json` file of some folders.
    ///
    /// # Errors
    /// As [`ValueSets::read`]; a folder or file that can't be read.
    pub fn read_folders<P: AsRef<Path>>(folders: &[P]) -> Result<Self, Vec<ValueSetError>> {
        let mut files = Vec::new();
        for folder in folders.iter().map(AsRef::as_ref) {
            files.extend(json_files(folder).map_err(|error| vec![unreadable(folder, &error)])?);
        }
        Self::read(&files)
    }

    /// Reads what [`ValueSets::to_list`] wrote.
    ///
    /// # Errors
    /// As [`ValueSets::read`].
    pub fn from_list(bytes: &[u8]) -> Result<Self, Vec<ValueSetError>> {
        let malformed = |reason: String| {
            vec![ValueSetError {
                file: "the list of value sets".to_owned(),
                path: String::new(),
                reason,
                hint: "a list of ValueSet resources is a JSON array".to_owned(),
            }]
        };
        let list = json::parse(bytes).map_err(|error| malformed(error.to_string()))?;
        let Value::Array(resources) = list else {
            return Err(malformed("not a list".to_owned()));
        };
        let files = resources.iter().enumerate();
        let files: Vec<_> = files
            .map(|(place, resource)| {
                (
                    format!("value set {}", place + 1),
                    resource.to_string().into_bytes(),
                )
            })
            .collect();
        Self::read(&files)
    }

    /// The sets as a JSON array of ValueSet resources that list their codes, which goes with a record that is rolled up
    /// for them.
    pub fn to_list(&self) -> Vec<u8> {
        let resources: Vec<Value> = self.sets.iter().map(ValueSet::to_fhir).collect();
        Value::Array(resources).to_string().into_bytes()
    }

    /// The sets.
    pub fn iter(&self) -> impl Iterator<Item = &ValueSet> {
        self.sets.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// The set of a name `url|version`.
    pub fn named(&self, canonical: &str) -> Option<&ValueSet> {
        self.sets.iter().find(|set| set.canonical() == canonical)
    }

    /// A set with these codes.
    pub fn with_digest(&self, digest: ValueSetDigest) -> Option<&ValueSet> {
        self.sets.iter().find(|set| set.digest == digest)
    }

    /// The keys that a record has for these sets, whatever is in it.
    pub(super) fn keys(&self) -> impl Iterator<Item = FactKey> + '_ {
        let digests = self.sets.iter().map(|set| set.digest);
        digests.flat_map(|digest| KINDS.map(|kind| FactKey::rolled_up(kind, digest)))
    }

    /// Adds to an entry's keys those of the sets that hold one of its codes.
    pub(super) fn roll_up(&self, keys: &mut BTreeSet<FactKey>) {
        let added: Vec<FactKey> = keys.iter().flat_map(|key| self.above(key)).collect();
        keys.extend(added);
    }

    fn above<'a>(&'a self, key: &'a FactKey) -> impl Iterator<Item = FactKey> + 'a {
        let of_system = self.holding.get(&key.system);
        let digests = of_system.and_then(|codes| codes.get(&key.code));
        let digests = digests.map_or(&[][..], Vec::as_slice).iter();
        digests.map(|digest| FactKey::rolled_up(&key.kind, *digest))
    }
}

fn two_of_a_name(canonical: &str) -> ValueSetError {
    ValueSetError {
        file: canonical.to_owned(),
        path: "/version".to_owned(),
        reason: "stands for two sets with different codes".to_owned(),
        hint: "give the changed set a version of its own".to_owned(),
    }
}

fn unreadable(folder: &Path, error: &std::io::Error) -> ValueSetError {
    ValueSetError {
        file: folder.display().to_string(),
        path: String::new(),
        reason: error.to_string(),
        hint: "name a folder of FHIR ValueSet resources, one a file".to_owned(),
    }
}

fn json_files(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((name.into_owned(), std::fs::read(&path)?));
        }
    }
    files.sort();
    Ok(files)
}
