//! `expansion`: the codes as a terminology server has listed them.

use super::{coding, Fault};
use crate::fhir::{coding::Coding, json};
use serde_json::Value;
use std::collections::BTreeSet;

/// Extensions by which a server says that the list is not the whole set.
const INCOMPLETE: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/valueset-unclosed",
    "http://hl7.org/fhir/StructureDefinition/valueset-toocostly",
];

/// The codes of an expansion, those of nested entries too. Abstract entries only group others.
pub(super) fn codes(expansion: &Value) -> Result<BTreeSet<Coding>, Fault> {
    let mut codes = BTreeSet::new();
    let listed = collect(expansion, "/expansion", &mut codes)?;
    let says_so = json::items(expansion, "extension").iter().any(|extension| {
        let url = json::text(extension, "url").unwrap_or_default();
        INCOMPLETE.contains(&url) && json::flag(extension, "valueBoolean") == Some(true)
    });
    let number = |field: &str| expansion.get(field).and_then(Value::as_u64);
    let total = number("total").unwrap_or_default();
    if says_so || total > listed || number("offset").unwrap_or_default() > 0 {
        return Err(Fault::new(
            "/expansion",
            format!("is only a part of the set: {listed} codes are listed"),
            "ask the server for all of them at once, without \"count\" and \"offset\"",
        ));
    }
    Ok(codes)
}

/// Adds the entries below a place, and says how many there are.
fn collect(parent: &Value, path: &str, codes: &mut BTreeSet<Coding>) -> Result<u64, Fault> {
    let mut listed = 0;
    for (index, entry) in json::items(parent, "contains").iter().enumerate() {
        let path = format!("{path}/contains/{index}");
        listed += collect(entry, &path, codes)?;
        let is_abstract = json::flag(entry, "abstract") == Some(true);
        match (json::text(entry, "system"), json::text(entry, "code")) {
            (Some(system), Some(code)) => {
                listed += 1;
                if !is_abstract {
                    codes.insert(coding(system, code));
                }
            }
            // A heading
            (_, None) => listed += u64::from(is_abstract),
            (None, Some(code)) => {
                return Err(Fault::new(
                    path,
                    format!("code {code} has no system"),
                    "expand the set again: FHIR demands a system beside every code",
                ));
            }
        }
    }
    Ok(listed)
}
