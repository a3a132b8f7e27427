//! `studies`: what there is, and what fits.

use serde_json::{json, Value};

use super::{Session, Studies};
use crate::app::patient::catalogue::StudyOffer;
use crate::app::patient::enrol::EnrolOrder;
use crate::app::patient::fit::Fit;
use crate::app::patient::Patient;
use crate::domain::failure::Failure;
use crate::domain::ids::StudyId;
use crate::domain::uses;

pub(super) async fn list(session: &Session, options: &Studies) -> Result<(), Failure> {
    let patient = session.patient().await?;
    let report = session.progress();
    let (mut values, mut texts) = (Vec::new(), Vec::new());
    for study in patient.study_ids().await? {
        match judge(&patient, study, options.record, &report).await {
            Ok((offer, fit)) if options.all || fit.obstacles.is_empty() => {
                values.push(show(&offer, &fit));
                texts.push(describe(&offer, &fit));
            }
            Ok(_) => {}
            // One study whose documents are gone does not hide the others
            Err(failure) => {
                values.push(json!({ "studyId": study, "failure": failure.to_json() }));
                texts.push(format!("study {study}\n  can't be judged: {failure}"));
            }
        }
    }
    if texts.is_empty() {
        texts.push("no study fits; `--all` shows why".to_owned());
    }
    session.output.result(&json!(values), &texts.join("\n\n"));
    Ok(())
}

async fn judge(
    patient: &Patient,
    study: StudyId,
    record: Option<u32>,
    report: &(impl Fn(&str) + Send + Sync),
) -> Result<(StudyOffer, Fit), Failure> {
    let order = EnrolOrder { study, record };
    let prepared = patient.prepare(&order, report).await?;
    Ok((prepared.offer, prepared.fit))
}

/// A study and how the record stands to it, as JSON.
pub(super) fn show(offer: &StudyOffer, fit: &Fit) -> Value {
    let terms = &offer.study.terms;
    let obstacles: Vec<_> = fit.obstacles.iter().map(Failure::to_json).collect();
    let criteria: Vec<_> = fit
        .report
        .criteria
        .iter()
        .map(|each| {
            json!({
                "text": each.text, "met": each.met, "provable": each.provable, "because": each.because,
            })
        })
        .collect();
    json!({
        "studyId": offer.study.id,
        "institution": offer.study.institution,
        "price": terms.price.to_string(),
        "token": terms.token,
        "purposes": purposes(terms.purposes),
        "openings": terms.openings,
        "threshold": terms.threshold,
        "proxies": terms.proxies,
        "closesAt": terms.closes_at,
        "placesLeft": offer.study.places_left(),
        "minimumRecords": terms.minimum_records,
        "agreement": offer.agreement,
        "fits": fit.obstacles.is_empty(),
        "obstacles": obstacles,
        "criteria": criteria,
    })
}

/// The same for people.
pub(super) fn describe(offer: &StudyOffer, fit: &Fit) -> String {
    let study = &offer.study;
    let mut lines = vec![
        format!("study {}", study.id),
        format!("  by institution {}", study.institution),
        format!("  pays {} (token {})", study.terms.price, study.terms.token),
        format!("  uses: {}", purposes(study.terms.purposes).join(", ")),
        format!(
            "  any {} of {} proxies deliver",
            study.terms.threshold,
            study.terms.proxies.len()
        ),
        format!("  agreement: {}", offer.agreement.trim()),
    ];
    for criterion in &fit.report.criteria {
        let mark = if criterion.met && criterion.provable {
            "met"
        } else {
            "NOT met"
        };
        lines.push(format!(
            "  criterion {mark}: {} ({})",
            criterion.text, criterion.because
        ));
    }
    for obstacle in &fit.obstacles {
        lines.push(format!("  in the way [{}]: {obstacle}", obstacle.code()));
    }
    lines.join("\n")
}

fn purposes(mask: u32) -> Vec<String> {
    uses::missing(0, mask)
}
