//! GA4GH's Data Use Ontology, expanded into permitted uses.
//!
//! Sources: DUO (<https://github.com/EBISPOT/DUO>), Mondo (<https://mondo.monarchinitiative.org>) for the areas of disease.

use super::{Use, UseError};

/// What a term does to a consent.
enum Effect {
    /// Permits uses.
    Permits(Vec<Use>),
    /// Takes uses away, whatever else permits them.
    Forbids(Vec<Use>),
}

/// The areas of disease, by their Mondo term.
const AREAS: &[(&str, Use)] = &[
    ("MONDO:0004992", Use::Cancer),
    ("MONDO:0004995", Use::Cardiovascular),
    ("MONDO:0005066", Use::Metabolic),
    ("MONDO:0005151", Use::Endocrine),
    ("MONDO:0005071", Use::Neurological),
    ("MONDO:0002025", Use::Psychiatric),
    ("MONDO:0005550", Use::Infectious),
    ("MONDO:0005087", Use::Respiratory),
    ("MONDO:0004335", Use::Digestive),
    ("MONDO:0005240", Use::Renal),
    ("MONDO:0002081", Use::Musculoskeletal),
    ("MONDO:0005046", Use::Immune),
    ("MONDO:0005570", Use::Haematological),
    ("MONDO:0005039", Use::Reproductive),
];

/// Terms that would limit in ways that no set of uses says, by number and abbreviation.
const NOT_EXPRESSIBLE: &[(&str, &str, &str)] = &[
    ("DUO:0000012", "RS", "research specific restrictions"),
    ("DUO:0000016", "GSO", "genetic studies only"),
    ("DUO:0000019", "PUB", "publication required"),
    ("DUO:0000020", "COL", "collaboration required"),
    ("DUO:0000021", "IRB", "ethics approval required"),
    ("DUO:0000022", "GS", "geographical restriction"),
    ("DUO:0000024", "MOR", "publication moratorium"),
    ("DUO:0000025", "TS", "time limit on use"),
    ("DUO:0000026", "US", "user specific restriction"),
    ("DUO:0000027", "PS", "project specific restriction"),
    ("DUO:0000028", "IS", "institution specific restriction"),
    ("DUO:0000029", "RTN", "return to database or resource"),
];

/// The mask that a consent's terms permit: uses by name, DUO terms by number or abbreviation, and disease specific research as
/// `DS:` with an area's Mondo term or name. What a modifier forbids is forbidden whatever else permits it.
///
/// # Errors
/// [`UseError`].
pub fn expand<S: AsRef<str>>(terms: &[S]) -> Result<u32, UseError> {
    let (mut permitted, mut forbidden) = (0, 0);
    let bits = |uses: Vec<Use>| uses.iter().fold(0, |mask, each| mask | each.bit());
    for term in terms {
        match effect(term.as_ref().trim())? {
            Effect::Permits(uses) => permitted |= bits(uses),
            Effect::Forbids(uses) => forbidden |= bits(uses),
        }
    }
    match permitted & !forbidden {
        0 => Err(UseError::Nothing),
        mask => Ok(mask),
    }
}

fn effect(term: &str) -> Result<Effect, UseError> {
    use Effect::{Forbids, Permits};
    if let Ok(named) = term.parse::<Use>() {
        return Ok(Permits(vec![named]));
    }
    if let Some(area) = term
        .strip_prefix("DS:")
        .or_else(|| term.strip_prefix("DUO:0000007:"))
    {
        return Ok(Permits(
            [vec![disease_area(area)?], ANYONE.to_vec()].concat(),
        ));
    }
    Ok(match term {
        "NRES" | "DUO:0000004" => Permits([general(), vec![Use::ClinicalCare]].concat()),
        "GRU" | "DUO:0000042" => Permits(general()),
        "HMB" | "DUO:0000006" => Permits(biomedical()),
        "POA" | "DUO:0000011" => Permits([vec![Use::Population], ANYONE.to_vec()].concat()),
        "CC" | "DUO:0000043" => Permits(vec![Use::ClinicalCare]),
        "NMDS" | "DUO:0000015" => Forbids(vec![Use::Methods]),
        "NPOA" | "DUO:0000044" => Forbids(vec![Use::Population]),
        "NPU" | "DUO:0000045" => Forbids(vec![Use::ForProfit]),
        "NCU" | "DUO:0000046" => Forbids(vec![Use::Commercial]),
        "NPUNCU" | "DUO:0000018" => Forbids(ANYONE.to_vec()),
        "DS" | "DUO:0000007" => {
            return Err(not_expressible(
                term,
                "disease specific research without an area: write DS:MONDO:0004992 or DS:cancer",
            ))
        }
        other => return Err(unknown(other)),
    })
}

/// DUO permits these unless a modifier forbids them.
const ANYONE: [Use; 2] = [Use::Commercial, Use::ForProfit];

fn biomedical() -> Vec<Use> {
    let areas = Use::ALL.into_iter().filter(|each| each.is_disease_area());
    areas
        .chain([Use::Biomedical, Use::Methods])
        .chain(ANYONE)
        .collect()
}

fn general() -> Vec<Use> {
    [biomedical(), vec![Use::OtherResearch, Use::Population]].concat()
}

fn disease_area(area: &str) -> Result<Use, UseError> {
    if let Some((_, found)) = AREAS.iter().find(|(term, _)| *term == area) {
        return Ok(*found);
    }
    match area.parse::<Use>() {
        Ok(found) if found.is_disease_area() => Ok(found),
        _ => Err(not_expressible(
            &format!("DS:{area}"),
            "research on a disease that is none of the areas",
        )),
    }
}

fn unknown(term: &str) -> UseError {
    let found = NOT_EXPRESSIBLE
        .iter()
        .find(|(number, short, _)| *number == term || *short == term);
    match found {
        Some((_, _, meaning)) => not_expressible(term, meaning),
        None => UseError::Unknown(term.to_owned()),
    }
}

fn not_expressible(term: &str, meaning: &'static str) -> UseError {
    UseError::NotExpressible {
        term: term.to_owned(),
        meaning,
    }
}
