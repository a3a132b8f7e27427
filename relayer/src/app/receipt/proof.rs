//! The eligibility proof, against signals that the proxy works out itself as the contract will.

use prover::circuit::proof::ContractProof;
use prover::circuit::Proof;

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
        let terms = &case.study.terms;
        let signals = (case.draft).signals(self.chain_id(), self.enrolments(), terms);
        let signals = signals.ok_or_else(|| {
            let words = format!("day {} is no date", case.draft.day);
            Failure::new(FailureCode::ReferenceTimeWrong, words)
        })?;
        let proof = Proof::from_contract(&contract_proof(&case.draft.proof))
            .map_err(|e| Failure::new(FailureCode::ProofInvalid, e.to_string()))?;
        if verifier.holds(&signals, &proof) {
            return Ok(());
        }
        let words = "the eligibility proof does not hold for this study, attempt, payout address, \
                     revocation hash and grant, on this chain";
        Err(Failure::new(FailureCode::ProofInvalid, words))
    }
}

fn contract_proof(words: &ProofWords) -> ContractProof {
    let [ax, ay, bx_imaginary, bx_real, by_imaginary, by_real, cx, cy] = *words;
    ContractProof {
        a: [ax, ay],
        b: [[bx_imaginary, bx_real], [by_imaginary, by_real]],
        c: [cx, cy],
    }
}
