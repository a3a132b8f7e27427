//! The institution's Diffie-Hellman point D = b·P for a grant's precursor P, with a proof that log_G(B) = log_P(D).

use k256::elliptic_curve::ops::{Reduce, ReduceNonZero};
use k256::elliptic_curve::PrimeField as _;
use k256::{ProjectivePoint, Scalar, U256};
use zeroize::Zeroizing;

use super::{coordinates, Coordinates, EvidenceError};
use crate::domain::hash::sha256;
use crate::domain::point::CompressedPoint;
use crate::domain::precursor::{compress, decompress};
use crate::domain::umbral::ReceivingKey;

/// The shared point and its proof (D. Chaum, T. P. Pedersen, "Wallet databases with observers", 1992).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedPoint {
    /// D.
    pub point: CompressedPoint,
    /// k·G.
    pub commitment_g: CompressedPoint,
    /// k·P.
    pub commitment_p: CompressedPoint,
    /// s = k + c·b, big-endian.
    pub response: [u8; 32],
}

impl SharedPoint {
    /// Makes the shared point of a receiving key and a precursor. The same input gives the same proof.
    ///
    /// Whoever has it and m fragments under this precursor opens the record: see the warning of [the module](super).
    ///
    /// # Errors
    /// [`EvidenceError::Point`] for a precursor that is not on the curve.
    pub fn reveal(
        receiving: &ReceivingKey,
        precursor: &CompressedPoint,
    ) -> Result<Self, EvidenceError> {
        let error = EvidenceError::Point("the precursor");
        let secret = receiving.to_bytes();
        let b = Option::<Scalar>::from(Scalar::from_repr((*secret).into()))
            .map(Zeroizing::new)
            .ok_or(EvidenceError::Scalar("the receiving key"))?;
        let base = decompress(precursor).ok_or(error)?;
        let seed = Zeroizing::new(sha256(&[
            b"medshare.shared-point.nonce",
            secret.as_slice(),
            precursor.as_bytes(),
        ]));
        let nonce = Zeroizing::new(<Scalar as ReduceNonZero<U256>>::reduce_nonzero_bytes(
            &(*seed).into(),
        ));
        let mut shared = Self {
            point: compress(&(base * *b)).ok_or(error)?,
            commitment_g: compress(&(ProjectivePoint::GENERATOR * *nonce)).ok_or(error)?,
            commitment_p: compress(&(base * *nonce)).ok_or(error)?,
            response: [0; 32],
        };
        let challenge = shared.challenge(&receiving.public(), precursor);
        shared.response = (*nonce + challenge * *b).to_bytes().into();
        Ok(shared)
    }

    /// Checks the proof: s·G = k·G + c·B and s·P = k·P + c·D.
    ///
    /// # Errors
    /// [`EvidenceError::SharedPoint`].
    pub fn verify(
        &self,
        receiving: &CompressedPoint,
        precursor: &CompressedPoint,
    ) -> Result<(), EvidenceError> {
        let error = EvidenceError::SharedPoint;
        let s = Option::<Scalar>::from(Scalar::from_repr(self.response.into())).ok_or(error)?;
        let challenge = self.challenge(receiving, precursor);
        let point = |point: &CompressedPoint| decompress(point).ok_or(error);
        let of_g = ProjectivePoint::GENERATOR * s
            == point(&self.commitment_g)? + point(receiving)? * challenge;
        let of_p =
            point(precursor)? * s == point(&self.commitment_p)? + point(&self.point)? * challenge;
        if of_g && of_p {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// s·P, which the contract can check but not compute.
    ///
    /// # Errors
    /// [`EvidenceError`] for a response or precursor that make none.
    pub fn product(&self, precursor: &CompressedPoint) -> Result<Coordinates, EvidenceError> {
        let s = super::scalar(&self.response, "the response")?;
        let error = EvidenceError::Point("the precursor");
        coordinates(&(decompress(precursor).ok_or(error)? * s)).ok_or(error)
    }

    /// x and y of the shared point and of both commitments, in this order.
    ///
    /// # Errors
    /// [`EvidenceError::Point`]; for no shared point that was made here.
    pub fn coordinates(&self) -> Result<[Coordinates; 3], EvidenceError> {
        let of = |point: &CompressedPoint| {
            decompress(point)
                .and_then(|point| coordinates(&point))
                .ok_or(EvidenceError::Point("the shared point"))
        };
        Ok([
            of(&self.point)?,
            of(&self.commitment_g)?,
            of(&self.commitment_p)?,
        ])
    }

    fn challenge(&self, receiving: &CompressedPoint, precursor: &CompressedPoint) -> Scalar {
        let digest = sha256(&[
            b"medshare.shared-point",
            precursor.as_bytes(),
            receiving.as_bytes(),
            self.point.as_bytes(),
            self.commitment_g.as_bytes(),
            self.commitment_p.as_bytes(),
        ]);
        <Scalar as Reduce<U256>>::reduce_bytes(&digest.into())
    }
}
