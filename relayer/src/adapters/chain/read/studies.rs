//! Studies.

use async_trait::async_trait;
use ethers::types::U256;

use crate::{
    adapters::chain::{bindings::studies, connect::verifying_key_hash, convert, ChainLedger},
    domain::{
        failure::FailureCode,
        ids::{ContentHash, StudyId, VerifyingKeyHash},
        study::{CompressedPoint, Study, StudyTerms, Window},
    },
    ports::ledger::{LedgerError, StudiesReader},
};

#[async_trait]
impl StudiesReader for ChainLedger {
    async fn study(&self, id: StudyId) -> Result<Option<Study>, LedgerError> {
        let word = convert::word(id.to_bytes());
        let terms = match self.node.view("termsOf", self.studies.terms_of(word)).await {
            Err(LedgerError::Refused {
                code: FailureCode::StudyUnknown,
                ..
            }) => return Ok(None),
            other => other?,
        };
        let standing = self
            .node
            .view("standingOf", self.studies.standing_of(word))
            .await?;
        Ok(Some(Study {
            id,
            institution: convert::from_address(standing.institution),
            terms: decode_terms(terms)?,
            slice: standing.slice,
            open: standing.open,
            settled: standing.settled,
            quota: standing.quota,
            closed: standing.closed,
        }))
    }

    async fn study_count(&self) -> Result<u64, LedgerError> {
        convert::small(self.node.view("count", self.studies.count()).await?)
    }

    async fn study_ids(&self, from: u64, limit: u64) -> Result<Vec<StudyId>, LedgerError> {
        let end = self.study_count().await?.min(from.saturating_add(limit));
        let mut ids = Vec::new();
        for index in from..end {
            let call = self.studies.study_at(U256::from(index));
            ids.push(convert::field(self.node.view("studyAt", call).await?)?);
        }
        Ok(ids)
    }

    async fn free_escrow(&self, id: StudyId) -> Result<u128, LedgerError> {
        let call = self.studies.free_escrow(convert::word(id.to_bytes()));
        convert::amount(self.node.view("freeEscrow", call).await?)
    }

    async fn verifying_key_hash(
        &self,
        openings: u8,
    ) -> Result<Option<VerifyingKeyHash>, LedgerError> {
        let call = self.studies.verifier_of(openings);
        let verifier = self.node.view("verifierOf", call).await?;
        self.key_hash_at(verifier).await
    }

    async fn study_key_hash(&self, id: StudyId) -> Result<Option<VerifyingKeyHash>, LedgerError> {
        let call = self.studies.standing_of(convert::word(id.to_bytes()));
        let standing = self.node.view("standingOf", call).await?;
        self.key_hash_at(standing.verifier).await
    }
}

impl ChainLedger {
    /// Digest of a verifier's key; `None` for the zero address.
    async fn key_hash_at(
        &self,
        verifier: ethers::types::Address,
    ) -> Result<Option<VerifyingKeyHash>, LedgerError> {
        if verifier.is_zero() {
            return Ok(None);
        }
        let hash = verifying_key_hash(&self.node, convert::from_address(verifier)).await?;
        Ok(Some(hash))
    }
}

pub(super) fn decode_terms(terms: studies::Terms) -> Result<StudyTerms, LedgerError> {
    let receiving_key = CompressedPoint::new(&terms.receiving_key)
        .map_err(|error| LedgerError::Malformed(format!("receiving key: {error}")))?;
    Ok(StudyTerms {
        criteria_hash: convert::field(terms.criteria_hash)?,
        criteria_document: ContentHash::new(terms.criteria_document),
        agreement: ContentHash::new(terms.agreement),
        receiving_key,
        proxies: terms
            .proxies
            .into_iter()
            .map(convert::from_address)
            .collect(),
        token: convert::from_address(terms.token),
        price: terms.price,
        fee: terms.fee,
        opens_at: terms.opens_at,
        closes_at: terms.closes_at,
        delivery_window: Window {
            seconds: terms.delivery_seconds,
            blocks: terms.delivery_blocks,
        },
        challenge_window: Window {
            seconds: terms.challenge_seconds,
            blocks: terms.challenge_blocks,
        },
        quota: terms.quota,
        max_record_age: terms.max_record_age,
        minimum_records: terms.minimum_records,
        purposes: terms.purposes,
        openings: terms.openings,
        threshold: terms.threshold,
    })
}
