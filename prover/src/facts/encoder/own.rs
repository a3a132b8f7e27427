//! A bundle with no other patient's data in it: what may be sealed for one patient.

use super::{patient::Patient, patient::Subject, EncodeError, EncodeOptions};
use crate::fhir::{
    bundle::{Bundle, BundleError, Resource},
    reference::Index,
};
use serde_json::json;
use std::borrow::Cow;

/// One patient's part of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnBundle<'a> {
    /// The bundle's bytes as they were if all of it is the patient's, otherwise a collection of what is.
    pub bytes: Cow<'a, [u8]>,
    /// Labels of the resources left out: other patients, and what is about them or may be.
    pub left_out: Vec<String>,
}

/// Types without a subject that others refer to. Of several patients' bundle nothing else without one is kept.
const SHARED: [&str; 8] = [
    "HealthcareService",
    "Location",
    "Medication",
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Substance",
    "Questionnaire",
];

/// Cuts a bundle to one patient: [`super::encode`] without a choice then makes that patient's facts of it.
///
/// # Errors
/// The bundle can't be read, holds no patient, or several and none is chosen.
pub fn own_bundle<'a>(
    bundle: &'a [u8],
    options: &EncodeOptions,
) -> Result<OwnBundle<'a>, EncodeError> {
    let parsed = Bundle::parse(bundle)?;
    let patient = Patient::choose(&parsed, options.patient.as_deref())?;
    let index = Index::new(&parsed);
    let (own, others): (Vec<_>, Vec<_>) = parsed
        .resources()
        .partition(|resource| may_be_shown(&patient, &index, *resource));
    let bytes = if others.is_empty() {
        Cow::Borrowed(bundle)
    } else {
        Cow::Owned(collection(&own)?)
    };
    Ok(OwnBundle {
        bytes,
        left_out: others.iter().map(Resource::label).collect(),
    })
}

fn may_be_shown<'a>(patient: &Patient<'a>, index: &Index<'a>, resource: Resource<'a>) -> bool {
    if resource.kind() == "Patient" {
        return patient.is(resource);
    }
    match patient.subject_of(index, resource) {
        Subject::Own => true,
        Subject::Other(_) => false,
        Subject::Unstated => patient.is_only_one() || SHARED.contains(&resource.kind()),
    }
}

fn collection(resources: &[Resource<'_>]) -> Result<Vec<u8>, EncodeError> {
    let entry = |resource: &Resource<'_>| match resource.full_url {
        Some(url) => json!({ "fullUrl": url, "resource": resource.body }),
        None => json!({ "resource": resource.body }),
    };
    let entries: Vec<_> = resources.iter().map(entry).collect();
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    serde_json::to_vec(&bundle)
        .map_err(|error| EncodeError::Bundle(BundleError::Json(error.to_string())))
}
