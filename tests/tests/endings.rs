//! Deliveries that do not go as they should, and who is paid then.

use anyhow::Result;
use tests::{code_of, World};

const MARTA: &str = "marta-type-2-diabetes";

#[tokio::test(flavor = "multi_thread")]
async fn one_proxy_alive_of_three_then_the_refund() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    world.stage.proxies[1].kill();
    world.stage.proxies[2].kill();

    let failed = world
        .stage
        .institution
        .run(&["institution", "receive", &study]);
    let message = failed
        .as_ref()
        .err()
        .map(|error| error.stderr.clone())
        .unwrap_or_default();
    assert!(message.contains("fragments missing (1 of 2)"), "{message}");
    assert_eq!(code_of(failed), "fragments-missing");

    world.pass_window().await?;
    let refunded = world.wait_for(&marta, "refunded").await?;
    // Silent slots lost a slice of 500 each; the patient is compensated up to the price
    assert_eq!(world.paid(&refunded).await?, 1000, "{refunded}");

    world.stage.proxies[1].start()?;
    world.stage.proxies[2].start()?;
    let again = marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    assert_eq!(again["attempt"], 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_institution_pays_all_the_same() -> Result<()> {
    let world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    // Past half the delivery window the proxies attest by themselves
    world.pass_most_of_a_window().await?;
    world.wait_for(&marta, "delivered").await?;
    world.pass_window().await?;
    let settled = world.wait_for(&marta, "settled").await?;
    assert_eq!(world.paid(&settled).await?, 1000, "{settled}");
    Ok(())
}

/// No proxy is left that would end anything: the patient is paid, and the institution has its money back, all the same.
#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_alive_at_the_end() -> Result<()> {
    let mut world = World::new().await?;
    let (marta, nina) = (world.patient("marta")?, world.patient("nina")?);
    world.certify(&marta, MARTA, &[])?;
    world.certify(&nina, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    world.pass_most_of_a_window().await?;
    world.wait_for(&marta, "delivered").await?;
    nina.actor.run(&["patient", "enrol", &study, "--yes"])?;
    for proxy in &mut world.stage.proxies {
        proxy.kill();
    }
    let claim = ["patient", "claim", &study];
    assert_eq!(code_of(marta.actor.run(&claim)), "nothing-to-claim");
    world.pass_window().await?;
    marta.actor.run(&claim)?;
    let settled = world.standing(&marta)?;
    assert_eq!(settled["state"], "settled", "{settled}");
    assert_eq!(world.paid(&settled).await?, 1000, "{settled}");

    let end = ["institution", "end", &study];
    let ended = world.stage.institution.run(&end)?;
    assert_eq!(ended["ended"][0]["step"], "refund", "{ended}");
    assert_eq!(world.standing(&nina)?["state"], "refunded");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_after_enrolment() -> Result<()> {
    let world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    marta.actor.run(&["patient", "revoke", &study])?;
    assert_eq!(world.standing(&marta)?["state"], "revoked");
    let nullifier = world.standing(&marta)?["nullifier"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let receive = world
        .stage
        .institution
        .run(&["institution", "receive", &study, &nullifier]);
    assert_eq!(code_of(receive), "revoked");
    let again = marta.actor.run(&["patient", "enrol", &study, "--yes"]);
    assert_eq!(code_of(again), "revoked");
    Ok(())
}
