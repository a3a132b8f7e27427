//! Enrolments that must not happen, each with its cause named.

use anyhow::Result;
use tests::{code_of, World};

const MARTA: &str = "marta-type-2-diabetes";
const JONAS: &str = "jonas-type-1-diabetes";

#[tokio::test(flavor = "multi_thread")]
async fn each_with_its_cause() -> Result<()> {
    let mut world = World::new().await?;
    let (marta, jonas, nina) = (
        world.patient("marta")?,
        world.patient("jonas")?,
        world.patient("nina")?,
    );
    world.certify(&marta, MARTA, &[])?;
    world.certify(&jonas, JONAS, &[])?;
    let certified = world.certify(
        &nina,
        MARTA,
        &["--consent", "biomedical", "--as-of", "2020-01-01"],
    )?;
    let study = world.study(&[])?;
    let cancer = world.study(&["--purposes", "cancer"])?;
    let enrol = |patient: &tests::Patient, study: &str| {
        code_of(patient.actor.run(&["patient", "enrol", study, "--yes"]))
    };

    assert_eq!(enrol(&jonas, &study), "criterion-not-met");
    assert_eq!(enrol(&nina, &study), "record-too-old");
    assert_eq!(enrol(&nina, &cancer), "purpose-not-consented");

    // A new version takes the place of the old one
    let bundle = world.data("bundles", MARTA);
    let supersede = ["hospital", "supersede", "marta", &bundle, "--duo", "GRU"];
    world.stage.hospital.run(&supersede)?;
    marta.actor.run(&["patient", "import"])?;
    let old = ["patient", "enrol", &study, "--record", "0", "--yes"];
    assert_eq!(code_of(marta.actor.run(&old)), "record-superseded");

    // Withdrawn records stay usable only for the lifetime of the roots; the client does not try
    let commitment = certified["commitment"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    world
        .stage
        .hospital
        .run(&["hospital", "withdraw", &commitment])?;
    let fresh = world.study(&["--max-record-age", "36500"])?;
    assert_eq!(enrol(&nina, &fresh), "record-withdrawn");

    // Without 2m − 1 receipts there is no enrolment, and nothing is left half done
    for proxy in &mut world.stage.proxies {
        proxy.kill();
    }
    let code = enrol(&marta, &study);
    assert!(
        ["too-few-receipts", "proxy-unreachable", "document-missing"].contains(&code.as_str()),
        "{code}"
    );
    for proxy in &mut world.stage.proxies {
        proxy.start()?;
    }
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    assert_eq!(enrol(&marta, &study), "already-enrolled");
    Ok(())
}
