//! Compiled clauses in plain English, from nothing but the clauses: what a second reader checks against the document.

use super::clause::{Clause, Compiled, Group, NO_COLUMN};
use super::explain::{show_days, Scale};
use super::parse::short_name;
use super::range::{DateBound, DateRange, Range};
use crate::clause::Column;
use crate::facts::number::{Day, DATE_BIAS, NEG_INF, POS_INF, VALUE_BIAS, VALUE_DECIMALS};
use crate::facts::FactKey;

/// A year in the calendar's fixed-point numbers.
const CALENDAR_YEAR: u64 = 10_u64.pow(4 + VALUE_DECIMALS);

/// One line for each group, of all of which the criteria consist. In brackets stands what the group can't decide, because
/// facts hold the ends of days and values and nothing between.
pub fn decompile(compiled: &Compiled) -> Vec<String> {
    let groups = compiled.groups.iter();
    groups
        .map(|group| match undecided(group) {
            Some(remark) => format!("{} ({remark})", show_group(group)),
            None => show_group(group),
        })
        .collect()
}

/// The records of which a group decides neither way, in words.
fn undecided(group: &Group) -> Option<&'static str> {
    const DAYS: &str = "not decided for a record with entries before and after these days, of which none within is the first or last";
    const VALUES: &str =
        "not decided by a value that is neither the least, the greatest nor the latest";
    let clauses = &group.clauses;
    if clauses.iter().any(is_inner_window) || clauses.iter().any(|c| is_around(c, clauses)) {
        Some(DAYS)
    } else if clauses.iter().any(is_inner_value) {
        Some(VALUES)
    } else {
        None
    }
}

/// Presence on days that end before the reference date.
fn is_inner_window(clause: &Clause) -> bool {
    let either = Column::FirstDate as u8 | Column::LastDate as u8;
    let window = days(clause);
    clause.columns == either
        && window.from.is_some()
        && window.to.is_some_and(|to| to != DateBound::REFERENCE)
}

/// Absence on days: the last entry is before them, or the first one after them.
fn is_around(clause: &Clause, others: &[Clause]) -> bool {
    let is_before = clause.columns == Column::LastDate as u8 && clause.high < POS_INF;
    let is_after = |other: &Clause| {
        other.columns == Column::FirstDate as u8 && other.high == POS_INF && other.undated_blocks
    };
    let same_key = |other: &&Clause| other.keys.iter().any(|key| clause.keys.contains(key));
    is_before && others.iter().filter(same_key).any(is_after)
}

/// Some value between two bounds.
fn is_inner_value(clause: &Clause) -> bool {
    let any = Column::Min as u8 | Column::Max as u8 | Column::Latest as u8;
    clause.columns == any && clause.low > NEG_INF && clause.high < POS_INF
}

fn show_group(group: &Group) -> String {
    let clauses: Vec<_> = group.clauses.iter().map(show_clause).collect();
    match (group.at_least, &clauses[..]) {
        (_, [only]) => only.clone(),
        (1, several) => several.join("; or "),
        (least, several) => format!("at least {least} of: {}", several.join("; ")),
    }
}

/// A clause in plain English.
pub fn show_clause(clause: &Clause) -> String {
    let keys: Vec<_> = clause.keys.iter().map(show_key).collect();
    let keys = match &keys[..] {
        [one] => one.clone(),
        several => format!("any of ({})", several.join(", ")),
    };
    let mut ways = Vec::new();
    if clause.absence_counts {
        ways.push("no entry".to_owned());
    }
    if clause.columns != NO_COLUMN {
        let blocked = if clause.undated_blocks {
            " and no undated entry"
        } else {
            ""
        };
        ways.push(format!("{}{blocked}", show_bounds(clause)));
    }
    format!("{keys}: {}", ways.join(", or "))
}

/// A key in words: kind, system and code, answer, unit.
fn show_key(key: &FactKey) -> String {
    let code = format!("{} {}", key.kind, short_name(&key.system, &key.code));
    let answer = match key.answer.split_once('|') {
        Some((system, code)) => format!(" = {}", short_name(system, code)),
        None if key.answer.is_empty() => String::new(),
        None => format!(" = {}", key.answer),
    };
    let unit = match key.unit.as_str() {
        "" => String::new(),
        unit => format!(" in {unit}"),
    };
    code + &answer + &unit
}

fn show_bounds(clause: &Clause) -> String {
    let columns = show_columns(clause.columns);
    let range = Range {
        low: clause.low,
        high: clause.high,
    };
    let dates = Column::FirstDate as u8 | Column::LastDate as u8;
    let bounds = if clause.calendar {
        show_ages(clause)
    } else if clause.columns & dates != 0 {
        show_days(days(clause))
    } else if clause.columns == Column::Count as u8 {
        Scale::Whole.show_range(range)
    } else {
        Scale::CANONICAL.show_range(range)
    };
    format!("{columns} {bounds}")
}

fn show_columns(columns: u8) -> String {
    let names = Column::ALL
        .into_iter()
        .filter(|column| columns & *column as u8 != 0);
    let names = names.map(|column| match column {
        Column::Count => "number of entries",
        Column::Min => "least value",
        Column::Max => "greatest value",
        Column::Latest => "latest value",
        Column::FirstDate => "first date",
        Column::LastDate => "last date",
    });
    names.collect::<Vec<_>>().join(" or ")
}

/// The days of a clause's bounds.
fn days(clause: &Clause) -> DateRange {
    let bound = |encoded: u64, relative: bool, open: u64| match (encoded, relative) {
        (encoded, false) if encoded.abs_diff(open) <= 1 => None,
        (encoded, true) => {
            let before = i128::from(DATE_BIAS) - i128::from(encoded);
            i32::try_from(before).ok().map(DateBound::Before)
        }
        (encoded, false) => Day::decode(encoded).map(|day| DateBound::Day(day.number())),
    };
    DateRange {
        from: bound(clause.low, clause.low_relative, NEG_INF),
        to: bound(clause.high, clause.high_relative, POS_INF),
    }
}

/// Bounds on a calendar date, which is a birth date: whole years before the reference date.
fn show_ages(clause: &Clause) -> String {
    let years = |bound: u64| (VALUE_BIAS - bound).div_ceil(CALENDAR_YEAR);
    let oldest = clause.low_relative.then(|| {
        format!(
            "after the day {} years before the reference date",
            years(clause.low)
        )
    });
    let youngest = clause.high_relative.then(|| {
        format!(
            "on or before the day {} years before the reference date",
            years(clause.high)
        )
    });
    let both: Vec<_> = [oldest, youngest].into_iter().flatten().collect();
    both.join(" and ")
}
