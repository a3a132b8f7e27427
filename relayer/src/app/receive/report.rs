//! Every check that an institution makes of a delivery, by name.

use serde::Serialize;

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;

/// A check. They are made in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    /// The study is ours, and names the receiving key at hand.
    StudyIsOurs,
    /// The enrolment is on chain and has not been refunded or revoked.
    EnrolmentStands,
    /// The grant is the one whose digest stands on chain, and is made for this study.
    GrantPinned,
    /// The patient knows the precursor's logarithm.
    PrecursorProven,
    /// The envelope is the one that the enrolment's record tag hides.
    EnvelopeTied,
    /// At least m fragments are pinned in the grant and verify.
    FragmentsVerify,
    /// m fragments combine, and open the file key.
    FileKeyOpens,
    /// The ciphertext has the length and root that the envelope names.
    CiphertextWhole,
    /// Every segment is authentic under the file key, and none is missing.
    SegmentsAuthentic,
    /// The bundle's facts, made anew, have the opening's root.
    FactsRecomputed,
    /// The hospital's commitment to this record is under the registry root that the proof was made against.
    CommitmentRegistered,
    /// The consent covers the study's purposes, and had not expired on the day of enrolment.
    ConsentCovers,
    /// The record was complete to a day recent enough.
    RecordFresh,
    /// The facts meet the criteria whose hash stands on chain.
    CriteriaMet,
}

impl CheckName {
    /// What is checked, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::StudyIsOurs => "the study is ours, and its receiving key is at hand",
            Self::EnrolmentStands => "the enrolment stands on chain",
            Self::GrantPinned => "the grant is the one pinned on chain",
            Self::PrecursorProven => "the patient knows the precursor's logarithm",
            Self::EnvelopeTied => "the envelope is the one in the record tag that was proved",
            Self::FragmentsVerify => "at least m fragments verify",
            Self::FileKeyOpens => "m fragments open the file key",
            Self::CiphertextWhole => "the ciphertext has the envelope's length and root",
            Self::SegmentsAuthentic => "every segment is authentic, none is missing",
            Self::FactsRecomputed => "the bundle's facts, made anew, have the committed root",
            Self::CommitmentRegistered => "the commitment is under the registry root of the proof",
            Self::ConsentCovers => "the consent covers the study's purposes",
            Self::RecordFresh => "the record was recent enough",
            Self::CriteriaMet => "the facts meet the study's criteria",
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, Serialize)]
pub struct CheckResult {
    /// Which.
    pub check: CheckName,
    /// What is checked, in words.
    pub words: &'static str,
    /// Whether it passed.
    pub passed: bool,
    /// What was found.
    pub detail: String,
}

/// What came of asking one proxy.
#[derive(Debug, Clone, Serialize)]
pub struct ProxyResult {
    /// The proxy.
    pub proxy: Address,
    /// The cause from the closed list, if what it gave can't be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What was found.
    pub detail: String,
}

/// All checks that were made, in order, and what each proxy gave.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The checks.
    pub checks: Vec<CheckResult>,
    /// The proxies that were asked.
    pub proxies: Vec<ProxyResult>,
}

impl Report {
    /// Notes a check with what it found, and passes its result on.
    ///
    /// # Errors
    /// The check's own.
    pub fn check<T>(
        &mut self,
        check: CheckName,
        outcome: Result<(T, String), Failure>,
    ) -> Result<T, Failure> {
        let (passed, detail, result) = match outcome {
            Ok((value, detail)) => (true, detail, Ok(value)),
            Err(failure) => (false, failure.message().to_owned(), Err(failure)),
        };
        self.checks.push(CheckResult {
            check,
            words: check.words(),
            passed,
            detail,
        });
        result
    }

    /// Notes what a proxy gave.
    pub fn proxy(&mut self, proxy: Address, outcome: Result<String, &Failure>) {
        let (code, detail) = match outcome {
            Ok(detail) => (None, detail),
            Err(failure) => (
                Some(failure.code().to_string()),
                failure.message().to_owned(),
            ),
        };
        self.proxies.push(ProxyResult {
            proxy,
            code,
            detail,
        });
    }

    /// Whether every proxy that was asked gave something of use.
    pub fn names_no_proxy(&self) -> bool {
        self.proxies.iter().all(|proxy| proxy.code.is_none())
    }

    /// The cause that most of the unusable answers share, if there are any.
    pub fn first_code(&self) -> Option<FailureCode> {
        self.proxies
            .iter()
            .find_map(|proxy| proxy.code.as_deref()?.parse().ok())
    }
}
