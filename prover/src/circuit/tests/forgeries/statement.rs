//! Lies about identity, record, registry, terms, day and public signals.

use super::*;
use crate::circuit::{Proof, PublicSignals};
use crate::clause::criteria_hash;
use crate::facts::number::VALUE_BIAS;
use crate::facts::tree::FactsTree;
use crate::facts::{Ends, FactKey};
use crate::field::{to_decimal, Fr};
use crate::poseidon::Domain;
use crate::sample::clause;
use ark_ff::PrimeField;
use num_bigint::BigUint;

/// A change to what is proved, given today.
type Lie = fn(&mut EligibilityInputs, u32);

#[test]
fn terms_bind() {
    let day = sample::today();
    let lies: [Lie; 5] = [
        |i, day| i.reference.day = day + 366,
        |i, day| i.reference.oldest_as_of = day - 29,
        |i, _| i.study.purposes = 0b11,
        |i, _| i.study.purposes = 1 << 31,
        |i, _| i.record.terms.consent = 0b1111,
    ];
    for size in CircuitSize::ALL {
        for lie in lies {
            let mut inputs = sample::inputs_of(size, 1);
            let claims = honest_claims(&inputs);
            lie(&mut inputs, day);
            refused(&claiming(&inputs, &claims));
        }
    }
}

#[test]
fn terms_are_those_of_the_commitment() {
    // Expired, too old or not consented, and the prover reads other terms into the record.
    let lies: [(Lie, &str, u32); 3] = [
        (|i, day| i.record.terms.expiry_day = day - 1, "expiry", 1),
        (
            |i, _| i.record.terms.as_of_day = i.reference.oldest_as_of - 1,
            "asOf",
            1,
        ),
        (|i, _| i.record.terms.consent = 0b1001, "consent", 0b0100),
    ];
    for size in CircuitSize::ALL {
        for (change, name, more) in lies {
            let mut inputs = sample::inputs_of(size, 1);
            let claims = honest_claims(&inputs);
            change(&mut inputs, sample::today());
            inputs.path.root = inputs.path.root_of(&inputs.record.commitment()).unwrap();
            let mut assignment = claiming(&inputs, &claims);
            refused(&assignment);
            let value = assignment.get(name, 0) + Fr::from(more);
            assignment.set(name, 0, value);
            refused(&assignment);
        }
    }
}

#[test]
fn a_record_of_another_mapping_version_meets_no_criteria_of_this_one() {
    for size in CircuitSize::ALL {
        let mut inputs = sample::inputs_of(size, 1);
        let claims = honest_claims(&inputs);
        inputs.record.terms.mapping_version += 1;
        inputs.path.root = inputs.path.root_of(&inputs.record.commitment()).unwrap();
        let other = inputs.record.terms.mapping_version;
        let hash = criteria_hash(other, &inputs.study.slots);
        assert_ne!(hash, inputs.study.criteria_hash);
        let mut assignment = claiming(&inputs, &claims);
        refused(&assignment);
        // Nor if the version of the criteria is read into the record
        assignment.set("mappingVersion", 0, Fr::from(other - 1));
        refused(&assignment);
    }
}

#[test]
fn packed_signals_have_one_reading() {
    for size in CircuitSize::ALL {
        let inputs = sample::inputs_of(size, 1);
        let (reference, terms) = (inputs.reference, inputs.record.terms);
        // The reference time with a day too many and a carry taken from the calendar date; a purpose beyond 32 bits.
        refused(&forged(size, |a| {
            a.set("day", 0, Fr::from(reference.day) + power_of_two(32));
            a.set("calendar", 0, Fr::from(reference.calendar - 1));
        }));
        refused(&forged(size, |a| a.set("purposes", 0, power_of_two(32))));
        // The terms with an expiry of more than 32 bits, taken from asOf.
        refused(&forged(size, |a| {
            a.set("expiry", 0, Fr::from(terms.expiry_day) + power_of_two(32));
            a.set("asOf", 0, Fr::from(terms.as_of_day - 1));
        }));
    }
}

#[test]
fn an_altered_calendar_date_makes_nobody_older() {
    // Of age tomorrow.
    let mut inputs = one_clause(ClauseSlot {
        high: VALUE_BIAS - 180_000 * 1_000_000,
        high_relative: true,
        calendar: true,
        ..clause(&[FactKey::birth_date()], &[Column::Latest])
    });
    let mut facts = sample::facts();
    facts[0].latest = Ends::exact(VALUE_BIAS + 20_080_116 * 1_000_000);
    inputs.facts = FactsTree::new(&facts).unwrap();
    inputs.record.facts_root = inputs.facts.root();
    inputs.path.root = inputs.path.root_of(&inputs.record.commitment()).unwrap();
    let target = FactKey::birth_date().digest();
    let claims = [lie(&inputs, target, Some(Column::Latest))];
    let mut assignment = claiming(&inputs, &claims);
    refused(&assignment);
    let (day, calendar) = (inputs.reference.day, inputs.reference.calendar);
    assignment.set("calendar", 0, Fr::from(calendar + 1));
    refused(&assignment);
    assignment.set("day", 0, Fr::from(day) - power_of_two(32));
    refused(&assignment);
    // The contract's tomorrow is another public signal
    inputs.reference.calendar += 1;
    inputs.reference.day += 1;
    assert!(accepts(&claiming(&inputs, &claims)));
}

#[test]
fn every_public_signal_is_checked() {
    for size in CircuitSize::ALL {
        for name in PublicSignals::NAMES {
            let forgery = forged(size, |a| a.set(name, 0, Fr::from(7u8)));
            if name == "context" {
                // The context binds by standing in the proof; any is accepted.
                assert!(accepts(&forgery));
            } else {
                refused(&forgery);
            }
        }
    }
}

#[test]
fn elements_that_are_not_canonical_are_refused() {
    let signals = PublicSignals::of(&sample::inputs(1));
    let order: BigUint = Fr::MODULUS.into();
    for (place, signal) in signals.0.iter().enumerate() {
        let mut texts: Vec<String> = signals.0.iter().map(to_decimal).collect();
        texts[place] = (BigUint::from(signal.into_bigint()) + &order).to_string();
        let text = serde_json::Value::from(texts).to_string();
        assert!(PublicSignals::from_json(&text).is_err(), "signal {place}");
    }
    let circuit = super::super::circuit(CircuitSize::Small);
    let mut words = circuit
        .prover
        .prove(&sample::inputs(1))
        .unwrap()
        .proof
        .to_contract();
    assert!(Proof::from_contract(&words).is_ok());
    let coordinate = BigUint::from_bytes_be(&words.a[0]);
    let base: BigUint = ark_bn254::Fq::MODULUS.into();
    words.a[0].copy_from_slice(&(coordinate + base).to_bytes_be());
    assert!(Proof::from_contract(&words).is_err());
}

#[test]
fn another_identity_has_no_witness() {
    for size in CircuitSize::ALL {
        let study = sample::inputs_of(size, 1).study.id;
        let secret = Fr::from(5u8);
        refused(&forged(size, |a| {
            a.set("identitySecret", 0, secret);
            a.set("nullifier", 0, Domain::Nullifier.hash(&[secret, study]));
        }));
    }
}

#[test]
fn a_path_is_no_deeper_than_the_registry_and_its_root_is_never_zero() {
    for size in CircuitSize::ALL {
        for depth in [33, 1_000] {
            refused(&forged(size, |a| a.set("pathDepth", 0, Fr::from(depth))));
            // Beyond its depth the gadget gives 0
            refused(&forged(size, |a| {
                a.set("pathDepth", 0, Fr::from(depth));
                a.set("registryRoot", 0, Fr::from(0u8));
            }));
        }
        refused(&forged(size, |a| {
            let index = a.get("pathIndex", 0) + power_of_two(32);
            a.set("pathIndex", 0, index);
        }));
    }
}
