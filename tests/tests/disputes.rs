//! Deliveries that are challenged, and what the proxies do about it by themselves.

use std::path::Path;

use anyhow::{Context as _, Result};
use relayer::domain::enrolment::EnrolmentKey;
use relayer::domain::merkle::{SEALED_SEGMENT_BYTES, SEGMENT_BYTES};
use relayer::ports::ledger::DisputesReader as _;
use serde_json::Value;
use tests::{code_of, Meddling, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";
const CIPHERTEXTS: &str = "/v1/ciphertexts";

/// An enrolment that the slots have attested: the challenge window runs.
async fn delivered(world: &World) -> Result<(Patient, String, String)> {
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    world.stage.chain.pass(400, 3).await?;
    let standing = world.wait_for(&marta, "delivered").await?;
    let nullifier = standing["nullifier"].as_str().context("a nullifier")?;
    Ok((marta, study, nullifier.to_owned()))
}

fn challenge(world: &World, study: &str, nullifier: &str) -> Result<Value> {
    let args = ["institution", "challenge", study, nullifier];
    Ok(world.stage.institution.run(&args)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn proxies_that_do_not_serve_deliver_on_chain() -> Result<()> {
    let world = World::new().await?;
    let (marta, study, nullifier) = delivered(&world).await?;
    let receive = ["institution", "receive", &study, &nullifier];

    // What opens is not challenged, and nothing is revealed of it
    let refused = challenge(&world, &study, &nullifier);
    let refused = refused.err().context("a refusal")?.to_string();
    assert!(refused.contains("nothing to challenge"), "{refused}");

    let silent = Meddling {
        withhold: Some("/v1/deliveries"),
        ..Meddling::default()
    };
    world.interpose_all(&silent).await?;
    assert!(world.stage.institution.run(&receive).is_err());
    let made = challenge(&world, &study, &nullifier)?;
    assert_eq!(made["step"], "challenge", "{made}");

    // The proxies answer by themselves, and the chain has what they did not serve
    world.wait_for(&marta, "delivered").await?;
    let received = world.stage.institution.run(&receive)?;
    let folder = &received["deliveries"][0]["outcome"]["folder"];
    assert!(folder.is_string(), "{received:#}");
    // Half the bond, which is one slice of 500
    let standing = world.standing(&marta)?;
    assert!(world.paid(&standing).await? >= 250, "{standing}");

    // Once an attempt
    let again = world
        .stage
        .institution
        .run(&["institution", "challenge", &study, &nullifier]);
    assert_eq!(code_of(again), "wrong-state");
    world
        .stage
        .institution
        .run(&["institution", "accept", &study])?;
    let standing = world.standing(&marta)?;
    assert_eq!(standing["state"], "settled");
    assert!(world.paid(&standing).await? >= 1250, "{standing}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ciphertext_that_nobody_serves_is_posted_segment_by_segment() -> Result<()> {
    let world = World::new().await?;
    let (marta, study, nullifier) = delivered(&world).await?;
    let receive = ["institution", "receive", &study, &nullifier];
    let silent = Meddling {
        withhold: Some(CIPHERTEXTS),
        ..Meddling::default()
    };
    world.interpose_all(&silent).await?;
    assert!(world.stage.institution.run(&receive).is_err());
    let made = challenge(&world, &study, &nullifier)?;
    assert_eq!(made["step"], "demand", "{made}");
    world.wait_for(&marta, "delivered").await?;
    let received = world.stage.institution.run(&receive)?;
    let folder = &received["deliveries"][0]["outcome"]["folder"];
    assert!(folder.is_string(), "{received:#}");
    Ok(())
}

/// A delivery with an attachment of forty segments.
async fn scan_delivered(world: &World) -> Result<(EnrolmentKey, Patient, Vec<u8>)> {
    let attachment = world.stage.folder().join("scan.dcm");
    let content: Vec<u8> = (0..40 * SEGMENT_BYTES)
        .map(|at| at.to_le_bytes()[1])
        .collect();
    std::fs::write(&attachment, &content)?;
    let marta = world.patient("marta")?;
    let attach = ["--attach", &attachment.display().to_string()];
    world.certify(&marta, MARTA, &attach)?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    world.pass_most_of_a_window().await?;
    let standing = world.wait_for(&marta, "delivered").await?;
    Ok((serde_json::from_value(standing)?, marta, content))
}

/// The segments from this one on are demanded, posted, and with what is served of the rest they are the whole.
async fn assert_posted_from_20_on(
    world: &World,
    (on, marta, content): (EnrolmentKey, Patient, Vec<u8>),
) -> Result<()> {
    let (study, nullifier) = (on.study_id.to_string(), on.nullifier.to_string());
    let receive = ["institution", "receive", &study, &nullifier];
    let failed = world.stage.institution.run(&receive);
    assert_eq!(code_of(failed), "ciphertext-altered");

    let made = challenge(world, &study, &nullifier)?;
    assert_eq!(made["step"], "demand", "{made}");
    world.wait_for(&marta, "delivered").await?;
    let demand = world.ledger().await?.posted(on, 0).await?.demand;
    let demanded: Vec<u32> = (20..36).collect();
    assert_eq!(demand.context("a demand")?.segments, demanded);
    let received = world.stage.institution.run(&receive)?;
    let folder = &received["deliveries"][0]["outcome"]["folder"];
    let opened = Path::new(folder.as_str().context("a folder")?).join("attachments/scan.dcm");
    assert!(std::fs::read(opened)? == content, "another attachment");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_nobody_serves_is_posted_and_the_rest_served() -> Result<()> {
    let world = World::new().await?;
    let delivered = scan_delivered(&world).await?;
    let cut = Meddling {
        cut: Some((CIPHERTEXTS, 20 * SEALED_SEGMENT_BYTES + 9)),
        ..Meddling::default()
    };
    world.interpose_all(&cut).await?;
    assert_posted_from_20_on(&world, delivered).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_everybody_alters_is_posted_and_the_rest_served() -> Result<()> {
    let world = World::new().await?;
    let delivered = scan_delivered(&world).await?;
    let flipped = |segment: usize| Meddling {
        flip: Some((CIPHERTEXTS, segment * SEALED_SEGMENT_BYTES + 9)),
        ..Meddling::default()
    };
    // What each alters, another has
    for (proxy, segment) in [3, 30, 20].into_iter().enumerate() {
        world.interpose(proxy, flipped(segment)).await?;
    }
    let on = delivered.0;
    let refused = world.institution("challenge", on);
    assert_eq!(refused, Err("wrong-state".into()));

    world.interpose_all(&flipped(20)).await?;
    assert_posted_from_20_on(&world, delivered).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_that_too_few_answer_is_refunded() -> Result<()> {
    let mut world = World::new().await?;
    let (marta, study, nullifier) = delivered(&world).await?;
    world.stage.proxies[1].kill();
    world.stage.proxies[2].kill();
    challenge(&world, &study, &nullifier)?;
    world.pass_window().await?;
    let refunded = world.wait_for(&marta, "refunded").await?;
    // Two silent slots lost a slice of 500 each, and the patient has the price
    assert_eq!(world.paid(&refunded).await?, 1000, "{refunded}");
    Ok(())
}
