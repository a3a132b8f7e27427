//! Encoded numbers as people read them, in the unit that the author wrote.

use crate::criteria::range::Range;
use crate::facts::number::{
    show_value, Linear, MISSING_HIGH, NEG_INF, POS_INF, VALUE_BIAS, VALUE_DECIMALS,
};
use crate::facts::Ends;

/// What encoded numbers stand for.
#[derive(Clone, Copy, Debug)]
pub(in crate::criteria) enum Scale {
    /// Whole numbers: entries, years.
    Whole,
    /// Values, which this change brought from the author's unit to the canonical one.
    Values(Linear),
}

impl Scale {
    /// Values in their canonical unit.
    pub(in crate::criteria) const CANONICAL: Self = Self::Values(Linear::IDENTITY);

    /// The number in the author's unit.
    fn show(self, number: u64) -> String {
        match self {
            Self::Whole => number.to_string(),
            Self::Values(_) => show_value(self.back(number)).unwrap_or_default(),
        }
    }

    /// Both ends of a number in the author's unit.
    pub(in crate::criteria) fn back_ends(self, ends: Ends) -> Ends {
        Ends {
            low: self.back(ends.low),
            high: self.back(ends.high),
        }
    }

    /// Undoes the change of unit, rounding to the nearest number that can be shown.
    fn back(self, number: u64) -> u64 {
        let Self::Values(change) = self else {
            return number;
        };
        if matches!(number, NEG_INF | POS_INF | MISSING_HIGH) {
            return number;
        }
        let scaled = i128::from(number) - i128::from(VALUE_BIAS);
        let summand = i128::from(change.add) * 10_i128.pow(VALUE_DECIMALS);
        let numerator = scaled * i128::from(change.divide) - summand;
        let multiply = i128::from(change.multiply);
        let original = (numerator + multiply / 2).div_euclid(multiply);
        u64::try_from(original + i128::from(VALUE_BIAS)).unwrap_or(number)
    }

    /// A range in words: `at least 18`, `above 6.5 and at most 9`, `18 to 75`.
    pub(in crate::criteria) fn show_range(self, range: Range) -> String {
        let Range { low, high } = range;
        if low == high {
            return self.show(low);
        }
        let above = (low > NEG_INF).then(|| self.bound(low, low - 1));
        let below = (high < POS_INF).then(|| self.bound(high, high + 1));
        match (above, below) {
            (Some((low, false)), Some((high, false))) => format!("{low} to {high}"),
            (above, below) => {
                let words = |bound: Option<(String, bool)>, inclusive, strict| {
                    bound.map(|(number, is_strict)| {
                        let word = if is_strict { strict } else { inclusive };
                        format!("{word} {number}")
                    })
                };
                let above = words(above, "at least", "above");
                let below = words(below, "at most", "below");
                let both: Vec<_> = [above, below].into_iter().flatten().collect();
                both.join(" and ")
            }
        }
    }

    /// A bound as it was written, and whether strictly: a strict operator moved it by the smallest step, which makes it
    /// the longer of two neighbouring decimals.
    fn bound(self, bound: u64, neighbour: u64) -> (String, bool) {
        let length = |number| show_value(number).map_or(0, |decimal| decimal.len());
        let is_strict = match self {
            Self::Whole => false,
            Self::Values(_) => length(neighbour) + 2 < length(bound),
        };
        (
            self.show(if is_strict { neighbour } else { bound }),
            is_strict,
        )
    }
}
