//! Random records before random criteria. Numbers are few and close, or at the ends of their range, so that bounds are often
//! met and often just missed.

use std::collections::BTreeSet;

use crate::circuit::{CircuitSize, EligibilityInputs};
use crate::clause::{criteria_hash, Column};
use crate::criteria::{Clause, Compiled, Group};
use crate::facts::number::{DATE_BIAS, POS_INF, VALUE_BIAS};
use crate::facts::tree::FactsTree;
use crate::facts::{Ends, Fact, FactKey, MAPPING_VERSION};
use crate::sample::{self, condition};
use rand::rngs::StdRng;
use rand::Rng;

/// How far numbers lie from each other.
const SPREAD: u64 = 4;
/// Codes that facts have; criteria ask for more.
const CODES: u64 = 6;

/// A record before criteria.
pub(super) struct Case {
    /// What is proved.
    pub(super) inputs: EligibilityInputs,
    /// The facts of its tree.
    pub(super) facts: Vec<Fact>,
    /// The criteria in its slots.
    pub(super) compiled: Compiled,
    /// Whether consent, expiry and `asOf` allow it.
    pub(super) terms_hold: bool,
}

pub(super) fn case(rng: &mut StdRng, size: CircuitSize) -> Case {
    let mut inputs = sample::inputs_of(size, 1);
    let facts: Vec<Fact> = (0..CODES)
        .map(|code| fact(rng, condition(&code.to_string())))
        .collect();
    inputs.facts = FactsTree::new(&facts).unwrap();
    inputs.record.facts_root = inputs.facts.root();
    let terms_hold = terms(rng, &mut inputs);
    // The registry is this record alone
    inputs.path.siblings.clear();
    inputs.path.index = 0;
    inputs.path.root = inputs.record.commitment();
    let compiled = criteria(rng, size, inputs.reference.day);
    inputs.study.slots = compiled.packed();
    inputs.study.criteria_hash = criteria_hash(MAPPING_VERSION, &inputs.study.slots);
    Case {
        inputs,
        facts,
        compiled,
        terms_hold,
    }
}

/// Terms at their boundaries, one in five of them beyond one.
fn terms(rng: &mut StdRng, inputs: &mut EligibilityInputs) -> bool {
    let reference = inputs.reference;
    let terms = &mut inputs.record.terms;
    terms.expiry_day = reference.day + rng.gen_range(0..2);
    terms.as_of_day = reference.oldest_as_of + rng.gen_range(0..2);
    terms.consent = inputs.study.purposes | rng.gen_range(0..16);
    match rng.gen_range(0..15) {
        0 => terms.expiry_day = reference.day - 1,
        1 => terms.as_of_day = reference.oldest_as_of - 1,
        2 => terms.consent &= !0b100,
        _ => return true,
    }
    false
}

/// One or two groups that fit the openings.
fn criteria(rng: &mut StdRng, size: CircuitSize, day: u32) -> Compiled {
    let groups = (0..rng.gen_range(1..3))
        .map(|_| {
            let clauses: Vec<Clause> = (0..rng.gen_range(1..4)).map(|_| clause(rng, day)).collect();
            let most = u8::try_from(clauses.len()).unwrap().min(2);
            Group {
                at_least: rng.gen_range(1..=most),
                clauses,
                paths: BTreeSet::new(),
            }
        })
        .collect();
    Compiled {
        mapping_version: MAPPING_VERSION,
        size,
        groups,
    }
}

/// A number near a base, or at an end of the 64 bits.
fn number(rng: &mut StdRng, base: u64) -> u64 {
    match rng.gen_range(0..12) {
        0 => 0,
        1 => POS_INF,
        2 => POS_INF - 1,
        3 => VALUE_BIAS - 1,
        _ => base + rng.gen_range(0..SPREAD),
    }
}

fn fact(rng: &mut StdRng, key: FactKey) -> Fact {
    let mut ends = |base: u64| match rng.gen_range(0..6) {
        0 => Ends::MISSING,
        1 => {
            let (one, other) = (number(rng, base), number(rng, base));
            Ends {
                low: one.min(other),
                high: one.max(other),
            }
        }
        _ => Ends::exact(number(rng, base)),
    };
    let day = DATE_BIAS + u64::from(sample::today()) - SPREAD;
    Fact {
        key,
        min: ends(VALUE_BIAS),
        max: ends(VALUE_BIAS),
        latest: ends(VALUE_BIAS),
        first_date: ends(day),
        last_date: ends(day),
        count: if rng.gen_bool(0.05) {
            u64::MAX
        } else {
            rng.gen_range(0..SPREAD)
        },
        undated: if rng.gen_bool(0.05) {
            u64::MAX
        } else {
            rng.gen_range(0..2)
        },
    }
}

/// What a clause compares, with the base of its bounds.
#[derive(Clone, Copy)]
enum Kind {
    Count,
    Value,
    Date,
    /// A date relative to the reference day.
    Window,
    /// A value relative to the reference as `yyyymmdd`.
    Calendar,
}

fn clause(rng: &mut StdRng, day: u32) -> Clause {
    let kinds = [
        Kind::Count,
        Kind::Value,
        Kind::Date,
        Kind::Window,
        Kind::Calendar,
    ];
    let kind = kinds[rng.gen_range(0..kinds.len())];
    let (columns, base): (&[Column], u64) = match kind {
        Kind::Count => (&[Column::Count], 0),
        Kind::Value => (&[Column::Min, Column::Max, Column::Latest], VALUE_BIAS),
        Kind::Date => (
            &[Column::FirstDate, Column::LastDate],
            DATE_BIAS + u64::from(day) - SPREAD,
        ),
        Kind::Window => (&[Column::FirstDate, Column::LastDate], DATE_BIAS - SPREAD),
        Kind::Calendar => (
            &[Column::Latest],
            VALUE_BIAS - 1_000_000 * u64::from(calendar()),
        ),
    };
    let relative = matches!(kind, Kind::Window | Kind::Calendar);
    let absence_counts = rng.gen_bool(0.3);
    let keys = if absence_counts {
        1
    } else {
        rng.gen_range(1..4)
    };
    let mut chosen = 0;
    while chosen == 0 {
        let some = columns.iter().filter(|_| rng.gen_bool(0.7));
        chosen = some.fold(0, |mask, column| mask | *column as u8);
    }
    // A relative bound stays within 64 bits once the reference is added, as the compiler's do
    let mut bound = |open: u64| match rng.gen_range(0..2) {
        0 => open,
        _ if relative => base + rng.gen_range(0..SPREAD),
        _ => number(rng, base),
    };
    let (low, high) = (bound(0), bound(if relative { base } else { POS_INF }));
    Clause {
        keys: (0..keys)
            .map(|_| condition(&rng.gen_range(0..CODES + 3).to_string()))
            .collect(),
        low,
        high,
        columns: chosen,
        absence_counts,
        undated_blocks: rng.gen_bool(0.2),
        low_relative: relative && low != 0,
        high_relative: relative,
        calendar: matches!(kind, Kind::Calendar),
    }
}

/// The sample day as `yyyymmdd`.
fn calendar() -> u32 {
    crate::facts::number::Day::calendar_number(sample::TODAY)
}
