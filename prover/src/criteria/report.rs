//! Which criteria a record meets, which it doesn't, and which can't be proved either way, and why.

mod because;

use super::evaluate::{witness, FactIndex, Reference};
use super::explain::describe;
use super::language::{Criteria, Criterion, Test};
use super::lower::proof;
use crate::facts::Fact;

/// What the facts say about a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It is so, and that can be proved.
    Proved,
    /// It is not so.
    Refuted,
    /// The record leaves it open.
    Open,
}

/// All criteria against a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether every criterion is met, and provably so.
    pub eligible: bool,
    /// The criteria: first those to include by, then those to exclude by.
    pub criteria: Vec<CriterionReport>,
}

/// One criterion against a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionReport {
    /// JSON pointer to the criterion.
    pub path: String,
    /// The author's words, or a description; after `excluded:` if it is to exclude by.
    pub text: String,
    /// An exclusion is met if it does not apply. False where the record shows that the criterion is not met; true where it shows that it is, and where it leaves that open.
    pub met: bool,
    /// Whether a proof that the criterion is met can be made.
    pub provable: bool,
    /// What in the record makes it so.
    pub because: String,
}

impl Report {
    /// The criteria that stand in the way, numbered from 1, each in a sentence.
    pub fn failures(&self) -> Vec<String> {
        let numbered = self.criteria.iter().enumerate();
        let failed = numbered.filter(|(_, criterion)| !criterion.provable);
        failed
            .map(|(index, criterion)| {
                let outcome = if criterion.met {
                    "can't be proved"
                } else {
                    "not met"
                };
                format!("criterion {} {outcome}: {}", index + 1, criterion.because)
            })
            .collect()
    }
}

/// Evaluates criteria one by one and says why each is met or not.
pub fn report(criteria: &Criteria, facts: &[Fact], reference: Reference) -> Report {
    let record = Record {
        index: FactIndex::new(facts),
        reference,
    };
    let included = criteria.include.iter().map(|c| record.criterion(c, false));
    let excluded = criteria.exclude.iter().map(|c| record.criterion(c, true));
    let criteria: Vec<_> = included.chain(excluded).collect();
    Report {
        eligible: criteria.iter().all(|criterion| criterion.provable),
        criteria,
    }
}

/// A record on a day.
struct Record<'a> {
    index: FactIndex<'a>,
    reference: Reference,
}

impl Record<'_> {
    fn criterion(&self, criterion: &Criterion, excludes: bool) -> CriterionReport {
        let verdict = self.verdict(&criterion.test);
        let (good, bad) = if excludes {
            (Verdict::Refuted, Verdict::Proved)
        } else {
            (Verdict::Proved, Verdict::Refuted)
        };
        let words = criterion.text.clone();
        let words = words.unwrap_or_else(|| describe(&criterion.test));
        CriterionReport {
            path: criterion.path.clone(),
            text: if excludes {
                format!("excluded: {words}")
            } else {
                words
            },
            met: verdict != bad,
            provable: verdict == good,
            because: self.because(&criterion.test),
        }
    }

    fn verdict(&self, test: &Test) -> Verdict {
        let holds = |met| {
            proof(test, met).holds(&|clause| witness(clause, &self.index, self.reference).is_some())
        };
        match (holds(true), holds(false)) {
            (true, _) => Verdict::Proved,
            (false, true) => Verdict::Refuted,
            (false, false) => Verdict::Open,
        }
    }
}
