//! Whether a record fits a study: everything that the proof and the contract will ask, checked first and said in words.

use jiff::civil::Date;
use prover::criteria::{self, Reference, Report};
use prover::facts::number::Day;
use prover::facts::MAPPING_VERSION;

use super::catalogue::StudyOffer;
use super::record::OpenedRecord;
use super::Patient;
use crate::app::registry::CommitmentStanding;
use crate::domain::enrolment::{EnrolmentKey, EnrolmentState};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::study::Study;
use crate::domain::uses;

/// The moment that counts: the latest block's.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Its time in Unix seconds.
    pub time: u64,
    /// Its UTC date.
    pub date: Date,
    /// The date as criteria count from it.
    pub reference: Reference,
}

/// How a record stands to a study.
pub struct Fit {
    /// What stands in the way; nothing if the record fits.
    pub obstacles: Vec<Failure>,
    /// The criteria, one by one.
    pub report: Report,
}

impl Moment {
    /// The moment of a block.
    ///
    /// # Errors
    /// `reference-time-wrong` for a time that no calendar has.
    pub fn of_block(time: u64) -> Result<Self, Failure> {
        let wrong = || {
            let words = format!("the latest block's time, {time}, is no date");
            Failure::new(FailureCode::ReferenceTimeWrong, words)
        };
        let seconds = i64::try_from(time).map_err(|_| wrong())?;
        let instant = jiff::Timestamp::from_second(seconds).map_err(|_| wrong())?;
        let date = instant.to_zoned(jiff::tz::TimeZone::UTC).date();
        let reference = Reference::try_from(date).map_err(|_| wrong())?;
        Ok(Self {
            time,
            date,
            reference,
        })
    }
}

impl Patient {
    /// The latest block's moment.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn now(&self) -> Result<Moment, Failure> {
        Moment::of_block(self.ledger.head().await?.time)
    }

    /// How a record stands to a study, with everything that stands in the way.
    ///
    /// # Errors
    /// Those of chain and index; an obstacle is no error.
    pub async fn fit(
        &self,
        offer: &StudyOffer,
        record: &OpenedRecord,
        moment: &Moment,
    ) -> Result<Fit, Failure> {
        let mut obstacles = study_obstacles(&offer.study, moment);
        obstacles.extend(self.enrolled_before(&offer.study).await?);
        obstacles.extend(self.crowd_obstacle(&offer.study).await?);
        let standing = self.registry.standing(record.commitment).await?;
        obstacles.extend(standing_obstacle(standing, record));
        obstacles.extend(terms_obstacles(&offer.study, record, moment));
        let report = criteria::report(&offer.criteria, &record.facts, moment.reference);
        obstacles.extend(criteria_obstacles(&report));
        Ok(Fit { obstacles, report })
    }

    /// The attempt that an enrolment in this study would be.
    ///
    /// # Errors
    /// `already-enrolled`, `revoked`; those of the chain.
    pub async fn next_attempt(&self, study: &Study) -> Result<u32, Failure> {
        let key = EnrolmentKey {
            study_id: study.id,
            nullifier: self.seed.nullifier(study.id),
        };
        let Some(enrolment) = self.ledger.enrolment(key).await? else {
            return Ok(0);
        };
        match enrolment.state {
            EnrolmentState::Refunded => Ok(enrolment.attempt + 1),
            EnrolmentState::Revoked => {
                let words = format!(
                    "this patient has revoked the enrolment in study {}",
                    study.id
                );
                Err(Failure::new(FailureCode::Revoked, words))
            }
            EnrolmentState::Faulted => {
                let words = format!(
                    "this patient's enrolment in study {} ended by a fault of its grant or record",
                    study.id
                );
                Err(Failure::new(FailureCode::AlreadyEnrolled, words))
            }
            _ => {
                let words = format!("this patient is enrolled in study {} already", study.id);
                let hint = "`relayer patient status` tells how the enrolment stands.";
                Err(Failure::new(FailureCode::AlreadyEnrolled, words).with_hint(hint))
            }
        }
    }

    async fn enrolled_before(&self, study: &Study) -> Result<Option<Failure>, Failure> {
        match self.next_attempt(study).await {
            Ok(_) => Ok(None),
            Err(failure)
                if matches!(
                    failure.code(),
                    FailureCode::AlreadyEnrolled | FailureCode::Revoked
                ) =>
            {
                Ok(Some(failure))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn crowd_obstacle(&self, study: &Study) -> Result<Option<Failure>, Failure> {
        let live = self.ledger.live_records().await?;
        let needed = u64::from(study.terms.minimum_records);
        let words = format!("the registry holds {live} live records, the study wants {needed}");
        Ok((live < needed).then(|| Failure::new(FailureCode::CrowdTooSmall, words)))
    }
}

fn study_obstacles(study: &Study, moment: &Moment) -> Vec<Failure> {
    let mut obstacles = Vec::new();
    let mut add = |code, words: String| obstacles.push(Failure::new(code, words));
    let id = study.id;
    if moment.time < study.terms.opens_at {
        let words = format!(
            "study {id} opens at {} (Unix seconds)",
            study.terms.opens_at
        );
        add(FailureCode::StudyNotOpen, words);
    }
    if study.closed || moment.time >= study.terms.closes_at {
        add(
            FailureCode::StudyClosed,
            format!("study {id} takes no more enrolments"),
        );
    }
    if study.places_left() == 0 {
        add(
            FailureCode::QuotaUsedUp,
            format!("all {} places of study {id} are taken", study.quota),
        );
    }
    obstacles
}

fn standing_obstacle(standing: CommitmentStanding, record: &OpenedRecord) -> Option<Failure> {
    let (code, what) = match standing {
        CommitmentStanding::Live { .. } => return None,
        CommitmentStanding::Superseded => (
            FailureCode::RecordSuperseded,
            "was replaced by a newer version",
        ),
        CommitmentStanding::Withdrawn => (
            FailureCode::RecordWithdrawn,
            "was withdrawn by the hospital",
        ),
        CommitmentStanding::Unknown => (FailureCode::CommitmentNotInRegistry, "is not on chain"),
    };
    Some(Failure::new(
        code,
        format!("record {} {what}", record.index),
    ))
}

fn terms_obstacles(study: &Study, record: &OpenedRecord, moment: &Moment) -> Vec<Failure> {
    let (terms, today) = (record.opening.terms, moment.reference.day);
    let show = |day: u32| {
        i32::try_from(day)
            .ok()
            .and_then(|day| Day::from_number(day).date())
    };
    let show = |day: u32| show(day).map_or_else(|| format!("day {day}"), |date| date.to_string());
    let mut obstacles = Vec::new();
    let mut add = |code, words: String| obstacles.push(Failure::new(code, words));
    let missing = uses::missing(terms.consent, study.terms.purposes);
    if !missing.is_empty() {
        let words = format!("the consent does not cover: {}", missing.join(", "));
        add(FailureCode::PurposeNotConsented, words);
    }
    if terms.expiry_day < today {
        let words = format!(
            "the consent in the record ended on {}",
            show(terms.expiry_day)
        );
        add(FailureCode::RecordExpired, words);
    }
    let oldest = today.saturating_sub(study.terms.max_record_age);
    if terms.as_of_day < oldest {
        let (as_of, oldest) = (show(terms.as_of_day), show(oldest));
        let words = format!("the record is complete to {as_of}, the study wants {oldest} or later");
        add(FailureCode::RecordTooOld, words);
    }
    if terms.mapping_version != MAPPING_VERSION {
        let found = terms.mapping_version;
        let words = format!(
            "the record's facts have mapping version {found}, the criteria {MAPPING_VERSION}"
        );
        add(FailureCode::MappingMismatch, words);
    }
    obstacles
}

/// One failure for each criterion in the way, numbered from 1 in the order of the document.
fn criteria_obstacles(report: &Report) -> Vec<Failure> {
    let numbered = report.criteria.iter().enumerate();
    let failing = numbered.filter(|(_, criterion)| !criterion.provable);
    failing
        .map(|(at, criterion)| {
            let (code, verdict) = if criterion.met {
                (FailureCode::CriterionUnprovable, "can't be proved")
            } else {
                (FailureCode::CriterionNotMet, "is not met")
            };
            let (number, text, because) = (at + 1, &criterion.text, &criterion.because);
            Failure::new(
                code,
                format!("criterion {number} {verdict} ({text}): {because}"),
            )
        })
        .collect()
}
