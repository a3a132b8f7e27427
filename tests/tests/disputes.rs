//! Deliveries that are challenged, and what the proxies do about it by themselves.

use anyhow::{Context as _, Result};
use serde_json::Value;
use tests::{code_of, Meddling, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";

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
        withhold: Some("/v1/ciphertexts"),
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
