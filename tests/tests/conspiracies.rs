//! Proxies that conspire, with each other or with a patient: a fragment that another slot's proxy hands in, a precursor that a patient takes
//! from a stranger, a grant of which only that is right which the contracts check.

use std::time::Duration;

use anyhow::{Context as _, Result};
use relayer::domain::delivery::Delivery;
use relayer::domain::dispute::{ChallengeAnswer, Dispute, SlotFragment};
use relayer::domain::eip712::{Attestation, TypedMessage as _};
use relayer::domain::enrolment::{EnrolmentKey, SlotAttestation};
use relayer::domain::envelope::Envelope;
use relayer::domain::evidence::basis;
use relayer::domain::fragment::SecretFragment;
use relayer::domain::grant::Grant;
use relayer::domain::ids::Address;
use relayer::domain::point::{CompressedPoint, PinnedPoint};
use relayer::domain::signer::EvmKey;
use relayer::ports::ledger::{
    Call, DisputeCall, DisputesReader as _, EnrolmentsReader as _, LedgerError, LedgerWriter as _,
    MembersReader as _, OnEnrolment, StudiesReader as _,
};
use relayer::sandbox::stage::BOND;
use serde_json::{json, Value};
use tests::dishonest::shifted;
use tests::{Dishonest, Meddling, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";
const DELIVERIES: &str = "/v1/deliveries";
/// What a receipt locks, and what a challenge costs.
const SLICE: u128 = 500;
/// Five places, each of the price and three fees.
const ESCROW: u128 = 5 * 1030;

fn step(made: &Result<Value, String>) -> Result<&str, String> {
    let made = made.as_ref().map_err(Clone::clone)?;
    Ok(made["step"].as_str().unwrap_or_default())
}

fn key_of(world: &World, patient: &Patient) -> Result<EnrolmentKey> {
    Ok(serde_json::from_value(world.standing(patient)?)?)
}

/// Has what a proxy serves to the institution.
async fn delivery(world: &World, proxy: usize, on: EnrolmentKey) -> Result<Delivery> {
    let proxy = world.stage.proxies[proxy].address.parse()?;
    let client = world.client(proxy).await?;
    Ok(client.delivery(&world.institution_key()?, on).await?)
}

fn serving(delivery: &Delivery) -> Result<Meddling> {
    Ok(Meddling {
        instead: Some((DELIVERIES, serde_json::to_vec(delivery)?.into())),
        ..Meddling::default()
    })
}

/// Takes a step of a dispute as somebody; gives the cause if the contract refuses.
async fn take(world: &World, key: EvmKey, call: Call) -> Result<(), String> {
    let told = |error: anyhow::Error| error.to_string();
    let ledger = world.ledger_of(key).await.map_err(told)?;
    match ledger.submit(&call).await {
        Ok(_) => Ok(()),
        Err(LedgerError::Refused { code, .. }) => Err(code.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Waits until somebody has answered a challenge, which is open still.
async fn answered(world: &World, on: EnrolmentKey) -> Result<Dispute> {
    let ledger = world.ledger().await?;
    for _ in 0..60 {
        let dispute = ledger.dispute(on, 0).await?;
        if let Some(dispute) = dispute.filter(|dispute| dispute.answered != 0) {
            return Ok(dispute);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    anyhow::bail!("nobody has answered")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_fragment_counts_for_nobody_else() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    world.pass_most_of_a_window().await?;
    world.wait_for(&marta, "delivered").await?;
    let on = key_of(&world, &marta)?;

    // Two proxies serve what they had from the first
    let original = delivery(&world, 0, on).await?;
    for copier in [1, 2] {
        world.interpose(copier, serving(&original)?).await?;
        world.stage.proxies[copier].kill();
    }
    let args = ["institution", "receive", &study];
    let failed = world.stage.institution.run(&args).err();
    let told = failed.context("a failure")?.stderr;
    for copier in [1, 2] {
        let named = format!("{}: fragment invalid", world.stage.proxies[copier].address);
        assert!(told.contains(&named), "{told}");
    }

    // and hand it in when they are challenged, once it can be read from the chain
    let made = world.institution("challenge", on);
    assert_eq!(step(&made), Ok("challenge"));
    let dispute = answered(&world, on).await?;
    assert_eq!(dispute.answered, 0b001);
    let ledger = world.ledger().await?;
    let enrolment = ledger.enrolment(on).await?.context("an enrolment")?;
    let posted = ledger.posted(on, 0).await?;
    let copy = posted.fragments[&0].clone();
    let envelope = Envelope::decode(&original.envelope)?;
    let receiving = world.receiving_key()?.public();
    for (copier, as_slot) in [(1, 1), (2, 2), (1, 0)] {
        let further = DisputeCall::AnswerFurther {
            basis: basis(&envelope, &receiving, &original.grant)?,
            fragments: vec![SlotFragment::new(as_slot, copy.clone(), &envelope.capsule)?],
        };
        let call = Call::Dispute {
            on: OnEnrolment::of(&enrolment),
            step: Box::new(further),
        };
        let key = world.proxy_key(world.stage.proxies[copier].address.parse()?)?;
        let taken = take(&world, key, call).await;
        assert_eq!(taken, Err("fragment-invalid".into()), "as slot {as_slot}");
    }
    assert_eq!(answered(&world, on).await?, dispute);

    // Who copied was silent
    world.pass_window().await?;
    let refunded = world.wait_for(&marta, "refunded").await?;
    assert_eq!(world.paid(&refunded).await?, 1000, "{refunded}");
    let bonds = [BOND, BOND - SLICE, BOND - SLICE];
    assert_eq!(world.free_bonds().await?, bonds);
    assert_eq!(ledger.free_escrow(on.study_id).await?, ESCROW);
    let institution = world.institution_key()?.address();
    assert_eq!(ledger.credit(institution, Address::default()).await?, SLICE);
    Ok(())
}

/// A grant under a precursor whose secret the patient does not have. Its fragments verify.
fn under(
    of: &Dishonest,
    precursor: CompressedPoint,
    stranger: &Grant,
) -> Result<(Grant, Vec<SecretFragment>)> {
    let set = of.set_for(&of.study.terms.receiving_key, 1)?;
    let fragments = set.fragments.iter();
    let fragments: Vec<_> = fragments
        .map(|fragment| of.signed_anew(fragment, &precursor))
        .collect::<Result<_>>()?;
    let grant = of.grant_under(precursor, stranger.proof, &fragments)?;
    Ok((grant, fragments))
}

/// Enrols with a grant that every proxy refuses for this cause, and then all conspire.
async fn enrol_by_conspiracy(
    world: &World,
    of: &Dishonest,
    grant: &Grant,
    fragments: &[SecretFragment],
    cause: &str,
) -> Result<()> {
    let draft = of.draft_with(grant.clone())?;
    for slot in 0..3 {
        let refused = of.ask(world, slot, &draft, fragments).await?.err();
        let refused = refused.context("a refusal")?;
        assert_eq!(refused.code().to_string(), cause);
    }
    let receipts = of.conspired(world, &draft).await?;
    of.send(world, draft, receipts).await
}

/// Ended by the patient's fault: they have this much, and nobody is slashed.
async fn assert_faulted(world: &World, patient: &Patient, paid: u128) -> Result<()> {
    let standing = world.standing(patient)?;
    assert_eq!(standing["state"], "faulted", "{standing}");
    assert_eq!(world.paid(&standing).await?, paid);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_precursor_is_shown_and_nothing_is_revealed() -> Result<()> {
    let world = World::new().await?;
    let study = world.study(&[])?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let stranger = key_of(&world, &marta)?;
    let strangers = delivery(&world, 0, stranger).await?.grant;

    // Copied, and served by proxies that conspire
    let nina = world.patient("nina")?;
    world.certify(&nina, MARTA, &[])?;
    let of = Dishonest::of(&world, &nina, &study).await?;
    let (grant, fragments) = under(&of, strangers.precursor, &strangers)?;
    enrol_by_conspiracy(&world, &of, &grant, &fragments, "precursor-invalid").await?;
    world
        .interpose_all(&serving(&Delivery {
            attempt: 0,
            envelope: of.draft.envelope.clone(),
            tag_blinding: of.draft.tag_blinding,
            fragment: of.reencrypted(&fragments[0])?,
            grant,
        })?)
        .await?;
    let received = world.institution("receive", of.draft.key);
    assert_eq!(received, Err("precursor-invalid".into()));
    let made = world.institution("challenge", of.draft.key);
    assert_eq!(step(&made), Ok("fault"));
    assert_faulted(&world, &nina, 0).await?;

    // Shifted, and shown to nobody but the chain
    let paul = world.patient("paul")?;
    world.certify(&paul, MARTA, &[])?;
    let of = Dishonest::of(&world, &paul, &study).await?;
    let moved = shifted(&strangers.precursor)?;
    let (grant, fragments) = under(&of, moved, &strangers)?;
    enrol_by_conspiracy(&world, &of, &grant, &fragments, "precursor-invalid").await?;
    let silent = Meddling {
        withhold: Some(DELIVERIES),
        ..Meddling::default()
    };
    world.interpose_all(&silent).await?;
    deliver_on_chain(&world, &of, grant, &fragments).await?;
    let received = world.institution("receive", of.draft.key);
    assert_eq!(received, Err("fragments-missing".into()));
    let made = world.institution("challenge", of.draft.key);
    assert_eq!(step(&made), Ok("fault"));
    // Half of what the challenge cost
    assert_faulted(&world, &paul, SLICE / 2).await?;

    // What would open the stranger's record stands nowhere, and she is paid
    for precursor in [&strangers.precursor, &moved] {
        assert!(!world.is_revealed(precursor).await?);
    }
    world.interpose_all(&Meddling::default()).await?;
    let received = world.institution("receive", stranger);
    assert!(received.is_ok(), "{received:?}");
    let accept = ["institution", "accept", &study];
    world.stage.institution.run(&accept)?;
    let settled = world.wait_for(&marta, "settled").await?;
    assert!(world.paid(&settled).await? >= 1000, "{settled}");
    let left = world.ledger().await?.free_escrow(stranger.study_id).await?;
    assert_eq!(left, ESCROW - 1030);
    assert_eq!(world.free_bonds().await?, [BOND; 3]);
    Ok(())
}

/// Proxies that conspire attest, wait to be challenged, and answer with fragments that verify.
async fn deliver_on_chain(
    world: &World,
    of: &Dishonest,
    grant: Grant,
    fragments: &[SecretFragment],
) -> Result<()> {
    let key = of.draft.key;
    let ledger = world.ledger().await?;
    let enrolment = ledger.enrolment(key).await?.context("an enrolment")?;
    let on = OnEnrolment::of(&enrolment);
    let (domain, proxies) = (world.signing_domain()?, &of.study.terms.proxies);
    let attestation = Attestation {
        study_id: key.study_id,
        nullifier: key.nullifier,
        attempt: 0,
    };
    let attestations = (0..2).map(|slot: u8| {
        let signer = world.proxy_key(proxies[usize::from(slot)])?;
        Ok(SlotAttestation {
            slot,
            signature: attestation.sign(&domain, &signer),
        })
    });
    let attestations = attestations.collect::<Result<_>>()?;
    // Anybody may send what is signed, or proves itself
    let sender = EvmKey::random();
    let taken = take(world, sender.clone(), Call::Attest { on, attestations }).await;
    assert_eq!(taken, Ok(()));
    let made = world.institution("challenge", key);
    assert_eq!(step(&made), Ok("challenge"));

    let capsule = Envelope::decode(&of.draft.envelope)?.capsule;
    let shown = (0..2).map(|slot: u8| {
        let fragment = of.reencrypted(&fragments[usize::from(slot)])?;
        Ok(SlotFragment::new(slot, fragment, &capsule)?)
    });
    let answer = ChallengeAnswer {
        record_tag: of.draft.record_tag,
        receiving_key: of.study.terms.receiving_key,
        grant,
        envelope: of.draft.envelope.clone(),
        tag_blinding: of.draft.tag_blinding,
        fragments: shown.collect::<Result<_>>()?,
    };
    let step = Box::new(DisputeCall::Answer(answer));
    let taken = take(world, sender, Call::Dispute { on, step }).await;
    assert_eq!(taken, Ok(()));
    Ok(())
}

/// The contracts go by the study where a grant names threshold and proxies, and by the slots that answer where it pins fragments: so does the
/// institution, or it would pay for what it leaves closed.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_grant_says_beside_the_point_hides_nothing() -> Result<()> {
    let world = World::new().await?;
    let study = world.study(&[])?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let of = Dishonest::of(&world, &marta, &study).await?;
    let set = of.set_for(&of.study.terms.receiving_key, 1)?;
    let mut grant = of.grant(&set, &set.fragments)?;
    grant.threshold = 7;
    grant.slots[0].proxy = grant.slots[1].proxy;
    grant.slots[2].fragment_commitment = PinnedPoint::from_parts(9, [0xff; 32]);
    enrol_by_conspiracy(&world, &of, &grant, &set.fragments, "grant-invalid").await?;
    let silent = Meddling {
        withhold: Some(DELIVERIES),
        ..Meddling::default()
    };
    world.interpose_all(&silent).await?;
    deliver_on_chain(&world, &of, grant, &set.fragments).await?;

    // The file key is open: what is missing is the ciphertext, which nobody serves or posts
    let received = world.institution("receive", of.draft.key);
    assert_eq!(received, Err("not-permitted".into()));
    let made = world.institution("challenge", of.draft.key);
    assert_eq!(step(&made), Ok("demand"));
    assert!(!world.is_revealed(&set.precursor).await?);
    // No proxy ends what it knows nothing of
    let end = ["institution", "end", &study];
    assert_eq!(world.stage.institution.run(&end)?["ended"], json!([]));
    world.pass_window().await?;
    let ended = world.stage.institution.run(&end)?;
    assert_eq!(ended["ended"][0]["step"], "expire", "{ended}");
    assert_eq!(world.standing(&marta)?["state"], "refunded");
    assert_eq!(world.free_bonds().await?, [BOND - SLICE; 3]);
    Ok(())
}
