//! Verifying keys in files.

use std::path::Path;

use prover::circuit::CircuitSize;
use prover::keys::VerifyingKey;

use crate::domain::failure::{Failure, FailureCode};

/// A verifying key and the circuit that it is for.
///
/// # Errors
/// `invalid-input`.
pub(super) fn read_verifying_key(path: &Path) -> Result<(CircuitSize, VerifyingKey), Failure> {
    let unusable = |reason: String| {
        let words = format!("the verifying key {}: {reason}", path.display());
        Failure::new(FailureCode::InvalidInput, words)
    };
    let text = std::fs::read_to_string(path).map_err(|e| unusable(e.to_string()))?;
    let key = VerifyingKey::from_json(&text).map_err(|e| unusable(e.to_string()))?;
    let size = key.size().ok_or_else(|| {
        unusable(format!(
            "it is for the circuit {:?}, which this program does not know",
            key.provenance.circuit
        ))
    })?;
    Ok((size, key))
}
