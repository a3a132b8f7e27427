//! Value sets as criteria name them: by URL and version, by digest, or by both.

use serde_json::{Map, Value};

use super::object::{object, only, optional_text, text};
use crate::criteria::error::{nearest, Faults, Pointer};
use crate::facts::value_sets::DIGEST_PREFIX;
use crate::facts::{ValueSet, ValueSetDigest, ValueSets};

/// What a reference looks like.
const EXAMPLE: &str = "\"http://example.org/fhir/ValueSet/diabetes|2026-01\"";

/// The digest of the set that is named, and what people call it.
///
/// Only the digest enters the compiled criteria. Beside a name it pins the set, so that the criteria compile alike where
/// the set is not at hand.
pub(super) fn reference(
    value: &Value,
    sets: &ValueSets,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<(ValueSetDigest, String)> {
    let fields = object(value, path, &format!("{{\"valueSet\": {EXAMPLE}}}"), faults)?;
    only(fields, &["valueSet", "digest", "display"], path, faults);
    let display = optional_text(fields, "display", path, faults);
    let named = text(fields, "valueSet", EXAMPLE, path, faults)?;
    let pinned = match fields.get("digest") {
        Some(_) => Some(pin(fields, path, faults)?),
        None => None,
    };
    let here = path.field("valueSet");
    let digest = if named.starts_with(DIGEST_PREFIX) {
        if pinned.is_some() {
            return faults.at(
                &path.field("digest"),
                "repeats the digest",
                "name the set by URL and version beside it, or leave it out",
            );
        }
        digest(&named, &here, faults)?
    } else {
        by_name(&named, pinned, sets, &here, faults)?
    };
    let known = sets.with_digest(digest).map(ValueSet::name);
    let name = display.or(known).unwrap_or(named);
    Some((digest, name))
}

fn pin(fields: &Map<String, Value>, path: &Pointer, faults: &mut Faults) -> Option<ValueSetDigest> {
    let written = text(fields, "digest", "\"sha256:…\"", path, faults)?;
    digest(&written, &path.field("digest"), faults)
}

fn digest(written: &str, path: &Pointer, faults: &mut Faults) -> Option<ValueSetDigest> {
    match written.parse() {
        Ok(digest) => Some(digest),
        Err(error) => faults.at(
            path,
            format!("is {error}"),
            "copy the digest that `prover valuesets` shows",
        ),
    }
}

fn by_name(
    named: &str,
    pinned: Option<ValueSetDigest>,
    sets: &ValueSets,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<ValueSetDigest> {
    if !named.contains('|') {
        let known = sets.iter().map(ValueSet::canonical);
        let version = known
            .into_iter()
            .find(|canonical| canonical.split('|').next() == Some(named));
        return faults.at(
            path,
            "names no version, and another version holds other codes",
            format!(
                "write {}",
                version.map_or(EXAMPLE.to_owned(), |name| format!("\"{name}\""))
            ),
        );
    }
    match (sets.named(named).map(ValueSet::digest), pinned) {
        (Some(found), Some(pinned)) if found != pinned => faults.at(
            path,
            format!("{named} is pinned to {pinned}, but the set at hand has {found}"),
            "use the set that the digest was made of, or give the changed set a version of its own",
        ),
        (Some(found), _) => Some(found),
        (None, Some(pinned)) => Some(pinned),
        (None, None) => {
            let known: Vec<String> = sets.iter().map(ValueSet::canonical).collect();
            let near = nearest(named, known.iter().map(String::as_str));
            let hint = match near {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "name the folder of its ValueSet resource with --valuesets, or pin the set: \"digest\": \"sha256:…\"".to_owned(),
            };
            faults.at(
                path,
                format!("{named} is not at hand, so that its codes are not known"),
                hint,
            )
        }
    }
}
