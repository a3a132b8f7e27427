//! Calls of the closed list as transactions.

pub(super) mod disputes;
pub(super) mod enrolments;
pub(super) mod powers;

use ethers::{
    abi::AbiEncode,
    types::{Bytes, H160, U256},
};

use super::{
    bindings::{members, registry, studies, token, treasury},
    convert::{address, word},
};
use crate::{
    domain::{
        ids::{Address, RecordCommitment},
        members::{Bounds, Role, TokenBounds},
        network::Contracts,
        study::StudyTerms,
    },
    ports::{index::QueuedTransaction, ledger::Call},
};

/// The contracts' numbers of roles.
pub(super) const fn role_number(role: Role) -> u8 {
    match role {
        Role::Hospital => 1,
        Role::Institution => 2,
        Role::Proxy => 3,
    }
}

/// A call as a transaction of `sender`.
pub(super) fn transaction(
    contracts: &Contracts,
    sender: Address,
    call: &Call,
) -> QueuedTransaction {
    let (to, value, data) = parts(contracts, call);
    QueuedTransaction {
        sender,
        to: Some(to),
        value,
        data,
    }
}

/// Whom a call goes to, what it sends along in wei, and its calldata.
pub(super) fn parts(contracts: &Contracts, call: &Call) -> (Address, u128, Vec<u8>) {
    match call {
        Call::Powers(powers) => (
            contracts.access_manager,
            0,
            powers::calldata(contracts, powers),
        ),
        Call::Admit { .. }
        | Call::AdmitProxy { .. }
        | Call::Expel { .. }
        | Call::SetBounds(_)
        | Call::SetTokenBounds { .. }
        | Call::SetConsortiumAccount { .. }
        | Call::PublishValueSet(_)
        | Call::Describe { .. } => (contracts.members, 0, to_members(call)),
        Call::DepositBond { token, amount } => (
            contracts.treasury,
            native(*token, *amount),
            to_treasury(call),
        ),
        Call::RequestExit { .. } | Call::CompleteExit { .. } | Call::Push { .. } => {
            (contracts.treasury, 0, to_treasury(call))
        }
        Call::Approve { token, amount } => (*token, 0, approve(contracts, *amount)),
        Call::Insert { .. } | Call::Supersede { .. } | Call::Withdraw { .. } => {
            (contracts.registry, 0, to_registry(call))
        }
        Call::OpenStudy(terms) => (
            contracts.studies,
            native(terms.token, escrow(terms)),
            to_studies(call),
        ),
        Call::TopUp { value, .. } => (contracts.studies, *value, to_studies(call)),
        Call::SetVerifier { .. } | Call::CloseStudy { .. } | Call::WithdrawStudy { .. } => {
            (contracts.studies, 0, to_studies(call))
        }
        Call::Enrol(_)
        | Call::Attest { .. }
        | Call::Accept { .. }
        | Call::Settle(_)
        | Call::Refund(_)
        | Call::Revoke { .. }
        | Call::Reveal { .. } => (contracts.enrolments, 0, enrolments::calldata(call)),
        Call::Dispute { on, step } => {
            let (value, data) = disputes::call(on, step);
            (contracts.disputes, value, data)
        }
    }
}

/// What a study deposits for its whole quota, in the token's smallest unit.
pub(super) fn escrow(terms: &StudyTerms) -> u128 {
    terms.place_cost().saturating_mul(u128::from(terms.quota))
}

/// What a call sends along: the sum if it is in the native coin.
fn native(token: Address, amount: u128) -> u128 {
    if token.is_zero() {
        amount
    } else {
        0
    }
}

fn to_members(call: &Call) -> Vec<u8> {
    match call {
        Call::Admit { account, role } => members::AdmitCall {
            account: address(*account),
            role: role_number(*role),
        }
        .encode(),
        Call::AdmitProxy { account, operator } => members::AdmitProxyCall {
            account: address(*account),
            operator: address(*operator),
        }
        .encode(),
        Call::Expel { account } => members::ExpelCall {
            account: address(*account),
        }
        .encode(),
        Call::SetBounds(bounds) => members::SetBoundsCall {
            bounds: encode_bounds(bounds),
        }
        .encode(),
        Call::SetTokenBounds { token, bounds } => members::SetTokenBoundsCall {
            token: address(*token),
            bounds: encode_token_bounds(bounds),
        }
        .encode(),
        Call::SetConsortiumAccount { account } => members::SetConsortiumAccountCall {
            account: address(*account),
        }
        .encode(),
        Call::PublishValueSet(set) => members::PublishValueSetCall {
            digest: *set.digest.as_bytes(),
            name: set.name.clone(),
        }
        .encode(),
        Call::Describe { sealing_key, url } => members::DescribeCall {
            sealing_key: *sealing_key,
            url: url.clone(),
        }
        .encode(),
        _ => Vec::new(),
    }
}

pub(super) fn encode_bounds(bounds: &Bounds) -> members::Bounds {
    members::Bounds {
        min_window_seconds: bounds.min_window_seconds,
        max_window_seconds: bounds.max_window_seconds,
        min_window_blocks: bounds.min_window_blocks,
        max_window_blocks: bounds.max_window_blocks,
        root_lifetime: bounds.root_lifetime,
        exit_delay: bounds.exit_delay,
        max_study_seconds: bounds.max_study_seconds,
        max_receipt_seconds: bounds.max_receipt_seconds,
        max_quota: bounds.max_quota,
        max_attempts: bounds.max_attempts,
    }
}

fn encode_token_bounds(bounds: &TokenBounds) -> members::TokenBounds {
    members::TokenBounds {
        allowed: bounds.allowed,
        max_price: bounds.max_price,
        max_fee: bounds.max_fee,
        min_slice: bounds.min_slice,
    }
}

fn to_treasury(call: &Call) -> Vec<u8> {
    match call {
        Call::DepositBond { token, amount } => treasury::DepositBondCall {
            token: address(*token),
            amount: U256::from(*amount),
        }
        .encode(),
        Call::RequestExit { token, amount } => treasury::RequestExitCall {
            token: address(*token),
            amount: U256::from(*amount),
        }
        .encode(),
        Call::CompleteExit { proxy, token } => treasury::CompleteExitCall {
            proxy: address(*proxy),
            token: address(*token),
        }
        .encode(),
        Call::Push { account, token } => treasury::PushCall {
            account: address(*account),
            token: address(*token),
        }
        .encode(),
        _ => Vec::new(),
    }
}

fn approve(contracts: &Contracts, amount: u128) -> Vec<u8> {
    token::ApproveCall {
        spender: address(contracts.treasury),
        amount: U256::from(amount),
    }
    .encode()
}

fn to_registry(call: &Call) -> Vec<u8> {
    let commitment_word = |commitment: &RecordCommitment| word(commitment.to_bytes());
    let path = |siblings: &[[u8; 32]]| siblings.iter().copied().map(word).collect();
    match call {
        Call::Insert { commitments } => registry::InsertCall {
            commitments: commitments.iter().map(commitment_word).collect(),
        }
        .encode(),
        Call::Supersede {
            commitment,
            siblings,
            replacement,
        } => registry::SupersedeCall {
            commitment: commitment_word(commitment),
            siblings: path(siblings),
            replacement: commitment_word(replacement),
        }
        .encode(),
        Call::Withdraw {
            commitment,
            siblings,
        } => registry::WithdrawCall {
            commitment: commitment_word(commitment),
            siblings: path(siblings),
        }
        .encode(),
        _ => Vec::new(),
    }
}

fn to_studies(call: &Call) -> Vec<u8> {
    match call {
        Call::SetVerifier { openings, verifier } => studies::SetVerifierCall {
            openings: *openings,
            verifier: address(*verifier),
        }
        .encode(),
        Call::OpenStudy(terms) => studies::OpenCall {
            terms: encode_terms(terms),
        }
        .encode(),
        Call::TopUp {
            study, additional, ..
        } => studies::TopUpCall {
            study_id: word(study.to_bytes()),
            additional: *additional,
        }
        .encode(),
        Call::CloseStudy { study } => studies::CloseCall {
            study_id: word(study.to_bytes()),
        }
        .encode(),
        Call::WithdrawStudy { study } => studies::WithdrawCall {
            study_id: word(study.to_bytes()),
        }
        .encode(),
        _ => Vec::new(),
    }
}

fn encode_terms(terms: &StudyTerms) -> studies::Terms {
    studies::Terms {
        criteria_hash: word(terms.criteria_hash.to_bytes()),
        criteria_document: terms.criteria_document.to_bytes(),
        agreement: terms.agreement.to_bytes(),
        receiving_key: Bytes::from(terms.receiving_key.as_bytes().to_vec()),
        proxies: terms
            .proxies
            .iter()
            .map(|proxy| address(*proxy))
            .collect::<Vec<H160>>(),
        token: address(terms.token),
        price: terms.price,
        fee: terms.fee,
        opens_at: terms.opens_at,
        closes_at: terms.closes_at,
        delivery_seconds: terms.delivery_window.seconds,
        delivery_blocks: terms.delivery_window.blocks,
        challenge_seconds: terms.challenge_window.seconds,
        challenge_blocks: terms.challenge_window.blocks,
        quota: terms.quota,
        max_record_age: terms.max_record_age,
        minimum_records: terms.minimum_records,
        purposes: terms.purposes,
        openings: terms.openings,
        threshold: terms.threshold,
    }
}

#[cfg(test)]
mod tests;
