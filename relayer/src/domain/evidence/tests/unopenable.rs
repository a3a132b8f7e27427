//! What is revealed, and above all what is not.

use super::*;
use crate::domain::delivery::Delivery;
use crate::domain::dispute::SlotFragment;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::envelope::Envelope;
use crate::domain::ids::{CiphertextRoot, StudyId, TagBlinding};

struct Case {
    world: World,
    context: PrecursorContext,
    envelope: Envelope,
    delivery: Delivery,
    fragments: Vec<SlotFragment>,
}

/// A delivery of 2 of 3, of an honest grant or of garbage.
fn case(honest: bool) -> Case {
    let world = World::new(7);
    let granted = if honest {
        world.grant(2, 3)
    } else {
        world.garbage(3)
    };
    let context = PrecursorContext {
        receiving_key: world.receiving.public(),
        chain_id: 31_337,
        enrolments: Address::new([9; 20]),
        enrolment: EnrolmentKey {
            study_id: StudyId::reduce(&[1; 32]),
            nullifier: Nullifier::reduce(&[2; 32]),
        },
        attempt: 0,
    };
    let proof = precursor::prove(&granted.secret, &granted.precursor, &context).unwrap();
    let slots = granted.fragments.iter().zip(0_u8..).map(|(fragment, n)| {
        Ok::<_, crate::domain::wire::DecodeError>(GrantSlot {
            proxy: Address::new([n; 20]),
            fragment_id: fragment.id(),
            fragment_commitment: fragment.commitment()?.into(),
        })
    });
    let grant = Grant {
        threshold: 2,
        precursor: granted.precursor,
        proof,
        slots: slots.collect::<Result<_, _>>().unwrap(),
    };
    let fragments: Vec<_> = (0_u8..2)
        .map(|slot| {
            let fragment = world.reencrypted(&granted.fragments[usize::from(slot)]);
            SlotFragment::new(slot, fragment, &world.sealed.capsule).unwrap()
        })
        .collect();
    let envelope = Envelope {
        capsule: world.sealed.capsule,
        wrapped_key: world.sealed.wrapped.clone(),
        delegating_key: world.delegating.public(),
        verifying_key: world.signer.public(),
        nonce: [0; 19],
        ciphertext_length: 100,
        ciphertext_root: CiphertextRoot::new([3; 32]),
    };
    let delivery = Delivery {
        attempt: 0,
        envelope: envelope.encode().unwrap(),
        tag_blinding: TagBlinding::reduce(&[4; 32]),
        grant,
        fragment: fragments[0].fragment.clone(),
    };
    Case {
        world,
        context,
        envelope,
        delivery,
        fragments,
    }
}

impl Case {
    fn reveal(&self) -> Result<Unopenable, NotRevealed> {
        Unopenable::reveal(
            &self.world.receiving,
            &self.context,
            2,
            self.delivery.clone(),
            &self.envelope,
            self.fragments.clone(),
        )
    }
}

#[test]
fn a_grant_of_garbage_is_shown() {
    let case = case(false);
    let shown = case.reveal().unwrap();
    let precursor = &case.delivery.grant.precursor;
    let key = case.world.receiving.public();
    assert_eq!(shown.shared.verify(&key, precursor), Ok(()));
    assert_eq!(shown.combination.len(), 2);
}

#[test]
fn a_grant_s_own_threshold_is_nobody_s() {
    let mut case = case(false);
    case.delivery.grant.threshold = 3;
    assert_eq!(case.reveal().unwrap().combination.len(), 2);
}

#[test]
fn nothing_is_revealed_of_a_grant_that_opens() {
    assert_eq!(case(true).reveal(), Err(NotRevealed::Opens));
    // Nor of one that opens to a key that does not fit the wrapped file key
    let mut altered = case(true);
    altered.envelope.wrapped_key[0] ^= 1;
    assert_eq!(altered.reveal(), Err(NotRevealed::Opens));
}

#[test]
fn nothing_is_revealed_without_the_precursors_proof() {
    let mut other = case(false);
    other.context.attempt = 1;
    assert!(matches!(other.reveal(), Err(NotRevealed::Precursor(_))));
    // A stranger's precursor, shifted by a known amount: the proof does not follow it
    let mut shifted = case(false);
    let precursor = decompress(&shifted.delivery.grant.precursor).unwrap();
    let moved = compress(&(precursor + ProjectivePoint::GENERATOR)).unwrap();
    shifted.delivery.grant.precursor = moved;
    assert!(matches!(shifted.reveal(), Err(NotRevealed::Precursor(_))));
}

#[test]
fn nothing_is_revealed_of_fragments_that_do_not_verify_or_are_too_few() {
    let mut few = case(false);
    few.fragments.truncate(1);
    let refused = NotRevealed::Count {
        found: 1,
        needed: 2,
    };
    assert_eq!(few.reveal(), Err(refused));
    let mut altered = case(false);
    altered.envelope.verifying_key = altered.envelope.delegating_key;
    let refused = altered.reveal();
    assert!(matches!(
        refused,
        Err(NotRevealed::Fragment { slot: 0, .. })
    ));
}

#[test]
fn honest_fragments_open_beside_garbage() {
    let world = World::new(7);
    let honest = world.grant(2, 3);
    let verified = |fragment: &SecretFragment| {
        let fragment = world.reencrypted(fragment);
        verify_capsule_fragment(&fragment, &world.sealed.capsule, &world.keys()).unwrap()
    };
    let garbage = world.forge(&honest.precursor, &[5; 32], &[6; 32]);
    let fragments = [
        verified(&garbage),
        verified(&honest.fragments[0]),
        verified(&honest.fragments[2]),
    ];
    let delegating = world.delegating.public();
    let open = |fragments: &[_]| {
        crate::domain::umbral::open_with_any(
            &world.receiving,
            &delegating,
            &world.sealed,
            fragments,
            2,
        )
        .map(|_| ())
    };
    assert_eq!(open(&fragments), Ok(()));
    assert_eq!(open(&fragments[..2]), Err(UmbralError::NotOpenable));
}
