//! Compiled criteria against facts: which clauses hold, and by what.
//!
//! The circuit decides the same of a facts tree; [`crate::circuit::claims`] chooses what a proof shows of it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::clause::{Clause, Compiled, Group};
use crate::clause::Column;
use crate::facts::number::{Day, VALUE_DECIMALS};
use crate::facts::{Ends, Fact};

/// The day that criteria count back from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Days since 1900-01-01.
    pub day: u32,
    /// The same day as the integer `yyyymmdd`.
    pub calendar: u32,
}

/// A reference day that days since 1900-01-01 can't express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reference date {0} is before 1900")]
pub struct ReferenceError(Date);

impl TryFrom<Date> for Reference {
    type Error = ReferenceError;

    fn try_from(date: Date) -> Result<Self, ReferenceError> {
        let day = u32::try_from(Day::from_date(date).number()).map_err(|_| ReferenceError(date))?;
        Ok(Self {
            day,
            calendar: Day::calendar_number(date),
        })
    }
}

impl Reference {
    /// What is added to a relative bound of the clause.
    fn offset(self, clause: &Clause) -> u128 {
        if clause.calendar {
            u128::from(self.calendar) * 10_u128.pow(VALUE_DECIMALS)
        } else {
            u128::from(self.day)
        }
    }

    /// The clause's bounds on this day, which may leave the 64 bits.
    fn bounds(self, clause: &Clause) -> (u128, u128) {
        let offset = self.offset(clause);
        let add = |bound: u64, relative| u128::from(bound) + if relative { offset } else { 0 };
        (
            add(clause.low, clause.low_relative),
            add(clause.high, clause.high_relative),
        )
    }
}

/// A record's facts by the digest of their keys.
#[derive(Debug)]
pub struct FactIndex<'a>(BTreeMap<u128, &'a Fact>);

impl<'a> FactIndex<'a> {
    /// Indexes the facts.
    pub fn new(facts: &'a [Fact]) -> Self {
        Self(facts.iter().map(|fact| (fact.key.digest(), fact)).collect())
    }

    /// The fact under a key, if there is one.
    pub fn get(&self, digest: u128) -> Option<&'a Fact> {
        self.0.get(&digest).copied()
    }
}

/// How a clause holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The key at this place of the clause is present, and this column lies within the bounds.
    Present {
        /// Place of the key in the clause.
        key: usize,
        /// The column.
        column: Column,
    },
    /// The clause's one key is absent.
    Absent,
}

/// One group against the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEvaluation {
    /// How each clause holds, `None` where it doesn't.
    pub clauses: Vec<Option<Witness>>,
    /// Whether enough of them do.
    pub holds: bool,
}

/// Criteria against the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The groups, in the order of the criteria.
    pub groups: Vec<GroupEvaluation>,
}

impl Evaluation {
    /// Whether all groups hold, so that eligibility can be proved.
    pub fn holds(&self) -> bool {
        self.groups.iter().all(|group| group.holds)
    }
}

/// Evaluates compiled criteria against a record's facts on a day.
pub fn evaluate(compiled: &Compiled, facts: &[Fact], reference: Reference) -> Evaluation {
    let index = FactIndex::new(facts);
    let groups = compiled.groups.iter();
    Evaluation {
        groups: groups
            .map(|group| evaluate_group(group, &index, reference))
            .collect(),
    }
}

fn evaluate_group(group: &Group, index: &FactIndex, reference: Reference) -> GroupEvaluation {
    let clauses: Vec<_> = group
        .clauses
        .iter()
        .map(|clause| witness(clause, index, reference))
        .collect();
    let holding = clauses.iter().flatten().count();
    GroupEvaluation {
        clauses,
        holds: holding >= usize::from(group.at_least),
    }
}

/// How the clause holds of these facts, `None` if it doesn't.
pub(super) fn witness(clause: &Clause, index: &FactIndex, reference: Reference) -> Option<Witness> {
    let digests = clause.digests();
    if clause.absence_counts && digests.iter().all(|key| index.get(*key).is_none()) {
        return Some(Witness::Absent);
    }
    let bounds = reference.bounds(clause);
    digests.iter().enumerate().find_map(|(key, digest)| {
        let column = witnessing_column(clause, bounds, index.get(*digest)?)?;
        Some(Witness::Present { key, column })
    })
}

fn witnessing_column(clause: &Clause, (low, high): (u128, u128), fact: &Fact) -> Option<Column> {
    if clause.undated_blocks && fact.undated > 0 {
        return None;
    }
    Column::ALL.into_iter().find(|column| {
        let ends = column_of(fact, *column);
        clause.columns & *column as u8 != 0
            && low <= u128::from(ends.low)
            && u128::from(ends.high) <= high
    })
}

/// A column of a fact; a count has two equal ends.
pub fn column_of(fact: &Fact, column: Column) -> Ends {
    match column {
        Column::Count => Ends::exact(fact.count),
        Column::Min => fact.min,
        Column::Max => fact.max,
        Column::Latest => fact.latest,
        Column::FirstDate => fact.first_date,
        Column::LastDate => fact.last_date,
    }
}
