//! Enrolling: proof, grant, receipts, transaction.

use std::time::{Duration, Instant};

use futures::future::join_all;

use super::catalogue::StudyOffer;
use super::fit::{Fit, Moment};
use super::grant::Attempt;
use super::record::OpenedRecord;
use super::{Patient, Progress};
use crate::app::registry::CommitmentStanding;
use crate::domain::draft::EnrolmentDraft;
use crate::domain::eip712::{Receipt, SigningDomain, TypedMessage as _};
use crate::domain::enrolment::{EnrolmentKey, EnrolmentRequest, SlotReceipt};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, RecordTag, StudyId, TransactionHash};
use crate::domain::study::Study;
use crate::ports::proving::EligibilityProver;

/// What the patient asked for.
#[derive(Debug, Clone, Copy)]
pub struct EnrolOrder {
    /// The study.
    pub study: StudyId,
    /// Which record; the newest that is live, if none is named.
    pub record: Option<u32>,
}

/// What was found before anything is sent, for the patient to agree to.
pub struct Prepared {
    /// The study.
    pub offer: StudyOffer,
    /// The record.
    pub record: OpenedRecord,
    /// How the record stands to the study.
    pub fit: Fit,
    /// Live records in the registry: the crowd in which the patient stands.
    pub crowd: u64,
    moment: Moment,
}

/// A proxy that gave no receipt.
#[derive(Debug)]
pub struct NoReceipt {
    /// Its account.
    pub proxy: Address,
    /// Why.
    pub failure: Failure,
}

/// An enrolment that is on chain.
pub struct Enrolled {
    /// Study and patient.
    pub key: EnrolmentKey,
    /// The attempt, from 0.
    pub attempt: u32,
    /// The tag of the record.
    pub record_tag: RecordTag,
    /// Who will be paid.
    pub payout: Address,
    /// Proxies whose receipts it carries.
    pub slots: Vec<Address>,
    /// Proxies that gave none.
    pub without_receipt: Vec<NoReceipt>,
    /// The transaction; `None` if the proxy that sent it did not say so, and the chain shows the enrolment all the same.
    pub transaction: Option<TransactionHash>,
    /// How long the proof took.
    pub proving: Duration,
}

impl Patient {
    /// Finds the study and the record, and how one stands to the other.
    ///
    /// # Errors
    /// `not-found` if there is no record; those of [`Patient::offer`], of chain and index. That the record does not fit is no
    /// error here.
    pub async fn prepare(
        &self,
        order: &EnrolOrder,
        progress: Progress<'_>,
    ) -> Result<Prepared, Failure> {
        progress("reading the study and the registry");
        let offer = self.offer(order.study).await?;
        let moment = self.now().await?;
        let record = self.choose_record(order.record).await?;
        let fit = self.fit(&offer, &record, &moment).await?;
        let crowd = self.ledger.live_records().await?;
        Ok(Prepared {
            offer,
            record,
            fit,
            crowd,
            moment,
        })
    }

    /// Proves, collects receipts, and has the transaction sent by a proxy.
    ///
    /// # Errors
    /// The first obstacle, if the record does not fit; `too-few-receipts`, with what the proxies said; those of the
    /// contract.
    pub async fn enrol(
        &self,
        prepared: &Prepared,
        payout: Option<Address>,
        prover: &dyn EligibilityProver,
        progress: Progress<'_>,
    ) -> Result<Enrolled, Failure> {
        if let Some(obstacle) = prepared.fit.obstacles.first() {
            return Err(obstacle.clone());
        }
        let study = &prepared.offer.study;
        let number = self.next_attempt(study).await?;
        let secrets = self.seed.enrolment_secrets(study.id, number);
        let attempt = Attempt {
            patient: self,
            offer: &prepared.offer,
            record: &prepared.record,
            moment: &prepared.moment,
            number,
            payout: payout.unwrap_or_else(|| secrets.payout.address()),
            secrets,
        };
        self.check_prover(study, prover).await?;
        let parts = attempt.grant()?;
        progress("proving");
        let started = Instant::now();
        let proved = attempt.prove(&parts.grant, prover).await?;
        let proving = started.elapsed();
        progress("handing the grant to the proxies");
        let drafts = attempt.drafts(&parts, &proved).await?;
        let (receipts, without_receipt) = self.collect(&drafts, &prepared.offer).await;
        let needed = study.terms.receipts_needed();
        if receipts.len() < needed {
            return Err(too_few(receipts.len(), needed, without_receipt));
        }
        progress("a proxy sends the transaction");
        let slots: Vec<_> = receipts
            .iter()
            .map(|receipt| study.terms.proxies[usize::from(receipt.slot)])
            .collect();
        let request = drafts[0].clone().into_request(receipts);
        let transaction = self.relay(&request, &slots).await?;
        Ok(Enrolled {
            key: attempt.key(),
            attempt: number,
            record_tag: attempt.record_tag(),
            payout: attempt.payout,
            slots,
            without_receipt,
            transaction,
            proving,
        })
    }

    /// The record asked for, or the newest that is live; without a live one the newest, so that what is wrong with it is said.
    async fn choose_record(&self, wanted: Option<u32>) -> Result<OpenedRecord, Failure> {
        if let Some(index) = wanted {
            return self.record(index);
        }
        let mut newest = None;
        for record in self.records()?.into_iter().rev() {
            let standing = self.registry.standing(record.commitment).await?;
            if matches!(standing, CommitmentStanding::Live { .. }) {
                return Ok(record);
            }
            newest.get_or_insert(record);
        }
        newest.ok_or_else(|| {
            let words = "no record is at hand";
            let hint =
                "`relayer patient import` fetches the records that a hospital has certified.";
            Failure::new(FailureCode::NotFound, words).with_hint(hint)
        })
    }

    /// Whether the prover's proofs verify under the key that the study's circuit size has on chain.
    async fn check_prover(
        &self,
        study: &Study,
        prover: &dyn EligibilityProver,
    ) -> Result<(), Failure> {
        let size = study.terms.circuit()?;
        let on_chain = self.ledger.verifying_key_hash(study.terms.openings).await?;
        if on_chain == Some(prover.verifying_key_hash(size)?) {
            return Ok(());
        }
        let words = "the proving key here is not the one that the network's verifier goes by";
        Err(Failure::new(FailureCode::ProofInvalid, words)
            .with_hint("Point MEDSHARE_CIRCUITS at the network's circuit files."))
    }

    /// Asks all proxies at once; receipts that are not what they should be count as none.
    async fn collect(
        &self,
        drafts: &[EnrolmentDraft],
        offer: &StudyOffer,
    ) -> (Vec<SlotReceipt>, Vec<NoReceipt>) {
        let asked = drafts.iter().zip(&offer.study.terms.proxies).enumerate();
        let answers = join_all(asked.map(|(slot, (draft, proxy))| async move {
            (*proxy, self.ask(draft, slot, *proxy).await)
        }));
        let (mut receipts, mut without) = (Vec::new(), Vec::new());
        for (proxy, answer) in answers.await {
            match answer {
                Ok(receipt) => receipts.push(receipt),
                Err(failure) => without.push(NoReceipt { proxy, failure }),
            }
        }
        (receipts, without)
    }

    async fn ask(
        &self,
        draft: &EnrolmentDraft,
        slot: usize,
        proxy: Address,
    ) -> Result<SlotReceipt, Failure> {
        let given = self.proxy(proxy).await?.draft(draft).await?;
        let receipt = Receipt {
            study_id: draft.key.study_id,
            nullifier: draft.key.nullifier,
            attempt: draft.attempt,
            record_tag: draft.record_tag,
            grant_digest: draft.grant.digest(),
            valid_until: given.valid_until,
        };
        let domain = SigningDomain {
            chain_id: self.ledger.chain_id(),
            enrolments: self.enrolments,
        };
        let signer = receipt.signer(&domain, &given.signature);
        match (signer, u8::try_from(slot)) {
            (Ok(signer), Ok(slot)) if signer == proxy => Ok(SlotReceipt {
                slot,
                valid_until: given.valid_until,
                signature: given.signature,
            }),
            _ => {
                let words = format!("the receipt of proxy {proxy} is not signed by it");
                Err(Failure::new(FailureCode::SignatureInvalid, words))
            }
        }
    }

    /// Has one of the proxies send the transaction; the next one if it fails in a way that another may not. One that
    /// fell silent may have sent it: then the next is told that the patient has enrolled, and the chain says with what.
    async fn relay(
        &self,
        request: &EnrolmentRequest,
        proxies: &[Address],
    ) -> Result<Option<TransactionHash>, Failure> {
        let mut last = Failure::new(FailureCode::ProxyUnreachable, "no proxy is left to ask");
        for account in proxies {
            let answer = match self.proxy(*account).await {
                Ok(proxy) => proxy.enrol(request).await,
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(transaction) => return Ok(Some(transaction)),
                Err(failure) if is_the_proxys(failure.code()) => last = failure,
                Err(failure) if failure.code() == FailureCode::AlreadyEnrolled => {
                    let is_this_one = self.is_on_chain(request).await?;
                    return if is_this_one { Ok(None) } else { Err(failure) };
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(last)
    }

    /// Whether the enrolment that the chain has is this very one.
    async fn is_on_chain(&self, request: &EnrolmentRequest) -> Result<bool, Failure> {
        let found = self.ledger.enrolment(request.key).await?;
        Ok(found.is_some_and(|found| {
            found.attempt == request.attempt
                && found.payout == request.payout
                && found.details.grant_digest == request.grant_digest
                && found.details.record_tag == request.record_tag
        }))
    }
}

/// Whether a failure is a proxy's own, so that another one may do better.
pub(super) fn is_the_proxys(code: FailureCode) -> bool {
    use crate::domain::failure::FailureClass::{Internal, Unavailable};
    matches!(code.class(), Internal | Unavailable) || code == FailureCode::InsufficientFunds
}

/// All the proxies say, since the cause may be with any of them; if they agree, that is the cause.
fn too_few(given: usize, needed: usize, without: Vec<NoReceipt>) -> Failure {
    let reasons: Vec<_> = without
        .iter()
        .map(|each| format!("{}: {}", each.proxy, each.failure))
        .collect();
    let words = format!(
        "{given} of {needed} receipts needed; {}",
        reasons.join("; ")
    );
    let mut codes = without.iter().map(|each| each.failure.code());
    match codes.next() {
        Some(first)
            if codes.all(|code| code == first) && first != FailureCode::ProxyUnreachable =>
        {
            Failure::new(first, words)
        }
        _ => Failure::new(FailureCode::TooFewReceipts, words),
    }
}
