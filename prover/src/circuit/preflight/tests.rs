use super::*;
use crate::facts::tree::FactsTree;
use crate::sample;

type Change = fn(&mut ClauseSlot);

/// What is said of the sample after a change.
fn said(change: impl FnOnce(&mut EligibilityInputs)) -> Result<usize, ProveError> {
    let mut inputs = sample::inputs(1);
    change(&mut inputs);
    check(CircuitSize::Small, &inputs).map(|claims| claims.len())
}

#[test]
fn the_sample_passes() {
    assert_eq!(said(|_| {}), Ok(6));
}

#[test]
fn a_wrong_input_is_named() {
    let one = Fr::from(1u8);
    assert_eq!(
        said(|i| i.identity.secret += one),
        Err(ProveError::WrongIdentity)
    );
    assert_eq!(
        said(|i| i.identity.pseudonym_nonce += one),
        Err(ProveError::WrongIdentity)
    );
    assert_eq!(
        said(|i| i.facts = FactsTree::new(&sample::facts()[1..]).unwrap()),
        Err(ProveError::WrongFacts)
    );
    assert_eq!(
        said(|i| i.path.siblings[1] += one),
        Err(ProveError::WrongPath)
    );
    assert_eq!(said(|i| i.path.index ^= 1), Err(ProveError::WrongPath));
    assert_eq!(
        said(|i| i.record.blinding += one),
        Err(ProveError::WrongPath)
    );
    assert_eq!(
        said(|i| i.path.root = Fr::from(0u8)),
        Err(ProveError::ZeroRoot)
    );
    assert_eq!(
        said(|i| i.study.criteria_hash += one),
        Err(ProveError::WrongCriteria)
    );
    assert_eq!(
        said(|i| i.study.slots.truncate(8)),
        Err(ProveError::SlotCount(8))
    );
}

#[test]
fn terms_are_named_with_their_dates() {
    let expired = said(|i| {
        i.reference = crate::circuit::ReferenceTime::of(jiff::civil::date(2027, 1, 16), 0).unwrap();
    });
    assert_eq!(
        expired.unwrap_err().to_string(),
        "the consent in the record expired on 2027-01-15 (reference day 2027-01-16)"
    );
    let old = said(|i| i.reference.oldest_as_of = sample::today() - 29);
    assert_eq!(
        old.unwrap_err().to_string(),
        "the record is complete to 2025-12-16 only, the study asks for 2025-12-17 or later"
    );
    assert_eq!(
        said(|i| i.study.purposes = 0b111),
        Err(ProveError::PurposesNotConsented(0b10))
    );
    let other_date = said(|i| i.reference.calendar += 1);
    assert!(matches!(other_date, Err(ProveError::ReferenceTime { .. })));
}

#[test]
fn slots_that_no_compiler_writes_are_refused() {
    let faults: [(Change, &str); 4] = [
        (|s| s.keys[3] = 0, "key 0 is never valid"),
        (
            |s| s.absence_counts = true,
            "absence counts of one key only",
        ),
        (
            |s| s.high = u64::MAX,
            "the high bound would admit a missing number",
        ),
        (|s| s.keys = [0; 4], "it has no key"),
    ];
    for (change, reason) in faults {
        let expected = ProveError::MalformedSlot { slot: 1, reason };
        assert_eq!(said(|i| change(&mut i.study.slots[1])), Err(expected));
    }
}
