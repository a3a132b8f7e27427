//! Disputes: their standing from the contract, what they brought from events.

use async_trait::async_trait;
use ethers::{
    abi::RawLog,
    contract::EthLogDecode,
    types::{Filter, Log, H256},
};

use crate::{
    adapters::chain::{
        bindings::disputes::{self, DisputesEvents},
        convert, ChainLedger,
    },
    domain::{
        dispute::{DemandedSegments, Dispute, Pending, Posted},
        enrolment::EnrolmentKey,
        fragment::CapsuleFragment,
        grant::{Grant, GrantSlot},
        ids::CiphertextRoot,
        point::{CompressedPoint, PinnedPoint},
        precursor::PrecursorProof,
    },
    ports::ledger::{DisputesReader, LedgerError, StudiesReader},
};

#[async_trait]
impl DisputesReader for ChainLedger {
    async fn dispute(
        &self,
        key: EnrolmentKey,
        attempt: u32,
    ) -> Result<Option<Dispute>, LedgerError> {
        let study = convert::word(key.study_id.to_bytes());
        let nullifier = convert::word(key.nullifier.to_bytes());
        let call = self.disputes.dispute_of(study, nullifier);
        let found = self.node.view("disputeOf", call).await?;
        let began = found.ends_at != 0 && u32::from(found.attempt) == attempt;
        Ok(began.then_some(Dispute {
            pending: match found.pending {
                1 => Some(Pending::Challenge),
                2 => Some(Pending::Demand),
                _ => None,
            },
            challenged: found.challenged,
            answered: found.answered,
            posted: found.posted,
            ends_at: found.ends_at,
            ends_at_block: found.ends_at_block,
        }))
    }

    async fn posted(&self, key: EnrolmentKey, attempt: u32) -> Result<Posted, LedgerError> {
        let mut posted = Posted::default();
        if self.dispute(key, attempt).await?.is_none() {
            return Ok(posted);
        }
        let Some(study) = self.study(key.study_id).await? else {
            return Ok(posted);
        };
        let first = self.first_block_since(study.terms.opens_at).await?;
        let filter = Filter::new()
            .address(self.disputes.address())
            .topic1(H256(key.study_id.to_bytes()))
            .topic2(H256(key.nullifier.to_bytes()));
        let last = self.node.head().await?.number;
        for log in self.logs_between(&filter, first, last).await? {
            add(&mut posted, &log, attempt)?;
        }
        Ok(posted)
    }
}

/// Adds what an event tells of this attempt.
fn add(posted: &mut Posted, log: &Log, attempt: u32) -> Result<(), LedgerError> {
    let raw = RawLog {
        topics: log.topics.clone(),
        data: log.data.to_vec(),
    };
    let event = DisputesEvents::decode_log(&raw)
        .map_err(|error| LedgerError::Malformed(format!("an event: {error}")))?;
    match event {
        DisputesEvents::EnvelopePostedFilter(event) if u32::from(event.attempt) == attempt => {
            let blinding = convert::field(event.tag_blinding)?;
            posted.envelope = Some((event.envelope.to_vec(), blinding));
            posted.grant = Some(grant(&event.grant)?);
        }
        DisputesEvents::FragmentPostedFilter(event) if u32::from(event.attempt) == attempt => {
            let fragment = CapsuleFragment::new(&event.fragment)
                .map_err(|error| LedgerError::Malformed(error.to_string()))?;
            posted.fragments.insert(event.slot, fragment);
        }
        DisputesEvents::DemandedFilter(event) if u32::from(event.attempt) == attempt => {
            posted.demand = Some(DemandedSegments {
                root: CiphertextRoot::new(event.root),
                count: convert::small(event.count)?,
                segments: event.segments,
            });
        }
        DisputesEvents::SegmentPostedFilter(event) if u32::from(event.attempt) == attempt => {
            posted.segments.insert(event.segment, event.data.to_vec());
        }
        _ => {}
    }
    Ok(())
}

/// A grant that the contract took an answer under, so that its precursor is a point.
fn grant(grant: &disputes::Grant) -> Result<Grant, LedgerError> {
    let precursor = CompressedPoint::from_parts(grant.precursor_prefix, grant.precursor_x)
        .map_err(|error| LedgerError::Malformed(format!("the precursor of a grant: {error}")))?;
    let slots = grant.slots.iter().map(|slot| GrantSlot {
        proxy: convert::from_address(slot.proxy),
        fragment_id: slot.fragment_id,
        fragment_commitment: PinnedPoint::from_parts(
            slot.fragment_commitment_prefix,
            slot.fragment_commitment_x,
        ),
    });
    Ok(Grant {
        threshold: grant.threshold,
        precursor,
        proof: PrecursorProof {
            point: PinnedPoint::from_parts(grant.proof_prefix, grant.proof_x),
            scalar: grant.proof_scalar,
        },
        slots: slots.collect(),
    })
}
