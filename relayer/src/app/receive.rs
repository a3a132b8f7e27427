//! The institution's side of a delivery: fetch, check everything, open, and only then call it received.
//!
//! * [`note`]: what is remembered of it, to be accepted later
//! * [`report`]: every check, by name, and what each proxy gave
//! * [`fragments`]: what the proxies gave, each checked by itself, so that a bad one is named and the others suffice
//! * [`assembly`]: a ciphertext of what is served and of what was posted
//! * [`content`]: the ciphertext, fetched and opened in constant memory
//! * [`record`]: what was opened is what was proved
//! * [`challenge`]: on what ground a delivery that fails can be challenged
//!
//! A check that fails ends the reception with its cause from the closed list; the report tells what had passed before.

mod assembly;
pub mod challenge;
pub mod content;
pub mod fragments;
pub mod note;
pub mod record;
pub mod report;

use std::path::{Path, PathBuf};

use crate::app::registry::RegistryView;
use crate::domain::enrolment::{Enrolment, EnrolmentKey};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::signer::EvmKey;
use crate::domain::study::Study;
use crate::domain::umbral::{self, ReceivingKey, SealedFileKey, UmbralError};
use crate::ports::ledger::{LedgerReader, OnEnrolment};
use crate::ports::proxies::ProxyDirectory;
use fragments::Fragments;
use report::{CheckName, Report};

/// What an institution receives with.
pub struct Receiver<'a> {
    /// The chain.
    pub ledger: &'a dyn LedgerReader,
    /// The registry, now and at earlier roots.
    pub registry: &'a RegistryView,
    /// The way to the proxies.
    pub proxies: &'a dyn ProxyDirectory,
    /// The institution's account, which signs its requests.
    pub account: &'a EvmKey,
    /// Its receiving key.
    pub receiving: &'a ReceivingKey,
    /// The `Enrolments` contract.
    pub enrolments: Address,
}

/// An enrolment whose delivery passed every check. Only [`Receiver::receive`] makes one, and only one can be accepted.
#[derive(Debug)]
pub struct Received {
    on: OnEnrolment,
    folder: PathBuf,
}

impl Received {
    /// The enrolment and attempt that were received.
    pub fn on(&self) -> &OnEnrolment {
        &self.on
    }

    /// Where the opened record lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// An enrolment with its study, as the chain has them.
pub(crate) struct Subject {
    pub(crate) study: Study,
    pub(crate) enrolment: Enrolment,
}

impl Receiver<'_> {
    /// Fetches and checks the delivery of an enrolment, and leaves the opened record in `folder`, which appears only if all
    /// checks pass. `report` is filled as checks are made, also if one fails.
    ///
    /// # Errors
    /// The cause of the check that failed: among others `fragments-missing (k of m)`, `fragment-invalid`, `ciphertext-altered`,
    /// `commitment-mismatch`, `commitment-not-in-registry`, `wrong-key`; or `already-exists` if `folder` does.
    pub async fn receive(
        &self,
        key: EnrolmentKey,
        folder: &Path,
        report: &mut Report,
    ) -> Result<Received, Failure> {
        if folder.exists() {
            let words = format!("{} is there already", folder.display());
            return Err(Failure::new(FailureCode::AlreadyExists, words));
        }
        let subject = self.subject(key, report).await?;
        let fragments = self.fragments(&subject, report).await?;
        let file_key = self.open_file_key(&fragments, report)?;
        let content = self
            .content(&subject, &fragments, &file_key, folder, report)
            .await?;
        self.check_record(&subject, &fragments, &content, report)
            .await?;
        content.keep(folder)?;
        let on = OnEnrolment {
            key,
            attempt: subject.enrolment.attempt,
            details: subject.enrolment.details,
        };
        Ok(Received {
            on,
            folder: folder.to_owned(),
        })
    }

    /// The enrolment stands, and is in a study of ours.
    async fn subject(&self, key: EnrolmentKey, report: &mut Report) -> Result<Subject, Failure> {
        let study = self.ledger.study(key.study_id).await?.ok_or_else(|| {
            Failure::new(FailureCode::StudyUnknown, format!("study {}", key.study_id))
        })?;
        report.check(CheckName::StudyIsOurs, self.check_study(&study))?;
        let enrolment = self.ledger.enrolment(key).await?;
        let enrolment = report.check(CheckName::EnrolmentStands, check_enrolment(enrolment))?;
        Ok(Subject { study, enrolment })
    }

    fn check_study(&self, study: &Study) -> Result<((), String), Failure> {
        if study.institution != self.account.address() {
            let words = format!("study {} is {}'s", study.id, study.institution);
            return Err(Failure::new(FailureCode::NotPermitted, words));
        }
        if study.terms.receiving_key != self.receiving.public() {
            let words = "the study names another receiving key than the one at hand";
            return Err(Failure::new(FailureCode::WrongKey, words));
        }
        Ok((
            (),
            format!("study {}, and its receiving key is at hand", study.id),
        ))
    }

    /// m fragments give the file key.
    fn open_file_key(
        &self,
        fragments: &Fragments,
        report: &mut Report,
    ) -> Result<zeroize::Zeroizing<[u8; 32]>, Failure> {
        let envelope = &fragments.envelope;
        let sealed = SealedFileKey {
            capsule: envelope.capsule,
            wrapped: envelope.wrapped_key.clone(),
        };
        let threshold = usize::from(fragments.threshold);
        let opened = umbral::open_with_any(
            self.receiving,
            &envelope.delegating_key,
            &sealed,
            &fragments.verified,
            threshold,
        );
        let told = opened
            .map(|key| (key, format!("with {threshold} fragments")))
            .map_err(not_opened);
        report.check(CheckName::FileKeyOpens, told)
    }
}

fn not_opened(error: UmbralError) -> Failure {
    let code = match error {
        UmbralError::WrongKey => FailureCode::WrongKey,
        // Each verified by itself: the patient made them so
        _ => FailureCode::GrantInvalid,
    };
    Failure::new(code, error.to_string())
}

fn check_enrolment(enrolment: Option<Enrolment>) -> Result<(Enrolment, String), Failure> {
    let Some(enrolment) = enrolment else {
        let words = "nobody enrolled in this study with this nullifier";
        return Err(Failure::new(FailureCode::NotFound, words));
    };
    if !enrolment.state.is_served() {
        let code = match enrolment.state {
            crate::domain::enrolment::EnrolmentState::Revoked => FailureCode::Revoked,
            _ => FailureCode::WrongState,
        };
        let words = format!("the enrolment is {:?}", enrolment.state).to_lowercase();
        return Err(Failure::new(code, words));
    }
    let words = format!("attempt {}, {:?}", enrolment.attempt, enrolment.state).to_lowercase();
    Ok((enrolment, words))
}
