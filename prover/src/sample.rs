//! Made-up patients, records and a study, for tests, benches and the contracts' fixtures. Nothing here is secret.

use crate::circuit::{
    CircuitSize, EligibilityInputs, EnrolmentInputs, IdentityInputs, ReferenceTime, StudyInputs,
};
use crate::clause::{criteria_hash, ClauseSlot, Column};
use crate::facts::number::{Day, DATE_BIAS, POS_INF, VALUE_BIAS};
use crate::facts::tree::FactsTree;
use crate::facts::{Ends, Fact, FactKey, MAPPING_VERSION};
use crate::field::Fr;
use crate::poseidon;
use crate::record::registry::LeanTree;
use crate::record::{identity_commitment, pseudonym, RecordOpening, Terms};

/// The day on which everything happens: 2026-01-15.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 1, 15);
/// Uses that the sample study needs.
pub const PURPOSES: u32 = 0b101;
/// Patients, with one record each in the sample registry.
pub const PATIENTS: u64 = 16;
const SNOMED: &str = "http://snomed.info/sct";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// Sample inputs of one of the [`PATIENTS`], whose identity, record and place in the registry follow from the number.
///
/// # Panics
/// If there is no such patient.
pub fn inputs(patient: u64) -> EligibilityInputs {
    inputs_of(CircuitSize::Small, patient)
}

/// As [`inputs`], in a study of a circuit size, which uses all of the size's openings if it is the large one.
///
/// # Panics
/// As [`inputs`].
pub fn inputs_of(size: CircuitSize, patient: u64) -> EligibilityInputs {
    let facts = FactsTree::new(&facts()).expect("the sample facts make a tree");
    let slots = match size {
        CircuitSize::Small => slots(),
        CircuitSize::Large => large_slots(),
    };
    EligibilityInputs {
        identity: identity(patient),
        record: record(patient, facts.root()),
        path: registry(facts.root())
            .proof(patient)
            .expect("the patient is one of the sample's"),
        facts,
        study: StudyInputs {
            id: element("study", 0),
            purposes: PURPOSES,
            criteria_hash: criteria_hash(MAPPING_VERSION, &slots),
            slots,
        },
        reference: ReferenceTime::of(TODAY, today() - 90).expect("the sample day is in range"),
        enrolment: EnrolmentInputs {
            tag_blinding: element("tag blinding", patient),
            context: element("context", patient),
        },
    }
}

/// The registry of all patients' records, with these facts in each.
///
/// # Panics
/// Never: no sample commitment is 0.
pub fn registry(facts_root: Fr) -> LeanTree {
    let leaves: Vec<Fr> = (0..PATIENTS)
        .map(|patient| record(patient, facts_root).commitment())
        .collect();
    let mut registry = LeanTree::new();
    registry
        .insert_many(&leaves)
        .expect("no commitment of the sample is 0");
    registry
}

fn identity(patient: u64) -> IdentityInputs {
    IdentityInputs {
        secret: element("identity secret", patient),
        pseudonym_nonce: element("pseudonym nonce", patient),
    }
}

fn record(patient: u64, facts_root: Fr) -> RecordOpening {
    let identity = identity(patient);
    RecordOpening {
        facts_root,
        envelope_hash: element("envelope hash", patient),
        pseudonym: pseudonym(
            &identity_commitment(&identity.secret),
            &identity.pseudonym_nonce,
        ),
        terms: Terms {
            consent: 0b1101,
            expiry_day: today() + 365,
            as_of_day: today() - 30,
            mapping_version: MAPPING_VERSION,
        },
        blinding: element("blinding", patient),
    }
}

/// The sample day's number.
pub fn today() -> u32 {
    Day::from_date(TODAY).number().unsigned_abs()
}

/// An element that nobody would mistake for another one.
pub fn element(what: &str, number: u64) -> Fr {
    let label = crate::field::from_be_bytes_mod_order(what.as_bytes());
    poseidon::hash(&[label, Fr::from(number)])
}

/// What the sample record says.
pub fn facts() -> Vec<Fact> {
    let birth = VALUE_BIAS + 19_700_523 * 1_000_000;
    let hba1c = |low: u64, high: u64| Ends {
        low: VALUE_BIAS + low,
        high: VALUE_BIAS + high,
    };
    vec![
        Fact {
            min: Ends::exact(birth),
            max: Ends::exact(birth),
            latest: Ends::exact(birth),
            ..fact(FactKey::birth_date(), 1, None)
        },
        Fact {
            min: hba1c(6_900_000, 6_900_000),
            max: hba1c(9_400_000, 9_400_000),
            latest: hba1c(7_000_000, 7_200_000),
            ..fact(hba1c_key(), 3, Some((1_000, 20)))
        },
        fact(condition("44054006"), 2, Some((3_000, 400))),
        fact(condition("38341003"), 1, Some((2_000, 2_000))),
        fact(drug("860975"), 4, Some((900, 10))),
        fact(drug("5856"), 1, Some((200, 120))),
        Fact {
            undated: 1,
            ..fact(drug("1191"), 2, Some((800, 700)))
        },
        fact(FactKey::sex("female"), 1, None),
    ]
}

/// The sample criteria: of age, HbA1c in range under either of two keys, two of three signs of diabetes, no allergy to
/// penicillin, and no insulin in the last 90 days.
pub fn slots() -> Vec<ClauseSlot> {
    let of_age = ClauseSlot {
        high: VALUE_BIAS - 180_000 * 1_000_000,
        high_relative: true,
        calendar: true,
        ..end(1, clause(&[FactKey::birth_date()], &[Column::Max]))
    };
    let in_range = ClauseSlot {
        low: VALUE_BIAS + 6_500_000,
        high: VALUE_BIAS + 9_000_000,
        ..end(1, clause(&[condition("1"), hba1c_key()], &[Column::Latest]))
    };
    let diabetes = present(&[condition("44054006")]);
    let metformin = present(&[drug("860975")]);
    let other_drug = end(2, present(&[drug("2"), drug("3"), drug("4"), drug("5")]));
    let no_allergy = ClauseSlot {
        absence_counts: true,
        high: 0,
        ..end(1, clause(&[allergy("7980")], &[Column::Count]))
    };
    let no_insulin = ClauseSlot {
        absence_counts: true,
        undated_blocks: true,
        high_relative: true,
        high: DATE_BIAS - 91,
        ..end(1, clause(&[drug("5856")], &[Column::LastDate]))
    };
    let used = vec![
        of_age, in_range, diabetes, metformin, other_drug, no_allergy, no_insulin,
    ];
    filled(used, CircuitSize::Small)
}

/// Larger criteria: those of [`slots`], two of four more facts, and none of eight diagnoses.
pub fn large_slots() -> Vec<ClauseSlot> {
    let mut used = slots();
    used.retain(|slot| *slot != ClauseSlot::default());
    used.extend([
        present(&[condition("38341003")]),
        present(&[condition("2")]),
        present(&[drug("1191")]),
        end(2, present(&[drug("6")])),
    ]);
    used.extend((10..18).map(|code: u32| {
        let none = ClauseSlot {
            absence_counts: true,
            high: 0,
            ..clause(&[condition(&code.to_string())], &[Column::Count])
        };
        end(1, none)
    }));
    filled(used, CircuitSize::Large)
}

/// The slots of a circuit, the rest of them unused.
fn filled(mut used: Vec<ClauseSlot>, size: CircuitSize) -> Vec<ClauseSlot> {
    used.resize(size.slots(), ClauseSlot::default());
    used
}

/// A diagnosis.
pub fn condition(code: &str) -> FactKey {
    FactKey::new("Condition", SNOMED, code)
}

/// A drug.
pub fn drug(code: &str) -> FactKey {
    FactKey::new("Medication", RXNORM, code)
}

fn allergy(code: &str) -> FactKey {
    FactKey::new("AllergyIntolerance", RXNORM, code)
}

fn hba1c_key() -> FactKey {
    FactKey::new("Observation", "http://loinc.org", "4548-4").with_unit("%")
}

/// A fact without values, first and last seen so many days ago.
fn fact(key: FactKey, count: u64, days_ago: Option<(u32, u32)>) -> Fact {
    let ends = |days: u32| Ends::exact(DATE_BIAS + u64::from(today() - days));
    Fact {
        key,
        count,
        undated: 0,
        min: Ends::MISSING,
        max: Ends::MISSING,
        latest: Ends::MISSING,
        first_date: days_ago.map_or(Ends::MISSING, |(first, _)| ends(first)),
        last_date: days_ago.map_or(Ends::MISSING, |(_, last)| ends(last)),
    }
}

/// A clause of these keys and columns, without bounds.
pub fn clause(keys: &[FactKey], columns: &[Column]) -> ClauseSlot {
    let digests: Vec<u128> = keys.iter().map(FactKey::digest).collect();
    ClauseSlot {
        keys: std::array::from_fn(|place| digests.get(place).copied().unwrap_or(digests[0])),
        low: 0,
        high: POS_INF,
        columns: columns.iter().fold(0, |mask, column| mask | *column as u8),
        ..ClauseSlot::default()
    }
}

/// A clause that holds if one of the keys is present.
fn present(keys: &[FactKey]) -> ClauseSlot {
    ClauseSlot {
        low: 1,
        ..clause(keys, &[Column::Count])
    }
}

/// The same clause as the last of a group.
pub fn end(at_least: u8, clause: ClauseSlot) -> ClauseSlot {
    ClauseSlot {
        group_end: true,
        at_least,
        ..clause
    }
}
