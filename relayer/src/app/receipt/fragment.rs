//! The grant and the proxy's key fragment.

use super::Case;
use crate::app::proxy::Proxy;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::fragment::SecretFragment;
use crate::domain::grant::{fragment_context, GrantError};
use crate::domain::precursor::PrecursorContext;
use crate::domain::umbral::{self, FragmentKeys};

impl Proxy {
    /// The grant is the study's, its precursor proof holds, it pins the fragment, and the fragment re-encrypts.
    pub(super) fn check_fragment(&self, case: &Case<'_>) -> Result<SecretFragment, Failure> {
        let context = self.precursor_context(case);
        let grant = &case.draft.grant;
        grant
            .check(&case.study.terms, &context)
            .map_err(grant_failure)?;
        let fragment = self.open_fragment(case, &context)?;
        grant
            .check_fragment(self.address(), &fragment)
            .map_err(grant_failure)?;
        let keys = FragmentKeys {
            verifying: case.envelope.verifying_key,
            delegating: case.envelope.delegating_key,
            receiving: case.study.terms.receiving_key,
        };
        umbral::verify_fragment(&fragment, &case.envelope.capsule, &keys)
            .map_err(|e| Failure::new(FailureCode::FragmentInvalid, e.to_string()))?;
        Ok(fragment)
    }

    fn precursor_context(&self, case: &Case<'_>) -> PrecursorContext {
        PrecursorContext {
            receiving_key: case.study.terms.receiving_key,
            chain_id: self.chain_id(),
            enrolments: self.enrolments(),
            enrolment: case.draft.key,
            attempt: case.draft.attempt,
        }
    }

    fn open_fragment(
        &self,
        case: &Case<'_>,
        context: &PrecursorContext,
    ) -> Result<SecretFragment, Failure> {
        let context = fragment_context(context, self.address());
        let opened = self
            .sealing
            .open(&context, &case.draft.sealed_fragment)
            .map_err(|e| {
                let words = format!("the key fragment for proxy {}: {e}", self.address());
                Failure::new(FailureCode::FragmentInvalid, words)
            })?;
        Ok(SecretFragment::decode(&opened)?)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "made for map_err")]
fn grant_failure(error: GrantError) -> Failure {
    let code = match error {
        GrantError::Precursor(_) => FailureCode::PrecursorInvalid,
        GrantError::Fragment(_) | GrantError::Decode(_) => FailureCode::FragmentInvalid,
        _ => FailureCode::GrantInvalid,
    };
    Failure::new(code, error.to_string())
}
