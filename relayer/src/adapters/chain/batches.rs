//! Which calls share a transaction, what it looks like, and what it left out.

use ethers::{
    abi::{AbiDecode as _, AbiEncode as _, RawLog},
    contract::EthLogDecode as _,
    types::{Bytes, Log},
};

use super::{
    bindings::enrolments::{self, EnrolmentsEvents},
    convert,
    outbox::Wanted,
    reverts,
};
use crate::ports::{
    index::QueuedTransaction,
    ledger::{Call, LedgerError},
};

#[cfg(test)]
mod tests;

/// Most calldata of a batch, in bytes. Nodes take transactions of 128 KiB, some of them only if told to (`txnSizeLimit`).
const MOST_BYTES: usize = 96 * 1024;
/// What a batch adds to each of its entries' calldata, at most.
const OVERHEAD: usize = 96;

/// How calls are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `enrolBatch`: the proofs are verified together.
    Enrolments,
    /// `batch`, of the enrolments contract.
    Enrolled,
    /// Not at all.
    Alone,
}

/// Calls that may share a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) kind: Kind,
    /// Which of the calls these are.
    pub(super) places: Vec<usize>,
}

impl Kind {
    fn of(call: &Call) -> Self {
        match call {
            Call::Enrol(_) => Self::Enrolments,
            Call::Attest { .. } | Call::Accept { .. } | Call::Settle(_) | Call::Refund(_) => {
                Self::Enrolled
            }
            _ => Self::Alone,
        }
    }

    /// One transaction in place of several of this kind, which are of one account and to one contract.
    pub(super) fn combine(
        self,
        transactions: &[&QueuedTransaction],
    ) -> Result<QueuedTransaction, LedgerError> {
        let [first, ..] = transactions else {
            return Err(LedgerError::Malformed("a batch of nothing".to_owned()));
        };
        let data = match self {
            Self::Enrolments => enrol_batch(transactions)?,
            Self::Enrolled => batch(transactions),
            Self::Alone => {
                return Err(LedgerError::Malformed(
                    "these calls can't share a transaction".to_owned(),
                ))
            }
        };
        Ok(QueuedTransaction {
            data,
            ..(*first).clone()
        })
    }
}

fn enrol_batch(transactions: &[&QueuedTransaction]) -> Result<Vec<u8>, LedgerError> {
    let requests = transactions.iter().map(|transaction| {
        enrolments::EnrolCall::decode(&transaction.data)
            .map(|call| call.request)
            .map_err(|error| LedgerError::Malformed(format!("an enrolment: {error}")))
    });
    let requests = requests.collect::<Result<_, _>>()?;
    Ok(enrolments::EnrolBatchCall { requests }.encode())
}

fn batch(transactions: &[&QueuedTransaction]) -> Vec<u8> {
    let calls = transactions.iter();
    let calls = calls.map(|transaction| Bytes::from(transaction.data.clone()));
    enrolments::BatchCall {
        calls: calls.collect(),
    }
    .encode()
}

/// Sorts calls into groups, none of them with too much calldata. Enrolments of one study and the same slots stand together, since they share what the
/// contract reads.
pub(super) fn groups(calls: &[Call], wanted: &[Wanted]) -> Vec<Group> {
    let mut places: Vec<_> = (0..calls.len()).collect();
    places.sort_by_key(|place| (Kind::of(&calls[*place]), shares(&calls[*place])));
    let mut groups: Vec<Group> = Vec::new();
    let mut bytes = 0;
    for place in places {
        let kind = Kind::of(&calls[place]);
        let more = wanted[place].transaction.data.len() + OVERHEAD;
        match groups.last_mut() {
            Some(group)
                if group.kind == kind && kind != Kind::Alone && bytes + more <= MOST_BYTES =>
            {
                group.places.push(place);
                bytes += more;
            }
            _ => {
                groups.push(Group {
                    kind,
                    places: vec![place],
                });
                bytes = more;
            }
        }
    }
    groups
}

/// What enrolments must have in common to share it.
fn shares(call: &Call) -> Option<([u8; 32], Vec<u8>)> {
    let Call::Enrol(request) = call else {
        return None;
    };
    let slots = request.receipts.iter().map(|receipt| receipt.slot);
    Some((request.key.study_id.to_bytes(), slots.collect()))
}

/// The entry that a log says was left out, and why; `None` for any other log.
pub(super) fn skipped(log: &Log) -> Option<Result<(usize, LedgerError), LedgerError>> {
    let raw = RawLog {
        topics: log.topics.clone(),
        data: log.data.to_vec(),
    };
    let (entry, reason) = match EnrolmentsEvents::decode_log(&raw) {
        Ok(EnrolmentsEvents::EnrolmentSkippedFilter(event)) => (event.entry, event.reason),
        Ok(EnrolmentsEvents::CallSkippedFilter(event)) => (event.entry, event.reason),
        _ => return None,
    };
    let place = convert::small(entry).and_then(|entry| {
        usize::try_from(entry).map_err(|_| LedgerError::Malformed(format!("entry {entry}")))
    });
    Some(place.map(|place| (place, reverts::decode(&reason))))
}
