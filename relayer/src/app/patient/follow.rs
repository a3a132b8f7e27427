//! Where enrolments stand, revocation, and payment.

use super::enrol::is_the_proxys;
use super::{Patient, Progress};
use crate::domain::enrolment::{Enrolment, EnrolmentKey};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, StudyId, TransactionHash};
use crate::domain::study::Study;
use crate::ports::ledger::{Call, LedgerWriter, OnEnrolment};

/// An enrolment of this patient.
pub struct Followed {
    /// The study.
    pub study: Study,
    /// The enrolment's latest attempt.
    pub enrolment: Enrolment,
    /// Who is paid, attempt by attempt: a compensation belongs to its attempt, also when another has followed.
    pub payouts: Vec<Payout>,
}

impl Followed {
    /// Who is paid for the latest attempt.
    pub fn latest(&self) -> Option<&Payout> {
        self.payouts.last()
    }
}

/// The payout account of an attempt.
#[derive(Debug, Clone, Copy)]
pub struct Payout {
    /// The attempt, from 0.
    pub attempt: u32,
    /// The account.
    pub account: Address,
    /// What it is owed, in the study's token.
    pub credit: u128,
    /// Whether it is one of the seed's.
    pub is_ours: bool,
}

/// What revoking can't undo, said before it is done.
pub const WHAT_REVOKING_CANNOT_UNDO: &str =
    "Revoking ends the enrolment, and honest proxies destroy their fragments. It can't take back what was delivered: an institution \
     that has opened the record keeps what it has read, and m proxies that keep their fragments against the rules could still serve \
     it. That this patient enrolled and revoked stays on chain.";

impl Patient {
    /// All enrolments of this patient: the seed gives the nullifier in every study.
    ///
    /// # Errors
    /// Those of the chain.
    pub async fn enrolments(&self, progress: Progress<'_>) -> Result<Vec<Followed>, Failure> {
        let ids = self.study_ids().await?;
        progress(&format!("looking through {} studies", ids.len()));
        let mut all = Vec::new();
        for id in ids {
            all.extend(self.enrolment_in(id).await?);
        }
        Ok(all)
    }

    /// The enrolment in one study.
    ///
    /// # Errors
    /// `not-found`, `study-unknown`; those of the chain.
    pub async fn followed(&self, study: StudyId) -> Result<Followed, Failure> {
        self.study(study).await?;
        self.enrolment_in(study).await?.ok_or_else(|| {
            let words = format!("this patient is not enrolled in study {study}");
            Failure::new(FailureCode::NotFound, words)
        })
    }

    async fn enrolment_in(&self, study: StudyId) -> Result<Option<Followed>, Failure> {
        let key = EnrolmentKey {
            study_id: study,
            nullifier: self.seed.nullifier(study),
        };
        let Some(enrolment) = self.ledger.enrolment(key).await? else {
            return Ok(None);
        };
        let study = self.study(study).await?;
        let payouts = self.payouts(&study, &enrolment).await?;
        Ok(Some(Followed {
            study,
            enrolment,
            payouts,
        }))
    }

    /// The chain tells whom the latest attempt pays; of earlier ones those accounts are known that the seed gives.
    async fn payouts(&self, study: &Study, enrolment: &Enrolment) -> Result<Vec<Payout>, Failure> {
        let mut payouts = Vec::new();
        for attempt in 0..=enrolment.attempt {
            let secrets = self.seed.enrolment_secrets(study.id, attempt);
            let derived = secrets.payout.address();
            let account = if attempt == enrolment.attempt {
                enrolment.payout
            } else {
                derived
            };
            payouts.push(Payout {
                attempt,
                account,
                credit: self.ledger.credit(account, study.terms.token).await?,
                is_ours: account == derived,
            });
        }
        Ok(payouts)
    }

    /// Revokes the enrolment in a study through one of its proxies.
    ///
    /// # Errors
    /// `not-found` if there is none, `wrong-state` if it has ended; `proxy-unreachable` if no proxy helps; those of the contract.
    pub async fn revoke(&self, study: StudyId) -> Result<TransactionHash, Failure> {
        let (on, secret) = self.revocation(study).await?;
        let mut last = Failure::new(FailureCode::ProxyUnreachable, "the study has no proxy");
        for account in &self.study(study).await?.terms.proxies {
            let answer = match self.proxy(*account).await {
                Ok(proxy) => proxy.revoke(&on, &secret).await,
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(transaction) => return Ok(transaction),
                Err(failure) if is_the_proxys(failure.code()) => last = failure,
                Err(failure) => return Err(failure),
            }
        }
        Err(last
            .with_hint("No proxy is needed for it: `--direct` sends the transaction from here."))
    }

    /// Revokes the enrolment in a study with a transaction of one's own.
    ///
    /// # Errors
    /// As [`Patient::revoke`], without the proxies.
    pub async fn revoke_with(
        &self,
        study: StudyId,
        writer: &dyn LedgerWriter,
    ) -> Result<TransactionHash, Failure> {
        let (on, secret) = self.revocation(study).await?;
        let included = writer.submit(&Call::Revoke { on, secret }).await?;
        Ok(TransactionHash::new(included.hash))
    }

    /// Reveals the revocation secret of the attempt that would be next: no enrolment can be made with it then, even if proxies
    /// hold a grant already.
    ///
    /// # Errors
    /// `already-enrolled`, `revoked`; those of the contract.
    pub async fn revoke_before(
        &self,
        study: StudyId,
        writer: &dyn LedgerWriter,
    ) -> Result<TransactionHash, Failure> {
        let attempt = self.next_attempt(&self.study(study).await?).await?;
        let secret = *self.seed.enrolment_secrets(study, attempt).revocation;
        let included = writer.submit(&Call::Reveal { secret }).await?;
        Ok(TransactionHash::new(included.hash))
    }

    async fn revocation(&self, study: StudyId) -> Result<(OnEnrolment, [u8; 32]), Failure> {
        let Enrolment {
            key,
            attempt,
            state,
            details,
            ..
        } = self.followed(study).await?.enrolment;
        if state.is_ended() {
            let words = format!("the enrolment in study {study} has ended");
            return Err(Failure::new(FailureCode::WrongState, words));
        }
        let secret = *self.seed.enrolment_secrets(study, attempt).revocation;
        Ok((
            OnEnrolment {
                key,
                attempt,
                details,
            },
            secret,
        ))
    }

    /// Has what a payout account is owed in a study paid out to it. Anyone may; the account itself signs here.
    ///
    /// # Errors
    /// `nothing-to-claim`; those of the contract.
    pub async fn claim(
        &self,
        study: &Study,
        payout: &Payout,
        writer: &dyn LedgerWriter,
    ) -> Result<TransactionHash, Failure> {
        let (account, token) = (payout.account, study.terms.token);
        if payout.credit == 0 {
            let words = format!("account {account} is owed nothing for study {}", study.id);
            return Err(Failure::new(FailureCode::NothingToClaim, words));
        }
        let included = writer.submit(&Call::Push { account, token }).await?;
        Ok(TransactionHash::new(included.hash))
    }
}
