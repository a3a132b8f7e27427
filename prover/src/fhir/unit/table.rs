//! The table of units. `docs/FACTS.md` has the same one; a test compares them.

use crate::facts::number::Linear;

/// A unit, and the factor to the canonical one: `multiply / divide`.
type Member = (&'static str, i64, i64);

/// Canonical units and the units that become them.
/// Sources of the factors: UCUM 2.1 (prefixes, [lb_av], [oz_av], [in_i], [ft_i]).
const GROUPS: &[(&str, &[Member])] = &[
    // Concentration by mass, of what there is much of
    (
        "mg/dL",
        &[
            ("mg/dL", 1, 1),
            ("g/dL", 1_000, 1),
            ("g/L", 100, 1),
            ("g/mL", 100_000, 1),
            ("mg/mL", 100, 1),
            ("mg/L", 1, 10),
            ("ug/mL", 1, 10),
        ],
    ),
    // Concentration by mass, of traces
    (
        "ng/mL",
        &[
            ("ng/mL", 1, 1),
            ("ug/L", 1, 1),
            ("ug/dL", 10, 1),
            ("ng/dL", 1, 100),
            ("ng/L", 1, 1_000),
            ("pg/mL", 1, 1_000),
        ],
    ),
    // Concentration by amount
    (
        "mmol/L",
        &[
            ("mmol/L", 1, 1),
            ("mol/L", 1_000, 1),
            ("umol/L", 1, 1_000),
            ("umol/mL", 1, 1),
            ("mmol/dL", 10, 1),
        ],
    ),
    (
        "nmol/L",
        &[("nmol/L", 1, 1), ("pmol/mL", 1, 1), ("pmol/L", 1, 1_000)],
    ),
    // Concentration by number
    (
        "10*3/uL",
        &[
            ("10*3/uL", 1, 1),
            ("10*9/L", 1, 1),
            ("10*6/mL", 1, 1),
            ("10*3/mL", 1, 1_000),
            ("10*6/L", 1, 1_000),
            ("/uL", 1, 1_000),
        ],
    ),
    ("10*6/uL", &[("10*6/uL", 1, 1), ("10*12/L", 1, 1)]),
    // Enzyme activity and international units
    (
        "U/L",
        &[
            ("U/L", 1, 1),
            ("mU/mL", 1, 1),
            ("U/mL", 1_000, 1),
            ("kU/L", 1_000, 1),
            ("U/dL", 10, 1),
        ],
    ),
    ("mU/L", &[("mU/L", 1, 1), ("uU/mL", 1, 1)]),
    // Share of a volume, a mass or an amount
    ("%", &[("%", 1, 1), ("L/L", 100, 1)]),
    ("mg/g", &[("mg/g", 1, 1), ("ug/mg", 1, 1), ("g/kg", 1, 1)]),
    // Body measures
    (
        "kg",
        &[
            ("kg", 1, 1),
            ("g", 1, 1_000),
            ("[lb_av]", 45_359_237, 100_000_000),
            ("[oz_av]", 28_349_523_125, 1_000_000_000_000),
        ],
    ),
    (
        "cm",
        &[
            ("cm", 1, 1),
            ("m", 100, 1),
            ("mm", 1, 10),
            ("[in_i]", 254, 100),
            ("[ft_i]", 3_048, 100),
        ],
    ),
    ("mL", &[("mL", 1, 1), ("L", 1_000, 1), ("dL", 100, 1)]),
    ("mL/min", &[("mL/min", 1, 1), ("L/min", 1_000, 1)]),
];

/// Temperatures: the only changes with a summand.
const TEMPERATURES: [(&str, Linear); 3] = [
    ("Cel", Linear::IDENTITY),
    (
        "[degF]",
        Linear {
            multiply: 5,
            add: -160,
            divide: 9,
        },
    ),
    (
        "K",
        Linear {
            multiply: 100,
            add: -27_315,
            divide: 100,
        },
    ),
];

/// Whole units that vendors spell otherwise.
pub(super) const SPELLINGS: &[(&str, &str)] = &[
    ("K/uL", "10*3/uL"),
    ("thou/uL", "10*3/uL"),
    ("10*3/mm3", "10*3/uL"),
    ("cells/uL", "/uL"),
    ("/mm3", "/uL"),
    ("1/uL", "/uL"),
    ("1/min", "/min"),
    ("bpm", "/min"),
    ("beats/min", "/min"),
    ("beats/minute", "/min"),
    ("breaths/min", "/min"),
    ("breaths/minute", "/min"),
    ("pH", "[pH]"),
    ("mm/hr", "mm/h"),
    ("g%", "g/dL"),
    ("mg%", "mg/dL"),
    ("mL/min/1.73_m2", "mL/min/{1.73_m2}"),
    ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
    ("mL/min/1.73 m2", "mL/min/{1.73_m2}"),
    ("mL/min/1.73.m2", "mL/min/{1.73_m2}"),
    ("mL/min/{1.73m2}", "mL/min/{1.73_m2}"),
    ("mL/min/(1.73_m2)", "mL/min/{1.73_m2}"),
    ("mL/min/m2{1.73}", "mL/min/{1.73_m2}"),
];

/// Factors that vendors spell otherwise, and the litre, which UCUM writes `l` and `L`.
pub(super) const PARTS: &[(&str, &str)] = &[
    ("l", "L"),
    ("dl", "dL"),
    ("ml", "mL"),
    ("ul", "uL"),
    ("fl", "fL"),
    ("mcg", "ug"),
    ("mcL", "uL"),
    ("IU", "U"),
    ("UI", "U"),
    ("[IU]", "U"),
    ("[iU]", "U"),
    ("k[IU]", "kU"),
    ("k[iU]", "kU"),
    ("kIU", "kU"),
    ("m[IU]", "mU"),
    ("m[iU]", "mU"),
    ("mIU", "mU"),
    ("u[IU]", "uU"),
    ("u[iU]", "uU"),
    ("uIU", "uU"),
    ("mEq", "meq"),
    ("mmHg", "mm[Hg]"),
    ("mm Hg", "mm[Hg]"),
    ("degF", "[degF]"),
    ("\u{b0}F", "[degF]"),
    ("degC", "Cel"),
    ("\u{b0}C", "Cel"),
    ("lb", "[lb_av]"),
    ("lbs", "[lb_av]"),
    ("oz", "[oz_av]"),
    ("in", "[in_i]"),
    ("ft", "[ft_i]"),
];

/// The canonical unit of a UCUM unit of the table.
pub(super) fn find(unit: &str) -> Option<(&'static str, Linear)> {
    let temperature = TEMPERATURES.iter().find(|(name, _)| *name == unit);
    if let Some((_, change)) = temperature {
        return Some(("Cel", *change));
    }
    GROUPS.iter().find_map(|(canonical, members)| {
        let (_, multiply, divide) = members.iter().find(|(name, ..)| *name == unit)?;
        Some((*canonical, Linear::ratio(*multiply, *divide)))
    })
}

/// All rows, for the test that compares them with the documentation.
#[cfg(test)]
pub(super) fn rows() -> Vec<String> {
    let row = |unit: &str, members: &[Member]| -> Vec<String> {
        let show = |&(name, multiply, divide): &Member| match (multiply, divide) {
            (1, 1) => format!("| `{unit}` | `{name}` | 1 |"),
            (multiply, 1) => format!("| `{unit}` | `{name}` | {multiply} |"),
            (multiply, divide) => format!("| `{unit}` | `{name}` | {multiply} / {divide} |"),
        };
        members.iter().map(show).collect()
    };
    GROUPS
        .iter()
        .flat_map(|(unit, members)| row(unit, members))
        .collect()
}
