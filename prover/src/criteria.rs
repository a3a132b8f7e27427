//! Criteria: what a study asks of a record, from its JSON to clauses that a circuit can prove.
//!
//! [`parse`] reads the language of `docs/CRITERIA.md`, [`Criteria::compile`] makes groups of clauses in canonical form,
//! [`evaluate`] decides them as the circuit does, and [`report`] says in words which criterion fails and why.

mod clause;
mod decompile;
mod error;
mod evaluate;
mod explain;
mod language;
mod lower;
mod normal;
mod notes;
mod parse;
mod range;
mod report;
mod schema;
#[cfg(test)]
mod tests;

use crate::facts::MAPPING_VERSION;
use normal::Formula;

pub use clause::{Capacity, Clause, Compiled, Group, NO_COLUMN};
pub use decompile::{decompile, show_clause};
pub use error::CriteriaError;
pub use evaluate::{
    column_of, evaluate, Evaluation, FactIndex, GroupEvaluation, Reference, ReferenceError, Witness,
};
pub use language::{
    Ask, Criteria, Criterion, DateField, Entries, NamedKey, Note, Sex, Test, ValueAsk, ValueField,
    KINDS,
};
pub use parse::parse;
pub use range::{DateBound, DateRange, Range, Ranges};
pub use report::{report, CriterionReport, Report};
pub use schema::SCHEMA;

/// Reads criteria and compiles them for the small circuit.
///
/// # Errors
/// Every mistake in the document; or that the criteria don't fit the circuit.
pub fn compile(json: &str) -> Result<Compiled, Vec<CriteriaError>> {
    let criteria = parse(json)?;
    criteria
        .compile(Capacity::SMALL)
        .map_err(|error| vec![error])
}

impl Criteria {
    /// Compiles the criteria for a circuit of this size.
    ///
    /// # Errors
    /// That they need more clauses or openings than the circuit has, with the numbers.
    pub fn compile(&self, capacity: Capacity) -> Result<Compiled, CriteriaError> {
        let mut groups = Vec::new();
        let mut sizes = Vec::new();
        for (path, formula) in lower::requirements(self) {
            let own = groups_of(path, &formula)?;
            sizes.push((path, own.iter().map(|group| group.clauses.len()).sum()));
            groups.extend(own);
        }
        let compiled = Compiled {
            mapping_version: MAPPING_VERSION,
            slots: capacity.slots,
            groups: normal::canonical(groups),
        };
        if compiled.clauses() > capacity.slots || compiled.openings() > capacity.openings {
            return Err(too_large(&compiled, capacity, sizes));
        }
        Ok(compiled)
    }
}

/// The groups of one criterion, which they remember.
fn groups_of(path: &str, formula: &Formula) -> Result<Vec<Group>, CriteriaError> {
    let groups = normal::groups(formula).map_err(|_| CriteriaError {
        path: path.to_owned(),
        message: "needs far more clauses than any circuit has".to_owned(),
        hint: "nest fewer \"all\" within \"any\", and let \"atLeast\" count parts that ask one thing each"
            .to_owned(),
    })?;
    let mut groups = normal::canonical(groups);
    for group in &mut groups {
        group.paths.insert(path.to_owned());
    }
    Ok(groups)
}

fn too_large(
    compiled: &Compiled,
    capacity: Capacity,
    mut sizes: Vec<(&str, usize)>,
) -> CriteriaError {
    const SHOWN: usize = 3;
    sizes.sort_by_key(|(_, clauses)| std::cmp::Reverse(*clauses));
    let largest = sizes.iter().take(SHOWN);
    let largest: Vec<_> = largest
        .map(|(path, clauses)| format!("{path} ({clauses})"))
        .collect();
    CriteriaError {
        path: String::new(),
        message: format!(
            "needs {} clauses with {} openings; a proof has room for {} with {}",
            compiled.clauses(),
            compiled.openings(),
            capacity.slots,
            capacity.openings
        ),
        hint: format!(
            "most clauses go to {}; each criterion takes an opening, and so does each code to exclude by",
            largest.join(", ")
        ),
    }
}
