//! Units: the canonical unit of a quantity, and the exact change to it.
//!
//! The table is closed and part of the mapping: another unit, however well formed, keeps its own key.

use crate::facts::number::Linear;

mod table;

/// A unit as keys hold it, and how values written in the original one become values in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The canonical unit: UCUM where the table knows the original, else the original's text.
    pub unit: String,
    /// What happens to the values.
    pub change: Linear,
}

/// The canonical unit of a UCUM code, or of what vendors write for one.
pub fn canonical(written: &str) -> Canonical {
    let trimmed = written.trim();
    let spelled = respell(trimmed);
    match table::find(&spelled) {
        Some((unit, change)) => Canonical {
            unit: unit.to_owned(),
            change,
        },
        None => Canonical {
            unit: spelled,
            change: Linear::IDENTITY,
        },
    }
}

/// One spelling of the units that vendors spell in several ways.
fn respell(unit: &str) -> String {
    if let Some((_, ucum)) = table::SPELLINGS.iter().find(|(other, _)| *other == unit) {
        return (*ucum).to_owned();
    }
    let mut spelled = drop_annotations(unit)
        .replace(['\u{b5}', '\u{3bc}'], "u")
        .replace('^', "*");
    // `x10*9/L`: a multiplication sign, not a unit
    if let Some(rest) = spelled
        .strip_prefix('x')
        .filter(|rest| rest.starts_with("10*"))
    {
        spelled = rest.to_owned();
    }
    let parts: Vec<&str> = spelled.split('/').map(respell_part).collect();
    let joined = parts.join("/");
    match table::SPELLINGS.iter().find(|(other, _)| *other == joined) {
        Some((_, ucum)) => (*ucum).to_owned(),
        None => joined,
    }
}

/// One factor: UCUM has two letters for the litre, and names of its own for a few units.
fn respell_part(part: &str) -> &str {
    table::PARTS
        .iter()
        .find(|(other, _)| *other == part)
        .map_or(part, |(_, ucum)| ucum)
}

/// Annotations are comments and mean 1, as UCUM says; but one that holds a digit (`{1.73_m2}`) is kept, for it scales.
fn drop_annotations(unit: &str) -> String {
    let mut kept = String::with_capacity(unit.len());
    let mut rest = unit;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((annotation, behind)) = after.split_once('}') else {
            break;
        };
        kept.push_str(before);
        if annotation.contains(|c: char| c.is_ascii_digit()) {
            kept.push('{');
            kept.push_str(annotation);
            kept.push('}');
        }
        rest = behind;
    }
    kept.push_str(rest);
    if kept.is_empty() {
        return "1".to_owned();
    }
    kept
}

#[cfg(test)]
mod tests;
