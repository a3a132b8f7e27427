//! The 64-bit numbers of facts and clauses: fixed-point values and days, biased so that they are not negative.

use jiff::civil::Date;

mod decimal;

pub use decimal::{Decimal, DecimalError, Linear};

/// What is added to a value, scaled by 10^6.
pub const VALUE_BIAS: u64 = 1 << 63;
/// What is added to a day.
pub const DATE_BIAS: u64 = 1 << 32;
/// Fixed point: decimals kept.
pub const VALUE_DECIMALS: u32 = 6;
/// Minus infinity, of values and days alike.
pub const NEG_INF: u64 = 0;
/// Plus infinity, of values and days alike.
pub const POS_INF: u64 = u64::MAX - 1;
/// High end of what is missing: no bound reaches it.
pub const MISSING_HIGH: u64 = u64::MAX;

/// The range in which a number lies: both ends are the number itself unless the record leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The least that the number can be.
    pub low: u64,
    /// The most that the number can be.
    pub high: u64,
}

impl Ends {
    /// No number: no bound is satisfied by it.
    pub const MISSING: Self = Self {
        low: NEG_INF,
        high: MISSING_HIGH,
    };

    /// A number that is known.
    pub const fn exact(number: u64) -> Self {
        Self {
            low: number,
            high: number,
        }
    }

    /// Whether there is no number.
    pub fn is_missing(self) -> bool {
        self == Self::MISSING
    }
}

/// A whole day, counted from 1900-01-01 (day 0). Earlier days are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i32);

impl Day {
    /// The day of a calendar date.
    pub fn from_date(date: Date) -> Self {
        // A civil date's ordinal differs by a few million at most, so that the cast can't fail
        let days = date.duration_since(Self::epoch()).as_secs() / 86_400;
        Self(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The day with this number.
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// Days since 1900-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The calendar date, if it lies within the years -9999 to 9999.
    pub fn date(self) -> Option<Date> {
        Self::epoch()
            .checked_add(jiff::Span::new().try_days(self.0).ok()?)
            .ok()
    }

    /// The number as facts hold it.
    pub fn encode(self) -> u64 {
        DATE_BIAS.saturating_add_signed(i64::from(self.0))
    }

    /// The day of a number as facts hold it; `None` for infinities and what is out of range.
    pub fn decode(encoded: u64) -> Option<Self> {
        let number = i128::from(encoded) - i128::from(DATE_BIAS);
        i32::try_from(number).ok().map(Self)
    }

    /// The calendar date as the integer `yyyymmdd`.
    pub fn calendar_number(date: Date) -> u32 {
        u32::from(date.year().unsigned_abs()) * 10_000
            + u32::from(date.month().unsigned_abs()) * 100
            + u32::from(date.day().unsigned_abs())
    }

    const fn epoch() -> Date {
        jiff::civil::date(1900, 1, 1)
    }
}

/// A value as facts hold it, shown as a decimal without trailing zeros; `None` for infinities and what is missing.
pub fn show_value(encoded: u64) -> Option<String> {
    if matches!(encoded, NEG_INF | POS_INF | MISSING_HIGH) {
        return None;
    }
    let scaled = i128::from(encoded) - i128::from(VALUE_BIAS);
    let unit = 10_u128.pow(VALUE_DECIMALS);
    let (whole, fraction) = (scaled.unsigned_abs() / unit, scaled.unsigned_abs() % unit);
    let sign = if scaled < 0 { "-" } else { "" };
    if fraction == 0 {
        return Some(format!("{sign}{whole}"));
    }
    let digits = format!("{fraction:06}");
    Some(format!("{sign}{whole}.{}", digits.trim_end_matches('0')))
}

/// A day as facts hold it, shown as an ISO date; `None` for infinities and what is missing.
pub fn show_day(encoded: u64) -> Option<String> {
    Day::decode(encoded)?.date().map(|date| date.to_string())
}

#[cfg(test)]
mod tests;
