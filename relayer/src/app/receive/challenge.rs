//! On what ground a delivery can be challenged: found by trying to receive it, never by taking anybody's word.
//!
//! The receiving key's shared point is revealed only by [`Unopenable::reveal`], which refuses for a grant that opens or whose precursor
//! proof does not hold.

use std::path::Path;

use super::content::Gap;
use super::fragments::Fragments;
use super::report::Report;
use super::{Receiver, Subject};
use crate::domain::dispute::{FaultProof, SlotFragment, MOST_SEGMENTS};
use crate::domain::enrolment::{slot_numbers, Enrolment, EnrolmentKey, EnrolmentState};
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::evidence::Unopenable;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::grant::Grant;
use crate::domain::ids::{RecordTag, TagBlinding};
use crate::domain::precursor::{self, PrecursorContext};
use crate::domain::stream::StreamKeys;
use crate::domain::study::Study;
use crate::domain::umbral;
use crate::ports::ledger::{DisputeCall, OnEnrolment};

/// What is to be done about a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The enrolment.
    pub on: OnEnrolment,
    /// The study, whose token pays.
    pub study: Study,
    /// What to put up, in the study's token.
    pub stake: u128,
    /// In words, why.
    pub words: String,
    /// The step to take; its `value` is what the native coin needs.
    pub step: DisputeCall,
}

impl Receiver<'_> {
    /// Tries to receive a delivery and says how it can be challenged. `scratch` is a folder for what is fetched.
    ///
    /// # Errors
    /// `wrong-state` if it opens, or if what is wrong with it is nothing that the chain decides; `window-open` if it fails but is not delivered
    /// yet, so that the proxies' window must pass first; those of the checks, the chain and the proxies.
    pub async fn ground(
        &self,
        key: EnrolmentKey,
        scratch: &Path,
        report: &mut Report,
    ) -> Result<Ground, Failure> {
        let subject = self.subject(key, report).await?;
        if let Some((proof, words)) = self.fault_by_itself(&subject).await? {
            return Ok(fault(&subject, proof, words));
        }
        let fragments = match self.fragments(&subject, report).await {
            Ok(fragments) => fragments,
            Err(failure) => return self.undelivered(&subject, &failure).await,
        };
        // Every choice of m fragments was tried: if one opens, nothing is revealed of the others
        let file_key = match self.open_file_key(&fragments, report) {
            Ok(file_key) => file_key,
            Err(failure) if failure.code() == FailureCode::GrantInvalid => {
                return self.unopenable(&subject, &fragments);
            }
            Err(failure) => return Err(failure),
        };
        let keys = StreamKeys::new(file_key, fragments.envelope.nonce);
        let sealed = scratch.join("ciphertext");
        let fetched = self
            .fetch(&subject, &fragments, &keys, &sealed, report)
            .await;
        match fetched {
            Ok(_) => {
                let words = "the fragments open the file key and the ciphertext is whole: there is nothing to challenge";
                let hint = "`relayer institution receive` makes every check; what else it finds is the hospital's to answer for.";
                Err(Failure::new(FailureCode::WrongState, words).with_hint(hint))
            }
            Err(gap) => demand(&subject, &fragments, &gap),
        }
    }

    /// A fault that grant or envelope show by themselves: those that the slots serve, or that an answer to a challenge brought on chain.
    async fn fault_by_itself(
        &self,
        subject: &Subject,
    ) -> Result<Option<(FaultProof, String)>, Failure> {
        for slot in slot_numbers(subject.enrolment.details.slots) {
            let Some(proxy) = subject.study.terms.proxies.get(usize::from(slot)).copied() else {
                continue;
            };
            let client = self.client(proxy).await?;
            let Ok(delivery) = client.delivery(self.account, subject.enrolment.key).await else {
                continue;
            };
            let found = fault_of_grant(&delivery.grant, subject, &self.precursor_context(subject))
                .or_else(|| fault_of_envelope(&delivery.envelope, delivery.tag_blinding, subject));
            if found.is_some() {
                return Ok(found);
            }
        }
        // The contract takes no envelope for an answer whose capsule does not verify
        let Enrolment { key, attempt, .. } = subject.enrolment;
        let posted = self.ledger.posted(key, attempt).await?;
        Ok(posted
            .grant
            .and_then(|grant| fault_of_grant(&grant, subject, &self.precursor_context(subject))))
    }

    /// Too few fragments: the proxies have to deliver on chain, unless they were made to before.
    async fn undelivered(&self, subject: &Subject, failure: &Failure) -> Result<Ground, Failure> {
        require_delivered(subject, failure.message())?;
        let Enrolment { key, attempt, .. } = subject.enrolment;
        let dispute = self.ledger.dispute(key, attempt).await?;
        if dispute.is_some_and(|dispute| dispute.challenged) {
            let words = format!("this attempt was challenged before; {}", failure.message());
            let hint = "An attempt can be challenged once, and was answered on chain.";
            return Err(Failure::new(FailureCode::WrongState, words).with_hint(hint));
        }
        let stake = subject.study.slice;
        let value = native(&subject.study, stake);
        let step = DisputeCall::Challenge { value };
        Ok(ground(subject, stake, failure.message().to_owned(), step))
    }

    /// The fragments verify and did not open: shows so, unless that would give something away.
    fn unopenable(&self, subject: &Subject, fragments: &Fragments) -> Result<Ground, Failure> {
        require_delivered(subject, "the fragments do not open")?;
        let refused = |error: &dyn std::fmt::Display| {
            Failure::new(
                FailureCode::WrongState,
                format!("nothing is revealed: {error}"),
            )
        };
        let capsule = &fragments.envelope.capsule;
        let shown = fragments
            .deliveries
            .iter()
            .take(usize::from(fragments.threshold))
            .map(|(slot, delivery)| SlotFragment::new(*slot, delivery.fragment.clone(), capsule))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| refused(&error))?;
        let Some((_, delivery)) = fragments.deliveries.first() else {
            return Err(refused(&"no fragment is at hand"));
        };
        let evidence = Unopenable::reveal(
            self.receiving,
            &self.precursor_context(subject),
            fragments.threshold,
            delivery.clone(),
            &fragments.envelope,
            shown,
        )
        .map_err(|error| refused(&error))?;
        let words = "m fragments verify and do not combine".to_owned();
        Ok(fault(
            subject,
            FaultProof::Unopenable(Box::new(evidence)),
            words,
        ))
    }
}

/// A fault of the grant that the enrolment is tied to.
fn fault_of_grant(
    grant: &Grant,
    subject: &Subject,
    context: &PrecursorContext,
) -> Option<(FaultProof, String)> {
    if grant.digest() != subject.enrolment.details.grant_digest {
        return None;
    }
    if let Some((slot, other)) = equal_ids(grant) {
        let grant = grant.clone();
        let words = format!("the fragments of slots {slot} and {other} have the same id");
        return Some((FaultProof::EqualIds { grant, slot, other }, words));
    }
    let error = precursor::verify(&grant.proof, &grant.precursor, context).err()?;
    let grant = grant.clone();
    Some((FaultProof::Precursor { grant }, error.to_string()))
}

/// A fault of the envelope that the enrolment is tied to.
fn fault_of_envelope(
    envelope: &[u8],
    tag_blinding: TagBlinding,
    subject: &Subject,
) -> Option<(FaultProof, String)> {
    let hash = envelope_hash(envelope);
    let tag = prover::record::record_tag(&hash.to_field(), &tag_blinding.to_field());
    let capsule = Envelope::decode(envelope).ok()?.capsule;
    let is_bad = RecordTag::from(&tag) == subject.enrolment.details.record_tag
        && umbral::verify_capsule(&capsule).is_err();
    is_bad.then(|| {
        let envelope = envelope.to_vec();
        let proof = FaultProof::Capsule {
            envelope,
            tag_blinding,
        };
        (proof, "the envelope's capsule does not verify".to_owned())
    })
}

/// Two slots of a grant with one fragment id.
fn equal_ids(grant: &Grant) -> Option<(u8, u8)> {
    let slots: Vec<_> = (0_u8..).zip(&grant.slots).collect();
    slots.iter().enumerate().find_map(|(at, (slot, one))| {
        let (other, _) = slots[at + 1..]
            .iter()
            .find(|(_, two)| two.fragment_id == one.fragment_id)?;
        Some((*slot, *other))
    })
}

fn fault(subject: &Subject, proof: FaultProof, words: String) -> Ground {
    ground(subject, 0, words, DisputeCall::Fault(proof))
}

fn ground(subject: &Subject, stake: u128, words: String, step: DisputeCall) -> Ground {
    Ground {
        on: OnEnrolment::of(&subject.enrolment),
        study: subject.study.clone(),
        stake,
        words,
        step,
    }
}

/// No proxy gives the ciphertext: segments are demanded from the first one that is missing on, as many as one demand may name.
fn demand(subject: &Subject, fragments: &Fragments, gap: &Gap) -> Result<Ground, Failure> {
    let failure = &gap.failure;
    require_delivered(subject, failure.message())?;
    let Some((_, delivery)) = fragments.deliveries.first() else {
        return Err(failure.clone());
    };
    let count = super::content::segment_count(&fragments.envelope);
    let number = |place| u32::try_from(place).unwrap_or(u32::MAX);
    let missing = (number(gap.segment)..number(count))
        .filter(|segment| !fragments.posted.segments.contains_key(segment));
    let segments: Vec<_> = missing.take(MOST_SEGMENTS).collect();
    let slots = slot_numbers(subject.enrolment.details.slots).count() as u128;
    let stake = slots * segments.len() as u128 * subject.study.terms.fee;
    let step = DisputeCall::Demand {
        envelope: delivery.envelope.clone(),
        tag_blinding: delivery.tag_blinding,
        segments,
        value: native(&subject.study, stake),
    };
    Ok(ground(subject, stake, failure.message().to_owned(), step))
}

/// What is sent along, if the study pays in the native coin.
fn native(study: &Study, stake: u128) -> u128 {
    if study.terms.token.is_zero() {
        stake
    } else {
        0
    }
}

/// Only what slots attested can be challenged; before that their window runs.
fn require_delivered(subject: &Subject, words: &str) -> Result<(), Failure> {
    let (code, hint) = match subject.enrolment.state {
        EnrolmentState::Delivered => return Ok(()),
        EnrolmentState::Enrolled => (
            FailureCode::WindowOpen,
            "The proxies have not attested: if they don't within the delivery window, the study is refunded.",
        ),
        EnrolmentState::Challenged | EnrolmentState::Demanded => (
            FailureCode::WrongState,
            "The proxies' window to answer on chain is running.",
        ),
        _ => (
            FailureCode::WrongState,
            "Only what is delivered and not settled can be challenged.",
        ),
    };
    Err(Failure::new(code, words.to_owned()).with_hint(hint))
}
