//! What can be proved is true: criteria against made-up patients whose truth is known although their record tells only a
//! part of it, from the FHIR bundle on, against an interpreter of the language that knows neither facts nor clauses.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::{date, Date};
use jiff::ToSpan;
use proptest::prelude::*;
use prover::circuit::{claims, ReferenceTime};
use prover::criteria::{compile, evaluate, parse, report, Reference};
use prover::facts::{encode, tree::FactsTree, EncodeOptions, Fact};
use serde_json::{json, Map, Value};

const TODAY: Date = date(2026, 1, 15);

/// A result as it truly was, and how much of it the record tells.
#[derive(Clone, Debug)]
struct Entry {
    code: usize,
    value: i64,
    percent: bool,
    days_ago: i64,
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Fully,
    MonthOnly,
    WithoutDate,
    InWords,
    /// Preliminary, and confirmed in truth or not.
    Preliminary(bool),
}

impl Entry {
    fn is_real(&self) -> bool {
        self.told != Told::Preliminary(false)
    }

    fn resource(&self) -> Value {
        let day = TODAY.checked_sub(self.days_ago.days()).unwrap().to_string();
        let unit = if self.percent { "%" } else { "mg/dL" };
        let mut resource = json!({
            "resourceType": "Observation",
            "status": if matches!(self.told, Told::Preliminary(_)) { "preliminary" } else { "final" },
            "code": {"coding": [{"system": "urn:test", "code": self.code.to_string()}]},
        });
        let fields = resource.as_object_mut().unwrap();
        match self.told {
            Told::MonthOnly => drop(fields.insert("effectiveDateTime".into(), day[..7].into())),
            Told::WithoutDate => {}
            _ => drop(fields.insert("effectiveDateTime".into(), day.into())),
        }
        if self.told == Told::InWords {
            fields.insert(
                "valueString".into(),
                format!("{} {unit}", self.value).into(),
            );
        } else {
            fields.insert(
                "valueQuantity".into(),
                json!({"value": self.value, "code": unit}),
            );
        }
        resource
    }
}

fn facts(entries: &[Entry]) -> Vec<Fact> {
    let patient = json!({"resourceType": "Patient", "id": "p"});
    let resources = std::iter::once(patient).chain(entries.iter().map(Entry::resource));
    let entries: Vec<_> = resources
        .map(|resource| json!({"resource": resource}))
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
    let options = EncodeOptions::default();
    encode(bundle.to_string().as_bytes(), &options)
        .unwrap()
        .facts
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![
        4 => Just(Told::Fully),
        1 => Just(Told::MonthOnly),
        1 => Just(Told::WithoutDate),
        1 => Just(Told::InWords),
        1 => any::<bool>().prop_map(Told::Preliminary),
    ]
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (
        0..3_usize,
        0..8_i64,
        prop::bool::weighted(0.8),
        -4..70_i64,
        told(),
    );
    let entry = entry.prop_map(|(code, value, percent, days_ago, told)| Entry {
        code,
        value,
        percent,
        // What a record tells without a date has happened
        days_ago: if told == Told::WithoutDate {
            days_ago.max(0)
        } else {
            days_ago
        },
        told,
    });
    prop::collection::vec(entry, 0..7)
}

/// At most one entry of each code, and the record tells all of it.
fn plain_entries() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(prop::option::of((0..8_i64, 0..70_i64)), 3).prop_map(|codes| {
        let recorded = codes.into_iter().enumerate();
        let recorded = recorded.filter_map(|(code, entry)| Some((code, entry?)));
        let entries = recorded.map(|(code, (value, days_ago))| Entry {
            code,
            value,
            percent: true,
            days_ago,
            told: Told::Fully,
        });
        entries.collect()
    })
}

fn numbers() -> impl Strategy<Value = Map<String, Value>> {
    let number = || 0..8_i64;
    let condition = prop_oneof![
        number().prop_map(|n| json!({"$gte": n})),
        number().prop_map(|n| json!({"$lt": n})),
        number().prop_map(|n| json!({"$eq": n})),
        number().prop_map(|n| json!({"$gt": n, "$lte": n + 3})),
        (number(), number()).prop_map(|(a, b)| json!({"$between": [a.min(b), a.max(b)]})),
        (number(), number()).prop_map(|(a, b)| json!({"$in": [a, b]})),
    ];
    condition.prop_map(|condition| condition.as_object().unwrap().clone())
}

fn ago(days: i64) -> String {
    format!("{days} days ago")
}

fn window() -> impl Strategy<Value = Option<Value>> {
    let window = (0..60_i64, 0..40_i64, 0..3).prop_map(|(to, length, form)| match form {
        0 => json!({"from": ago(length)}),
        1 => json!({"to": ago(to)}),
        _ => json!({"from": ago(to + length), "to": ago(to)}),
    });
    prop::option::of(window)
}

fn ask() -> impl Strategy<Value = Value> {
    let day = || 0..60_i64;
    let dates = prop_oneof![
        day().prop_map(|d| json!({"$gte": ago(d)})),
        day().prop_map(|d| json!({"$lt": ago(d)})),
        (day(), day()).prop_map(|(a, b)| json!({"$between": [ago(a.max(b)), ago(a.min(b))]})),
    ];
    let field = prop::sample::select(vec!["min", "max", "value"]);
    let with_unit = |mut condition: Map<String, Value>| {
        condition.insert("unit".into(), "%".into());
        Value::from(condition)
    };
    prop_oneof![
        (prop::sample::select(vec!["$exists", "$absent"]), window())
            .prop_map(|(ask, window)| json!({ask: true, "window": window})),
        numbers().prop_map(|condition| json!({"count": condition})),
        (field, numbers()).prop_map(move |(field, condition)| json!({field: with_unit(condition)})),
        (numbers(), window()).prop_map(
            move |(condition, window)| json!({"latest": with_unit(condition), "window": window})
        ),
        (prop::sample::select(vec!["firstDate", "lastDate"]), dates)
            .prop_map(|(field, dates)| json!({field: dates})),
    ]
}

fn criterion() -> impl Strategy<Value = Value> {
    let coding = |code: usize| json!({"system": "urn:test", "code": code.to_string()});
    let codes = prop_oneof![
        3 => (0..3_usize).prop_map(coding),
        1 => Just(json!({"$in": [coding(0), coding(1)]})),
    ];
    let leaf = (codes, ask()).prop_map(|(codes, mut ask)| {
        let fields = ask.as_object_mut().unwrap();
        fields.retain(|_, value| !value.is_null());
        fields.insert("observation".into(), codes);
        ask
    });
    leaf.prop_recursive(2, 6, 3, |part| {
        (prop::collection::vec(part, 1..4), 0..3_usize).prop_map(|(parts, form)| match form {
            0 => json!({"all": parts}),
            1 => json!({"any": parts}),
            _ => json!({"atLeast": parts.len().div_ceil(2), "of": parts}),
        })
    })
}

/// The truth of a criterion, from the entries as they truly were.
fn truth(criterion: &Value, world: &[Entry]) -> bool {
    let holding = |parts: &Value| {
        let parts = parts.as_array().unwrap().iter();
        parts
            .map(|part| truth(part, world))
            .filter(|holds| *holds)
            .count()
    };
    if let Some(parts) = criterion.get("all") {
        return holding(parts) == parts.as_array().unwrap().len();
    }
    if let Some(parts) = criterion.get("any") {
        return holding(parts) > 0;
    }
    if let Some(least) = criterion.get("atLeast") {
        return holding(&criterion["of"]) as u64 >= least.as_u64().unwrap();
    }
    let codes = &criterion["observation"];
    let codes = codes.get("$in").map_or_else(
        || vec![codes.clone()],
        |list| list.as_array().unwrap().clone(),
    );
    let holds = |code: &Value| {
        let code: usize = code["code"].as_str().unwrap().parse().unwrap();
        let real = world
            .iter()
            .filter(|entry| entry.code == code && entry.is_real());
        truth_of_code(criterion, &real.collect::<Vec<_>>())
    };
    if criterion.get("$absent").is_some() {
        return codes.iter().all(holds);
    }
    codes.iter().any(holds)
}

fn truth_of_code(criterion: &Value, entries: &[&Entry]) -> bool {
    let in_window = |entry: &Entry| {
        let Some(window) = criterion.get("window") else {
            return true;
        };
        let days = |name: &str| window.get(name).map(days_of);
        days("from").is_none_or(|from| entry.days_ago <= from)
            && entry.days_ago >= days("to").unwrap_or(0)
    };
    if criterion.get("$exists").is_some() {
        return entries.iter().any(|entry| in_window(entry));
    }
    if criterion.get("$absent").is_some() {
        return !entries.iter().any(|entry| in_window(entry));
    }
    if let Some(condition) = criterion.get("count") {
        return satisfies(condition, i64::try_from(entries.len()).unwrap(), |n| {
            n.as_i64().unwrap()
        });
    }
    let dates = |condition: &Value, day: Option<i64>| {
        day.is_some_and(|day| satisfies(condition, -day, |bound| -days_of(bound)))
    };
    let days = || entries.iter().map(|entry| entry.days_ago);
    if let Some(condition) = criterion.get("firstDate") {
        return dates(condition, days().max());
    }
    if let Some(condition) = criterion.get("lastDate") {
        return dates(condition, days().min());
    }
    let valued: Vec<_> = entries.iter().filter(|entry| entry.percent).collect();
    let value_holds =
        |condition: &Value, value: i64| satisfies(condition, value, |n| n.as_i64().unwrap());
    if let Some(condition) = criterion.get("latest") {
        let latest = valued.iter().min_by_key(|entry| entry.days_ago);
        return latest.is_some_and(|entry| value_holds(condition, entry.value) && in_window(entry));
    }
    let values = valued.iter().map(|entry| entry.value);
    let (condition, mut asked): (_, Box<dyn Iterator<Item = i64>>) = match criterion {
        _ if criterion.get("min").is_some() => {
            (&criterion["min"], Box::new(values.min().into_iter()))
        }
        _ if criterion.get("max").is_some() => {
            (&criterion["max"], Box::new(values.max().into_iter()))
        }
        _ => (&criterion["value"], Box::new(values)),
    };
    asked.any(|value| value_holds(condition, value))
}

fn days_of(text: &Value) -> i64 {
    text.as_str()
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

fn satisfies(condition: &Value, number: i64, read: impl Fn(&Value) -> i64) -> bool {
    let operators = condition.as_object().unwrap().iter();
    operators
        .filter(|(name, _)| *name != "unit")
        .all(|(name, bound)| match name.as_str() {
            "$eq" => number == read(bound),
            "$gt" => number > read(bound),
            "$gte" => number >= read(bound),
            "$lt" => number < read(bound),
            "$lte" => number <= read(bound),
            "$between" => (read(&bound[0])..=read(&bound[1])).contains(&number),
            "$in" => bound
                .as_array()
                .unwrap()
                .iter()
                .any(|item| read(item) == number),
            other => panic!("operator {other}"),
        })
}

/// Whether a document can be proved of facts; `None` if it has no compiled form.
fn provable(list: &str, criterion: &Value, facts: &[Fact]) -> Option<bool> {
    let json = json!({list: [criterion]}).to_string();
    let compiled = compile(&json).ok()?;
    let reference = Reference::try_from(TODAY).unwrap();
    let holds = evaluate(&compiled, facts, reference).holds();
    let report = report(&parse(&json).unwrap(), facts, reference);
    assert_eq!(report.eligible, holds, "report and evaluation differ");
    Some(holds)
}

/// So many cases. A failing one is shown in full, and is not stored.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

/// An undated result may be the latest one, and lie after a window: what was found by chance once.
#[test]
fn an_undated_result_leaves_the_end_of_a_window_open() {
    let entry = |days_ago, told| Entry {
        code: 2,
        value: 0,
        percent: true,
        days_ago,
        told,
    };
    let criterion = |window: Value| json!({"observation": {"system": "urn:test", "code": "2"}, "latest": {"$lt": 5, "unit": "%"}, "window": window});
    let ended = criterion(json!({"to": "35 days ago"}));
    let open = criterion(json!({"from": "40 days ago"}));
    let dated = facts(&[entry(35, Told::Fully)]);
    let both = facts(&[entry(35, Told::Fully), entry(0, Told::WithoutDate)]);
    assert_eq!(provable("include", &ended, &dated), Some(true));
    assert_eq!(provable("include", &ended, &both), Some(false));
    assert_eq!(provable("include", &open, &both), Some(true));
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn what_is_proved_is_true(criterion in criterion(), world in entries()) {
        let facts = facts(&world);
        let truth = truth(&criterion, &world);
        if provable("include", &criterion, &facts) == Some(true) {
            prop_assert!(truth, "proved but false");
        }
        if provable("exclude", &criterion, &facts) == Some(true) {
            prop_assert!(!truth, "excluded but true");
        }
    }

    #[test]
    fn what_the_record_tells_fully_is_decided(criterion in criterion(), world in plain_entries()) {
        let facts = facts(&world);
        let truth = truth(&criterion, &world);
        if let Some(included) = provable("include", &criterion, &facts) {
            prop_assert_eq!(included, truth);
        }
        if let Some(excluded) = provable("exclude", &criterion, &facts) {
            prop_assert_eq!(excluded, !truth);
        }
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_choice_of_claims_agrees(criterion in criterion(), world in entries()) {
        let facts = facts(&world);
        let json = json!({"include": [criterion]}).to_string();
        let Ok(compiled) = compile(&json) else { return Ok(()) };
        let holds = evaluate(&compiled, &facts, Reference::try_from(TODAY).unwrap()).holds();
        let tree = FactsTree::new(&facts).unwrap();
        let reference = ReferenceTime::of(TODAY, 0).unwrap();
        prop_assert_eq!(claims::choose(compiled.size, &compiled.packed(), &tree, &reference).is_ok(), holds);
    }
}
