//! Calls of the disputes contract.

use ethers::{
    abi::AbiEncode,
    types::{Bytes, U256},
};

use crate::{
    adapters::chain::{
        bindings::disputes,
        convert::{address, word},
    },
    domain::{
        dispute::{ChallengeAnswer, FaultProof, Posting, SlotFragment},
        enrolment::EnrolmentDetails,
        evidence::{Coordinates, EvidenceError, Unopenable},
        grant::Grant,
    },
    ports::ledger::{DisputeCall, OnEnrolment},
};

/// What a step sends along, and its calldata.
pub(super) fn call(on: &OnEnrolment, step: &DisputeCall) -> (u128, Vec<u8>) {
    match step {
        DisputeCall::Challenge { value } => (*value, challenge(on)),
        DisputeCall::Answer(answer) => (0, self::answer(on, answer)),
        DisputeCall::AnswerFurther { basis, fragments } => {
            (0, answer_further(on, basis, fragments))
        }
        DisputeCall::Demand {
            envelope,
            tag_blinding,
            segments,
            value,
        } => {
            let demand = disputes::DemandCall {
                study_id: study_word(on),
                nullifier: nullifier_word(on),
                details: details(&on.details),
                envelope: bytes(envelope),
                tag_blinding: word(tag_blinding.to_bytes()),
                segments: segments.clone(),
            };
            (*value, demand.encode())
        }
        DisputeCall::Post(posting) => (0, post(on, posting)),
        DisputeCall::Expire => {
            let expire = disputes::ExpireCall {
                study_id: study_word(on),
                nullifier: nullifier_word(on),
                details: details(&on.details),
            };
            (0, expire.encode())
        }
        DisputeCall::Fault(proof) => (0, fault(on, proof)),
    }
}

fn challenge(on: &OnEnrolment) -> Vec<u8> {
    disputes::ChallengeCall {
        study_id: study_word(on),
        nullifier: nullifier_word(on),
        details: details(&on.details),
    }
    .encode()
}

fn answer(on: &OnEnrolment, answer: &ChallengeAnswer) -> Vec<u8> {
    disputes::AnswerCall {
        study_id: study_word(on),
        nullifier: nullifier_word(on),
        given: disputes::Answer {
            record_tag: word(answer.record_tag.to_bytes()),
            receiving_key: bytes(answer.receiving_key.as_bytes()),
            grant: encode_grant(&answer.grant),
            envelope: bytes(&answer.envelope),
            tag_blinding: word(answer.tag_blinding.to_bytes()),
            fragments: answer.fragments.iter().map(fragment).collect(),
        },
    }
    .encode()
}

fn answer_further(on: &OnEnrolment, basis: &[u8], fragments: &[SlotFragment]) -> Vec<u8> {
    disputes::AnswerFurtherCall {
        study_id: study_word(on),
        nullifier: nullifier_word(on),
        basis: bytes(basis),
        fragments: fragments.iter().map(fragment).collect(),
    }
    .encode()
}

fn post(on: &OnEnrolment, posting: &Posting) -> Vec<u8> {
    disputes::PostCall {
        study_id: study_word(on),
        nullifier: nullifier_word(on),
        posting: disputes::Posting {
            root: posting.demand.root.to_bytes(),
            count: U256::from(posting.demand.count),
            segments: posting.demand.segments.clone(),
            place: posting.place,
            data: bytes(&posting.data),
            path: posting.path.clone(),
        },
    }
    .encode()
}

fn fault(on: &OnEnrolment, proof: &FaultProof) -> Vec<u8> {
    let (study_id, nullifier) = (study_word(on), nullifier_word(on));
    let details = details(&on.details);
    match proof {
        FaultProof::Capsule {
            envelope,
            tag_blinding,
        } => disputes::ProveCapsuleCall {
            study_id,
            nullifier,
            details,
            envelope: bytes(envelope),
            tag_blinding: word(tag_blinding.to_bytes()),
        }
        .encode(),
        FaultProof::EqualIds { grant, slot, other } => disputes::ProveEqualIdsCall {
            study_id,
            nullifier,
            details,
            grant: encode_grant(grant),
            slot: U256::from(*slot),
            other: U256::from(*other),
        }
        .encode(),
        FaultProof::Precursor { grant } => disputes::ProvePrecursorCall {
            study_id,
            nullifier,
            details,
            grant: encode_grant(grant),
        }
        .encode(),
        FaultProof::Unopenable(evidence) => disputes::ProveUnopenableCall {
            study_id,
            nullifier,
            details,
            // What is no point makes calldata that the contract refuses
            opening: opening(evidence).unwrap_or_default(),
        }
        .encode(),
    }
}

fn opening(evidence: &Unopenable) -> Result<disputes::Opening, EvidenceError> {
    let [shared, commitment_g, commitment_p] = evidence.shared.coordinates()?;
    Ok(disputes::Opening {
        envelope: bytes(&evidence.delivery.envelope),
        tag_blinding: word(evidence.delivery.tag_blinding.to_bytes()),
        grant: encode_grant(&evidence.delivery.grant),
        fragments: evidence.fragments.iter().map(fragment).collect(),
        shared: disputes::SharedPoint {
            point: point(&shared),
            commitment_g: point(&commitment_g),
            commitment_p: point(&commitment_p),
            response: word(evidence.shared.response),
            product: point(&evidence.product),
        },
        combination: evidence
            .combination
            .iter()
            .map(|each| bytes(each))
            .collect(),
    })
}

pub(in crate::adapters::chain) fn encode_grant(grant: &Grant) -> disputes::Grant {
    disputes::Grant {
        threshold: grant.threshold,
        precursor_x: grant.precursor.x(),
        precursor_prefix: grant.precursor.prefix(),
        proof_x: grant.proof.point.x(),
        proof_prefix: grant.proof.point.prefix(),
        proof_scalar: grant.proof.scalar,
        slots: grant
            .slots
            .iter()
            .map(|slot| disputes::GrantSlot {
                proxy: address(slot.proxy),
                fragment_id: slot.fragment_id,
                fragment_commitment_x: slot.fragment_commitment.x(),
                fragment_commitment_prefix: slot.fragment_commitment.prefix(),
            })
            .collect(),
    }
}

fn fragment(one: &SlotFragment) -> disputes::Fragment {
    disputes::Fragment {
        slot: one.slot,
        fragment: bytes(one.fragment.as_bytes()),
        products: bytes(&one.products),
    }
}

fn point(coordinates: &Coordinates) -> disputes::Point {
    disputes::Point {
        x: U256::from_big_endian(&coordinates[..32]),
        y: U256::from_big_endian(&coordinates[32..]),
    }
}

fn details(details: &EnrolmentDetails) -> disputes::Details {
    disputes::Details {
        registry_root: word(details.registry_root.to_bytes()),
        record_tag: word(details.record_tag.to_bytes()),
        grant_digest: details.grant_digest.to_bytes(),
        revocation_hash: details.revocation_hash.to_bytes(),
        slots: details.slots,
    }
}

fn study_word(on: &OnEnrolment) -> U256 {
    word(on.key.study_id.to_bytes())
}

fn nullifier_word(on: &OnEnrolment) -> U256 {
    word(on.key.nullifier.to_bytes())
}

fn bytes(bytes: &[u8]) -> Bytes {
    Bytes::from(bytes.to_vec())
}
