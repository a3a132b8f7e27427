//! Exact decimals from their text, and their rounding to fixed point.

use super::{Ends, NEG_INF, POS_INF, VALUE_BIAS, VALUE_DECIMALS};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use std::str::FromStr;

/// Powers of ten beyond which a number surely overflows or rounds to zero, whatever unit it is in.
const EXTREME_EXPONENT: i64 = 60;
/// Longest accepted text: no measurement has more digits, and the arithmetic stays small.
const MAX_TEXT: usize = 400;

/// Text that is not a decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a decimal number")]
pub struct DecimalError {
    text: String,
}

/// An exact decimal: `mantissa · 10^exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    mantissa: BigInt,
    exponent: i64,
}

/// An exact change of unit: `x` becomes `(x · multiply + add) / divide`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linear {
    /// Factor, positive.
    pub multiply: i64,
    /// Summand, before the division.
    pub add: i64,
    /// Divisor, positive.
    pub divide: i64,
}

impl Linear {
    /// No change.
    pub const IDENTITY: Self = Self::ratio(1, 1);

    /// The factor `multiply / divide`.
    pub const fn ratio(multiply: i64, divide: i64) -> Self {
        Self {
            multiply,
            add: 0,
            divide,
        }
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `-12.50`, `1E+8`, `.5`: an optional sign, digits with an optional point, an optional exponent.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        parse(text).ok_or_else(|| DecimalError {
            text: text.chars().take(40).collect(),
        })
    }
}

fn parse(text: &str) -> Option<Decimal> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, parse_exponent(exponent)?),
        None => (text, 0),
    };
    let (negative, unsigned) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let magnitude = BigInt::parse_bytes(digits.as_bytes(), 10)?;
    let decimals = i64::try_from(fraction.len()).ok()?;
    Some(Decimal {
        mantissa: if negative { -magnitude } else { magnitude },
        exponent: exponent.saturating_sub(decimals),
    })
}

/// An exponent, saturated: whoever writes more than fits means infinity or zero.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX);
    Some(if negative { -magnitude } else { magnitude })
}

impl Decimal {
    /// The fixed-point number after a change of unit, rounded half to even. A magnitude that does not fit becomes an
    /// open end: from the largest number to plus infinity, or from minus infinity to the smallest.
    pub fn ends(&self, change: Linear) -> Ends {
        match self.fixed_point(change) {
            Rounded::Fits(number) => Ends::exact(number),
            Rounded::TooLarge => Ends {
                low: POS_INF - 1,
                high: POS_INF,
            },
            Rounded::TooSmall => Ends {
                low: NEG_INF,
                high: NEG_INF + 1,
            },
        }
    }

    fn fixed_point(&self, change: Linear) -> Rounded {
        let order = self.exponent.saturating_add(self.digits());
        if !self.mantissa.is_zero() && order > EXTREME_EXPONENT {
            return Rounded::beyond(self.mantissa.is_negative());
        }
        if order < -EXTREME_EXPONENT {
            return Self::from(0).fixed_point(change);
        }
        let scale = self.exponent + i64::from(VALUE_DECIMALS);
        let power = |exponent: i64| BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0));
        let (up, down) = (power(scale.max(0)), power((-scale).max(0)));
        let summand = BigInt::from(change.add) * &down * power(i64::from(VALUE_DECIMALS));
        let numerator = &self.mantissa * up * change.multiply + summand;
        let scaled = divide_half_even(&numerator, &(down * change.divide));
        Rounded::from_scaled(&scaled)
    }

    fn digits(&self) -> i64 {
        i64::try_from(self.mantissa.magnitude().to_string().len()).unwrap_or(i64::MAX)
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self {
            mantissa: number.into(),
            exponent: 0,
        }
    }
}

enum Rounded {
    Fits(u64),
    TooLarge,
    TooSmall,
}

impl Rounded {
    fn beyond(negative: bool) -> Self {
        if negative {
            Self::TooSmall
        } else {
            Self::TooLarge
        }
    }

    /// Biases a scaled number; the outermost encodings are the infinities and "missing".
    fn from_scaled(scaled: &BigInt) -> Self {
        match (scaled + VALUE_BIAS).to_u64() {
            Some(number) if number > NEG_INF && number < POS_INF => Self::Fits(number),
            _ => Self::beyond(scaled.is_negative()),
        }
    }
}

/// `numerator / divisor` rounded to the nearest whole number, a tie to the even one.
fn divide_half_even(numerator: &BigInt, divisor: &BigInt) -> BigInt {
    let magnitude = numerator.abs();
    let (quotient, rest) = (&magnitude / divisor, &magnitude % divisor);
    let twice = rest * 2;
    let odd = quotient.bit(0);
    let up = twice > *divisor || (twice == *divisor && odd);
    let rounded = if up { quotient + 1 } else { quotient };
    if numerator.is_negative() {
        -rounded
    } else {
        rounded
    }
}
