//! Permitted uses: what a consent allows and what a study needs, as bits (PROTOCOL section 12).
//!
//! The list is closed and numbered. A record's consent is a set of uses, a study names the uses that it needs, and the proof shows that
//! the first contains the second. GA4GH's Data Use Ontology (DUO) is expanded into the list at certification; a term or
//! modifier that the list can't express is refused, since leaving it out would permit more than was said.

mod duo;

use std::fmt;

pub use duo::expand;

/// A permitted use, by its bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Use {
    /// Health, medical and biomedical research on any subject.
    Biomedical = 0,
    /// Research on anything else.
    OtherResearch = 1,
    /// Development of methods, software and algorithms.
    Methods = 2,
    /// Population structure, origins and ancestry.
    Population = 3,
    /// Clinical care of others.
    ClinicalCare = 4,
    /// Commercial purposes.
    Commercial = 5,
    /// Use by organisations that work for profit.
    ForProfit = 6,
    /// Research on cancer.
    Cancer = 8,
    /// Research on diseases of heart and vessels.
    Cardiovascular = 9,
    /// Research on metabolic diseases, diabetes among them.
    Metabolic = 10,
    /// Research on endocrine diseases.
    Endocrine = 11,
    /// Research on diseases of the nervous system.
    Neurological = 12,
    /// Research on mental disorders.
    Psychiatric = 13,
    /// Research on infectious diseases.
    Infectious = 14,
    /// Research on diseases of the airways and lungs.
    Respiratory = 15,
    /// Research on diseases of the digestive system.
    Digestive = 16,
    /// Research on diseases of kidneys and urinary tract.
    Renal = 17,
    /// Research on diseases of muscles, bones and joints.
    Musculoskeletal = 18,
    /// Research on diseases of the immune system.
    Immune = 19,
    /// Research on diseases of the blood.
    Haematological = 20,
    /// Research on diseases of the reproductive system, and pregnancy.
    Reproductive = 21,
}

use Use::{
    Biomedical, Cancer, Cardiovascular, ClinicalCare, Commercial, Digestive, Endocrine, ForProfit,
    Haematological, Immune, Infectious, Metabolic, Methods, Musculoskeletal, Neurological,
    OtherResearch, Population, Psychiatric, Renal, Reproductive, Respiratory,
};

/// Text that names no use, or a term that can't be expressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UseError {
    /// Neither a use of the list nor a term of DUO that we know.
    #[error("{0:?} is neither a permitted use nor a DUO term that can be expanded")]
    Unknown(String),
    /// A term of DUO that the list of uses can't express.
    #[error(
        "{term} ({meaning}) can't be expressed as permitted uses, so it can't be consented to"
    )]
    NotExpressible {
        /// The term.
        term: String,
        /// What it means.
        meaning: &'static str,
    },
    /// Only modifiers, or modifiers that leave nothing.
    #[error("the consent permits no use")]
    Nothing,
    /// A bit that is no use.
    #[error("bit {0} of the mask is no permitted use")]
    Bit(u32),
}

impl Use {
    /// Every use.
    pub const ALL: [Self; 21] = [
        Biomedical,
        OtherResearch,
        Methods,
        Population,
        ClinicalCare,
        Commercial,
        ForProfit,
        Cancer,
        Cardiovascular,
        Metabolic,
        Endocrine,
        Neurological,
        Psychiatric,
        Infectious,
        Respiratory,
        Digestive,
        Renal,
        Musculoskeletal,
        Immune,
        Haematological,
        Reproductive,
    ];

    /// Its bit in a mask.
    pub const fn bit(self) -> u32 {
        1 << self as u8
    }

    /// Its name, as commands and files spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Biomedical => "biomedical",
            OtherResearch => "other-research",
            Methods => "methods",
            Population => "population",
            ClinicalCare => "clinical-care",
            Commercial => "commercial",
            ForProfit => "for-profit",
            Cancer => "cancer",
            Cardiovascular => "cardiovascular",
            Metabolic => "metabolic",
            Endocrine => "endocrine",
            Neurological => "neurological",
            Psychiatric => "psychiatric",
            Infectious => "infectious",
            Respiratory => "respiratory",
            Digestive => "digestive",
            Renal => "renal",
            Musculoskeletal => "musculoskeletal",
            Immune => "immune",
            Haematological => "haematological",
            Reproductive => "reproductive",
        }
    }

    /// Whether it is research on one area of disease, all of which biomedical research contains.
    pub const fn is_disease_area(self) -> bool {
        self as u8 >= Cancer as u8
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Use {
    type Err = UseError;

    fn from_str(text: &str) -> Result<Self, UseError> {
        let found = Self::ALL.into_iter().find(|each| each.name() == text);
        found.ok_or_else(|| UseError::Unknown(text.to_owned()))
    }
}

/// The mask of uses by name: what a study needs.
///
/// # Errors
/// [`UseError::Unknown`]; [`UseError::Nothing`] for no name at all.
pub fn mask_of<S: AsRef<str>>(names: &[S]) -> Result<u32, UseError> {
    let mut mask = 0;
    for name in names {
        mask |= name.as_ref().trim().parse::<Use>()?.bit();
    }
    if mask == 0 {
        Err(UseError::Nothing)
    } else {
        Ok(mask)
    }
}

/// The uses in a mask, by bit.
///
/// # Errors
/// [`UseError::Bit`] for a bit that is no use.
pub fn uses_in(mask: u32) -> Result<Vec<Use>, UseError> {
    let uses: Vec<_> = Use::ALL
        .into_iter()
        .filter(|each| mask & each.bit() != 0)
        .collect();
    let known = uses.iter().fold(0, |bits, each| bits | each.bit());
    match mask & !known {
        0 => Ok(uses),
        unknown => Err(UseError::Bit(unknown.trailing_zeros())),
    }
}

/// The uses that `needed` has and `consent` has not, in words; a bit without a name is named by its number.
pub fn missing(consent: u32, needed: u32) -> Vec<String> {
    let lacking = needed & !consent;
    (0..u32::BITS)
        .filter(|bit| lacking >> bit & 1 == 1)
        .map(
            |bit| match Use::ALL.into_iter().find(|each| each.bit() == 1 << bit) {
                Some(found) => found.name().to_owned(),
                None => format!("use number {bit}"),
            },
        )
        .collect()
}

#[cfg(test)]
mod tests;
