//! From criteria to formulas over clauses: what proves that a criterion is met, and what proves that it isn't.
//!
//! The two are not each other's negation: where the record leaves something open, neither can be proved.

use super::clause::Clause;
use super::language::{
    Ask, Criteria, Criterion, DateField, Entries, Sex, Test, ValueAsk, ValueField,
};
use super::normal::Formula;
use super::range::{DateBound, DateRange, Range, Ranges};
use crate::clause::Column;
use crate::facts::number::{NEG_INF, POS_INF, VALUE_BIAS, VALUE_DECIMALS};
use crate::facts::FactKey;

/// A year in dates written as `yyyymmdd`.
const CALENDAR_YEAR: u64 = 10_000;
/// One, in fixed point.
const ONE: u64 = 10_u64.pow(VALUE_DECIMALS);

/// The criteria, and whether each must be met: every inclusion, and no exclusion.
pub(super) fn requirements(criteria: &Criteria) -> impl Iterator<Item = (&Criterion, bool)> {
    let included = criteria.include.iter().map(|c| (c, true));
    let excluded = criteria.exclude.iter().map(|c| (c, false));
    included.chain(excluded)
}

/// What proves that a test is met, or that it isn't.
pub(super) fn proof(test: &Test, met: bool) -> Formula {
    match test {
        Test::AtLeast(least, parts) => {
            let proofs = parts.iter().map(|part| proof(&part.test, met)).collect();
            let needed = if met { *least } else { parts.len() - least + 1 };
            Formula::AtLeast(needed, proofs)
        }
        Test::Age(years) if met => age(years),
        Test::Age(years) => age(&years.complement()),
        Test::Sex(codes) => sex(|code| codes.contains(code) == met),
        Test::Deceased(died) => exists(&FactKey::deceased(), None, *died == met),
        Test::Entries(entries) => entries_proof(entries, met),
    }
}

/// Age in completed years: whoever was born on or before this day of `year - n` has completed `n` years. Without a birth
/// date nothing is proved of an age.
fn age(years: &Ranges) -> Formula {
    let completed = |years: u64| VALUE_BIAS - years * CALENDAR_YEAR * ONE;
    let born_within = |range: Range| {
        let mut clause = Clause::on(FactKey::birth_date(), Column::Latest as u8);
        clause.calendar = true;
        if range.low > 0 {
            (clause.high, clause.high_relative) = (completed(range.low), true);
        }
        if range.high < POS_INF {
            (clause.low, clause.low_relative) = (completed(range.high + 1) + ONE, true);
        }
        clause.into()
    };
    Formula::any(years.iter().map(born_within).collect())
}

/// A sex is excluded by the presence of another one: a record that doesn't say excludes none.
fn sex(chosen: impl Fn(&Sex) -> bool) -> Formula {
    let codes = Sex::ALL.iter().filter(|code| chosen(code));
    let present = codes.map(|code| Clause::present(FactKey::sex(code.code())).into());
    Formula::any(present.collect())
}

/// A question holds of a list of codes if it holds of one of them; "absent" is "there is one" denied.
fn entries_proof(entries: &Entries, met: bool) -> Formula {
    let met = met != matches!(entries.ask, Ask::Absent(_));
    let codes = entries.codes.iter();
    let proofs = codes
        .map(|code| ask_proof(&code.key, &entries.ask, met))
        .collect();
    if met {
        Formula::any(proofs)
    } else {
        Formula::all(proofs)
    }
}

/// What proves a question about one code, or the contrary; of absence, that there is an entry, or that there is none.
fn ask_proof(key: &FactKey, ask: &Ask, met: bool) -> Formula {
    match ask {
        Ask::Exists(window) | Ask::Absent(window) => exists(key, *window, met),
        Ask::Count(numbers) if met => count(key, numbers),
        Ask::Count(numbers) => count(key, &numbers.complement()),
        Ask::Value(ask) if met => value(key, ask),
        Ask::Value(ask) => no_such_value(key, ask),
        Ask::Date(field, ranges) if met => {
            let ranges = ranges.iter();
            Formula::any(ranges.map(|days| date_within(key, *field, *days)).collect())
        }
        Ask::Date(field, ranges) => {
            let ranges = ranges.iter();
            Formula::all(
                ranges
                    .map(|days| date_outside(key, *field, *days))
                    .collect(),
            )
        }
    }
}

fn exists(key: &FactKey, window: Option<DateRange>, met: bool) -> Formula {
    match (window, met) {
        (None, true) => Clause::present(key.clone()).into(),
        (None, false) => no_entry(key),
        (Some(days), true) => {
            let either = Column::FirstDate as u8 | Column::LastDate as u8;
            within(key, either, days, false)
        }
        (Some(days), false) => none_within(key, days),
    }
}

/// No entry on these days: none at all, the last one is before them, or the first one after them.
fn none_within(key: &FactKey, days: DateRange) -> Formula {
    let mut ways = vec![before(key, days.from)];
    let end = end_that_matters(days);
    ways.extend(end.map(|end| later(key, DateField::First, end)));
    Formula::any(ways)
}

/// The end of a window, unless only entries after the reference date could lie behind it: an alternative for those alone
/// would cost a clause in nearly every study.
fn end_that_matters(days: DateRange) -> Option<DateBound> {
    days.to
        .filter(|to| days.from.is_none() || *to != DateBound::REFERENCE)
}

/// No entry at all.
fn no_entry(key: &FactKey) -> Formula {
    if !is_declared(key) {
        return where_rolled_up(key, Clause::absent(key.clone()));
    }
    let mut clause = Clause::on(key.clone(), Column::Count as u8);
    clause.high = 0;
    clause.undated_blocks = true;
    clause.into()
}

/// No entry at all, or every one before the day.
fn before(key: &FactKey, day: Option<DateBound>) -> Formula {
    let Some(day) = day else {
        return no_entry(key);
    };
    let mut clause = Clause::on(key.clone(), Column::LastDate as u8);
    clause.undated_blocks = true;
    (clause.high, clause.high_relative) = day.plus(-1).encode();
    if is_declared(key) {
        // Without entries its last day is minus infinity
        return clause.into();
    }
    clause.absence_counts = true;
    where_rolled_up(key, clause)
}

/// Whether records have the key even without an entry, so that its absence says only that it was not rolled up.
fn is_declared(key: &FactKey) -> bool {
    key.value_set().is_some() && *key == key.bare()
}

/// A clause that may hold by absence. Under a unit or answer of a value set that says nothing unless the record was rolled
/// up for the set, which its bare key shows.
fn where_rolled_up(key: &FactKey, clause: Clause) -> Formula {
    if key.value_set().is_none() {
        return clause.into();
    }
    let rolled_up = Clause::on(key.bare(), Column::Count as u8);
    Formula::all(vec![rolled_up.into(), clause.into()])
}

/// The date is later than this day.
fn later(key: &FactKey, field: DateField, day: DateBound) -> Formula {
    let days = DateRange {
        from: Some(day.plus(1)),
        to: None,
    };
    date_within(key, field, days)
}

/// The date is earlier than this day.
fn earlier(key: &FactKey, field: DateField, day: DateBound) -> Formula {
    let days = DateRange {
        from: None,
        to: Some(day.plus(-1)),
    };
    date_within(key, field, days)
}

/// One of the columns lies within the days.
fn within(key: &FactKey, columns: u8, days: DateRange, undated_blocks: bool) -> Formula {
    let mut clause = Clause::on(key.clone(), columns);
    clause.undated_blocks = undated_blocks;
    if is_declared(key) {
        // Days at minus infinity are those of no entry
        clause.low = NEG_INF + 1;
    }
    if let Some(from) = days.from {
        (clause.low, clause.low_relative) = from.encode();
    }
    if let Some(to) = days.to {
        (clause.high, clause.high_relative) = to.encode();
    }
    clause.into()
}

/// An undated entry may be earlier than the first date and later than the last: it blocks a bound on that side.
fn date_within(key: &FactKey, field: DateField, days: DateRange) -> Formula {
    let (column, blocked) = match field {
        DateField::First => (Column::FirstDate, days.from.is_some()),
        DateField::Last => (Column::LastDate, days.to.is_some()),
    };
    within(key, column as u8, days, blocked)
}

fn date_outside(key: &FactKey, field: DateField, days: DateRange) -> Formula {
    let mut ways = vec![no_entry(key)];
    ways.extend(days.from.map(|from| earlier(key, field, from)));
    ways.extend(days.to.map(|to| later(key, field, to)));
    Formula::any(ways)
}

/// A code that is absent has count 0. The count leaves out entries with reserve; what is undated may be one of them, so
/// it blocks an upper bound.
fn count(key: &FactKey, numbers: &Ranges) -> Formula {
    let clause = |range: Range| {
        let mut clause = Clause::on(key.clone(), Column::Count as u8);
        (clause.low, clause.high) = (range.low, range.high);
        clause.undated_blocks = range.high < POS_INF;
        if range.low > 0 || is_declared(key) {
            return clause.into();
        }
        clause.absence_counts = true;
        where_rolled_up(key, clause)
    };
    Formula::any(numbers.iter().map(clause).collect())
}

/// A value in one of the ranges; the latest one lies on the last day of the values in its unit, which may be an undated one's: that blocks the
/// end of a window, but for the reference date, after which no entry is taken to be.
fn value(key: &FactKey, ask: &ValueAsk) -> Formula {
    let valued = key.with_unit(&ask.unit);
    let columns = columns(ask.field);
    let ranges = ask.ranges.iter();
    let found = Formula::any(
        ranges
            .map(|range| lies_in(&valued, columns, range))
            .collect(),
    );
    match ask.window {
        None => found,
        Some(days) => {
            let ends = end_that_matters(days).is_some();
            let dated = within(&valued, Column::LastDate as u8, days, ends);
            Formula::all(vec![found, dated])
        }
    }
}

/// No such value: no entry of the code, in whatever unit or words, since the window began; or the value lies elsewhere; or
/// the latest one is after the window.
fn no_such_value(key: &FactKey, ask: &ValueAsk) -> Formula {
    let valued = key.with_unit(&ask.unit);
    let elsewhere = ask.ranges.complement();
    let outside = |range: Range| match ask.field {
        ValueField::Any => all_values_in(&valued, range),
        field => lies_in(&valued, columns(field), range),
    };
    let mut ways = vec![before(key, ask.window.and_then(|days| days.from))];
    ways.extend(elsewhere.iter().map(outside));
    let end = ask.window.and_then(end_that_matters);
    ways.extend(end.map(|end| later(&valued, DateField::Last, end)));
    Formula::any(ways)
}

fn all_values_in(valued: &FactKey, range: Range) -> Formula {
    let mut bounds = Vec::new();
    if range.low > Range::ALL.low {
        let above = Range {
            high: POS_INF,
            ..range
        };
        bounds.push(lies_in(valued, Column::Min as u8, above));
    }
    if range.high < POS_INF {
        let below = Range {
            low: Range::ALL.low,
            ..range
        };
        bounds.push(lies_in(valued, Column::Max as u8, below));
    }
    Formula::all(bounds)
}

fn lies_in(valued: &FactKey, columns: u8, range: Range) -> Formula {
    let mut clause = Clause::on(valued.clone(), columns);
    (clause.low, clause.high) = (range.low, range.high);
    clause.into()
}

fn columns(field: ValueField) -> u8 {
    match field {
        ValueField::Min => Column::Min as u8,
        ValueField::Max => Column::Max as u8,
        ValueField::Latest => Column::Latest as u8,
        ValueField::Any => Column::Min as u8 | Column::Max as u8 | Column::Latest as u8,
    }
}
