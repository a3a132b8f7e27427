//! What was opened is what was proved: facts, commitment, registry, terms and criteria, each worked out anew.

use prover::criteria::{compile, evaluate, Reference};
use prover::facts::number::Day;
use prover::facts::tree::FactsTree;
use prover::facts::{Encoded, MAPPING_VERSION};

use super::content::OpenedContent;
use super::fragments::Fragments;
use super::report::{CheckName, Report};
use super::{Receiver, Subject};
use crate::domain::content::RecordContent;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::opening::SealedOpening;
use crate::ports::ledger::{EventSource, LedgerEventKind};

/// What a check found, or why it failed.
type Found = Result<((), String), Failure>;

impl Receiver<'_> {
    /// Makes the checks of the opened record.
    pub(super) async fn check_record(
        &self,
        subject: &Subject,
        fragments: &Fragments,
        content: &OpenedContent,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let opening = SealedOpening::from_json(&content.parts.opening);
        let facts = opening
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|opening| check_facts(&content.parts, opening));
        let encoded = report.check(CheckName::FactsRecomputed, facts)?;
        let opening = opening?;

        let registered = self.check_registered(subject, fragments, &opening).await;
        report.check(CheckName::CommitmentRegistered, registered)?;
        let day = self.enrolment_day(subject).await?;
        report.check(
            CheckName::ConsentCovers,
            check_consent(subject, &opening, day),
        )?;
        report.check(CheckName::RecordFresh, check_fresh(subject, &opening, day))?;
        let met = self.check_criteria(subject, fragments, &encoded, day).await;
        report.check(CheckName::CriteriaMet, met)
    }

    async fn check_registered(
        &self,
        subject: &Subject,
        fragments: &Fragments,
        opening: &SealedOpening,
    ) -> Found {
        let commitment = opening.commitment(fragments.envelope_hash);
        let root = subject.enrolment.details.registry_root;
        let path = self.registry.path_under(root, commitment).await?;
        Ok((
            (),
            format!(
                "commitment {commitment}, leaf {} under root {root}",
                path.index
            ),
        ))
    }

    /// The reference day of the enrolment's proof, from its event.
    async fn enrolment_day(&self, subject: &Subject) -> Result<u32, Failure> {
        let wanted: (EnrolmentKey, u32) = (subject.enrolment.key, subject.enrolment.attempt);
        let mut cursor = None;
        while let Some(page) = self
            .ledger
            .events_after(cursor, &[EventSource::Enrolments])
            .await?
        {
            for event in &page.events {
                match event.kind {
                    LedgerEventKind::Enrolled {
                        key, attempt, day, ..
                    } if (key, attempt) == wanted => {
                        return Ok(day);
                    }
                    _ => {}
                }
            }
            cursor = Some(page.upto);
        }
        Err(Failure::new(
            FailureCode::NotFound,
            "the chain has no event of this enrolment",
        ))
    }

    async fn check_criteria(
        &self,
        subject: &Subject,
        fragments: &Fragments,
        encoded: &Encoded,
        day: u32,
    ) -> Found {
        let terms = &subject.study.terms;
        let mut document = Err(Failure::new(
            FailureCode::DocumentMissing,
            "no proxy serves the criteria",
        ));
        for client in &fragments.clients {
            document = client.document(terms.criteria_document).await;
            if document.is_ok() {
                break;
            }
        }
        let json = String::from_utf8(document?.to_vec())
            .map_err(|error| Failure::new(FailureCode::CriteriaInvalid, error.to_string()))?;
        let compiled = compile(&json).map_err(|errors| {
            let words: Vec<_> = errors.iter().map(ToString::to_string).collect();
            Failure::new(FailureCode::CriteriaInvalid, words.join("; "))
        })?;
        if compiled.hash() != terms.criteria_hash.to_field() {
            let words = "the criteria served do not compile to the hash on chain";
            return Err(Failure::new(FailureCode::CriteriaMismatch, words));
        }
        let evaluation = evaluate(&compiled, &encoded.facts, reference(day)?);
        let groups = evaluation.groups.len();
        if evaluation.holds() {
            return Ok((
                (),
                format!("all {groups} criteria hold on {}", date_text(day)),
            ));
        }
        let failing: Vec<_> = (1..)
            .zip(&evaluation.groups)
            .filter(|(_, group)| !group.holds)
            .map(|(number, _)| number.to_string())
            .collect();
        let words = format!(
            "criterion {} of {groups} is not met by the delivered facts",
            failing.join(", ")
        );
        Err(Failure::new(FailureCode::CriterionNotMet, words))
    }
}

/// The facts of the delivered bundle, made anew, have the opening's root.
fn check_facts(
    content: &RecordContent,
    opening: &SealedOpening,
) -> Result<(Encoded, String), Failure> {
    if opening.terms.mapping_version != MAPPING_VERSION {
        let version = opening.terms.mapping_version;
        let words = format!(
            "the record was mapped by version {version}, this program has {MAPPING_VERSION}"
        );
        return Err(Failure::new(FailureCode::MappingMismatch, words));
    }
    let encoded = content.encode()?;
    let tree = FactsTree::new(&encoded.facts)
        .map_err(|error| Failure::new(FailureCode::CommitmentMismatch, error.to_string()))?;
    if tree.root() != opening.facts_root {
        let words = "the delivered bundle has other facts than the hospital committed to";
        return Err(Failure::new(FailureCode::CommitmentMismatch, words));
    }
    let words = format!(
        "{} facts, root {}",
        encoded.facts.len(),
        prover::field::to_hex(&tree.root())
    );
    Ok((encoded, words))
}

fn check_consent(subject: &Subject, opening: &SealedOpening, day: u32) -> Found {
    let (needed, given) = (subject.study.terms.purposes, opening.terms.consent);
    if needed & !given != 0 {
        let words = format!("uses {needed:#x} are needed, {given:#x} are consented to");
        return Err(Failure::new(FailureCode::PurposeNotConsented, words));
    }
    if opening.terms.expiry_day < day {
        let words = format!(
            "the consent expired on {}",
            date_text(opening.terms.expiry_day)
        );
        return Err(Failure::new(FailureCode::RecordExpired, words));
    }
    Ok((
        (),
        format!(
            "uses {needed:#x}, consent until {}",
            date_text(opening.terms.expiry_day)
        ),
    ))
}

fn check_fresh(subject: &Subject, opening: &SealedOpening, day: u32) -> Found {
    let (as_of, age) = (opening.terms.as_of_day, subject.study.terms.max_record_age);
    let words = format!("complete to {}, at most {age} days back", date_text(as_of));
    if as_of < day.saturating_sub(age) {
        return Err(Failure::new(FailureCode::RecordTooOld, words));
    }
    Ok(((), words))
}

fn date_text(day: u32) -> String {
    let date = i32::try_from(day)
        .ok()
        .and_then(|day| Day::from_number(day).date());
    date.map_or_else(|| format!("day {day}"), |date| date.to_string())
}

fn reference(day: u32) -> Result<Reference, Failure> {
    let invalid = || {
        Failure::new(
            FailureCode::Malformed,
            format!("the enrolment's day {day} is no date"),
        )
    };
    let date = i32::try_from(day)
        .ok()
        .and_then(|day| Day::from_number(day).date())
        .ok_or_else(invalid)?;
    Reference::try_from(date).map_err(|_| invalid())
}
