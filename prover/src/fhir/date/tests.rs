use super::*;
use crate::facts::number::show_day;
use proptest::prelude::*;
use serde_json::json;

fn shown(text: &str) -> Option<(String, String)> {
    let ends = PartialDate::parse(text)?.ends();
    Some((show_day(ends.low)?, show_day(ends.high)?))
}

#[test]
fn partial_dates_have_two_ends() {
    for (text, first, last) in [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("1984-07-03", "1984-07-03", "1984-07-03"),
    ] {
        assert_eq!(shown(text), Some((first.into(), last.into())), "{text}");
    }
}

#[test]
fn the_day_is_the_one_that_was_written() {
    for text in [
        "2020-01-01T23:30:00-05:00",
        "2020-01-01T00:30:00+14:00",
        "2020-01-01T24:00:00Z",
        "2020-01-01T10:11:12.1234567Z",
        "2020-01-01T10:11",
        "2020-01-01 10:11:12",
    ] {
        let day = "2020-01-01".to_owned();
        assert_eq!(shown(text), Some((day.clone(), day)), "{text}");
    }
}

#[test]
fn what_is_no_date_is_not_read() {
    for text in [
        "",
        "20",
        "202",
        "2020-13",
        "2020-02-30",
        "20200101",
        "01.02.2020",
        "2020/01/01",
        "+202",
        "2020-1-1",
        "2020-01-01x",
        "unknown",
        "２０２０",
        "2020-01-0é",
    ] {
        assert_eq!(PartialDate::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_period_may_be_open_at_either_end() {
    let day = |text: &str| PartialDate::parse(text).unwrap().ends();
    let read = |value: Value| Stated::read(Some(&value));
    assert_eq!(
        read(json!({"start": "2020-05"})),
        Stated::Span(Period {
            start: day("2020-05"),
            end: Ends {
                low: day("2020-05-01").low,
                high: POS_INF
            }
        })
    );
    assert_eq!(
        read(json!({"end": "2020"})),
        Stated::Span(Period {
            start: Ends {
                low: NEG_INF,
                high: day("2020-12-31").high
            },
            end: day("2020")
        })
    );
    assert_eq!(read(json!({"extension": []})), Stated::Nothing);
    assert_eq!(
        read(json!({"start": "soon"})),
        Stated::Unreadable("soon".into())
    );
}

#[test]
fn a_period_that_ends_before_it_starts_is_open_between() {
    let read = Stated::read(Some(&json!({"start": "2020-05-09", "end": "2020-05-01"})));
    let days = Ends {
        low: PartialDate::parse("2020-05-01").unwrap().ends().low,
        high: PartialDate::parse("2020-05-09").unwrap().ends().high,
    };
    assert_eq!(read, Stated::Span(Period::on(days)));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,14}") {
        PartialDate::parse(&text);
    }
}
