//! The study file: what an institution writes before it opens a study.

use std::path::PathBuf;

use crate::domain::ids::Address;

/// A study as its institution describes it. Every member may be left out and given otherwise; what has a default says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StudyFile {
    /// File of the criteria, beside this one.
    pub criteria: Option<PathBuf>,
    /// File of the agreement's text, beside this one.
    pub agreement: Option<PathBuf>,
    /// What a patient is paid, a decimal string in the token's smallest unit.
    pub price: Option<String>,
    /// What each proxy is paid for an enrolment that it serves; 0 if left out.
    pub fee: Option<String>,
    /// The token; the native coin if left out.
    pub token: Option<Address>,
    /// Enrolments at most.
    pub quota: Option<u32>,
    /// Unix seconds from which enrolments are taken; at once if left out.
    pub opens_at: Option<u64>,
    /// Unix seconds from which none are taken.
    pub closes_at: Option<u64>,
    /// Days for which enrolments are taken, if `closesAt` is left out; 30 if both are.
    pub days: Option<u32>,
    /// In which the proxies deliver; the shortest allowed if left out.
    pub delivery_window: Option<WindowFile>,
    /// In which the institution may object; the shortest allowed if left out.
    pub challenge_window: Option<WindowFile>,
    /// Greatest age in days of the day to which a record is complete; 365 if left out.
    pub max_record_age: Option<u32>,
    /// Live records that the registry must hold before anyone enrols; 1 if left out.
    pub minimum_records: Option<u32>,
    /// Permitted uses by name; never none.
    pub purposes: Vec<String>,
    /// Fragments that open a record; 2 if left out.
    pub threshold: Option<u8>,
    /// The proxies' accounts; if left out, all active ones, one an operator.
    pub proxies: Vec<Address>,
}

/// A window: seconds and blocks that must both pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowFile {
    /// Seconds.
    pub seconds: u32,
    /// Blocks.
    pub blocks: u32,
}

impl StudyFile {
    /// This file with what another one says in its place.
    #[must_use]
    pub fn overridden_by(self, other: Self) -> Self {
        Self {
            criteria: other.criteria.or(self.criteria),
            agreement: other.agreement.or(self.agreement),
            price: other.price.or(self.price),
            fee: other.fee.or(self.fee),
            token: other.token.or(self.token),
            quota: other.quota.or(self.quota),
            opens_at: other.opens_at.or(self.opens_at),
            closes_at: other.closes_at.or(self.closes_at),
            days: other.days.or(self.days),
            delivery_window: other.delivery_window.or(self.delivery_window),
            challenge_window: other.challenge_window.or(self.challenge_window),
            max_record_age: other.max_record_age.or(self.max_record_age),
            minimum_records: other.minimum_records.or(self.minimum_records),
            purposes: if other.purposes.is_empty() {
                self.purposes
            } else {
                other.purposes
            },
            threshold: other.threshold.or(self.threshold),
            proxies: if other.proxies.is_empty() {
                self.proxies
            } else {
                other.proxies
            },
        }
    }
}
