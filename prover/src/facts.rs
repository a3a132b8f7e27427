//! Facts: what a record says, one fact per distinct key, in numbers that a circuit can compare.
//!
//! `docs/FACTS.md` defines the mapping from FHIR; its version is [`MAPPING_VERSION`].

mod encoder;
mod key;
pub mod number;
pub mod report;
pub mod tree;
pub mod value_sets;

pub use encoder::{encode, own_bundle, EncodeError, EncodeOptions, Encoded, OwnBundle, Skipped};
pub use key::FactKey;
pub use number::Ends;
pub use value_sets::{ValueSet, ValueSetDigest, ValueSets};

/// Version of the mapping from FHIR to facts. It stands in the record commitment and in `criteriaHash`,
/// because under another mapping a key would be absent for the wrong reason.
pub const MAPPING_VERSION: u32 = 1;

/// Most facts that a record can have: one leaf of the 4,096 is the lower sentinel.
pub const MAX_FACTS: usize = 4_095;

/// What a record says under one key. The numbers are encoded as [`number`] defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What the fact is about.
    pub key: FactKey,
    /// Number of entries that the record asserts without reserve.
    pub count: u64,
    /// Number of entries whose time the record leaves open: they block claims of absence in a window.
    pub undated: u64,
    /// Smallest value.
    pub min: Ends,
    /// Largest value.
    pub max: Ends,
    /// Value on the latest day that has one.
    pub latest: Ends,
    /// First day.
    pub first_date: Ends,
    /// Last day.
    pub last_date: Ends,
}
