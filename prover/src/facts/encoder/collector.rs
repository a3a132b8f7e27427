//! Gathers the entries of each key and makes facts of them. The order of entries changes nothing.

use crate::{
    facts::{
        number::{Ends, NEG_INF, POS_INF},
        Fact, FactKey,
    },
    fhir::date::Period,
};
use std::collections::BTreeMap;

/// When an entry is, and how far the record stands behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// From when to when; `None` if undated.
    pub(super) period: Option<Period>,
    /// It goes on without a stated end.
    pub(super) in_force: bool,
    /// The record asserts it.
    pub(super) certain: bool,
}

impl Moment {
    /// An entry that the record asserts.
    pub(super) fn certain(period: Option<Period>) -> Self {
        Self {
            period,
            in_force: false,
            certain: true,
        }
    }
}

/// What an entry says in numbers under a key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    /// Its number.
    pub(super) value: Option<Ends>,
    /// Its number stands under another key, with its unit.
    pub(super) elsewhere: bool,
    /// It may hold a number that can't be read.
    pub(super) hidden: bool,
}

impl Numbers {
    /// A number.
    pub(super) fn of(value: Ends) -> Self {
        Self {
            value: Some(value),
            ..Self::default()
        }
    }
}

/// The entries of all keys.
#[derive(Default)]
pub(super) struct Collector {
    entries: BTreeMap<FactKey, Vec<Entry>>,
}

#[derive(Clone, Copy)]
struct Entry {
    moment: Moment,
    numbers: Numbers,
}

impl Entry {
    fn end(&self) -> Option<Ends> {
        self.moment.period.map(|period| period.end)
    }
}

/// A number with its day.
#[derive(Clone, Copy)]
struct Dated {
    value: Ends,
    day: Option<Ends>,
    certain: bool,
}

impl Collector {
    /// Adds an entry under a key.
    pub(super) fn add(&mut self, key: FactKey, moment: Moment, numbers: Numbers) {
        self.entries
            .entry(key)
            .or_default()
            .push(Entry { moment, numbers });
    }

    /// A key that the record has a fact of even if it has no entry.
    pub(super) fn declare(&mut self, key: FactKey) {
        self.entries.entry(key).or_default();
    }

    /// The facts, sorted by the digest of their keys.
    pub(super) fn finish(self) -> Vec<Fact> {
        let mut facts: Vec<(u128, Fact)> = self
            .entries
            .iter()
            .map(|(key, entries)| (key.digest(), self.fact(key, entries)))
            .collect();
        facts.sort_by_key(|(digest, _)| *digest);
        facts.into_iter().map(|(_, fact)| fact).collect()
    }

    fn fact(&self, key: &FactKey, entries: &[Entry]) -> Fact {
        if entries.is_empty() {
            return none_of(key);
        }
        let certain = entries.iter().filter(|entry| entry.moment.certain);
        let (min, max, latest) = self.numbers(key, entries);
        Fact {
            key: key.clone(),
            count: as_u64(certain.count()),
            undated: as_u64(entries.iter().filter(|entry| is_open(entry.moment)).count()),
            min,
            max,
            latest,
            first_date: first(entries),
            last_date: last(entries),
        }
    }

    /// Least, greatest and latest number.
    fn numbers(&self, key: &FactKey, entries: &[Entry]) -> (Ends, Ends, Ends) {
        let unreadable = |entry: &Entry| entry.numbers.elsewhere || entry.numbers.hidden;
        let values: Vec<Dated> = entries
            .iter()
            .filter_map(dated_value)
            .chain(self.hidden_numbers(key))
            .collect();
        let certain: Vec<Dated> = values
            .iter()
            .copied()
            .filter(|dated| dated.certain)
            .collect();
        if certain.is_empty() || entries.iter().any(unreadable) {
            return (Ends::MISSING, Ends::MISSING, Ends::MISSING);
        }
        let min = Ends {
            low: least(&values, |dated| dated.value.low),
            high: least(&certain, |dated| dated.value.high),
        };
        let max = Ends {
            low: greatest(&certain, |dated| dated.value.low),
            high: greatest(&values, |dated| dated.value.high),
        };
        (min, max, latest(&values, &certain))
    }

    /// Numbers that entries of the same code hide, in words for example: under a key with a unit each may be anything.
    fn hidden_numbers(&self, key: &FactKey) -> Vec<Dated> {
        if key.unit.is_empty() {
            return Vec::new();
        }
        let entries = self.entries.get(&key.bare()).map_or(&[][..], Vec::as_slice);
        entries
            .iter()
            .filter(|entry| entry.numbers.hidden)
            .map(|entry| Dated {
                value: Ends {
                    low: NEG_INF,
                    high: POS_INF,
                },
                day: entry.end(),
                certain: false,
            })
            .collect()
    }
}

/// A declared key without entries. Its days are at minus infinity, so that one comparison decides "none since that day".
fn none_of(key: &FactKey) -> Fact {
    Fact {
        key: key.clone(),
        count: 0,
        undated: 0,
        min: Ends::MISSING,
        max: Ends::MISSING,
        latest: Ends::MISSING,
        first_date: Ends::exact(NEG_INF),
        last_date: Ends::exact(NEG_INF),
    }
}

fn dated_value(entry: &Entry) -> Option<Dated> {
    Some(Dated {
        value: entry.numbers.value?,
        day: entry.end(),
        certain: entry.moment.certain,
    })
}

/// Whether an entry may lie in a window for all that the record tells: it has no date, goes on, or is uncertain.
fn is_open(moment: Moment) -> bool {
    moment.period.is_none() || moment.in_force || !moment.certain
}

/// The first day: an uncertain entry can only make it earlier.
fn first(entries: &[Entry]) -> Ends {
    let low = periods(entries, false).map(|period| period.start.low).min();
    let high = periods(entries, true).map(|period| period.start.high).min();
    ends(low, high)
}

/// The last day: an uncertain entry can only make it later.
fn last(entries: &[Entry]) -> Ends {
    let low = periods(entries, true).map(|period| period.end.low).max();
    let high = periods(entries, false).map(|period| period.end.high).max();
    ends(low, high)
}

fn periods(entries: &[Entry], only_certain: bool) -> impl Iterator<Item = Period> + '_ {
    entries
        .iter()
        .filter(move |entry| entry.moment.certain || !only_certain)
        .filter_map(|entry| entry.moment.period)
}

fn ends(low: Option<u64>, high: Option<u64>) -> Ends {
    match (low, high) {
        (Some(low), Some(high)) => Ends { low, high },
        _ => Ends::MISSING,
    }
}

/// The latest number: it may be that of any entry that is undated, or whose day may be as late as the latest certain one.
/// Entries of one day are ties, whatever their clock says.
fn latest(values: &[Dated], certain: &[Dated]) -> Ends {
    let latest_day = greatest(certain, |dated| dated.day.map_or(NEG_INF, |day| day.low));
    let candidates: Vec<Dated> = values
        .iter()
        .copied()
        .filter(|dated| dated.day.is_none_or(|day| day.high >= latest_day))
        .collect();
    Ends {
        low: least(&candidates, |dated| dated.value.low),
        high: greatest(&candidates, |dated| dated.value.high),
    }
}

fn least(values: &[Dated], end: impl Fn(&Dated) -> u64) -> u64 {
    values.iter().map(end).min().unwrap_or(NEG_INF)
}

fn greatest(values: &[Dated], end: impl Fn(&Dated) -> u64) -> u64 {
    values.iter().map(end).max().unwrap_or(POS_INF)
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
