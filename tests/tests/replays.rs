//! Enrolments that somebody else sends, or sends again: with another payout address, study or attempt, too late, or after a
//! revocation. Whoever holds the request can post it to any proxy, which sends it to the chain.

use anyhow::{Context as _, Result};
use relayer::domain::eip712::{Receipt, TypedMessage as _};
use serde_json::{json, Value};
use tests::{code_of, Meddling, Options, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";
const JONAS: &str = "jonas-type-1-diabetes";
const ENROLMENTS: &str = "/v1/enrolments";
const ANOTHER: &str = "0x00000000000000000000000000000000000000aa";

/// Has a patient enrol while no proxy sends the transaction: what would be sent.
async fn withheld(world: &World, patient: &Patient, study: &str) -> Result<Value> {
    let meddling = Meddling {
        withhold: Some(ENROLMENTS),
        ..Meddling::default()
    };
    let between = world.interpose_all(&meddling).await?;
    let failed = patient.actor.run(&["patient", "enrol", study, "--yes"]);
    assert_eq!(code_of(failed), "chain-unreachable");
    between[0].seen(ENROLMENTS)[0].json()
}

fn with(request: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut request = request.clone();
    request[name] = value.into();
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_good_for_one_payout_study_and_attempt() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let (study, other_study) = (world.study(&[])?, world.study(&[])?);
    let request = withheld(&world, &marta, &study).await?;

    let elsewhere = with(&request, "payout", ANOTHER);
    assert_eq!(
        world.post(0, ENROLMENTS, &elsewhere).await?,
        "proof-invalid"
    );
    let other = with(&request, "studyId", other_study.clone());
    assert_eq!(
        world.post(0, ENROLMENTS, &other).await?,
        "signature-invalid"
    );
    // Even if all its proxies conspire and sign for it
    let signed = signed_by_all(&world, &other)?;
    assert_eq!(world.post(0, ENROLMENTS, &signed).await?, "proof-invalid");
    let next = with(&request, "attempt", 1);
    assert_eq!(world.post(0, ENROLMENTS, &next).await?, "attempt-mismatch");
    assert_eq!(world.standing(&marta)?, Value::Null, "nothing came of them");

    // The request itself is good, until its receipts expire
    if !world.can_wait_hours() {
        return Ok(());
    }
    world.stage.chain.pass(3601, 1).await?;
    assert_eq!(
        world.post(0, ENROLMENTS, &request).await?,
        "receipt-expired"
    );
    let between = world.interpose_all(&Meddling::default()).await?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let request = between[0].seen(ENROLMENTS)[0].json()?;
    assert_eq!(
        world.post(1, ENROLMENTS, &request).await?,
        "already-enrolled"
    );

    // After a refund the next attempt needs receipts of its own
    world
        .stage
        .proxies
        .iter_mut()
        .for_each(relayer::sandbox::StagedProxy::kill);
    world.pass_window().await?;
    for proxy in &mut world.stage.proxies {
        proxy.start()?;
    }
    world.wait_for(&marta, "refunded").await?;
    // Another proxy than the one that sent it, which would only say that it did
    assert_eq!(
        world.post(1, ENROLMENTS, &request).await?,
        "attempt-mismatch"
    );
    let next = with(&request, "attempt", 1);
    assert_eq!(world.post(1, ENROLMENTS, &next).await?, "signature-invalid");
    let signed = signed_by_all(&world, &next)?;
    assert_eq!(world.post(1, ENROLMENTS, &signed).await?, "proof-invalid");
    Ok(())
}

/// The request with receipts that its proxies sign whatever they checked.
fn signed_by_all(world: &World, request: &Value) -> Result<Value> {
    let domain = world.signing_domain()?;
    let mut request = request.clone();
    let mut receipts = request["receipts"].take();
    for receipt in receipts.as_array_mut().into_iter().flatten() {
        let slot = usize::try_from(receipt["slot"].as_u64().context("a slot")?)?;
        let mut message = request.clone();
        message["validUntil"] = receipt["validUntil"].clone();
        let members = [
            "studyId",
            "nullifier",
            "attempt",
            "recordTag",
            "grantDigest",
            "validUntil",
        ];
        let message: Value = members
            .iter()
            .map(|name| ((*name).to_owned(), message[*name].clone()))
            .collect();
        let message: Receipt = serde_json::from_value(message)?;
        let proxy = world.stage.proxies[slot].address.parse()?;
        receipt["signature"] = json!(message.sign(&domain, &world.proxy_key(proxy)?));
    }
    request["receipts"] = receipts;
    Ok(request)
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_before_enrolment_and_a_stale_root() -> Result<()> {
    let bounds = vec!["rootLifetime=86400".to_owned()];
    let world = World::with(Options {
        bounds,
        ..Options::default()
    })
    .await?;
    let (marta, nina) = (world.patient("marta")?, world.patient("nina")?);
    world.certify(&marta, MARTA, &[])?;
    world.certify(&nina, MARTA, &[])?;
    let study = world.study(&[])?;

    let revoked = withheld(&world, &marta, &study).await?;
    marta
        .actor
        .run(&["patient", "revoke", &study, "--before"])?;
    assert_eq!(world.post(1, ENROLMENTS, &revoked).await?, "revoked");
    let again = marta.actor.run(&["patient", "enrol", &study, "--yes"]);
    assert_eq!(code_of(again), "revoked");

    let old = withheld(&world, &nina, &study).await?;
    let jonas = world.patient("jonas")?;
    world.certify(&jonas, JONAS, &[])?;
    // Its day is yesterday then, and counts; the root was replaced too long ago
    if !world.can_wait_hours() {
        return Ok(());
    }
    world.stage.chain.pass(86_401, 1).await?;
    assert_eq!(world.post(1, ENROLMENTS, &old).await?, "stale-root");
    Ok(())
}
