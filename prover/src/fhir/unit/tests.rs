use super::*;
use crate::facts::number::{show_value, Decimal};

fn converted(value: &str, unit: &str) -> (String, String) {
    let canonical = canonical(unit);
    let ends = value.parse::<Decimal>().unwrap().ends(canonical.change);
    (show_value(ends.low).unwrap(), canonical.unit)
}

#[test]
fn units_of_one_group_become_one() {
    for (value, unit, expected, canonical) in [
        ("13.5", "g/dL", "13500", "mg/dL"),
        ("135", "g/L", "13500", "mg/dL"),
        ("5", "ug/L", "5", "ng/mL"),
        ("88", "umol/L", "0.088", "mmol/L"),
        ("4.5", "10*12/L", "4.5", "10*6/uL"),
        ("6500", "/uL", "6.5", "10*3/uL"),
        ("6.5", "10*9/L", "6.5", "10*3/uL"),
        ("0.42", "L/L", "42", "%"),
        ("3456", "g", "3.456", "kg"),
        ("154", "[lb_av]", "69.853225", "kg"),
        ("70", "[in_i]", "177.8", "cm"),
        ("1.75", "m", "175", "cm"),
        ("98.6", "[degF]", "37", "Cel"),
        ("310.15", "K", "37", "Cel"),
        ("2.5", "u[IU]/mL", "2.5", "mU/L"),
        ("40", "[IU]/L", "40", "U/L"),
        ("30", "mg/g", "30", "mg/g"),
    ] {
        let found = converted(value, unit);
        assert_eq!(found, (expected.into(), canonical.into()), "{value} {unit}");
    }
}

#[test]
fn vendors_spellings_are_known() {
    for (written, unit) in [
        ("mmHg", "mm[Hg]"),
        ("mm[Hg]", "mm[Hg]"),
        (" mg/dl ", "mg/dL"),
        ("\u{b5}g/dl", "ng/mL"),
        ("\u{3bc}mol/l", "mmol/L"),
        ("mcg/L", "ng/mL"),
        ("x10*9/L", "10*3/uL"),
        ("10^9/l", "10*3/uL"),
        ("K/uL", "10*3/uL"),
        ("cells/uL", "10*3/uL"),
        ("{cells}/uL", "10*3/uL"),
        ("beats/minute", "/min"),
        ("{beats}/min", "/min"),
        ("%{Hb}", "%"),
        ("ng/mL{FEU}", "ng/mL"),
        ("{score}", "1"),
        ("1", "1"),
        ("pH", "[pH]"),
        ("lbs", "kg"),
        ("mL/min/1.73.m2", "mL/min/{1.73_m2}"),
        ("ml/min/{1.73_m2}", "mL/min/{1.73_m2}"),
    ] {
        assert_eq!(canonical(written).unit, unit, "{written}");
    }
}

#[test]
fn what_differs_in_meaning_stays_apart() {
    let pairs = [
        ("%", "mmol/mol"),
        ("mg/dL", "mmol/L"),
        ("mL/min", "mL/min/{1.73_m2}"),
        ("mm[Hg]", "kPa"),
        ("meq/L", "mmol/L"),
        ("1", "%"),
    ];
    for (one, other) in pairs {
        assert_ne!(canonical(one).unit, canonical(other).unit, "{one} {other}");
    }
}

#[test]
fn an_unknown_unit_stays_as_written() {
    for unit in ["ng/mlFEU", "mmol/24h", "{unclosed", "kg/m2", "drops"] {
        let found = canonical(unit);
        assert_eq!(found.change, Linear::IDENTITY);
        assert_eq!(found.unit, unit);
    }
}

#[test]
fn a_canonical_unit_is_its_own() {
    for row in table::rows() {
        let unit = row.split('`').nth(1).unwrap();
        let again = canonical(unit);
        assert_eq!(
            (again.unit.as_str(), again.change),
            (unit, Linear::IDENTITY)
        );
    }
}

#[test]
fn the_documentation_has_the_same_table() {
    let document = include_str!("../../../../docs/FACTS.md");
    for row in table::rows() {
        assert!(document.contains(&row), "docs/FACTS.md lacks: {row}");
    }
    for (other, unit) in table::SPELLINGS.iter().chain(table::PARTS) {
        let row = format!("`{other}` → `{unit}`");
        assert!(document.contains(&row), "docs/FACTS.md lacks: {row}");
    }
}
