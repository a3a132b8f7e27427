//! Studies with their documents, checked against the hashes that stand on chain.

use prover::criteria::{self, Criteria};

use super::Patient;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{ContentHash, CriteriaHash, StudyId};
use crate::domain::study::Study;

/// How many identifiers are asked for at a time.
const PAGE: u64 = 100;

/// A study that a patient can judge.
pub struct StudyOffer {
    /// The study as it stands on chain.
    pub study: Study,
    /// What it asks of a record.
    pub criteria: Criteria,
    /// The agreement's text.
    pub agreement: String,
}

impl Patient {
    /// The identifiers of all studies, in the order of their opening.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn study_ids(&self) -> Result<Vec<StudyId>, Failure> {
        let count = self.ledger.study_count().await?;
        let mut ids = Vec::new();
        while (ids.len() as u64) < count {
            let page = self.ledger.study_ids(ids.len() as u64, PAGE).await?;
            if page.is_empty() {
                break;
            }
            ids.extend(page);
        }
        Ok(ids)
    }

    /// A study.
    ///
    /// # Errors
    /// `study-unknown`; those of the chain.
    pub async fn study(&self, id: StudyId) -> Result<Study, Failure> {
        self.ledger.study(id).await?.ok_or_else(|| {
            Failure::new(FailureCode::StudyUnknown, format!("there is no study {id}"))
        })
    }

    /// A study with its documents, from whichever of its proxies has them.
    ///
    /// # Errors
    /// `document-missing`, `document-altered`, `criteria-invalid`, `criteria-mismatch`; those of [`Patient::study`].
    pub async fn offer(&self, id: StudyId) -> Result<StudyOffer, Failure> {
        let study = self.study(id).await?;
        let json = self
            .document(&study, study.terms.criteria_document, "criteria")
            .await?;
        let agreement = self
            .document(&study, study.terms.agreement, "agreement")
            .await?;
        let criteria = criteria_of(&study, &json)?;
        Ok(StudyOffer {
            study,
            criteria,
            agreement,
        })
    }

    async fn document(
        &self,
        study: &Study,
        hash: ContentHash,
        what: &str,
    ) -> Result<String, Failure> {
        let mut last = None;
        for account in &study.terms.proxies {
            let answer = match self.proxy(*account).await {
                Ok(proxy) => proxy.document(hash).await,
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(bytes) => return text_of(&bytes, hash, what),
                Err(failure) => last = Some(failure),
            }
        }
        let reason = last.map_or_else(String::new, |failure| {
            format!("; the last one says: {failure}")
        });
        let words = format!(
            "none of the proxies of study {} serves its {what}{reason}",
            study.id
        );
        Err(Failure::new(FailureCode::DocumentMissing, words))
    }
}

fn text_of(bytes: &[u8], hash: ContentHash, what: &str) -> Result<String, Failure> {
    let found = ContentHash::new(crate::domain::hash::sha256(&[bytes]));
    if found != hash {
        let words = format!("the {what} has the hash {found}, not {hash}");
        return Err(Failure::new(FailureCode::DocumentAltered, words));
    }
    String::from_utf8(bytes.to_vec())
        .map_err(|_| Failure::new(FailureCode::Malformed, format!("the {what} is not text")))
}

/// The criteria of a study, compiled again and compared with what stands on chain.
fn criteria_of(study: &Study, json: &str) -> Result<Criteria, Failure> {
    let invalid = |reason: String| {
        let words = format!("the criteria of study {}: {reason}", study.id);
        Failure::new(FailureCode::CriteriaInvalid, words)
    };
    let criteria = criteria::parse(json)
        .map_err(|errors| invalid(errors.first().map_or_else(String::new, ToString::to_string)))?;
    let compiled = criteria
        .compile(study.terms.circuit()?)
        .map_err(|error| invalid(error.to_string()))?;
    let found = CriteriaHash::from(&compiled.hash());
    if found == study.terms.criteria_hash {
        return Ok(criteria);
    }
    let words = format!(
        "the criteria of study {} give the hash {found}, on chain stands {}",
        study.id, study.terms.criteria_hash
    );
    Err(Failure::new(FailureCode::CriteriaMismatch, words))
}
