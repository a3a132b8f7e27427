use super::*;
use crate::domain::dispute::Pending;
use crate::domain::enrolment::{EnrolmentDetails, EnrolmentKey};
use crate::domain::ids::{
    Address, GrantDigest, Nullifier, RecordTag, RegistryRoot, RevocationHash, StudyId,
};

const SINCE: u64 = 1000;
const SINCE_BLOCK: u64 = 50;

fn enrolment(state: EnrolmentState) -> Enrolment {
    Enrolment {
        key: EnrolmentKey {
            study_id: StudyId::reduce(&[2; 32]),
            nullifier: Nullifier::reduce(&[3; 32]),
        },
        attempt: 1,
        state,
        payout: Address::new([4; 20]),
        since: SINCE,
        since_block: SINCE_BLOCK,
        attested: 0,
        details: EnrolmentDetails {
            registry_root: RegistryRoot::default(),
            record_tag: RecordTag::default(),
            grant_digest: GrantDigest::default(),
            revocation_hash: RevocationHash::default(),
            slots: 7,
        },
    }
}

fn terms() -> StudyTerms {
    let mut terms = StudyTerms::example(vec![]);
    terms.challenge_window = Window {
        seconds: 120,
        blocks: 20,
    };
    terms
}

fn dispute(pending: Option<Pending>) -> Dispute {
    Dispute {
        pending,
        challenged: true,
        answered: 1,
        posted: 0,
        ends_at: 5000,
        ends_at_block: 90,
    }
}

/// What is called, and from which second and block on.
fn told(state: EnrolmentState, dispute: Option<&Dispute>) -> Option<(EndingKind, u64, u64)> {
    let ending = Ending::of(&terms(), &enrolment(state), dispute)?;
    Some((ending.kind, ending.time, ending.block))
}

#[test]
fn each_state_has_its_ending() {
    use EnrolmentState as State;
    let refund = Some((EndingKind::Refund, SINCE + 60, SINCE_BLOCK + 10));
    assert_eq!(told(State::Enrolled, None), refund);
    let settle = Some((EndingKind::Settle, SINCE + 120, SINCE_BLOCK + 20));
    assert_eq!(told(State::Delivered, None), settle);
    // What was answered before does not hold up the rest
    assert_eq!(told(State::Delivered, Some(&dispute(None))), settle);
    for (state, pending) in [
        (State::Challenged, Pending::Challenge),
        (State::Demanded, Pending::Demand),
    ] {
        let expire = Some((EndingKind::Expire, 5000, 90));
        assert_eq!(told(state, Some(&dispute(Some(pending)))), expire);
        assert_eq!(told(state, None), None);
    }
    for state in [
        State::Settled,
        State::Refunded,
        State::Revoked,
        State::Faulted,
    ] {
        assert_eq!(told(state, None), None);
    }
}

#[test]
fn a_window_passes_in_seconds_and_in_blocks() {
    let ending = Ending::of(&terms(), &enrolment(EnrolmentState::Enrolled), None).unwrap();
    let is_due = |time, number, patience| {
        let head = BlockRef {
            number,
            hash: [0; 32],
            time,
        };
        ending.is_due(&head, patience)
    };
    assert!(is_due(1060, 60, 0));
    assert!(!is_due(1059, 60, 0));
    assert!(!is_due(1060, 59, 0));
    assert!(!is_due(1064, 60, 5));
    assert!(is_due(1065, 60, 5));
}

#[test]
fn the_call_is_for_the_attempt() {
    let call = |state| {
        let enrolment = enrolment(state);
        let ending = Ending::of(&terms(), &enrolment, None).unwrap();
        (ending.call(), OnEnrolment::of(&enrolment))
    };
    let (refund, on) = call(EnrolmentState::Enrolled);
    assert_eq!(refund, Call::Refund(on));
    let (settle, on) = call(EnrolmentState::Delivered);
    assert_eq!(settle, Call::Settle(on));
    let enrolment = enrolment(EnrolmentState::Challenged);
    let pending = dispute(Some(Pending::Challenge));
    let ending = Ending::of(&terms(), &enrolment, Some(&pending)).unwrap();
    let expire = Call::Dispute {
        on: OnEnrolment::of(&enrolment),
        step: Box::new(DisputeCall::Expire),
    };
    assert_eq!(ending.call(), expire);
}
