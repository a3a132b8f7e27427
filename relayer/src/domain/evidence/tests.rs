//! Fragments, grants and envelopes as fixtures of the contracts' tests, and the evidence made of them.

mod equations;
mod fixtures;
mod random;

use k256::ecdsa::signature::Signer as _;
use k256::ecdsa::{Signature, SigningKey};

use super::*;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::fragment::{Capsule, CapsuleFragment, SecretFragment};
use crate::domain::grant::{Grant, GrantSlot};
use crate::domain::ids::{Address, Nullifier};
use crate::domain::precursor::{self, compress, PrecursorContext};
use crate::domain::scalar::nonzero_scalar;
use crate::domain::umbral::{
    make_fragments, open, reencrypt, seal_file_key, verify_capsule_fragment, verify_fragment,
    DelegatingKey, FragmentKeys, FragmentSigner, ReceivingKey, SealedFileKey, UmbralError,
};

/// A record and an institution, all keys from a number.
pub(super) struct World {
    delegating: DelegatingKey,
    signing: [u8; 32],
    signer: FragmentSigner,
    receiving: ReceivingKey,
    sealed: SealedFileKey,
}

/// A grant's fragments, honest or not, and what the precursor is made of.
pub(super) struct Granted {
    precursor: CompressedPoint,
    secret: zeroize::Zeroizing<[u8; 32]>,
    fragments: Vec<SecretFragment>,
}

impl World {
    pub(super) fn new(seed: u32) -> Self {
        let bytes = |label: &[u8]| sha256(&[label, &seed.to_be_bytes()]);
        let delegating = DelegatingKey::from_seed_bytes(&bytes(b"delegating"));
        let signing = bytes(b"signing");
        Self {
            sealed: seal_file_key(&delegating.public(), &bytes(b"file key")).unwrap(),
            signer: FragmentSigner::from_seed_bytes(&signing),
            receiving: ReceivingKey::from_bytes(&nonzero_scalar(&bytes(b"receiving"))).unwrap(),
            delegating,
            signing,
        }
    }

    fn keys(&self) -> FragmentKeys {
        FragmentKeys {
            verifying: self.signer.public(),
            delegating: self.delegating.public(),
            receiving: self.receiving.public(),
        }
    }

    /// An honest grant.
    fn grant(&self, threshold: u8, count: u8) -> Granted {
        let made = make_fragments(
            &self.delegating,
            &self.receiving.public(),
            &self.signer,
            threshold,
            count,
            &[threshold; 32],
        )
        .unwrap();
        Granted {
            precursor: made.precursor,
            secret: made.precursor_secret,
            fragments: made.fragments,
        }
    }

    /// A grant whose fragments verify one by one and open nothing: each has a random key, properly signed.
    fn garbage(&self, count: u8) -> Granted {
        let secret = nonzero_scalar(&sha256(&[b"precursor"]));
        let precursor = times_generator(&secret);
        let fragments = (0..count)
            .map(|n| {
                self.forge(
                    &precursor,
                    &sha256(&[b"id", &[n]]),
                    &sha256(&[b"key", &[n]]),
                )
            })
            .collect();
        Granted {
            precursor,
            secret,
            fragments,
        }
    }

    /// A key fragment of a patient who does not follow the scheme.
    fn forge(&self, precursor: &CompressedPoint, id: &[u8; 32], key: &[u8; 32]) -> SecretFragment {
        let key = nonzero_scalar(key);
        let u = decompress(&crate::domain::umbral::parameter_point()).unwrap();
        let commitment = compress(&(u * scalar(key.as_slice(), "key").unwrap())).unwrap();
        let keys = self.keys();
        let message = [
            id.as_slice(),
            commitment.as_bytes(),
            precursor.as_bytes(),
            &[1],
            keys.delegating.as_bytes(),
            &[1],
            keys.receiving.as_bytes(),
        ]
        .concat();
        let signing = SigningKey::from_slice(nonzero_scalar(&self.signing).as_slice()).unwrap();
        let signature: Signature = signing.sign(&message);
        let body = [
            id.as_slice(),
            key.as_slice(),
            precursor.as_bytes(),
            commitment.as_bytes(),
            &signature.to_bytes(),
            &signature.to_bytes(),
        ]
        .concat();
        SecretFragment::new(&body).unwrap()
    }

    fn reencrypted(&self, fragment: &SecretFragment) -> CapsuleFragment {
        let verified = verify_fragment(fragment, &self.sealed.capsule, &self.keys()).unwrap();
        reencrypt(&self.sealed.capsule, &verified).unwrap()
    }

    fn opens(&self, fragments: &[CapsuleFragment]) -> Result<(), UmbralError> {
        let verified: Vec<_> = fragments
            .iter()
            .map(|one| verify_capsule_fragment(one, &self.sealed.capsule, &self.keys()).unwrap())
            .collect();
        let delegating = self.delegating.public();
        open(&self.receiving, &delegating, &self.sealed, &verified).map(|_| ())
    }
}

fn times_generator(secret: &[u8; 32]) -> CompressedPoint {
    compress(&(ProjectivePoint::GENERATOR * scalar(secret, "secret").unwrap())).unwrap()
}

#[test]
fn products_are_made_of_z() {
    let world = World::new(1);
    let fragment = world.reencrypted(&world.grant(2, 3).fragments[0]);
    let products = fragment_products(&world.sealed.capsule, &fragment).unwrap();
    // z·E = E2 + h·E1 is what verifies, so that the products differ from one another and from the points
    assert_ne!(products[..64], products[64..128]);
    let mut bytes = *fragment.as_bytes();
    bytes[263..295].fill(0xff);
    let altered = CapsuleFragment::new(&bytes).unwrap();
    assert_eq!(
        fragment_products(&world.sealed.capsule, &altered),
        Err(EvidenceError::Scalar("z"))
    );
}

#[test]
fn a_shared_point_holds_for_one_key_and_precursor() {
    let world = World::new(1);
    let granted = world.grant(2, 3);
    let shared = SharedPoint::reveal(&world.receiving, &granted.precursor).unwrap();
    let key = world.receiving.public();
    assert_eq!(shared.verify(&key, &granted.precursor), Ok(()));
    let again = SharedPoint::reveal(&world.receiving, &granted.precursor).unwrap();
    assert_eq!(again, shared);

    let other = World::new(2);
    let refused = Err(EvidenceError::SharedPoint);
    assert_eq!(
        shared.verify(&other.receiving.public(), &granted.precursor),
        refused
    );
    assert_eq!(shared.verify(&key, &key), refused);
    let moved = SharedPoint {
        point: shared.commitment_p,
        ..shared
    };
    assert_eq!(moved.verify(&key, &granted.precursor), refused);
    let mut response = shared.response;
    response[31] ^= 1;
    let altered = SharedPoint { response, ..shared };
    assert_eq!(altered.verify(&key, &granted.precursor), refused);
}

#[test]
fn fragments_with_one_id_have_no_combination() {
    let world = World::new(1);
    let granted = world.grant(2, 3);
    let fragment = world.reencrypted(&granted.fragments[0]);
    let shared = SharedPoint::reveal(&world.receiving, &granted.precursor).unwrap();
    let twice = combination(
        &world.sealed.capsule,
        &world.receiving.public(),
        &granted.precursor,
        &shared.point,
        &[fragment.clone(), fragment],
    );
    assert_eq!(twice, Err(EvidenceError::RepeatedId));
}

mod unopenable;
