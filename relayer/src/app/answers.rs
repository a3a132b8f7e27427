//! What a proxy does about a dispute by itself: it answers a challenge with its fragment, and posts the segments that are demanded.

use super::proxy::Proxy;
use crate::domain::dispute::{ChallengeAnswer, Dispute, Pending, Posting, SlotFragment};
use crate::domain::enrolment::{slot_numbers, Enrolment};
use crate::domain::envelope::Envelope;
use crate::domain::evidence::{basis, EvidenceError};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::study::Study;
use crate::ports::ledger::{BlockRef, Call, DisputeCall, OnEnrolment};

impl Proxy {
    /// Does what is due for an enrolment that is challenged or of which segments are demanded.
    pub(super) async fn attend_disputed(
        &self,
        study: &Study,
        enrolment: &Enrolment,
        dispute: &Dispute,
        head: &BlockRef,
    ) -> Result<(), Failure> {
        match dispute.pending {
            Some(Pending::Challenge) => self.answer(study, enrolment, dispute).await,
            Some(Pending::Demand) => self.post(study, enrolment, dispute, head).await,
            None => Ok(()),
        }
    }

    /// Answers with this proxy's own fragment, at once: what it is blamed for is silence.
    async fn answer(
        &self,
        study: &Study,
        enrolment: &Enrolment,
        dispute: &Dispute,
    ) -> Result<(), Failure> {
        let slot = self
            .slot_in(study)
            .filter(|slot| slot_numbers(enrolment.details.slots).any(|carried| carried == *slot));
        let Some(slot) = slot.filter(|slot| !dispute.has_answered(*slot)) else {
            return Ok(());
        };
        let held = self.held_grant(enrolment).await?;
        let delivery = self.reencrypt(study, held).await?;
        let envelope = Envelope::decode(&delivery.envelope)?;
        let fragment = SlotFragment::new(slot, delivery.fragment, &envelope.capsule)
            .map_err(fragment_invalid)?;
        if dispute.answered != 0 {
            let basis = basis(&envelope, &study.terms.receiving_key, &delivery.grant)
                .map_err(fragment_invalid)?;
            let fragments = vec![fragment];
            let call = DisputeCall::AnswerFurther { basis, fragments };
            return self.end(&step(enrolment, call)).await;
        }
        let answer = ChallengeAnswer {
            record_tag: enrolment.details.record_tag,
            receiving_key: study.terms.receiving_key,
            grant: delivery.grant,
            envelope: delivery.envelope,
            tag_blinding: delivery.tag_blinding,
            fragments: vec![fragment],
        };
        self.end(&step(enrolment, DisputeCall::Answer(answer)))
            .await
    }

    /// Posts the demanded segments that nobody has posted; one posting counts for all slots, so that each waits for those before it.
    async fn post(
        &self,
        study: &Study,
        enrolment: &Enrolment,
        dispute: &Dispute,
        head: &BlockRef,
    ) -> Result<(), Failure> {
        if head.time < enrolment.since + self.patience(study) {
            return Ok(());
        }
        let posted = self.ledger.posted(enrolment.key, enrolment.attempt).await?;
        let Some(demand) = posted.demand else {
            return Ok(());
        };
        let open: Vec<_> = (0_u8..)
            .zip(&demand.segments)
            .filter(|(place, _)| !dispute.is_posted(usize::from(*place)))
            .collect();
        let wanted: Vec<_> = open.iter().map(|(_, segment)| **segment).collect();
        let segments = self.deposits.segments(demand.root, &wanted).await?;
        for ((place, _), proven) in open.into_iter().zip(segments) {
            let posting = Posting {
                demand: demand.clone(),
                place,
                data: proven.data,
                path: proven.path,
            };
            self.end(&step(enrolment, DisputeCall::Post(posting)))
                .await?;
        }
        Ok(())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn fragment_invalid(error: EvidenceError) -> Failure {
    Failure::new(FailureCode::FragmentInvalid, error.to_string())
}

fn step(enrolment: &Enrolment, step: DisputeCall) -> Call {
    Call::Dispute {
        on: OnEnrolment::of(enrolment),
        step: Box::new(step),
    }
}
