//! Studies, enrolments and what follows.

use prover::circuit::inputs::EligibilityInputs;
use prover::circuit::CircuitSize;
use prover::keys::VerifyingKey;
use prover::record::Terms;

use super::chain::NOW;
use super::proxy::Manner;
use super::world::{PaperProver, World, VERIFYING_KEY};
use crate::app::patient::enrol::{EnrolOrder, Enrolled, Prepared};
use crate::app::patient::fit::Moment;
use crate::domain::enrolment::{EnrolmentState, ProofWords};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::VerifyingKeyHash;
use crate::domain::uses::Use;
use crate::ports::proving::EligibilityProver;

fn quiet(_: &str) {}

async fn with_record(terms: Terms) -> World {
    let world = World::new().await;
    world.certify(0, terms);
    world.patient.find_records(&quiet).await.unwrap();
    world
}

async fn prepare(world: &World) -> Result<Prepared, Failure> {
    let order = EnrolOrder {
        study: world.study(),
        record: None,
    };
    world.patient.prepare(&order, &quiet).await
}

async fn enrol(world: &World) -> Result<Enrolled, Failure> {
    let prepared = prepare(world).await?;
    world
        .patient
        .enrol(&prepared, None, &PaperProver, &quiet)
        .await
}

async fn obstacle(world: &World) -> FailureCode {
    enrol(world).await.err().unwrap().code()
}

#[tokio::test]
async fn a_record_that_fits_is_enrolled_once() {
    let world = with_record(World::terms()).await;
    let enrolled = enrol(&world).await.unwrap();
    assert_eq!((enrolled.attempt, enrolled.slots.len()), (0, 3));
    let followed = world.patient.followed(world.study()).await.unwrap();
    assert!(followed.latest().unwrap().is_ours);
    assert_eq!(followed.enrolment.details.record_tag, enrolled.record_tag);
    assert_eq!(followed.enrolment.details.slots, 0b111);
    assert_eq!(obstacle(&world).await, FailureCode::AlreadyEnrolled);

    let (restored, _) = world.restored().await;
    let all = restored.enrolments(&quiet).await.unwrap();
    assert_eq!(all.len(), 1);
    assert!(all[0].latest().unwrap().is_ours);
}

#[tokio::test]
async fn the_circuit_is_the_one_that_the_study_names() {
    let world = with_record(World::terms()).await;
    let criteria = prover::criteria::parse(super::world::CRITERIA).unwrap();
    let large = criteria.compile(CircuitSize::Large).unwrap().hash();
    let small = criteria.compile(CircuitSize::Small).unwrap().hash();
    world.change_study(|study| {
        study.terms.openings = 16;
        study.terms.criteria_hash = (&small).into();
    });
    assert_eq!(obstacle(&world).await, FailureCode::CriteriaMismatch);
    world.change_study(|study| study.terms.criteria_hash = (&large).into());
    enrol(&world).await.unwrap();
    world.change_study(|study| study.terms.openings = 12);
    assert_eq!(obstacle(&world).await, FailureCode::UnsupportedVersion);
}

#[tokio::test]
async fn a_retry_makes_the_same_grant_and_the_next_attempt_another() {
    let world = with_record(World::terms()).await;
    (0..3).for_each(|proxy| world.set_manner(proxy, Manner::Idle));
    assert_eq!(obstacle(&world).await, FailureCode::ChainUnreachable);
    (0..3).for_each(|proxy| world.set_manner(proxy, Manner::Honest));
    enrol(&world).await.unwrap();
    let key = world
        .patient
        .followed(world.study())
        .await
        .unwrap()
        .enrolment
        .key;
    let refunded = EnrolmentState::Refunded;
    world
        .chain
        .0
        .lock()
        .unwrap()
        .enrolments
        .get_mut(&key)
        .unwrap()
        .state = refunded;
    assert_eq!(enrol(&world).await.unwrap().attempt, 1);
    // What the refunded attempt is owed can still be claimed
    let followed = world.patient.followed(world.study()).await.unwrap();
    let of_first = world
        .patient
        .seed
        .enrolment_secrets(world.study(), 0)
        .payout;
    assert_eq!(followed.payouts.len(), 2);
    assert_eq!(followed.payouts[0].account, of_first.address());
    assert!(followed.payouts.iter().all(|payout| payout.is_ours));
    let drafts = world.proxies[0].drafts.lock().unwrap();
    assert_eq!(drafts[0].grant.digest(), drafts[1].grant.digest());
    assert_ne!(drafts[1].grant.precursor, drafts[2].grant.precursor);
    assert_ne!(drafts[1].record_tag, drafts[2].record_tag);
    assert_ne!(drafts[1].payout, drafts[2].payout);
}

#[tokio::test]
async fn receipts_must_suffice_and_be_the_proxys_own() {
    let world = with_record(World::terms()).await;
    world.set_manner(1, Manner::ForeignReceipts);
    let failure = enrol(&world).await.err().unwrap();
    // 2m − 1 = 3 are needed
    assert_eq!(failure.code(), FailureCode::SignatureInvalid);
    assert!(
        failure.message().starts_with("2 of 3 receipts"),
        "{failure}"
    );
    world.set_manner(1, Manner::Unreachable);
    assert_eq!(obstacle(&world).await, FailureCode::TooFewReceipts);
    world.set_manner(1, Manner::Honest);
    world.set_manner(0, Manner::Idle);
    enrol(&world).await.unwrap();
}

#[tokio::test]
async fn an_enrolment_that_a_silent_proxy_sent_counts() {
    let world = with_record(World::terms()).await;
    world.set_manner(0, Manner::SilentAfterSending);
    let enrolled = enrol(&world).await.unwrap();
    assert_eq!(enrolled.transaction, None);
    let followed = world.patient.followed(world.study()).await.unwrap();
    assert_eq!(followed.enrolment.details.record_tag, enrolled.record_tag);
}

#[tokio::test]
async fn every_obstacle_of_the_study_has_its_cause() {
    let world = with_record(World::terms()).await;
    world.change_study(|study| study.terms.opens_at = NOW + 1);
    assert_eq!(obstacle(&world).await, FailureCode::StudyNotOpen);
    world.change_study(|study| study.terms.opens_at = NOW);
    world.change_study(|study| study.closed = true);
    assert_eq!(obstacle(&world).await, FailureCode::StudyClosed);
    world.change_study(|study| study.closed = false);
    world.change_study(|study| study.quota = 0);
    assert_eq!(obstacle(&world).await, FailureCode::QuotaUsedUp);
    world.change_study(|study| study.quota = 5);
    world.change_study(|study| study.terms.minimum_records = 2);
    assert_eq!(obstacle(&world).await, FailureCode::CrowdTooSmall);
    world.change_study(|study| study.terms.minimum_records = 1);
    world.change_study(|study| study.terms.purposes |= Use::Commercial.bit());
    let failure = enrol(&world).await.err().unwrap();
    assert_eq!(failure.code(), FailureCode::PurposeNotConsented);
    assert!(failure.message().contains("commercial"), "{failure}");
    world.change_study(|study| study.terms.purposes = Use::Cancer.bit());
    world.change_study(|study| study.terms.criteria_hash = "0x01".parse().unwrap_or_default());
    assert_eq!(obstacle(&world).await, FailureCode::CriteriaMismatch);
}

#[tokio::test]
async fn every_obstacle_of_the_record_has_its_cause() {
    let today = Moment::of_block(NOW).unwrap().reference.day;
    let expired = Terms {
        expiry_day: today - 1,
        ..World::terms()
    };
    assert_eq!(
        obstacle(&with_record(expired).await).await,
        FailureCode::RecordExpired
    );
    let old = Terms {
        as_of_day: today - 31,
        ..World::terms()
    };
    assert_eq!(
        obstacle(&with_record(old).await).await,
        FailureCode::RecordTooOld
    );
    let mapping = Terms {
        mapping_version: 99,
        ..World::terms()
    };
    assert_eq!(
        obstacle(&with_record(mapping).await).await,
        FailureCode::MappingMismatch
    );

    let world = with_record(World::terms()).await;
    let commitment = world.patient.record(0).unwrap().commitment;
    world.chain.withdraw(commitment);
    assert_eq!(obstacle(&world).await, FailureCode::RecordWithdrawn);

    let world = World::new().await;
    assert_eq!(obstacle(&world).await, FailureCode::NotFound);
}

#[tokio::test]
async fn a_criterion_that_fails_is_said_in_words() {
    let world = with_record(World::terms()).await;
    let minors = r#"{"include": [{"text": "children", "age": {"$lt": 18}}]}"#;
    let hash =
        crate::domain::ids::ContentHash::new(crate::domain::hash::sha256(&[minors.as_bytes()]));
    let criteria = prover::criteria::compile(minors).unwrap().hash();
    world.proxies[0]
        .documents
        .lock()
        .unwrap()
        .insert(hash, minors.into());
    world.change_study(|study| {
        study.terms.criteria_document = hash;
        study.terms.criteria_hash = (&criteria).into();
    });
    let failure = enrol(&world).await.err().unwrap();
    assert_eq!(failure.code(), FailureCode::CriterionNotMet);
    assert!(
        failure
            .message()
            .starts_with("criterion 1 is not met (children)"),
        "{failure}"
    );
}

#[tokio::test]
async fn revoking_goes_through_any_proxy_and_ends_it() {
    let world = with_record(World::terms()).await;
    let study = world.study();
    let absent = world.patient.revoke(study).await.unwrap_err();
    assert_eq!(absent.code(), FailureCode::NotFound);
    enrol(&world).await.unwrap();
    world.set_manner(0, Manner::Unreachable);
    world.patient.revoke(study).await.unwrap();
    assert_eq!(
        world.patient.revoke(study).await.unwrap_err().code(),
        FailureCode::WrongState
    );
    assert_eq!(obstacle(&world).await, FailureCode::Revoked);
}

/// Has a key, and must not be asked to prove with it.
struct IdleProver(VerifyingKeyHash);

impl EligibilityProver for IdleProver {
    fn verifying_key_hash(&self, _: CircuitSize) -> Result<VerifyingKeyHash, Failure> {
        Ok(self.0)
    }

    fn prove(&self, _: &EligibilityInputs) -> Result<ProofWords, Failure> {
        Err(Failure::new(FailureCode::Internal, "proved"))
    }
}

/// What comes of enrolling with this key while the chain has that one.
async fn enrol_with(
    ours: VerifyingKeyHash,
    theirs: VerifyingKeyHash,
    chain_id: u64,
) -> FailureCode {
    let world = with_record(World::terms()).await;
    let prepared = prepare(&world).await.unwrap();
    {
        let mut state = world.chain.0.lock().unwrap();
        (state.chain_id, state.verifying_key) = (Some(chain_id), Some(theirs));
    }
    let prover = IdleProver(ours);
    let enrolled = world.patient.enrol(&prepared, None, &prover, &quiet).await;
    enrolled.err().unwrap().code()
}

#[tokio::test]
async fn a_key_is_compared_before_it_proves() {
    let development = VerifyingKeyHash::new(
        VerifyingKey::development(CircuitSize::Small)
            .unwrap()
            .hash(),
    );
    let other = VerifyingKeyHash::new([1; 32]);
    let code = enrol_with(development, development, 1).await;
    assert_eq!(code, FailureCode::DevelopmentKey);
    let code = enrol_with(other, VERIFYING_KEY, 31_337).await;
    assert_eq!(code, FailureCode::ProofInvalid);
    // Where nothing is wrong with the key, it is asked to prove
    for (key, chain_id) in [(development, 31_337), (other, 1)] {
        let code = enrol_with(key, key, chain_id).await;
        assert_eq!(code, FailureCode::Internal);
    }
}
