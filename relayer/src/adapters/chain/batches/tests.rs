use ethers::abi::{encode, Token};
use ethers::contract::EthEvent as _;
use ethers::types::{H256, U256};

use super::*;
use crate::domain::enrolment::{EnrolmentDetails, EnrolmentKey, EnrolmentRequest, SlotReceipt};
use crate::domain::failure::FailureCode;
use crate::domain::ids::{
    Address, GrantDigest, Nullifier, RecordTag, RegistryRoot, RevocationHash, StudyId,
};
use crate::domain::signer::Signature;
use crate::ports::ledger::OnEnrolment;

fn key(study: u8, patient: u8) -> EnrolmentKey {
    EnrolmentKey {
        study_id: StudyId::new([study; 32]).unwrap(),
        nullifier: Nullifier::new([patient; 32]).unwrap(),
    }
}

fn enrol(study: u8, patient: u8, slots: &[u8]) -> Call {
    let receipts = slots.iter().map(|slot| SlotReceipt {
        slot: *slot,
        valid_until: 9,
        signature: Signature::new([27; 65]),
    });
    Call::Enrol(Box::new(EnrolmentRequest {
        key: key(study, patient),
        attempt: 0,
        day: 46_000,
        registry_root: RegistryRoot::new([3; 32]).unwrap(),
        record_tag: RecordTag::new([4; 32]).unwrap(),
        grant_digest: GrantDigest::new([5; 32]),
        revocation_hash: RevocationHash::new([6; 32]),
        payout: Address::new([7; 20]),
        proof: [[8; 32]; 8],
        receipts: receipts.collect(),
    }))
}

fn settle(patient: u8) -> Call {
    Call::Settle(OnEnrolment {
        key: key(1, patient),
        attempt: 0,
        details: EnrolmentDetails {
            registry_root: RegistryRoot::new([3; 32]).unwrap(),
            record_tag: RecordTag::new([4; 32]).unwrap(),
            grant_digest: GrantDigest::new([5; 32]),
            revocation_hash: RevocationHash::new([6; 32]),
            slots: 7,
        },
    })
}

fn push() -> Call {
    Call::Push {
        account: Address::new([7; 20]),
        token: Address::default(),
    }
}

fn wanted(calls: &[Call], bytes: Option<usize>) -> Vec<Wanted> {
    let wanted = calls.iter().map(|call| {
        let data = match call {
            Call::Push { .. } => Vec::new(),
            call => super::super::encode::enrolments::calldata(call),
        };
        Wanted {
            effect: call.effect(),
            transaction: QueuedTransaction {
                sender: Address::new([1; 20]),
                to: Some(Address::new([2; 20])),
                value: 0,
                data: bytes.map_or(data, |bytes| vec![0; bytes]),
            },
        }
    });
    wanted.collect()
}

fn places(groups: &[Group]) -> Vec<(Kind, Vec<usize>)> {
    let groups = groups.iter();
    groups
        .map(|group| (group.kind, group.places.clone()))
        .collect()
}

#[test]
fn calls_are_put_together_by_kind_and_enrolments_by_study_and_slots() {
    let calls = [
        settle(1),
        enrol(2, 1, &[0, 1, 2]),
        push(),
        enrol(1, 2, &[0, 1, 2]),
        enrol(2, 3, &[0, 1]),
        enrol(2, 4, &[0, 1, 2]),
        settle(2),
        push(),
    ];
    let groups = groups(&calls, &wanted(&calls, None));
    assert_eq!(
        places(&groups),
        [
            (Kind::Enrolments, vec![3, 4, 1, 5]),
            (Kind::Enrolled, vec![0, 6]),
            (Kind::Alone, vec![2]),
            (Kind::Alone, vec![7]),
        ]
    );
}

#[test]
fn no_batch_has_more_calldata_than_nodes_take() {
    let calls: Vec<_> = (1..=5).map(settle).collect();
    let groups = groups(&calls, &wanted(&calls, Some(40_000)));
    let sizes: Vec<_> = groups.iter().map(|group| group.places.len()).collect();
    assert_eq!(sizes, [2, 2, 1]);
}

#[test]
fn a_batch_holds_what_each_call_said() {
    let calls = [enrol(1, 1, &[0, 1, 2]), enrol(1, 2, &[1])];
    let entries = wanted(&calls, None);
    let transactions: Vec<_> = entries.iter().map(|entry| &entry.transaction).collect();
    let combined = Kind::Enrolments.combine(&transactions).unwrap();
    assert_eq!(combined.to, entries[0].transaction.to);
    let decoded = enrolments::EnrolBatchCall::decode(&combined.data).unwrap();
    for (request, entry) in decoded.requests.into_iter().zip(&entries) {
        let again = enrolments::EnrolCall { request }.encode();
        assert_eq!(again, entry.transaction.data);
    }

    let combined = Kind::Enrolled.combine(&transactions).unwrap();
    let decoded = enrolments::BatchCall::decode(&combined.data).unwrap();
    assert_eq!(decoded.calls[1].to_vec(), entries[1].transaction.data);
    assert!(combined.data.len() <= entries[0].transaction.data.len() * 2 + 2 * OVERHEAD);
    assert!(Kind::Alone.combine(&transactions).is_err());
    assert!(Kind::Enrolments.combine(&[]).is_err());
}

#[test]
fn what_was_left_out_is_told_with_its_cause() {
    let quota = ethers::utils::id("QuotaUsedUp(uint256)");
    let reason = [quota.as_slice(), &encode(&[Token::Uint(5.into())])].concat();
    let indexed = |number: u64| H256::from_low_u64_be(number);
    let log = Log {
        topics: vec![
            enrolments::EnrolmentSkippedFilter::signature(),
            indexed(1),
            indexed(2),
        ],
        data: encode(&[Token::Uint(U256::from(3)), Token::Bytes(reason.clone())]).into(),
        ..Log::default()
    };
    let (place, cause) = skipped(&log).unwrap().unwrap();
    assert_eq!(place, 3);
    let is_quota = |cause: &LedgerError| matches!(cause, LedgerError::Refused { code: FailureCode::QuotaUsedUp, detail } if detail.contains("studyId: 5"));
    assert!(is_quota(&cause), "{cause}");

    let call = Log {
        topics: vec![enrolments::CallSkippedFilter::signature()],
        ..log.clone()
    };
    assert_eq!(skipped(&call).unwrap().unwrap().0, 3);
    let other = Log {
        topics: vec![enrolments::SettledFilter::signature()],
        ..log
    };
    assert!(skipped(&other).is_none());
}
