//! `compose`: codes that are listed, taken from other sets, or excluded.

use super::{coding, Fault, Library};
use crate::fhir::{
    coding::{canonical_system, Coding},
    json,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// What an include or exclude selects by its own system and concepts.
enum Selection {
    /// These codes.
    Codes(BTreeSet<Coding>),
    /// Every code of a system.
    System(String),
    /// Whatever its value sets hold.
    Any,
}

impl Library<'_> {
    /// The codes that are included, without those that are excluded.
    pub(super) fn composed(
        &self,
        compose: &Value,
        open: &mut Vec<usize>,
    ) -> Result<BTreeSet<Coding>, Fault> {
        let mut codes = BTreeSet::new();
        for (index, part) in json::items(compose, "include").iter().enumerate() {
            let path = format!("/compose/include/{index}");
            codes.extend(self.included(part, &path, open)?);
        }
        for (index, part) in json::items(compose, "exclude").iter().enumerate() {
            let path = format!("/compose/exclude/{index}");
            let excluded = self.excluded(part, &path, open)?;
            codes.retain(|code| !excluded(code));
        }
        Ok(codes)
    }

    fn included(
        &self,
        part: &Value,
        path: &str,
        open: &mut Vec<usize>,
    ) -> Result<BTreeSet<Coding>, Fault> {
        let referred = self.intersection(part, path, open)?;
        match (selection(part, path)?, referred) {
            (Selection::Codes(codes), None) => Ok(codes),
            (Selection::Codes(codes), Some(others)) => Ok(&codes & &others),
            (Selection::Any, Some(others)) => Ok(others),
            (Selection::System(system), Some(mut others)) => {
                others.retain(|code| code.system == system);
                Ok(others)
            }
            (Selection::System(system), None) => Err(Fault::needs_server(
                path,
                &format!("includes every code of {system}"),
            )),
            (Selection::Any, None) => Err(nothing_selected(path)),
        }
    }

    /// Which codes an exclude takes away. A whole system can be excluded, though not included: what is taken away is known.
    fn excluded(
        &self,
        part: &Value,
        path: &str,
        open: &mut Vec<usize>,
    ) -> Result<impl Fn(&Coding) -> bool, Fault> {
        let referred = self.intersection(part, path, open)?;
        let selection = selection(part, path)?;
        if matches!(selection, Selection::Any) && referred.is_none() {
            return Err(nothing_selected(path));
        }
        Ok(move |code: &Coding| {
            let selected = match &selection {
                Selection::Codes(codes) => codes.contains(code),
                Selection::System(system) => code.system == *system,
                Selection::Any => true,
            };
            selected && referred.as_ref().is_none_or(|codes| codes.contains(code))
        })
    }

    /// What all the value sets of a part have in common; `None` if it names none.
    fn intersection(
        &self,
        part: &Value,
        path: &str,
        open: &mut Vec<usize>,
    ) -> Result<Option<BTreeSet<Coding>>, Fault> {
        let mut common: Option<BTreeSet<Coding>> = None;
        let named = part.get("valueSet").and_then(Value::as_array);
        for (index, name) in named.into_iter().flatten().enumerate() {
            let path = format!("{path}/valueSet/{index}");
            let Some(canonical) = name.as_str().map(str::trim) else {
                return Err(Fault::new(
                    path,
                    "is not the URL of a value set",
                    "write \"url|version\"",
                ));
            };
            let codes = self.referred(canonical, &path, open)?;
            common = Some(match common {
                Some(common) => &common & &codes,
                None => codes,
            });
        }
        Ok(common)
    }
}

fn selection(part: &Value, path: &str) -> Result<Selection, Fault> {
    if let Some(filter) = json::items(part, "filter").first() {
        let word = |field: &str| json::text(filter, field).unwrap_or("?");
        let reason = format!(
            "selects by a filter ({} {} {})",
            word("property"),
            word("op"),
            word("value")
        );
        return Err(Fault::needs_server(format!("{path}/filter"), &reason));
    }
    let concepts = json::items(part, "concept");
    let system = json::text(part, "system");
    match (system, concepts) {
        (None, []) => Ok(Selection::Any),
        (Some(system), []) => Ok(Selection::System(canonical_system(system))),
        (None, _) => Err(Fault::new(
            format!("{path}/system"),
            "is missing, and a code means nothing without its system",
            "add the system's URL",
        )),
        (Some(system), concepts) => {
            let codes = concepts.iter().enumerate().map(|(index, concept)| {
                let code = json::text(concept, "code").ok_or_else(|| {
                    Fault::new(
                        format!("{path}/concept/{index}/code"),
                        "is missing or no text",
                        "write the code as records write it",
                    )
                })?;
                Ok(coding(system, code))
            });
            codes.collect::<Result<_, _>>().map(Selection::Codes)
        }
    }
}

fn nothing_selected(path: &str) -> Fault {
    Fault::new(
        path,
        "selects nothing",
        "name a system with concepts, or value sets",
    )
}
