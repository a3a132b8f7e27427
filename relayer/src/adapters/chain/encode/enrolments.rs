//! Calls of the enrolments contract.

use ethers::{abi::AbiEncode, types::U256};

use crate::{
    adapters::chain::{
        bindings::enrolments,
        convert::{address, word},
    },
    domain::{
        enrolment::{EnrolmentDetails, EnrolmentRequest, SlotAttestation},
        signer::Signature,
    },
    ports::ledger::{Call, OnEnrolment},
};

/// The calldata; empty for a call of another contract.
pub(in crate::adapters::chain) fn calldata(call: &Call) -> Vec<u8> {
    match call {
        Call::Enrol(request) => enrolments::EnrolCall {
            request: encode_request(request),
        }
        .encode(),
        Call::Attest { on, attestations } => enrolments::AttestCall {
            study_id: study_word(on),
            nullifier: nullifier_word(on),
            details: encode_details(&on.details),
            attestations: attestations.iter().map(encode_attestation).collect(),
        }
        .encode(),
        Call::Accept { on, signature } => {
            let (r, vs) = compact(signature);
            enrolments::AcceptCall {
                study_id: study_word(on),
                nullifier: nullifier_word(on),
                details: encode_details(&on.details),
                r,
                vs,
            }
            .encode()
        }
        Call::Settle(on) => enrolments::SettleCall {
            study_id: study_word(on),
            nullifier: nullifier_word(on),
            details: encode_details(&on.details),
        }
        .encode(),
        Call::Refund(on) => enrolments::RefundCall {
            study_id: study_word(on),
            nullifier: nullifier_word(on),
            details: encode_details(&on.details),
        }
        .encode(),
        Call::Revoke { on, secret } => enrolments::RevokeCall {
            study_id: study_word(on),
            nullifier: nullifier_word(on),
            details: encode_details(&on.details),
            secret: *secret,
        }
        .encode(),
        Call::Reveal { secret } => enrolments::RevealCall { secret: *secret }.encode(),
        _ => Vec::new(),
    }
}

fn study_word(on: &OnEnrolment) -> U256 {
    word(on.key.study_id.to_bytes())
}

fn nullifier_word(on: &OnEnrolment) -> U256 {
    word(on.key.nullifier.to_bytes())
}

fn encode_details(details: &EnrolmentDetails) -> enrolments::Details {
    enrolments::Details {
        registry_root: word(details.registry_root.to_bytes()),
        record_tag: word(details.record_tag.to_bytes()),
        grant_digest: details.grant_digest.to_bytes(),
        revocation_hash: details.revocation_hash.to_bytes(),
        slots: details.slots,
    }
}

pub(in crate::adapters::chain) fn encode_request(
    request: &EnrolmentRequest,
) -> enrolments::Request {
    let receipts = request.receipts.iter().map(|receipt| {
        let (r, vs) = compact(&receipt.signature);
        enrolments::Receipt {
            valid_until: receipt.valid_until,
            r,
            vs,
        }
    });
    enrolments::Request {
        study_id: word(request.key.study_id.to_bytes()),
        nullifier: word(request.key.nullifier.to_bytes()),
        attempt: request.attempt,
        day: request.day,
        registry_root: word(request.registry_root.to_bytes()),
        record_tag: word(request.record_tag.to_bytes()),
        grant_digest: request.grant_digest.to_bytes(),
        revocation_hash: request.revocation_hash.to_bytes(),
        payout: address(request.payout),
        slots: request.slots(),
        proof: request.proof.map(word),
        receipts: receipts.collect(),
    }
}

fn encode_attestation(attestation: &SlotAttestation) -> enrolments::Attestation {
    let (r, vs) = compact(&attestation.signature);
    enrolments::Attestation {
        slot: attestation.slot,
        r,
        vs,
    }
}

/// A signature in the compact form of EIP-2098: `r`, and `s` with the parity in its highest bit.
fn compact(signature: &Signature) -> ([u8; 32], [u8; 32]) {
    let bytes = signature.to_bytes();
    let (mut r, mut vs) = ([0; 32], [0; 32]);
    r.copy_from_slice(&bytes[..32]);
    vs.copy_from_slice(&bytes[32..64]);
    // s of a signature in use is in the lower half, so that its highest bit is free.
    if bytes[64] == 28 {
        vs[0] |= 0x80;
    }
    (r, vs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_take_two_words() {
        let mut bytes = [1; 65];
        bytes[64] = 28;
        let (r, vs) = compact(&Signature::new(bytes));
        assert_eq!((r, vs[0], vs[1]), ([1; 32], 0x81, 1));
        bytes[64] = 27;
        assert_eq!(compact(&Signature::new(bytes)).1, [1; 32]);
    }
}
