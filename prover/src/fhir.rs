//! Reading FHIR R4, as far as facts need it: one resource at a time, forgiving where vendors differ.
//!
//! Nothing here validates against the specification. What can't be read is reported, never fatal.
//! `docs/FACTS.md` states every rule.

pub mod bundle;
pub mod coding;
pub mod date;
pub(crate) mod json;
pub mod reference;
pub mod status;
pub mod timing;
pub mod unit;
pub mod value;
pub mod value_set;
