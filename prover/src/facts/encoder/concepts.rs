//! Which elements of a resource say what it is about, and the keys that they give.

use crate::{
    facts::FactKey,
    fhir::{
        bundle::Resource,
        coding::Concept,
        json,
        reference::Index,
        value::{Answer, Reading},
    },
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The kinds under which an entry of a resource type counts; the four medication resources also count together, so that
/// "never had this drug" is one key, and so do devices.
pub(super) fn key_kinds(kind: &str) -> &'static [&'static str] {
    match kind {
        "Condition" => &["Condition"],
        "Observation" => &["Observation"],
        "Procedure" => &["Procedure"],
        "MedicationRequest" => &["MedicationRequest", "Medication"],
        "MedicationStatement" => &["MedicationStatement", "Medication"],
        "MedicationAdministration" => &["MedicationAdministration", "Medication"],
        "MedicationDispense" => &["MedicationDispense", "Medication"],
        "Immunization" => &["Immunization"],
        "AllergyIntolerance" => &["AllergyIntolerance"],
        "Encounter" => &["Encounter"],
        "DiagnosticReport" => &["DiagnosticReport"],
        "Device" => &["Device"],
        "DeviceUseStatement" => &["DeviceUseStatement", "Device"],
        "ImagingStudy" => &["ImagingStudy"],
        _ => &[],
    }
}

/// Whether resources of a type make facts.
pub(super) fn makes_facts(kind: &str) -> bool {
    !key_kinds(kind).is_empty()
}

/// The concepts that say what an entry is about.
pub(super) fn concepts<'a>(index: &Index<'a>, resource: Resource<'a>) -> Vec<Concept> {
    let body = resource.body;
    match resource.kind() {
        "Immunization" => vec![Concept::read_field(body, "vaccineCode")],
        "Device" => vec![Concept::read_field(body, "type")],
        "DeviceUseStatement" => vec![device_concept(index, resource)],
        "AllergyIntolerance" => {
            let substances =
                list(body, "reaction").map(|reaction| Concept::read_field(reaction, "substance"));
            std::iter::once(Concept::read_field(body, "code"))
                .chain(substances)
                .collect()
        }
        "Encounter" => encounter_concepts(body),
        "ImagingStudy" => {
            let modalities = list(body, "series")
                .filter_map(|series| series.get("modality"))
                .chain(list(body, "modality"))
                .map(Concept::read_coding);
            list(body, "procedureCode")
                .map(Concept::read)
                .chain(modalities)
                .collect()
        }
        kind if key_kinds(kind).contains(&"Medication") => medication_concepts(index, resource),
        _ => vec![Concept::read_field(body, "code")],
    }
}

/// The coded conclusions of a report, each an answer.
pub(super) fn conclusions(resource: Resource<'_>) -> BTreeSet<Answer> {
    if resource.kind() != "DiagnosticReport" {
        return BTreeSet::new();
    }
    let concepts = resource.body["conclusionCode"].as_array();
    Reading::of_conclusions(concepts.map_or(&[], Vec::as_slice)).answers
}

/// The keys of an entry: one a coding and kind, and the uncoded one if a concept is in words or there is none at all.
/// `None` if it says that there is nothing of the kind.
pub(super) fn keys(kinds: &[&str], concepts: &[Concept]) -> Option<BTreeSet<FactKey>> {
    let mut keys = BTreeSet::new();
    let said: Vec<&Concept> = concepts
        .iter()
        .filter(|concept| **concept != Concept::Missing)
        .collect();
    if !said.is_empty() && said.iter().all(|concept| **concept == Concept::NoneKnown) {
        return None;
    }
    for kind in kinds {
        if said.is_empty() {
            keys.insert(FactKey::uncoded(kind));
        }
        for concept in &said {
            match concept {
                Concept::Coded(codings) => keys.extend(
                    codings
                        .iter()
                        .map(|coding| FactKey::new(kind, &coding.system, &coding.code)),
                ),
                Concept::Uncoded => {
                    keys.insert(FactKey::uncoded(kind));
                }
                Concept::NoneKnown | Concept::Missing => {}
            }
        }
    }
    Some(keys)
}

fn list<'a>(body: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    json::items(body, field).iter()
}

/// Class, types and reasons of an encounter. A class that is no usable code says nothing that is missed.
fn encounter_concepts(body: &Value) -> Vec<Concept> {
    let class = body.get("class").map(Concept::read_coding);
    let class = class.filter(|class| matches!(class, Concept::Coded(_)));
    class
        .into_iter()
        .chain(list(body, "type").map(Concept::read))
        .chain(list(body, "reasonCode").map(Concept::read))
        .collect()
}

/// What a medication resource is about: the drug's code and its active ingredients.
fn medication_concepts<'a>(index: &Index<'a>, resource: Resource<'a>) -> Vec<Concept> {
    let coded = Concept::read_field(resource.body, "medicationCodeableConcept");
    let Some(reference) = resource.body.get("medicationReference") else {
        return vec![coded];
    };
    let mut concepts = vec![coded];
    match index.resolve(resource, reference) {
        Some(medication) => {
            concepts.push(Concept::read_field(medication.body, "code"));
            concepts.extend(ingredients(index, medication));
        }
        // A reference that leads nowhere: the record knows the drug, but doesn't tell it
        None => concepts.push(Concept::Uncoded),
    }
    concepts
}

fn ingredients<'a>(index: &Index<'a>, medication: Resource<'a>) -> Vec<Concept> {
    list(medication.body, "ingredient")
        .filter(|ingredient| ingredient["isActive"] != false)
        .map(|ingredient| match ingredient.get("itemReference") {
            Some(reference) => index
                .resolve(medication, reference)
                .map_or(Concept::Uncoded, |item| {
                    Concept::read_field(item.body, "code")
                }),
            None => Concept::read_field(ingredient, "itemCodeableConcept"),
        })
        .collect()
}

fn device_concept<'a>(index: &Index<'a>, resource: Resource<'a>) -> Concept {
    let device = resource.body.get("device");
    device
        .and_then(|reference| index.resolve(resource, reference))
        .map_or(Concept::Uncoded, |device| {
            Concept::read_field(device.body, "type")
        })
}
