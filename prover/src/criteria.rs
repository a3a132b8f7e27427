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
mod repeated;
mod report;
mod schema;
#[cfg(test)]
mod tests;

use crate::clause::CircuitSize;
use crate::facts::MAPPING_VERSION;

pub use clause::{Clause, Compiled, Group, NO_COLUMN};
pub use decompile::{decompile, show_clause};
pub use error::CriteriaError;
pub use evaluate::{
    column_of, evaluate, Evaluation, FactIndex, GroupEvaluation, Reference, ReferenceError, Witness,
};
pub use language::{
    Ask, Criteria, Criterion, DateField, Entries, NamedKey, Note, Sex, Test, ValueAsk, ValueField,
    KINDS,
};
pub use parse::{parse, parse_with};
pub use range::{DateBound, DateRange, Range, Ranges};
pub use report::{report, CriterionReport, Report};
pub use schema::SCHEMA;

/// Reads criteria and compiles them for the smallest circuit that they fit.
///
/// # Errors
/// Every mistake in the document; or that the criteria fit no circuit.
pub fn compile(json: &str) -> Result<Compiled, Vec<CriteriaError>> {
    let criteria = parse(json)?;
    criteria.compile_smallest().map_err(|error| vec![error])
}

impl Criteria {
    /// Compiles the criteria for the smallest circuit that they fit.
    ///
    /// # Errors
    /// That they need more clauses or openings than the largest circuit has, with the numbers.
    pub fn compile_smallest(&self) -> Result<Compiled, CriteriaError> {
        self.compile(CircuitSize::Small)
            .or_else(|_| self.compile(CircuitSize::Large))
    }

    /// Compiles the criteria for a circuit of this size.
    ///
    /// # Errors
    /// That they need more clauses or openings than the circuit has, with the numbers.
    pub fn compile(&self, size: CircuitSize) -> Result<Compiled, CriteriaError> {
        let mut groups = Vec::new();
        let mut sizes = Vec::new();
        for (criterion, met) in lower::requirements(self) {
            let own = groups_of(criterion, met)?;
            sizes.push((
                criterion.path.as_str(),
                own.iter().map(|group| group.clauses.len()).sum(),
            ));
            groups.extend(own);
        }
        let compiled = Compiled {
            mapping_version: MAPPING_VERSION,
            size,
            groups: normal::canonical(groups),
        };
        if compiled.clauses() > size.slots() || compiled.openings() > size.openings() {
            return Err(too_large(&compiled, sizes));
        }
        Ok(compiled)
    }
}

/// The groups of one criterion, which they remember.
fn groups_of(criterion: &Criterion, met: bool) -> Result<Vec<Group>, CriteriaError> {
    let groups = normal::groups(&lower::proof(&criterion.test, met));
    let groups = groups.map_err(|_| too_intricate(criterion, met))?;
    let mut groups = normal::canonical(groups);
    for group in &mut groups {
        group.paths.insert(criterion.path.clone());
    }
    Ok(groups)
}

/// Names the innermost part that multiplies out to more than any circuit holds.
fn too_intricate(criterion: &Criterion, met: bool) -> CriteriaError {
    let Test::AtLeast(least, parts) = &criterion.test else {
        return CriteriaError {
            path: criterion.path.clone(),
            message: "needs far more clauses than any circuit has".to_owned(),
            hint: "ask for fewer codes, or publish them as a value set".to_owned(),
        };
    };
    let inner = parts
        .iter()
        .find(|part| normal::groups(&lower::proof(&part.test, met)).is_err());
    if let Some(part) = inner {
        return too_intricate(part, met);
    }
    let needed = if met { *least } else { parts.len() - least + 1 };
    let denied = if met { "" } else { "the contrary of " };
    CriteriaError {
        path: criterion.path.clone(),
        message: format!(
            "multiplies out to more than {} groups \"at least k of these clauses\": {needed} of {} parts, {denied}each asking several things",
            normal::MOST_GROUPS,
            parts.len()
        ),
        hint: "take what all parts have in common out of them, and let each part ask one thing: then it is one group"
            .to_owned(),
    }
}

fn too_large(compiled: &Compiled, mut sizes: Vec<(&str, usize)>) -> CriteriaError {
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
            compiled.size.slots(),
            compiled.size.openings()
        ),
        hint: format!(
            "most clauses go to {}; each criterion takes an opening, and so does each code to exclude by, but a value set takes one whatever its size",
            largest.join(", ")
        ),
    }
}
