//! Disputes that end otherwise than by an answer: slots that collude, patients who revoke, steps that come too late, and what was
//! signed for an earlier attempt.

use anyhow::{Context as _, Result};
use relayer::domain::eip712::{Acceptance, TypedMessage as _};
use relayer::sandbox::StagedProxy;
use serde_json::{json, Value};
use tests::{code_of, Meddling, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";
const ACCEPTANCES: &str = "/v1/acceptances";

/// Enrols a patient in a study of their own; gives study and nullifier.
fn enrolled(world: &World, patient: &Patient) -> Result<(String, String)> {
    world.certify(patient, MARTA, &[])?;
    let study = world.study(&[])?;
    patient.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let standing = world.standing(patient)?;
    let nullifier = standing["nullifier"].as_str().context("a nullifier")?;
    Ok((study, nullifier.to_owned()))
}

/// The same, and the slots have attested.
async fn delivered(world: &World, patient: &Patient) -> Result<(String, String)> {
    let enrolled = enrolled(world, patient)?;
    world.pass_most_of_a_window().await?;
    world.wait_for(patient, "delivered").await?;
    Ok(enrolled)
}

fn challenge(world: &World, (study, nullifier): &(String, String)) -> Result<Value> {
    let args = ["institution", "challenge", study, nullifier];
    Ok(world.stage.institution.run(&args)?)
}

async fn silence(world: &World, withhold: &'static str) -> Result<()> {
    let silent = Meddling {
        withhold: Some(withhold),
        ..Meddling::default()
    };
    world.interpose_all(&silent).await.map(drop)
}

/// One slot of a study that needs two is the institution's: it serves nobody and answers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_colludes_with_the_institution_keeps_nobody_from_being_paid() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    let on = delivered(&world, &marta).await?;
    silence(&world, "/v1/deliveries").await?;
    world.stage.proxies[2].kill();
    assert_eq!(challenge(&world, &on)?["step"], "challenge");
    world.wait_for(&marta, "delivered").await?;
    // The institution does nothing more
    world.pass_window().await?;
    let settled = world.wait_for(&marta, "settled").await?;
    // The price, and half of the bond of 500 that the challenge cost
    assert!(world.paid(&settled).await? >= 1250, "{settled}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_revokes_in_every_state() -> Result<()> {
    let mut world = World::new().await?;
    let [enrolled_only, delivered_only, challenged, demanded] =
        ["enrolled", "delivered", "challenged", "demanded"].map(|name| world.patient(name));
    let revoke =
        |patient: &Patient, study: &str| patient.actor.run(&["patient", "revoke", study]).map(drop);

    let patient = enrolled_only?;
    let on = enrolled(&world, &patient)?;
    revoke(&patient, &on.0)?;
    assert_eq!(world.standing(&patient)?["state"], "revoked");

    let patient = delivered_only?;
    let on = delivered(&world, &patient).await?;
    revoke(&patient, &on.0)?;
    assert_eq!(world.standing(&patient)?["state"], "revoked");

    let (challenged, demanded) = (challenged?, demanded?);
    let first = delivered(&world, &challenged).await?;
    let second = delivered(&world, &demanded).await?;
    // Later slots leave segments to the first one for a while
    silence(&world, "/v1/ciphertexts").await?;
    world.stage.proxies[0].kill();
    assert_eq!(challenge(&world, &second)?["step"], "demand");
    assert_eq!(world.standing(&demanded)?["state"], "demanded");
    revoke(&demanded, &second.0)?;
    assert_eq!(world.standing(&demanded)?["state"], "revoked");

    // The proxy that is left sends for others, and can't answer alone
    world.stage.proxies[1].kill();
    assert_eq!(challenge(&world, &first)?["step"], "challenge");
    assert_eq!(world.standing(&challenged)?["state"], "challenged");
    revoke(&challenged, &first.0)?;
    assert_eq!(world.standing(&challenged)?["state"], "revoked");
    Ok(())
}

/// Both windows have run out: nothing but the ending counts.
#[tokio::test(flavor = "multi_thread")]
async fn steps_after_a_windows_end_are_refused() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    let on = delivered(&world, &marta).await?;
    world.stage.proxies.iter_mut().for_each(StagedProxy::kill);
    world.pass_window().await?;
    let late = world
        .stage
        .institution
        .run(&["institution", "challenge", &on.0, &on.1]);
    assert_eq!(code_of(late), "window-ended");
    world.stage.proxies[0].start()?;
    let settled = world.wait_for(&marta, "settled").await?;
    assert!(world.paid(&settled).await? >= 1000, "{settled}");
    let late = marta.actor.run(&["patient", "revoke", &on.0]);
    assert_eq!(code_of(late), "wrong-state");
    Ok(())
}

/// What the institution signs for one attempt settles no other.
#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_of_an_earlier_attempt_settles_nothing() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    let (study, nullifier) = enrolled(&world, &marta)?;
    let acceptance = Acceptance {
        study_id: study.parse()?,
        nullifier: nullifier.parse()?,
        attempt: 0,
    };
    let signature = acceptance.sign(&world.signing_domain()?, &world.institution_key()?);

    world.stage.proxies.iter_mut().for_each(StagedProxy::kill);
    world.pass_window().await?;
    world
        .stage
        .proxies
        .iter_mut()
        .try_for_each(StagedProxy::start)?;
    world.wait_for(&marta, "refunded").await?;
    let again = marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    assert_eq!(again["attempt"], 1);
    let mut body =
        json!({"studyId": study, "nullifier": nullifier, "attempt": 0, "signature": signature});
    assert_eq!(world.post(1, ACCEPTANCES, &body).await?, "attempt-mismatch");
    body["attempt"] = 1.into();
    assert_eq!(
        world.post(1, ACCEPTANCES, &body).await?,
        "signature-invalid"
    );
    assert_eq!(world.standing(&marta)?["state"], "enrolled");
    Ok(())
}
