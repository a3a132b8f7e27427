use super::*;
use crate::domain::ids::{Nullifier, StudyId};
use crate::domain::scalar::nonzero_scalar;

fn point(secret: &[u8; 32]) -> CompressedPoint {
    let scalar = Scalar::from_repr((*secret).into()).unwrap();
    compress(&(ProjectivePoint::GENERATOR * scalar)).unwrap()
}

fn context() -> PrecursorContext {
    PrecursorContext {
        receiving_key: point(&nonzero_scalar(&[7; 32])),
        chain_id: 31337,
        enrolments: Address::new([1; 20]),
        enrolment: EnrolmentKey {
            study_id: StudyId::reduce(&[2; 32]),
            nullifier: Nullifier::reduce(&[3; 32]),
        },
        attempt: 0,
    }
}

#[test]
fn the_owner_proves_and_retries_are_identical() {
    let secret = nonzero_scalar(&[4; 32]);
    let precursor = point(&secret);
    let proof = prove(&secret, &precursor, &context()).unwrap();
    assert_eq!(verify(&proof, &precursor, &context()), Ok(()));
    assert_eq!(prove(&secret, &precursor, &context()).unwrap(), proof);
    let json = serde_json::to_string(&proof).unwrap();
    assert_eq!(
        serde_json::from_str::<PrecursorProof>(&json).unwrap(),
        proof
    );
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/precursor.json")).unwrap();
    assert_eq!(serde_json::to_value(proof).unwrap(), vectors["proof"]);
}

#[test]
fn a_proof_holds_for_one_enrolment() {
    let secret = nonzero_scalar(&[4; 32]);
    let precursor = point(&secret);
    let proof = prove(&secret, &precursor, &context()).unwrap();
    let good = context();
    let mut study = good;
    study.enrolment.study_id = StudyId::reduce(&[9; 32]);
    let mut patient = good;
    patient.enrolment.nullifier = Nullifier::reduce(&[9; 32]);
    let others = [
        study,
        patient,
        PrecursorContext {
            receiving_key: precursor,
            ..good
        },
        PrecursorContext {
            chain_id: 1,
            ..good
        },
        PrecursorContext {
            enrolments: Address::new([9; 20]),
            ..good
        },
        PrecursorContext { attempt: 1, ..good },
    ];
    for other in others {
        assert_eq!(
            verify(&proof, &precursor, &other),
            Err(PrecursorError::Equation),
            "{other:?}"
        );
    }
}

/// The attack that the proof is there for: P' = P + k·G, with the stranger's proof and with any shift of its scalar.
#[test]
fn copied_and_shifted_precursors_are_refused() {
    let secret = nonzero_scalar(&[4; 32]);
    let strangers = point(&secret);
    let proof = prove(&secret, &strangers, &context()).unwrap();
    let mut mine = context();
    mine.enrolment.nullifier = Nullifier::reduce(&[8; 32]);
    assert!(verify(&proof, &strangers, &mine).is_err());

    let shift = Scalar::from(5u64);
    let shifted = decompress(&strangers).unwrap() + ProjectivePoint::GENERATOR * shift;
    let shifted = compress(&shifted).unwrap();
    let challenge = context().challenge(&proof.point, &shifted);
    let response = Scalar::from_repr(proof.scalar.into()).unwrap();
    for scalar in [response, response + shift, response + challenge * shift] {
        let forged = PrecursorProof {
            scalar: scalar.to_bytes().into(),
            ..proof
        };
        assert_eq!(
            verify(&forged, &shifted, &context()),
            Err(PrecursorError::Equation)
        );
    }
    let negated = compress(&-decompress(&strangers).unwrap()).unwrap();
    assert!(verify(&proof, &negated, &context()).is_err());
    assert_eq!(
        prove(&secret, &shifted, &context()),
        Err(PrecursorError::Secret)
    );
}

#[test]
fn scalars_out_of_range_are_refused() {
    let secret = nonzero_scalar(&[4; 32]);
    let proof = prove(&secret, &point(&secret), &context()).unwrap();
    let large = PrecursorProof {
        scalar: [0xff; 32],
        ..proof
    };
    assert_eq!(
        verify(&large, &point(&secret), &context()),
        Err(PrecursorError::Scalar)
    );
}
