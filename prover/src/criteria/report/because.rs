//! What in a record makes a criterion met or not, in a sentence.

use super::{Record, Verdict};
use crate::criteria::explain::{field_words, show_days, show_ranges, with_unit, Scale};
use crate::criteria::language::{
    Ask, Criterion, DateField, Entries, NamedKey, Sex, Test, ValueAsk, ValueField,
};
use crate::criteria::range::{DateRange, Range};
use crate::facts::number::{show_day, show_value, VALUE_BIAS, VALUE_DECIMALS};
use crate::facts::report::ends_in_words;
use crate::facts::{Ends, Fact, FactKey};

/// Most reasons that one sentence gives.
const MOST_REASONS: usize = 3;
/// Why a number can be known only within limits.
const OPEN: &str = "the record leaves it open (results of one day are ties; comparators, incomplete dates and results not final leave room too)";

impl Record<'_> {
    /// What the record says about a test.
    pub(super) fn because(&self, test: &Test) -> String {
        match test {
            Test::AtLeast(least, parts) => self.because_parts(*least, parts, self.verdict(test)),
            Test::Age(_) => self.because_age(),
            Test::Sex(_) => self.because_sex(),
            Test::Deceased(_) => match self.fact(&FactKey::deceased()) {
                Some(_) => "recorded as deceased".to_owned(),
                None => "no death recorded".to_owned(),
            },
            Test::Entries(entries) => self.because_entries(entries, self.verdict(test)),
        }
    }

    fn fact(&self, key: &FactKey) -> Option<&Fact> {
        self.index.get(key.digest())
    }

    /// The parts that decide: those that hold if enough do, else those that don't.
    fn because_parts(&self, least: usize, parts: &[Criterion], verdict: Verdict) -> String {
        let verdicts: Vec<_> = parts.iter().map(|part| self.verdict(&part.test)).collect();
        let holding = verdicts.iter().filter(|v| **v == Verdict::Proved).count();
        let chosen = parts
            .iter()
            .zip(&verdicts)
            .filter(|(_, part)| match verdict {
                Verdict::Open => **part == Verdict::Open,
                verdict => **part == verdict,
            });
        let reasons = shortened(chosen.map(|(part, _)| self.because(&part.test)));
        if verdict == Verdict::Proved || least == parts.len() {
            return reasons;
        }
        format!(
            "{holding} of the {} parts hold, {least} needed: {reasons}",
            parts.len()
        )
    }

    fn because_age(&self) -> String {
        let Some(born) = self.fact(&FactKey::birth_date()) else {
            return "no birth date recorded".to_owned();
        };
        let age = |birth: u64| {
            let one = 10_u64.pow(VALUE_DECIMALS);
            let birth = birth.saturating_sub(VALUE_BIAS) / one;
            u64::from(self.reference.calendar)
                .checked_sub(birth)
                .map(|years| years / 10_000)
        };
        match (age(born.latest.high), age(born.latest.low)) {
            (Some(youngest), Some(oldest)) if youngest == oldest => format!("age is {oldest}"),
            (Some(youngest), Some(oldest)) => {
                format!("age is {youngest} to {oldest}: the birth date is incomplete")
            }
            _ => "born after the reference date".to_owned(),
        }
    }

    fn because_sex(&self) -> String {
        let recorded = Sex::ALL.into_iter().map(Sex::code);
        let recorded: Vec<_> = recorded
            .filter(|code| self.fact(&FactKey::sex(code)).is_some())
            .collect();
        match &recorded[..] {
            [] => "no sex recorded".to_owned(),
            codes => format!("sex is {}", codes.join(" and ")),
        }
    }

    fn because_entries(&self, entries: &Entries, verdict: Verdict) -> String {
        let alone = |code: &NamedKey| {
            Test::Entries(Entries {
                codes: vec![code.clone()],
                ask: entries.ask.clone(),
            })
        };
        let deciding = entries
            .codes
            .iter()
            .filter(|code| self.verdict(&alone(code)) == verdict);
        let of_all = (verdict == Verdict::Refuted) != matches!(entries.ask, Ask::Absent(_));
        let most = if of_all { MOST_REASONS } else { 1 };
        let reasons = deciding.map(|code| self.observed(code, &entries.ask, verdict));
        let mut reasons: Vec<_> = reasons.collect();
        let left_out = reasons.len().saturating_sub(most);
        reasons.truncate(most);
        if of_all && left_out > 0 {
            reasons.push(format!("and so for {left_out} more codes"));
        }
        reasons.join("; ")
    }

    /// What is recorded of one code.
    fn observed(&self, code: &NamedKey, ask: &Ask, verdict: Verdict) -> String {
        let rolled_up = code.key.value_set().is_some();
        if rolled_up && self.fact(&code.key.bare()).is_none() {
            return format!("the record is not rolled up for the value set {}, so that it proves nothing about it", code.name);
        }
        let found = self.fact(&code.key);
        let Some(fact) = found.filter(|fact| !is_none_of(fact)) else {
            return format!("no {} recorded", code.name);
        };
        match ask {
            Ask::Exists(None) | Ask::Absent(None) | Ask::Count(_) => recorded(code, fact),
            Ask::Exists(Some(days)) | Ask::Absent(Some(days)) => {
                in_window(code, fact, *days, verdict)
            }
            Ask::Value(ask) => self.values(code, ask, verdict),
            Ask::Date(field, ranges) => date(code, fact, *field, ranges, verdict),
        }
    }

    fn values(&self, code: &NamedKey, ask: &ValueAsk, verdict: Verdict) -> String {
        let Some(fact) = self.fact(&code.key.with_unit(&ask.unit)) else {
            return format!(
                "{} recorded, but with no value in {}",
                code.name, ask.written_unit
            );
        };
        let what = format!("{} {}", field_words(ask), code.name);
        let ends = match ask.field {
            ValueField::Min => fact.min,
            ValueField::Max => fact.max,
            ValueField::Latest => fact.latest,
            ValueField::Any => return spread(code, fact, ask, verdict),
        };
        let value = show_ends(ends, ask);
        if verdict == Verdict::Open && ends.low != ends.high {
            return format!("{what} is {value}: {OPEN}");
        }
        if ends.low != ends.high {
            return format!("{what} is {value}");
        }
        match (ask.window, comparison(ends.low, ask)) {
            (Some(days), None) => {
                let dates = show_dates(fact.last_date);
                let relation = if verdict == Verdict::Proved {
                    "which is"
                } else {
                    "asked for is one"
                };
                format!(
                    "{what} {value} is of {dates}; {relation} {}",
                    show_days(days)
                )
            }
            (_, Some(comparison)) => format!("{what} {value} {comparison}"),
            (None, None) => format!("{what} is {value}"),
        }
    }
}

/// Whether a fact says that there is no entry, as those of value sets can.
fn is_none_of(fact: &Fact) -> bool {
    fact.count == 0 && fact.undated == 0
}

/// How a value misses the single range that is asked for; `None` if it lies within.
fn comparison(value: u64, ask: &ValueAsk) -> Option<String> {
    if ask.ranges.contains(value) {
        return None;
    }
    let wanted: Vec<_> = ask.ranges.iter().collect();
    let (missed, [inclusive, beyond]) = match wanted[..] {
        [range] if value > range.high => (below(range), ["at most", "above"]),
        [range] => (above(range), ["at least", "below"]),
        _ => return Some("is not one of the values asked for".to_owned()),
    };
    let bound = Scale::Values(ask.change).show_range(missed);
    let bound = with_unit(&bound, &ask.written_unit);
    Some(match bound.strip_prefix(inclusive) {
        Some(bound) => format!("is {beyond}{bound}"),
        None => format!("is not {bound}"),
    })
}

fn below(range: Range) -> Range {
    Range {
        low: Range::ALL.low,
        ..range
    }
}

fn above(range: Range) -> Range {
    Range {
        high: Range::ALL.high,
        ..range
    }
}

fn spread(code: &NamedKey, fact: &Fact, ask: &ValueAsk, verdict: Verdict) -> String {
    let [least, greatest, latest] =
        [fact.min, fact.max, fact.latest].map(|ends| show_ends(ends, ask));
    let values = format!(
        "values of {}: least {least}, greatest {greatest}, latest {latest}",
        code.name
    );
    match verdict {
        Verdict::Open => format!("{values}; whether another one lies between can't be told"),
        _ => values,
    }
}

fn recorded(code: &NamedKey, fact: &Fact) -> String {
    match fact.count {
        0 => format!(
            "{} recorded only with reserve (unconfirmed, planned or not final)",
            code.name
        ),
        1 => format!("{} recorded once", code.name),
        count => format!("{} recorded {count} times", code.name),
    }
}

fn in_window(code: &NamedKey, fact: &Fact, days: DateRange, verdict: Verdict) -> String {
    let recorded = recorded(code, fact);
    let dates = if fact.first_date.is_missing() {
        String::new()
    } else {
        let [first, last] = [fact.first_date, fact.last_date].map(show_dates);
        format!(", first {first}, last {last}")
    };
    let undated = undated(fact);
    let open = match verdict {
        Verdict::Open => format!(
            "; whether one is {} can't be told from that",
            show_days(days)
        ),
        _ => String::new(),
    };
    recorded + &dates + &undated + &open
}

fn undated(fact: &Fact) -> String {
    match fact.undated {
        0 => String::new(),
        count => format!(", {count} without a settled date"),
    }
}

fn date(
    code: &NamedKey,
    fact: &Fact,
    field: DateField,
    ranges: &[DateRange],
    verdict: Verdict,
) -> String {
    let (word, ends) = match field {
        DateField::First => ("first", fact.first_date),
        DateField::Last => ("last", fact.last_date),
    };
    let dates = show_dates(ends);
    let open = if verdict == Verdict::Open {
        format!("; whether that is {} can't be told", show_ranges(ranges))
    } else {
        String::new()
    };
    format!("{word} {} {dates}{}{open}", code.name, undated(fact))
}

/// Both ends of a date.
fn show_dates(ends: Ends) -> String {
    ends_in_words(ends, show_day)
}

/// Both ends of a value in the author's unit.
fn show_ends(ends: Ends, ask: &ValueAsk) -> String {
    let ends = Scale::Values(ask.change).back_ends(ends);
    with_unit(&ends_in_words(ends, show_value), &ask.written_unit)
}

fn shortened(reasons: impl Iterator<Item = String>) -> String {
    let mut reasons: Vec<_> = reasons.collect();
    let left_out = reasons.len().saturating_sub(MOST_REASONS);
    reasons.truncate(MOST_REASONS);
    if left_out > 0 {
        reasons.push(format!("and {left_out} more"));
    }
    reasons.join("; ")
}
