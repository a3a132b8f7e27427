use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn encoded(text: &str) -> Ends {
    text.parse::<Decimal>().unwrap().ends(Linear::IDENTITY)
}

fn shown(text: &str) -> Option<String> {
    show_value(encoded(text).low)
}

#[test]
fn decimals_keep_six_places_and_round_half_to_even() {
    for (text, expected) in [
        ("0", "0"),
        ("-0.0", "0"),
        ("7.2", "7.2"),
        ("-3.77", "-3.77"),
        ("1E+8", "100000000"),
        ("12.5e-1", "1.25"),
        (".5", "0.5"),
        ("0.0000005", "0"),
        ("0.0000015", "0.000002"),
        ("0.0000025", "0.000002"),
        ("-0.0000025", "-0.000002"),
        ("0.00000250000001", "0.000003"),
        ("0.46773700170627186", "0.467737"),
        ("1e-500", "0"),
    ] {
        assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn text_that_is_not_a_decimal_is_refused() {
    for text in [
        "", "-", ".", "1,5", "abc", "1e", "1e+", "0x10", " 1", "NaN", "--1",
    ] {
        assert!(text.parse::<Decimal>().is_err(), "{text:?}");
    }
}

#[test]
fn magnitudes_that_do_not_fit_become_open_ends() {
    for text in ["1e13", "1e400", "99999999999999999999"] {
        let ends = encoded(text);
        assert_eq!((ends.low, ends.high), (POS_INF - 1, POS_INF), "{text}");
    }
    let ends = encoded("-1e99999999999999999999");
    assert_eq!((ends.low, ends.high), (NEG_INF, NEG_INF + 1));
    assert_eq!(encoded("0e99999999999"), Ends::exact(VALUE_BIAS));
}

#[test]
fn changes_of_unit_are_exact_before_the_rounding() {
    let fahrenheit = Linear {
        multiply: 5,
        add: -160,
        divide: 9,
    };
    for (text, change, expected) in [
        ("100.4", fahrenheit, "38"),
        ("98.6", fahrenheit, "37"),
        ("98.7", fahrenheit, "37.055556"),
        ("1e-900", fahrenheit, "-17.777778"),
        ("13.5", Linear::ratio(1000, 1), "13500"),
        ("3456", Linear::ratio(1, 1000), "3.456"),
    ] {
        let ends = text.parse::<Decimal>().unwrap().ends(change);
        assert_eq!(show_value(ends.low).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn days_count_from_1900() {
    for (day, number) in [
        (date(1900, 1, 1), 0),
        (date(1900, 3, 1), 59),
        (date(1970, 1, 1), 25_567),
        (date(1899, 12, 31), -1),
        (date(2024, 2, 29), 45_349),
    ] {
        let counted = Day::from_date(day);
        assert_eq!(counted.number(), number, "{day}");
        assert_eq!(counted.date(), Some(day));
        assert_eq!(show_day(counted.encode()), Some(day.to_string()));
    }
    assert_eq!(Day::calendar_number(date(1984, 7, 3)), 19_840_703);
    assert_eq!(show_day(NEG_INF), None);
    assert_eq!(show_day(POS_INF), None);
    assert_eq!(show_day(MISSING_HIGH), None);
}

proptest! {
    #[test]
    fn fixed_point_numbers_round_trip(scaled in -1_000_000_000_000_i64..1_000_000_000_000) {
        let encoded = VALUE_BIAS.wrapping_add_signed(scaled);
        let text = show_value(encoded).unwrap();
        prop_assert_eq!(text.parse::<Decimal>().unwrap().ends(Linear::IDENTITY), Ends::exact(encoded));
    }

    #[test]
    fn rounding_keeps_order(a in -1e9_f64..1e9, b in -1e9_f64..1e9) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let ends = |x: f64| format!("{x:e}").parse::<Decimal>().unwrap().ends(Linear::IDENTITY).low;
        prop_assert!(ends(low) <= ends(high));
    }

    #[test]
    fn no_text_panics(text in ".{0,40}") {
        if let Ok(decimal) = text.parse::<Decimal>() {
            decimal.ends(Linear::IDENTITY);
        }
    }
}
