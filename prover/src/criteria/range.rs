//! Ranges of encoded numbers and of days, and what lies outside them.

use crate::facts::number::{Day, DATE_BIAS, NEG_INF, POS_INF};

#[cfg(test)]
mod tests;

/// A range of encoded numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// Least number.
    pub low: u64,
    /// Greatest number, at most [`POS_INF`].
    pub high: u64,
}

impl Range {
    /// Every number.
    pub const ALL: Self = Self {
        low: NEG_INF,
        high: POS_INF,
    };

    /// Whether the number lies in it.
    pub fn contains(self, number: u64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

/// A union of ranges that neither touch nor overlap, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges(Vec<Range>);

impl Ranges {
    /// The union of these ranges; empty ones are left out.
    pub fn new(ranges: impl IntoIterator<Item = Range>) -> Self {
        let mut sorted: Vec<_> = ranges.into_iter().filter(|r| r.low <= r.high).collect();
        sorted.sort();
        let mut union: Vec<Range> = Vec::new();
        for range in sorted {
            match union.last_mut() {
                Some(last) if range.low <= last.high.saturating_add(1) => {
                    last.high = last.high.max(range.high);
                }
                _ => union.push(range),
            }
        }
        Self(union)
    }

    /// The ranges.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Range> + '_ {
        self.0.iter().copied()
    }

    /// Whether no number lies in them.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every number lies in them.
    pub fn is_everything(&self) -> bool {
        self.0 == [Range::ALL]
    }

    /// Whether the number lies in one of them.
    pub fn contains(&self, number: u64) -> bool {
        self.iter().any(|range| range.contains(number))
    }

    /// All numbers outside, up to [`POS_INF`].
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut gaps = Vec::new();
        let mut low = Some(NEG_INF);
        for range in &self.0 {
            if let (Some(low), Some(high)) = (low, range.low.checked_sub(1)) {
                gaps.push(Range { low, high });
            }
            low = range.high.checked_add(1);
        }
        if let Some(low) = low {
            gaps.push(Range { low, high: POS_INF });
        }
        Self::new(gaps)
    }
}

/// An end of a range of days: a day, or so many days before the reference date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateBound {
    /// A day, counted from 1900-01-01.
    Day(i32),
    /// So many days before the reference date.
    Before(i32),
}

impl DateBound {
    /// The reference date.
    pub const REFERENCE: Self = Self::Before(0);

    /// The day so many days later.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        match self {
            Self::Day(day) => Self::Day(day.saturating_add(days)),
            Self::Before(before) => Self::Before(before.saturating_sub(days)),
        }
    }

    /// The bound as a clause holds it, and whether the reference is added to it.
    pub fn encode(self) -> (u64, bool) {
        match self {
            Self::Day(day) => (Day::from_number(day).encode(), false),
            Self::Before(days) => (DATE_BIAS.saturating_add_signed(-i64::from(days)), true),
        }
    }

    /// Whether this is a later day than the other, whatever the reference date; `None` if it depends on it.
    pub fn is_after(self, other: Self) -> Option<bool> {
        match (self, other) {
            (Self::Day(this), Self::Day(other)) => Some(this > other),
            (Self::Before(this), Self::Before(other)) => Some(this < other),
            _ => None,
        }
    }
}

/// A range of days, both ends included; an end that is `None` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRange {
    /// First day.
    pub from: Option<DateBound>,
    /// Last day.
    pub to: Option<DateBound>,
}
