//! The eligibility proof, against signals that the proxy works out itself as the contract will.

use prover::circuit::proof::ContractProof;
use prover::circuit::{Proof, PublicSignals, ReferenceTime};
use prover::facts::number::Day;
use prover::field::Fr;

use super::Case;
use crate::app::proxy::{verifier_of, Proxy};
use crate::domain::enrolment::ProofWords;
use crate::domain::failure::{Failure, FailureCode};

impl Proxy {
    /// The proof holds for this study, day, root, tag and everything that the context binds.
    pub(super) async fn check_proof(&self, case: &Case<'_>) -> Result<(), Failure> {
        let key = self.ledger.study_key_hash(case.study.id).await?;
        let verifier = verifier_of(&self.verifiers, key).ok_or_else(|| {
            let words = "this proxy has not the verifying key that the study was opened with";
            Failure::new(FailureCode::UnsupportedVersion, words)
        })?;
        let signals = self.signals(case)?;
        let proof = Proof::from_contract(&contract_proof(&case.draft.proof))
            .map_err(|e| Failure::new(FailureCode::ProofInvalid, e.to_string()))?;
        if verifier.holds(&signals, &proof) {
            return Ok(());
        }
        let words = "the eligibility proof does not hold for this study, attempt, payout address, \
                     revocation hash and grant, on this chain";
        Err(Failure::new(FailureCode::ProofInvalid, words))
    }

    fn signals(&self, case: &Case<'_>) -> Result<PublicSignals, Failure> {
        let (draft, terms) = (case.draft, &case.study.terms);
        let context = draft
            .context_parts(self.chain_id(), self.enrolments())
            .context();
        Ok(PublicSignals([
            draft.registry_root.to_field(),
            terms.criteria_hash.to_field(),
            Fr::from(terms.purposes),
            reference_time(draft.day, terms.max_record_age)?,
            draft.key.study_id.to_field(),
            draft.key.nullifier.to_field(),
            draft.record_tag.to_field(),
            context.to_field(),
        ]))
    }
}

/// The signal `referenceTime` of a day.
fn reference_time(day: u32, max_record_age: u32) -> Result<Fr, Failure> {
    let date = i32::try_from(day)
        .ok()
        .and_then(|day| Day::from_number(day).date());
    let time = date.and_then(|date| ReferenceTime::of(date, day.saturating_sub(max_record_age)));
    let beyond = || {
        Failure::new(
            FailureCode::ReferenceTimeWrong,
            format!("day {day} is no date"),
        )
    };
    time.map(|time| time.pack()).ok_or_else(beyond)
}

fn contract_proof(words: &ProofWords) -> ContractProof {
    let [ax, ay, bx_imaginary, bx_real, by_imaginary, by_real, cx, cy] = *words;
    ContractProof {
        a: [ax, ay],
        b: [[bx_imaginary, bx_real], [by_imaginary, by_real]],
        c: [cx, cy],
    }
}
