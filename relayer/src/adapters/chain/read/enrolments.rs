//! Enrolments: their standing from the contract, what they were made with from their events.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ethers::types::{Filter, H256};

use crate::{
    adapters::chain::{bindings::enrolments, convert, events, ChainLedger},
    domain::{
        enrolment::{Enrolment, EnrolmentKey, EnrolmentState},
        ids::{Context, RevocationHash, StudyId},
    },
    ports::ledger::{
        ChainReader, ContextOf, EnrolmentsReader, LedgerError, LedgerEventKind, StudiesReader,
    },
};

#[async_trait]
impl EnrolmentsReader for ChainLedger {
    async fn enrolment(&self, key: EnrolmentKey) -> Result<Option<Enrolment>, LedgerError> {
        let Some(standing) = self.standing(key).await? else {
            return Ok(None);
        };
        let topics = [key.study_id.to_bytes(), key.nullifier.to_bytes()];
        let filter = enrolled_filter(self)
            .topic1(H256(topics[0]))
            .topic2(H256(topics[1]));
        // Its present state began at or after the event.
        let details = self
            .newest_details(&filter, u64::from(standing.since_block))
            .await?;
        join(key, &standing, details).map(Some)
    }

    async fn enrolments(&self, study: StudyId) -> Result<Vec<Enrolment>, LedgerError> {
        let Some(terms) = self.study(study).await?.map(|study| study.terms) else {
            return Ok(Vec::new());
        };
        let first = self.first_block_since(terms.opens_at).await?;
        let filter = enrolled_filter(self).topic1(H256(study.to_bytes()));
        let mut order = Vec::new();
        let mut latest = BTreeMap::new();
        for log in self
            .logs_between(&filter, first, self.node.head().await?.number)
            .await?
        {
            if let Some(LedgerEventKind::Enrolled { key, details, .. }) =
                events::decode(self, &log)?
            {
                order.retain(|each| *each != key);
                order.push(key);
                latest.insert(key, details);
            }
        }
        let mut found = Vec::new();
        for key in order {
            if let Some(standing) = self.standing(key).await? {
                found.push(join(key, &standing, latest[&key])?);
            }
        }
        Ok(found)
    }

    async fn is_revealed(&self, hash: RevocationHash) -> Result<bool, LedgerError> {
        self.node
            .view("isRevealed", self.enrolments.is_revealed(hash.to_bytes()))
            .await
    }

    async fn context(&self, draft: &ContextOf) -> Result<Context, LedgerError> {
        let call = self.enrolments.context_of(
            convert::word(draft.study.to_bytes()),
            draft.attempt,
            convert::address(draft.payout),
            draft.revocation_hash.to_bytes(),
            draft.grant_digest.to_bytes(),
        );
        convert::field(self.node.view("contextOf", call).await?)
    }
}

fn enrolled_filter(ledger: &ChainLedger) -> Filter {
    use ethers::contract::EthEvent;
    Filter::new()
        .address(ledger.enrolments.address())
        .topic0(enrolments::EnrolledFilter::signature())
}

type Details = crate::domain::enrolment::EnrolmentDetails;

impl ChainLedger {
    async fn standing(
        &self,
        key: EnrolmentKey,
    ) -> Result<Option<enrolments::Standing>, LedgerError> {
        let study = convert::word(key.study_id.to_bytes());
        let nullifier = convert::word(key.nullifier.to_bytes());
        let call = self.enrolments.standing_of(study, nullifier);
        let standing = self.node.view("standingOf", call).await?;
        Ok(Some(standing).filter(|standing| standing.state != 0))
    }

    /// The details of the last event that matches, looked for page by page backwards from `block`.
    async fn newest_details(&self, filter: &Filter, block: u64) -> Result<Details, LedgerError> {
        let mut end = block;
        loop {
            let start = end
                .saturating_sub(self.settings.page_blocks - 1)
                .max(self.network.deployment_block);
            let logs = self
                .node
                .logs(&filter.clone().from_block(start).to_block(end))
                .await?;
            if let Some(log) = logs.last() {
                if let Some(LedgerEventKind::Enrolled { details, .. }) = events::decode(self, log)?
                {
                    return Ok(details);
                }
            }
            if start <= self.network.deployment_block {
                let words = "an enrolment without its event: is the node's history complete?";
                return Err(LedgerError::Malformed(words.to_owned()));
            }
            end = start - 1;
        }
    }

    /// The first block, from the deployment on, whose time is `time` or later; the latest one if there is none.
    pub(super) async fn first_block_since(&self, time: u64) -> Result<u64, LedgerError> {
        let mut low = self.network.deployment_block;
        let mut high = self.node.head().await?.number.max(low);
        while low < high {
            let middle = low + (high - low) / 2;
            let block = self.block(middle).await?;
            if block.is_some_and(|block| block.time < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

fn join(
    key: EnrolmentKey,
    standing: &enrolments::Standing,
    details: Details,
) -> Result<Enrolment, LedgerError> {
    let state = match standing.state {
        1 => EnrolmentState::Enrolled,
        2 => EnrolmentState::Delivered,
        3 => EnrolmentState::Settled,
        4 => EnrolmentState::Refunded,
        5 => EnrolmentState::Revoked,
        6 => EnrolmentState::Challenged,
        7 => EnrolmentState::Demanded,
        8 => EnrolmentState::Faulted,
        other => {
            return Err(LedgerError::Malformed(format!(
                "state {other} of an enrolment"
            )))
        }
    };
    Ok(Enrolment {
        key,
        attempt: u32::from(standing.attempt),
        state,
        payout: convert::from_address(standing.payout),
        since: u64::from(standing.since),
        since_block: u64::from(standing.since_block),
        attested: standing.attested,
        details,
    })
}
