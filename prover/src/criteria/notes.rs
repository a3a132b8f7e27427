//! Remarks for authors: criteria that are in order but may not say what was meant.

use super::language::{Ask, Criteria, Criterion, Entries, Note, Test, ValueField};
use super::range::{DateBound, DateRange, Range};

/// The remarks on these criteria, in their order.
pub(super) fn of(criteria: &Criteria) -> Vec<Note> {
    let mut notes = Vec::new();
    for criterion in criteria.include.iter().chain(&criteria.exclude) {
        collect(criterion, &mut notes);
    }
    notes
}

fn collect(criterion: &Criterion, notes: &mut Vec<Note>) {
    match &criterion.test {
        Test::AtLeast(_, parts) => parts.iter().for_each(|part| collect(part, notes)),
        Test::Entries(entries) => notes.extend(remarks(entries).into_iter().map(|message| Note {
            path: criterion.path.clone(),
            message: message.to_owned(),
        })),
        Test::Age(_) | Test::Sex(_) | Test::Deceased(_) => {}
    }
}

fn remarks(entries: &Entries) -> Vec<&'static str> {
    let several = entries.codes.len() > 1;
    let mut remarks = Vec::new();
    match &entries.ask {
        Ask::Count(_) if several => {
            remarks.push("the count is of one of the codes, not of all together");
        }
        Ask::Value(ask) if several && ask.field == ValueField::Latest => {
            remarks.push("\"latest\" is the latest value of one of the codes, not of all together");
        }
        Ask::Value(ask) if ask.field == ValueField::Any && ask.ranges.iter().all(is_two_sided) => {
            remarks.push("a value that is neither the least, the greatest nor the latest one can't be proved to lie between bounds");
        }
        Ask::Exists(Some(days)) | Ask::Absent(Some(days)) if is_inner(*days) => {
            remarks.push("of a record with entries before and after the window it can't be decided whether one lies within");
        }
        Ask::Date(..) if several => {
            remarks.push("the date is of the entries of one of the codes, not of all together");
        }
        _ => {}
    }
    remarks
}

/// Whether entries can lie on both sides of the window.
fn is_inner(days: DateRange) -> bool {
    days.from.is_some() && days.to != Some(DateBound::REFERENCE)
}

fn is_two_sided(range: Range) -> bool {
    range.low > Range::ALL.low && range.high < Range::ALL.high
}
