//! Names of code systems.

/// SNOMED CT.
pub(super) const SNOMED: &str = "http://snomed.info/sct";

/// OIDs of well-known code systems and their FHIR URLs. Source: HL7 Terminology (THO), identifiers of its CodeSystems
/// and NamingSystems.
const OIDS: [(&str, &str); 28] = [
    ("2.16.840.1.113883.6.1", "http://loinc.org"),
    ("2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10"),
    (
        "2.16.840.1.113883.6.4",
        "http://www.cms.gov/Medicare/Coding/ICD10",
    ),
    ("2.16.840.1.113883.6.8", "http://unitsofmeasure.org"),
    ("2.16.840.1.113883.6.12", "http://www.ama-assn.org/go/cpt"),
    ("2.16.840.1.113883.6.24", "urn:iso:std:iso:11073:10101"),
    ("2.16.840.1.113883.6.42", "http://hl7.org/fhir/sid/icd-9"),
    (
        "2.16.840.1.113883.6.43.1",
        "http://terminology.hl7.org/CodeSystem/icd-o-3",
    ),
    ("2.16.840.1.113883.6.59", "http://hl7.org/fhir/sid/cvx"),
    ("2.16.840.1.113883.6.69", "http://hl7.org/fhir/sid/ndc"),
    ("2.16.840.1.113883.6.73", "http://www.whocc.no/atc"),
    (
        "2.16.840.1.113883.6.86",
        "http://www.nlm.nih.gov/research/umls",
    ),
    (
        "2.16.840.1.113883.6.88",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
    ),
    (
        "2.16.840.1.113883.6.90",
        "http://hl7.org/fhir/sid/icd-10-cm",
    ),
    ("2.16.840.1.113883.6.96", SNOMED),
    (
        "2.16.840.1.113883.6.103",
        "http://hl7.org/fhir/sid/icd-9-cm",
    ),
    (
        "2.16.840.1.113883.6.104",
        "http://hl7.org/fhir/sid/icd-9-cm",
    ),
    ("2.16.840.1.113883.6.163", "https://www.meddra.org"),
    ("2.16.840.1.113883.6.281", "http://www.orpha.net"),
    (
        "2.16.840.1.113883.6.285",
        "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    ),
    ("2.16.840.1.113883.12.292", "http://hl7.org/fhir/sid/cvx"),
    (
        "2.16.840.1.113883.3.26.1.1",
        "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    ),
    ("2.16.840.1.113883.3.26.1.5", "http://hl7.org/fhir/ndfrt"),
    ("2.16.840.1.113883.4.9", "http://fdasis.nlm.nih.gov"),
    (
        "2.16.840.1.113883.5.4",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    ),
    (
        "2.16.840.1.113883.5.83",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    ),
    (
        "2.16.840.1.113883.5.1008",
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    ),
    (
        "1.2.840.10008.2.16.4",
        "http://dicom.nema.org/resources/ontology/DCM",
    ),
];

/// Other spellings that stand in real records.
const SPELLINGS: [(&str, &str); 5] = [
    ("https://loinc.org", "http://loinc.org"),
    ("https://snomed.info/sct", SNOMED),
    ("https://unitsofmeasure.org", "http://unitsofmeasure.org"),
    ("http://www.snomed.org", SNOMED),
    (
        "http://hl7.org/fhir/v3/NullFlavor",
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    ),
];

/// The name under which keys hold a code system: its FHIR URL if the OID or spelling is known, else the name as written,
/// without blanks and slashes at its end. Editions and versions of SNOMED CT are SNOMED CT.
pub fn canonical_system(system: &str) -> String {
    let system = system.trim().trim_end_matches('/');
    if system.starts_with("http://snomed.info/sct/") {
        return SNOMED.to_owned();
    }
    let oid = system.strip_prefix("urn:oid:").unwrap_or(system);
    let known = OIDS.iter().chain(&SPELLINGS).find(|(name, _)| *name == oid);
    known.map_or(system, |(_, url)| url).to_owned()
}
