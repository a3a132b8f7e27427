//! Dates as written: the local day, never shifted to UTC, with two ends where they are partial.

use crate::facts::number::{Day, Ends, NEG_INF, POS_INF};
use jiff::civil::Date;
use serde_json::Value;

use super::json;

/// A date of FHIR's four precisions, as the calendar days that it may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialDate {
    /// First day that it may mean.
    pub first: Date,
    /// Last day that it may mean.
    pub last: Date,
}

impl PartialDate {
    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a date with a time. The time and its offset are ignored: the day is the
    /// one that was written. `None` if it is no date.
    pub fn parse(text: &str) -> Option<Self> {
        let day = match text.as_bytes().get(10) {
            Some(b'T' | b't' | b' ') => &text[..10],
            Some(_) => return None,
            None => text,
        };
        let year = digits(day.get(..4)?)?;
        match (day.len(), day.get(4..5), day.get(7..8)) {
            (4, ..) => Some(Self {
                first: Date::new(year, 1, 1).ok()?,
                last: Date::new(year, 12, 31).ok()?,
            }),
            (7, Some("-"), _) => {
                let first = Date::new(year, digits(&day[5..7])?, 1).ok()?;
                let last = first.last_of_month();
                Some(Self { first, last })
            }
            (10, Some("-"), Some("-")) => {
                let date = Date::new(year, digits(&day[5..7])?, digits(&day[8..10])?).ok()?;
                Some(Self {
                    first: date,
                    last: date,
                })
            }
            _ => None,
        }
    }

    /// The days as facts hold them.
    pub fn ends(self) -> Ends {
        Ends {
            low: Day::from_date(self.first).encode(),
            high: Day::from_date(self.last).encode(),
        }
    }
}

/// A number of ASCII digits only: `parse` alone would take a sign.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// When something happened: the day on which it started and the one on which it ended, each as far as the record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Day of the start.
    pub start: Ends,
    /// Day of the end.
    pub end: Ends,
}

impl Period {
    /// Something that happened on one day, or on one of a few if the date is partial.
    pub fn on(day: Ends) -> Self {
        Self {
            start: day,
            end: day,
        }
    }

    /// From a known start to an end that the record leaves open.
    pub fn open_from(start: Ends) -> Self {
        Self {
            start,
            end: Ends {
                low: start.low,
                high: POS_INF,
            },
        }
    }

    /// From a start that the record leaves open to a known end.
    pub fn open_until(end: Ends) -> Self {
        Self {
            start: Ends {
                low: NEG_INF,
                high: end.high,
            },
            end,
        }
    }

    /// From start to end. If they contradict each other, both may be any day between them.
    pub fn between(start: Ends, end: Ends) -> Self {
        if start.low <= end.high {
            return Self { start, end };
        }
        Self::on(Ends {
            low: end.low,
            high: start.high,
        })
    }

    /// From the first start to the last end of both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self {
            start: Ends {
                low: self.start.low.min(other.start.low),
                high: self.start.high.min(other.start.high),
            },
            end: Ends {
                low: self.end.low.max(other.end.low),
                high: self.end.high.max(other.end.high),
            },
        }
    }
}

/// What a field says about time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stated {
    /// Nothing.
    Nothing,
    /// Something that is no date: the text.
    Unreadable(String),
    /// A day.
    Day(Ends),
    /// A period, at least one end of which is given.
    Span(Period),
}

impl Stated {
    /// Reads a value that is a date as text, or a FHIR Period as object.
    pub fn read(value: Option<&Value>) -> Self {
        match value {
            Some(Value::String(text)) => match PartialDate::parse(text.trim()) {
                Some(date) => Self::Day(date.ends()),
                None => Self::Unreadable(text.chars().take(40).collect()),
            },
            Some(period @ Value::Object(_)) => Self::read_period(period),
            _ => Self::Nothing,
        }
    }

    fn read_period(period: &Value) -> Self {
        let end_of = |field| match json::text(period, field) {
            None => Ok(None),
            Some(text) => PartialDate::parse(text)
                .map(|date| Some(date.ends()))
                .ok_or_else(|| text.chars().take(40).collect()),
        };
        match (end_of("start"), end_of("end")) {
            (Err(text), _) | (_, Err(text)) => Self::Unreadable(text),
            (Ok(None), Ok(None)) => Self::Nothing,
            (Ok(Some(start)), Ok(None)) => Self::Span(Period::open_from(start)),
            (Ok(None), Ok(Some(end))) => Self::Span(Period::open_until(end)),
            (Ok(Some(start)), Ok(Some(end))) => Self::Span(Period::between(start, end)),
        }
    }
}

#[cfg(test)]
mod tests;
