//! Grants with a precursor whose secret the patient does not know: an institution that shows why such a grant does not open
//! would show what opens a stranger's record, so no proxy takes one.

use anyhow::{Context as _, Result};
use k256::elliptic_curve::group::GroupEncoding as _;
use k256::{AffinePoint, ProjectivePoint};
use serde_json::Value;
use tests::{code_of, Meddling, World};

const MARTA: &str = "marta-type-2-diabetes";
const GRANTS: &str = "/v1/grants";

#[tokio::test(flavor = "multi_thread")]
async fn copied_and_shifted_ones_are_refused_by_every_proxy() -> Result<()> {
    let world = World::new().await?;
    let (marta, nina) = (world.patient("marta")?, world.patient("nina")?);
    world.certify(&marta, MARTA, &[])?;
    world.certify(&nina, MARTA, &[])?;
    let study = world.study(&[])?;
    let between = world.interpose_all(&Meddling::default()).await?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let stranger = between[0].seen(GRANTS)[0].json()?["grant"].clone();

    let withhold = Meddling {
        withhold: Some(GRANTS),
        ..Meddling::default()
    };
    let between = world.interpose_all(&withhold).await?;
    let failed = nina.actor.run(&["patient", "enrol", &study, "--yes"]);
    assert_eq!(code_of(failed), "chain-unreachable");
    for (proxy, between) in between.iter().enumerate() {
        let draft = between.seen(GRANTS)[0].json()?;
        let mut copied = draft.clone();
        copied["grant"]["precursor"] = stranger["precursor"].clone();
        copied["grant"]["proof"] = stranger["proof"].clone();
        assert_eq!(
            world.post(proxy, GRANTS, &copied).await?,
            "precursor-invalid"
        );

        let mut shifted = copied.clone();
        shifted["grant"]["precursor"] = shift(&stranger["precursor"])?;
        assert_eq!(
            world.post(proxy, GRANTS, &shifted).await?,
            "precursor-invalid"
        );
        shifted["grant"]["proof"] = draft["grant"]["proof"].clone();
        assert_eq!(
            world.post(proxy, GRANTS, &shifted).await?,
            "precursor-invalid"
        );

        // Nothing else was wrong with it
        assert_eq!(world.post(proxy, GRANTS, &draft).await?, "accepted");
    }
    Ok(())
}

/// The point, moved by the generator.
fn shift(point: &Value) -> Result<Value> {
    let bytes = hex::decode(point.as_str().context("a point")?.trim_start_matches("0x"))?;
    let bytes: [u8; 33] = bytes.try_into().ok().context("33 bytes")?;
    let point = Option::<AffinePoint>::from(AffinePoint::from_bytes(&bytes.into()));
    let moved = ProjectivePoint::from(point.context("a point")?) + ProjectivePoint::GENERATOR;
    Ok(format!("0x{}", hex::encode(moved.to_affine().to_bytes())).into())
}
