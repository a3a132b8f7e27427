//! What the proxies gave: each answer is checked by itself, so that a bad one is named and the others suffice.

use std::sync::Arc;

use super::report::{CheckName, Report};
use super::{Receiver, Subject};
use crate::domain::delivery::Delivery;
use crate::domain::dispute::Posted;
use crate::domain::enrolment::slot_numbers;
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::grant::GrantError;
use crate::domain::ids::{Address, EnvelopeHash, RecordTag};
use crate::domain::precursor::PrecursorContext;
use crate::domain::umbral::{verify_capsule_fragment, FragmentKeys, VerifiedCapsuleFragment};
use crate::ports::proxies::ProxyClient;

/// What the usable answers hold in common, and their fragments.
pub(crate) struct Fragments {
    pub(crate) envelope: Envelope,
    pub(crate) envelope_hash: EnvelopeHash,
    pub(crate) threshold: u8,
    pub(crate) verified: Vec<VerifiedCapsuleFragment>,
    /// The proxies whose answers are usable, to be asked for the ciphertext.
    pub(crate) clients: Vec<Arc<dyn ProxyClient>>,
    /// The usable answers, by slot, in the order of `verified`.
    pub(crate) deliveries: Vec<(u8, Delivery)>,
    /// What a dispute brought on chain.
    pub(crate) posted: Posted,
}

/// One proxy's answer that passed its checks.
struct Usable {
    envelope: Envelope,
    envelope_hash: EnvelopeHash,
    fragment: VerifiedCapsuleFragment,
    delivery: Delivery,
}

impl Receiver<'_> {
    /// Asks the enrolment's slots until all have answered, and keeps what verifies; what a proxy posted on chain counts as its answer.
    pub(super) async fn fragments(
        &self,
        subject: &Subject,
        report: &mut Report,
    ) -> Result<Fragments, Failure> {
        let Subject { enrolment, .. } = subject;
        let posted = self.ledger.posted(enrolment.key, enrolment.attempt).await?;
        let mut usable = Vec::new();
        let mut clients = Vec::new();
        let mut faults = Vec::new();
        for slot in slot_numbers(subject.enrolment.details.slots) {
            let Some(proxy) = subject.study.terms.proxies.get(usize::from(slot)).copied() else {
                continue;
            };
            let client = self.client(proxy).await;
            let asked = match &client {
                Ok(client) => self.ask(client.as_ref(), slot, subject).await,
                Err(failure) => Err(failure.clone()),
            };
            let answer = match asked {
                Ok(answer) => {
                    report.proxy(proxy, Ok("its fragment verifies".to_owned()));
                    Some(answer)
                }
                Err(failure) => {
                    report.proxy(proxy, Err(&failure));
                    // What a slot posted says more than that it does not serve
                    let answer = self.on_chain(slot, &posted, subject);
                    let answer = answer.unwrap_or(Err(failure));
                    answer.map_err(|failure| faults.push((proxy, failure))).ok()
                }
            };
            if let Some(answer) = answer {
                usable.push((slot, answer));
                clients.extend(client.ok());
            }
        }
        note_common_checks(subject, usable.len(), &faults, report)?;
        // The check above passes only if there are m
        let Some((_, first)) = usable.first() else {
            return Err(missing(subject, 0, &faults));
        };
        Ok(Fragments {
            envelope: first.envelope.clone(),
            envelope_hash: first.envelope_hash,
            threshold: subject.study.terms.threshold,
            verified: usable
                .iter()
                .map(|(_, answer)| answer.fragment.clone())
                .collect(),
            clients,
            deliveries: usable
                .into_iter()
                .map(|(slot, answer)| (slot, answer.delivery))
                .collect(),
            posted,
        })
    }

    /// What a slot posted in answer to a challenge, after the same checks; `None` if it posted nothing.
    fn on_chain(
        &self,
        slot: u8,
        posted: &Posted,
        subject: &Subject,
    ) -> Option<Result<Usable, Failure>> {
        let (envelope, tag_blinding) = posted.envelope.clone()?;
        let delivery = Delivery {
            attempt: subject.enrolment.attempt,
            envelope,
            tag_blinding,
            grant: posted.grant.clone()?,
            fragment: posted.fragments.get(&slot)?.clone(),
        };
        Some(self.check_delivery(slot, &delivery, subject))
    }

    /// The way to a proxy.
    pub(super) async fn client(&self, proxy: Address) -> Result<Arc<dyn ProxyClient>, Failure> {
        let card = self.ledger.proxy_card(proxy).await?;
        self.proxies.client(proxy, &card)
    }

    async fn ask(
        &self,
        client: &dyn ProxyClient,
        slot: u8,
        subject: &Subject,
    ) -> Result<Usable, Failure> {
        let delivery = client.delivery(self.account, subject.enrolment.key).await?;
        self.check_delivery(slot, &delivery, subject)
    }

    /// What the precursor proof of an enrolment's grant is bound to.
    pub(super) fn precursor_context(&self, subject: &Subject) -> PrecursorContext {
        PrecursorContext {
            receiving_key: subject.study.terms.receiving_key,
            chain_id: self.ledger.chain_id(),
            enrolments: self.enrolments,
            enrolment: subject.enrolment.key,
            attempt: subject.enrolment.attempt,
        }
    }

    /// Checks what the contracts check, and no more: what is good enough for them to pay for has to be good enough to be opened.
    fn check_delivery(
        &self,
        slot: u8,
        delivery: &Delivery,
        subject: &Subject,
    ) -> Result<Usable, Failure> {
        let enrolment = &subject.enrolment;
        if delivery.attempt != enrolment.attempt {
            let words = format!("it delivers attempt {}", delivery.attempt);
            return Err(Failure::new(FailureCode::AttemptMismatch, words));
        }
        if delivery.grant.digest() != enrolment.details.grant_digest {
            let words = "its grant is not the one pinned on chain";
            return Err(Failure::new(FailureCode::GrantInvalid, words));
        }
        delivery
            .grant
            .check_faults(&self.precursor_context(subject))
            .map_err(|error| grant_failure(&error))?;

        let envelope_hash = envelope_hash(&delivery.envelope);
        let tag = prover::record::record_tag(
            &envelope_hash.to_field(),
            &delivery.tag_blinding.to_field(),
        );
        if RecordTag::from(&tag) != enrolment.details.record_tag {
            let words = "its envelope is not the one that the enrolment is tied to";
            return Err(Failure::new(FailureCode::TagMismatch, words));
        }
        let envelope = Envelope::decode(&delivery.envelope)
            .map_err(|error| Failure::new(FailureCode::EnvelopeInvalid, error.to_string()))?;
        let fragment = check_fragment(slot, delivery, &envelope, subject)?;
        Ok(Usable {
            envelope,
            envelope_hash,
            fragment,
            delivery: delivery.clone(),
        })
    }
}

fn check_fragment(
    slot: u8,
    delivery: &Delivery,
    envelope: &Envelope,
    subject: &Subject,
) -> Result<VerifiedCapsuleFragment, Failure> {
    let invalid = |words: String| {
        Failure::new(
            FailureCode::FragmentInvalid,
            format!("fragment invalid (slot {slot}): {words}"),
        )
    };
    let fragment = &delivery.fragment;
    let pinned = delivery
        .grant
        .slots
        .get(usize::from(slot))
        .ok_or_else(|| invalid("the grant pins none for it".to_owned()))?;
    if fragment.id() != pinned.fragment_id
        || fragment.commitment() != *pinned.fragment_commitment.as_bytes()
        || fragment.precursor() != *delivery.grant.precursor.as_bytes()
    {
        return Err(invalid(
            "it is not the one that the grant pins for it".to_owned(),
        ));
    }
    let keys = FragmentKeys {
        verifying: envelope.verifying_key,
        delegating: envelope.delegating_key,
        receiving: subject.study.terms.receiving_key,
    };
    verify_capsule_fragment(fragment, &envelope.capsule, &keys)
        .map_err(|error| invalid(error.to_string()))
}

fn grant_failure(error: &GrantError) -> Failure {
    let code = match error {
        GrantError::Precursor(_) => FailureCode::PrecursorInvalid,
        _ => FailureCode::GrantInvalid,
    };
    Failure::new(code, error.to_string())
}

/// The checks that every usable answer passed, and whether there are enough of them.
fn note_common_checks(
    subject: &Subject,
    usable: usize,
    faults: &[(Address, Failure)],
    report: &mut Report,
) -> Result<(), Failure> {
    let needed = usize::from(subject.study.terms.threshold);
    if usable > 0 {
        let digest = subject.enrolment.details.grant_digest;
        report.check(CheckName::GrantPinned, Ok(((), format!("digest {digest}"))))?;
        report.check(
            CheckName::PrecursorProven,
            Ok(((), "its Schnorr proof holds".to_owned())),
        )?;
        let tag = subject.enrolment.details.record_tag;
        report.check(CheckName::EnvelopeTied, Ok(((), format!("tag {tag}"))))?;
    }
    let outcome = if usable >= needed {
        Ok(((), format!("{usable} verify, {needed} are needed")))
    } else {
        Err(missing(subject, usable, faults))
    };
    report.check(CheckName::FragmentsVerify, outcome)
}

/// Too few fragments: the cause is what ails the answers, if all proxies answered and none could be used.
fn missing(subject: &Subject, usable: usize, faults: &[(Address, Failure)]) -> Failure {
    let needed = subject.study.terms.threshold;
    let each: Vec<_> = faults
        .iter()
        .map(|(proxy, failure)| format!("{proxy}: {}", failure.message()))
        .collect();
    let words = format!(
        "fragments missing ({usable} of {needed}): {}",
        each.join("; ")
    );
    let shared = faults.first().map(|(_, failure)| failure.code());
    let code = match shared {
        Some(code) if usable == 0 && faults.iter().all(|(_, failure)| failure.code() == code) => {
            code
        }
        _ => FailureCode::FragmentsMissing,
    };
    match code {
        FailureCode::ProxyUnreachable => Failure::new(FailureCode::FragmentsMissing, words),
        code => Failure::new(code, words),
    }
}
