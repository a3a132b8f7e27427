//! Native evaluation and circuit agree on random criteria over random records, both ways: what holds is proved, and of what
//! does not the strongest false claim, forced past the witness generator, breaks a constraint.

mod random;

use super::{accepts, claiming};
use crate::circuit::claims::{claim, Claim};
use crate::circuit::{preflight, CircuitSize, EligibilityInputs, ProveError};
use crate::clause::{ClauseSlot, Column};
use crate::criteria::{evaluate, Reference};
use crate::sample;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn on_random_records_and_criteria() {
    agree(CircuitSize::Small, 60, 7);
}

#[test]
#[ignore = "takes minutes: make soundness"]
fn on_thousands_of_random_records_and_criteria() {
    agree(CircuitSize::Small, 2_000, 8);
    agree(CircuitSize::Large, 400, 9);
}

fn agree(size: CircuitSize, cases: usize, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut held, mut in_terms) = (0, 0);
    for number in 0..cases {
        let case = random::case(&mut rng, size);
        let today = Reference::try_from(sample::TODAY).unwrap();
        let criteria_hold = evaluate(&case.compiled, &case.facts, today).holds();
        let checked = preflight::check(size, &case.inputs);
        match &checked {
            Ok(_) => assert!(criteria_hold && case.terms_hold, "case {number}"),
            Err(ProveError::CriterionNotMet { .. }) => assert!(!criteria_hold, "case {number}"),
            Err(error) => assert!(!case.terms_hold, "case {number}: {error}"),
        }
        let expected = criteria_hold && case.terms_hold;
        held += usize::from(expected);
        in_terms += usize::from(case.terms_hold);
        let claims = checked.unwrap_or_else(|_| boldest_claims(&mut rng, &case.inputs));
        let accepted = accepts(&claiming(&case.inputs, &claims));
        assert_eq!(accepted, expected, "case {number}");
    }
    let openings = size.openings();
    println!("agreement, {openings} openings: {cases} cases, {held} hold, of {in_terms} the terms");
    assert!(
        (cases / 8..cases).contains(&held),
        "{held} of {cases} hold: the cases are one-sided"
    );
}

/// For every group as many claims as it needs: true ones first, then false ones.
fn boldest_claims(rng: &mut StdRng, inputs: &EligibilityInputs) -> Vec<Claim> {
    let slots = &inputs.study.slots;
    let (mut claims, mut start) = (Vec::new(), 0);
    for end in (0..slots.len()).filter(|slot| slots[*slot].group_end) {
        let group = start..=end;
        start = end + 1;
        let truth = |slot: usize| claim(slot, &slots[slot], &inputs.facts, &inputs.reference);
        let (mut own, mut wrong) = (Vec::new(), Vec::new());
        for slot in group {
            match truth(slot) {
                Some(claim) => own.push(claim),
                None => wrong.push(any_claim(rng, inputs, slot, &slots[slot])),
            }
        }
        own.extend(wrong);
        own.truncate(usize::from(slots[end].at_least));
        claims.extend(own);
    }
    claims
}

/// A claim that pretends that the clause holds: by a key that is present, or by the gap where it would be.
fn any_claim(
    rng: &mut StdRng,
    inputs: &EligibilityInputs,
    slot: usize,
    clause: &ClauseSlot,
) -> Claim {
    let present = |target: &&u128| inputs.facts.open(**target).present;
    let target = clause.keys.iter().find(present).copied();
    let target = target.unwrap_or(clause.keys[rng.gen_range(0..4)]);
    let columns: Vec<Column> = Column::ALL
        .into_iter()
        .filter(|column| clause.columns & *column as u8 != 0)
        .collect();
    let as_present = !clause.absence_counts || rng.gen_bool(0.7);
    let picked = columns.get(rng.gen_range(0..columns.len().max(1)));
    Claim {
        slot,
        target,
        column: picked.copied().filter(|_| as_present),
        opening: inputs.facts.open(target),
    }
}
