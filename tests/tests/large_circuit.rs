//! A study whose criteria need the larger circuit.

use anyhow::{Context as _, Result};
use serde_json::{json, Value};
use tests::World;

const BUNDLE: &str = "marta-type-2-diabetes";

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_openings_are_proved_delivered_and_paid_for() -> Result<()> {
    let world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, BUNDLE, &[])?;
    let study = world.study(&["--criteria", &stricter(&world)?])?;
    let offers = marta.actor.run(&["patient", "studies"])?;
    assert_eq!(offers[0]["openings"], 16, "{offers:#}");

    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let institution = &world.stage.institution;
    institution.run(&["institution", "receive", &study])?;
    institution.run(&["institution", "accept", &study])?;
    assert_eq!(world.standing(&marta)?["state"], "settled");
    Ok(())
}

/// The sample criteria and three more diagnoses that exclude: eleven openings.
fn stricter(world: &World) -> Result<String> {
    let sample = std::fs::read_to_string(world.data("criteria", "type-2-diabetes"))?;
    let mut criteria: Value = serde_json::from_str(&sample)?;
    let exclude = criteria["exclude"].as_array_mut().context("exclusions")?;
    for code in ["363346000", "90708001", "84114007"] {
        exclude.push(json!({ "condition": { "system": "http://snomed.info/sct", "code": code } }));
    }
    let path = world.stage.folder().join("stricter.json");
    std::fs::write(&path, criteria.to_string())?;
    Ok(path.display().to_string())
}
