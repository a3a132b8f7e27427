use super::*;
use crate::domain::fragment::{Capsule, CapsuleFragment, SecretFragment};
use crate::domain::point::CompressedPoint;

struct World {
    delegating: DelegatingKey,
    signer: FragmentSigner,
    receiving: ReceivingKey,
    sealed: SealedFileKey,
}

const FILE_KEY: [u8; 32] = [9; 32];

impl World {
    fn new() -> Self {
        let delegating = DelegatingKey::from_seed_bytes(&[1; 32]);
        let sealed = seal_file_key(&delegating.public(), &FILE_KEY).unwrap();
        let signer = FragmentSigner::from_seed_bytes(&[2; 32]);
        Self {
            delegating,
            signer,
            receiving: ReceivingKey::random(),
            sealed,
        }
    }

    fn keys(&self) -> FragmentKeys {
        FragmentKeys {
            verifying: self.signer.public(),
            delegating: self.delegating.public(),
            receiving: self.receiving.public(),
        }
    }

    fn split(&self, seed: u8) -> Fragments {
        let receiving = self.receiving.public();
        make_fragments(
            &self.delegating,
            &receiving,
            &self.signer,
            2,
            3,
            &[seed; 32],
        )
        .unwrap()
    }

    fn reencrypted(&self, fragment: &SecretFragment) -> CapsuleFragment {
        let verified = verify_fragment(fragment, &self.sealed.capsule, &self.keys()).unwrap();
        reencrypt(&self.sealed.capsule, &verified).unwrap()
    }

    fn verified(&self, fragment: &SecretFragment) -> VerifiedCapsuleFragment {
        let made = self.reencrypted(fragment);
        verify_capsule_fragment(&made, &self.sealed.capsule, &self.keys()).unwrap()
    }
}

#[test]
fn the_parameter_point_is_the_published_one() {
    let point = hex::encode(parameter_point().as_bytes());
    assert!(
        point.starts_with("03079390d0") && point.ends_with("73cd"),
        "{point}"
    );
}

#[test]
fn any_two_of_three_open_and_one_does_not() {
    let world = World::new();
    let parts: Vec<_> = world
        .split(3)
        .fragments
        .iter()
        .map(|fragment| world.verified(fragment))
        .collect();
    let delegating = world.delegating.public();
    for pair in [[0, 1], [1, 2], [2, 0]] {
        let chosen = pair.map(|at| parts[at].clone());
        let opened = open(&world.receiving, &delegating, &world.sealed, &chosen).unwrap();
        assert_eq!(*opened, FILE_KEY);
    }
    let alone = open(&world.receiving, &delegating, &world.sealed, &parts[..1]);
    assert_eq!(alone.unwrap_err(), UmbralError::NotOpenable);
    let twice = [parts[0].clone(), parts[0].clone()];
    let twice = open(&world.receiving, &delegating, &world.sealed, &twice);
    assert!(matches!(twice, Err(UmbralError::Mismatched(_))));
    assert_eq!(
        *open_original(&world.delegating, &world.sealed).unwrap(),
        FILE_KEY
    );
}

#[test]
fn a_seed_gives_the_same_fragments_and_their_precursor() {
    let world = World::new();
    let (first, again, other) = (world.split(3), world.split(3), world.split(4));
    for (a, b) in first.fragments.iter().zip(&again.fragments) {
        assert_eq!(a.body(), b.body());
    }
    assert_ne!(first.precursor, other.precursor);
    assert_eq!(first.precursor_secret, again.precursor_secret);
    for fragment in &first.fragments {
        assert_eq!(fragment.precursor().unwrap(), first.precursor);
    }
    let mixed = [
        world.verified(&first.fragments[0]),
        world.verified(&other.fragments[1]),
    ];
    let mixed = open(
        &world.receiving,
        &world.delegating.public(),
        &world.sealed,
        &mixed,
    );
    assert!(matches!(mixed, Err(UmbralError::Mismatched(_))));
}

#[test]
fn impossible_thresholds_are_refused() {
    let world = World::new();
    for (threshold, count) in [(0, 3), (4, 3)] {
        let receiving = world.receiving.public();
        let made = make_fragments(
            &world.delegating,
            &receiving,
            &world.signer,
            threshold,
            count,
            &[3; 32],
        );
        assert_eq!(
            made.err(),
            Some(UmbralError::Threshold { threshold, count })
        );
    }
}

#[test]
fn a_proxy_refuses_every_altered_fragment() {
    let world = World::new();
    let good = world.split(3).fragments.remove(0);
    let check = |fragment: &SecretFragment, keys: &FragmentKeys| {
        verify_fragment(fragment, &world.sealed.capsule, keys).err()
    };
    // One byte of each member; the last is the signature for the receiver, which the library's own check passes over
    for (at, member) in [
        (0, "id"),
        (40, "key"),
        (70, "precursor"),
        (100, "commitment"),
    ] {
        let mut body = *good.body();
        body[at] ^= 1;
        let altered = SecretFragment::new(&body).unwrap();
        assert!(check(&altered, &world.keys()).is_some(), "{member}");
    }
    let mut body = *good.body();
    body[250] ^= 1;
    let altered = SecretFragment::new(&body).unwrap();
    assert!(matches!(
        check(&altered, &world.keys()),
        Some(UmbralError::Trial(_))
    ));
    body = *good.body();
    body[140] ^= 1;
    let altered = SecretFragment::new(&body).unwrap();
    assert_eq!(
        check(&altered, &world.keys()),
        Some(UmbralError::FragmentSignature)
    );
    let keys = FragmentKeys {
        receiving: ReceivingKey::random().public(),
        ..world.keys()
    };
    assert_eq!(check(&good, &keys), Some(UmbralError::FragmentSignature));
}

#[test]
fn an_institution_refuses_every_altered_capsule_fragment() {
    let world = World::new();
    let good = world.reencrypted(&world.split(3).fragments[0]);
    for at in 0..good.as_bytes().len() {
        let mut bytes = *good.as_bytes();
        bytes[at] ^= 1;
        let refused = CapsuleFragment::new(&bytes)
            .map_err(UmbralError::from)
            .and_then(|altered| {
                verify_capsule_fragment(&altered, &world.sealed.capsule, &world.keys())
            });
        assert!(refused.is_err(), "byte {at}");
    }
    let other = seal_file_key(&world.delegating.public(), &FILE_KEY).unwrap();
    let refused = verify_capsule_fragment(&good, &other.capsule, &world.keys());
    assert_eq!(refused.err(), Some(UmbralError::Reencryption));
}

#[test]
fn points_at_infinity_never_reach_the_library() {
    let world = World::new();
    let good = world.reencrypted(&world.split(3).fragments[0]);
    let mut bytes = good.as_bytes().to_vec();
    bytes[..33].fill(0);
    assert!(CapsuleFragment::new(&bytes).is_err());
    assert!(CapsuleFragment::new(&bytes[1..]).is_err());
    assert!(Capsule::new(&[0; 98]).is_err());
    assert!(CompressedPoint::new(&[0]).is_err());
    // On no point of the curve, in the right shape
    let mut capsule = *world.sealed.capsule.as_bytes();
    capsule[1..33].fill(0xff);
    let capsule = Capsule::new(&capsule).unwrap();
    let sealed = SealedFileKey {
        capsule,
        ..world.sealed.clone()
    };
    assert!(matches!(
        open_original(&world.delegating, &sealed),
        Err(UmbralError::Invalid(_))
    ));
}

#[test]
fn wrong_keys_are_named() {
    let world = World::new();
    let stranger = DelegatingKey::from_seed_bytes(&[8; 32]);
    assert_eq!(
        open_original(&stranger, &world.sealed).unwrap_err(),
        UmbralError::WrongKey
    );
    let parts: Vec<_> = world.split(3).fragments[..2]
        .iter()
        .map(|f| world.verified(f))
        .collect();
    let delegating = world.delegating.public();
    let opened = open(&ReceivingKey::random(), &delegating, &world.sealed, &parts);
    assert_eq!(opened.unwrap_err(), UmbralError::NotOpenable);
    let mut sealed = world.sealed.clone();
    *sealed.wrapped.last_mut().unwrap() ^= 1;
    let opened = open(&world.receiving, &delegating, &sealed, &parts);
    assert_eq!(opened.unwrap_err(), UmbralError::WrongKey);
}

#[test]
fn stored_keys_are_the_same_keys_and_are_not_shown() {
    let key = ReceivingKey::random();
    let stored = ReceivingKey::from_bytes(&key.to_bytes()).unwrap();
    assert_eq!(stored.public(), key.public());
    assert!(ReceivingKey::from_bytes(&[0; 32]).is_err());
    assert!(!format!("{key:?}").contains(&hex::encode(*key.to_bytes())));
    let world = World::new();
    let fragment = &world.split(3).fragments[0];
    assert!(!format!("{fragment:?}").contains(&hex::encode(&fragment.body()[32..64])));
    assert_eq!(
        SecretFragment::decode(&fragment.encode()).unwrap().body(),
        fragment.body()
    );
}
