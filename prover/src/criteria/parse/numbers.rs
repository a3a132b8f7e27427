//! Conditions on numbers: operators to ranges of encoded numbers.

use serde_json::{Map, Value};

use super::object::{kind_of, object, only};
use crate::criteria::error::{Faults, Pointer};
use crate::criteria::range::{Range, Ranges};
use crate::facts::number::{Decimal, Linear, NEG_INF, POS_INF};

/// The operators on numbers, with which every list of known fields begins.
pub(super) const OPERATORS: [&str; 9] = [
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$between", "$in", "$nin",
];
/// Operators that stand alone.
const ALONE: [&str; 5] = ["$eq", "$ne", "$in", "$nin", "$between"];
/// Oldest age that can be asked for.
const MOST_YEARS: u64 = 150;
/// Largest count that can be asked for.
const MOST_ENTRIES: u64 = 1_000_000;

/// How the numbers of a condition are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers {
    /// Completed years.
    Years,
    /// Numbers of entries.
    Entries,
    /// Values, changed to the canonical unit.
    Values(Linear),
}

impl Numbers {
    /// The number as facts encode it.
    fn read(self, value: &Value, path: &Pointer, faults: &mut Faults) -> Option<u64> {
        let Value::Number(number) = value else {
            return faults.at(
                path,
                format!("must be a number, not {}", kind_of(value)),
                "write the number without quotes",
            );
        };
        match self {
            Self::Years => whole(&number.to_string(), MOST_YEARS, "years", path, faults),
            Self::Entries => whole(&number.to_string(), MOST_ENTRIES, "entries", path, faults),
            Self::Values(change) => fixed_point(&number.to_string(), change, path, faults),
        }
    }
}

fn whole(text: &str, most: u64, what: &str, path: &Pointer, faults: &mut Faults) -> Option<u64> {
    match text.parse() {
        Ok(number) if number <= most => Some(number),
        _ => faults.at(
            path,
            format!("{text} is not a whole number of {what} from 0 to {most}"),
            format!("write a whole number of {what}"),
        ),
    }
}

fn fixed_point(text: &str, change: Linear, path: &Pointer, faults: &mut Faults) -> Option<u64> {
    let ends = text.parse::<Decimal>().ok()?.ends(change);
    if ends.low == ends.high {
        return Some(ends.low);
    }
    faults.at(
        path,
        format!("{text} is beyond the values that facts can hold (9.2 · 10^12)"),
        "use another unit, or leave this side open",
    )
}

/// The ranges that an object of operators describes; `others` are fields that may stand beside them.
pub(super) fn condition(
    value: &Value,
    numbers: Numbers,
    others: &[&str],
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Ranges> {
    let condition = object(value, path, "{\"$gte\": 18}", faults)?;
    let known = [&OPERATORS, others].concat();
    let before = faults.errors.len();
    only(condition, &known, path, faults);
    combination(condition, path, faults);
    let ranges = ranges(condition, numbers, path, faults);
    if faults.errors.len() > before {
        return None;
    }
    let ranges = ranges?;
    if ranges.is_everything() {
        return faults.at(path, "is always true", "leave it out, or narrow it");
    }
    Some(ranges)
}

/// `$eq`, `$ne`, `$in`, `$nin` and `$between` stand alone; of the others one bounds below and one above.
fn combination(condition: &Map<String, Value>, path: &Pointer, faults: &mut Faults) {
    let used: Vec<_> = OPERATORS
        .into_iter()
        .filter(|operator| condition.contains_key(*operator))
        .collect();
    let alone = used.iter().any(|o| ALONE.contains(o));
    let both = |a, b| used.contains(&a) && used.contains(&b);
    if used.is_empty() {
        faults.at::<()>(
            path,
            "has no operator",
            format!("use one of {}", OPERATORS.join(", ")),
        );
    } else if (alone && used.len() > 1) || both("$gt", "$gte") || both("$lt", "$lte") {
        faults.at::<()>(
            path,
            format!("{} can't stand together", used.join(" and ")),
            "use one lower and one upper bound, or \"$between\": [low, high] with both ends included",
        );
    }
}

fn ranges(
    condition: &Map<String, Value>,
    numbers: Numbers,
    path: &Pointer,
    faults: &mut Faults,
) -> Option<Ranges> {
    if let Some(list) = condition.get("$in") {
        return one_of(list, numbers, &path.field("$in"), faults);
    }
    if let Some(list) = condition.get("$nin") {
        let listed = one_of(list, numbers, &path.field("$nin"), faults)?;
        return Some(listed.complement());
    }
    let read = |operator: &str, faults: &mut Faults| {
        let value = condition.get(operator)?;
        numbers.read(value, &path.field(operator), faults)
    };
    for operator in ["$eq", "$ne"] {
        if let Some(number) = read(operator, faults) {
            let point = Ranges::new([Range {
                low: number,
                high: number,
            }]);
            let denied = operator == "$ne";
            return Some(if denied { point.complement() } else { point });
        }
    }
    let range = match condition.get("$between") {
        Some(pair) => between(pair, numbers, &path.field("$between"), faults)?,
        None => Range {
            low: read("$gte", faults)
                .or_else(|| read("$gt", faults).map(|low| low + 1))
                .unwrap_or(NEG_INF),
            high: match read("$lt", faults) {
                Some(0) => return faults.at(path, "nothing is below 0 here", "use another bound"),
                Some(high) => high - 1,
                None => read("$lte", faults).unwrap_or(POS_INF),
            },
        },
    };
    if range.low > range.high {
        return faults.at(
            path,
            "the low bound is above the high one",
            "swap them; for \"below a or above b\" use \"any\" of two criteria",
        );
    }
    Some(Ranges::new([range]))
}

fn between(value: &Value, numbers: Numbers, path: &Pointer, faults: &mut Faults) -> Option<Range> {
    let Some([low, high]) = value.as_array().map(Vec::as_slice) else {
        return faults.at(
            path,
            format!("must be a list of two numbers, not {}", kind_of(value)),
            "for example [4.5, 6]: both ends are included",
        );
    };
    let low = numbers.read(low, &path.item(0), faults);
    let high = numbers.read(high, &path.item(1), faults);
    Some(Range {
        low: low?,
        high: high?,
    })
}

fn one_of(value: &Value, numbers: Numbers, path: &Pointer, faults: &mut Faults) -> Option<Ranges> {
    let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
        return faults.at(
            path,
            format!("must be a list of numbers, not {}", kind_of(value)),
            "for example [1, 2]",
        );
    };
    let read = items.iter().enumerate();
    let read: Vec<_> = read
        .map(|(index, item)| numbers.read(item, &path.item(index), faults))
        .collect();
    let points: Option<Vec<_>> = read.into_iter().collect();
    Some(Ranges::new(points?.into_iter().map(|number| Range {
        low: number,
        high: number,
    })))
}
