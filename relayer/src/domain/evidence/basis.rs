//! What the contracts check capsule fragments against, as they take it after a challenge's first answer.

use super::EvidenceError;
use crate::domain::envelope::Envelope;
use crate::domain::grant::Grant;
use crate::domain::hash::keccak256;
use crate::domain::point::CompressedPoint;
use crate::domain::signer::address_of_public_key;

/// `capsule 98 · delegating key 33 · receiving key 33 · verifying key's address 20 · precursor 33`, then of each slot
/// `keccak256(fragment id 32 · commitment 33)`: `IEvidenceVerifier.basisOf` (PROTOCOL section 17).
///
/// # Errors
/// [`EvidenceError::Point`] if the envelope's verifying key is no point of the curve.
pub fn basis(
    envelope: &Envelope,
    receiving_key: &CompressedPoint,
    grant: &Grant,
) -> Result<Vec<u8>, EvidenceError> {
    let signer = address_of_public_key(envelope.verifying_key.as_bytes())
        .map_err(|_| EvidenceError::Point("the verifying key"))?;
    let mut basis = [
        envelope.capsule.as_bytes().as_slice(),
        envelope.delegating_key.as_bytes(),
        receiving_key.as_bytes(),
        signer.as_bytes(),
        grant.precursor.as_bytes(),
    ]
    .concat();
    for slot in &grant.slots {
        basis.extend(keccak256(&[
            &slot.fragment_id,
            slot.fragment_commitment.as_bytes(),
        ]));
    }
    Ok(basis)
}
