//! The Schnorr proof in every grant that the patient knows the logarithm of its precursor (PROTOCOL section 9).
//!
//! Without it, someone could enrol with a stranger's precursor shifted by a known amount, and learn from an institution that
//! shows why the grant does not open what opens the stranger's record.

use k256::elliptic_curve::group::GroupEncoding as _;
use k256::elliptic_curve::ops::{LinearCombination, Reduce, ReduceNonZero};
use k256::elliptic_curve::PrimeField as _;
use k256::{AffinePoint, ProjectivePoint, Scalar, U256};
use zeroize::Zeroizing;

use super::enrolment::EnrolmentKey;
use super::hash::sha256;
use super::ids::Address;
use super::point::{CompressedPoint, PinnedPoint};

/// What the proof is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrecursorContext {
    /// The study's receiving key.
    pub receiving_key: CompressedPoint,
    /// The chain.
    pub chain_id: u64,
    /// The `Enrolments` contract.
    pub enrolments: Address,
    /// Study and patient.
    pub enrolment: EnrolmentKey,
    /// The attempt, from 0.
    pub attempt: u32,
}

/// The proof: a commitment and a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PrecursorProof {
    /// R = k·G.
    pub point: PinnedPoint,
    /// s = k + e·p, big-endian.
    #[serde(with = "super::grant::hex32")]
    pub scalar: [u8; 32],
}

/// Why a proof can't be made or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrecursorError {
    /// The secret is not the logarithm of the precursor.
    #[error("this is not the precursor's secret")]
    Secret,
    /// The response is not below the order of the curve.
    #[error("the proof's scalar is out of range")]
    Scalar,
    /// The equation does not hold.
    #[error("the proof of the precursor's secret does not hold for this enrolment")]
    Equation,
}

impl PrecursorContext {
    fn parts(&self) -> Vec<u8> {
        let mut bytes = self.receiving_key.as_bytes().to_vec();
        bytes.extend([0; 24]);
        bytes.extend(self.chain_id.to_be_bytes());
        bytes.extend(self.enrolments.as_bytes());
        bytes.extend(self.enrolment.study_id.as_bytes());
        bytes.extend(self.enrolment.nullifier.as_bytes());
        bytes.extend(self.attempt.to_be_bytes());
        bytes
    }

    fn challenge(&self, commitment: &PinnedPoint, precursor: &CompressedPoint) -> Scalar {
        let digest = sha256(&[
            b"medshare.precursor",
            commitment.as_bytes(),
            precursor.as_bytes(),
            &self.parts(),
        ]);
        <Scalar as Reduce<U256>>::reduce_bytes(&digest.into())
    }
}

/// Proves that `secret` is the logarithm of `precursor`. The same input gives the same proof: the nonce is a hash of
/// the secret and of all that the challenge covers.
///
/// # Errors
/// [`PrecursorError::Secret`].
pub fn prove(
    secret: &Zeroizing<[u8; 32]>,
    precursor: &CompressedPoint,
    context: &PrecursorContext,
) -> Result<PrecursorProof, PrecursorError> {
    let p = Option::<Scalar>::from(Scalar::from_repr((**secret).into()))
        .map(Zeroizing::new)
        .ok_or(PrecursorError::Secret)?;
    if compress(&(ProjectivePoint::GENERATOR * *p)) != Some(*precursor) {
        return Err(PrecursorError::Secret);
    }
    let seed = Zeroizing::new(sha256(&[
        b"medshare.precursor.nonce",
        secret.as_slice(),
        precursor.as_bytes(),
        &context.parts(),
    ]));
    let nonce = Zeroizing::new(<Scalar as ReduceNonZero<U256>>::reduce_nonzero_bytes(
        &(*seed).into(),
    ));
    // The nonce is not zero, so that its point is finite
    let point = compress(&(ProjectivePoint::GENERATOR * *nonce))
        .ok_or(PrecursorError::Secret)?
        .into();
    let response = *nonce + context.challenge(&point, precursor) * *p;
    Ok(PrecursorProof {
        point,
        scalar: response.to_bytes().into(),
    })
}

/// Checks a proof: s·G = R + e·P.
///
/// # Errors
/// [`PrecursorError::Scalar`] or [`PrecursorError::Equation`].
pub fn verify(
    proof: &PrecursorProof,
    precursor: &CompressedPoint,
    context: &PrecursorContext,
) -> Result<(), PrecursorError> {
    let response = Option::<Scalar>::from(Scalar::from_repr(proof.scalar.into()))
        .ok_or(PrecursorError::Scalar)?;
    let challenge = context.challenge(&proof.point, precursor);
    let precursor = decompress(precursor).ok_or(PrecursorError::Equation)?;
    let commitment = ProjectivePoint::lincomb(
        &ProjectivePoint::GENERATOR,
        &response,
        &precursor,
        &-challenge,
    );
    if compress(&commitment).is_some_and(|point| point == proof.point) {
        Ok(())
    } else {
        Err(PrecursorError::Equation)
    }
}

pub(super) fn compress(point: &ProjectivePoint) -> Option<CompressedPoint> {
    CompressedPoint::new(&point.to_affine().to_bytes()).ok()
}

pub(super) fn decompress(point: &CompressedPoint) -> Option<ProjectivePoint> {
    let affine: Option<AffinePoint> = AffinePoint::from_bytes(point.as_bytes().into()).into();
    affine.map(ProjectivePoint::from)
}

#[cfg(test)]
mod tests;
