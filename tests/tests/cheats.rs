//! Proxies that cheat, and an institution that has the wrong key: who is named, and what suffices all the same.

use std::path::Path;

use anyhow::{Context as _, Result};
use base64::{engine::general_purpose::STANDARD, Engine as _};
use serde_json::Value;
use tests::{code_of, Meddling, World};

const MARTA: &str = "marta-type-2-diabetes";
const JONAS: &str = "jonas-type-1-diabetes";

/// Changes the last byte but one of a capsule fragment: its key fragment's signature fails then.
fn alter_fragment(mut delivery: Value) -> Value {
    let text = delivery["fragment"].as_str().unwrap_or_default();
    let mut bytes = STANDARD.decode(text).unwrap_or_default();
    if let Some(byte) = bytes.iter_mut().rev().nth(1) {
        *byte ^= 1;
    }
    delivery["fragment"] = STANDARD.encode(bytes).into();
    delivery
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_fragment_is_named_and_the_others_suffice() -> Result<()> {
    let world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let meddling = Meddling {
        alter: Some(("/v1/deliveries", alter_fragment)),
        ..Meddling::default()
    };
    let _between = world.interpose(1, meddling.clone()).await?;

    let received = world
        .stage
        .institution
        .run(&["institution", "receive", &study])?;
    let report = &received["deliveries"][0]["report"];
    let proxies = report["proxies"].as_array().cloned().unwrap_or_default();
    let faulty: Vec<_> = proxies
        .iter()
        .filter(|proxy| !proxy["code"].is_null())
        .collect();
    assert_eq!(faulty.len(), 1, "{proxies:#?}");
    assert_eq!(faulty[0]["proxy"], world.stage.proxies[1].address);
    assert_eq!(faulty[0]["code"], "fragment-invalid");
    assert!(received["deliveries"][0]["outcome"]["folder"].is_string());

    // Of all three: none can be opened with, and each is named
    let _others = (
        world.interpose(0, meddling.clone()).await?,
        world.interpose(2, meddling).await?,
    );
    let nina = world.patient("nina")?;
    world.certify(&nina, MARTA, &[])?;
    nina.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let failed = world
        .stage
        .institution
        .run(&["institution", "receive", &study]);
    let told = failed
        .as_ref()
        .err()
        .map(|error| error.stderr.clone())
        .unwrap_or_default();
    assert_eq!(code_of(failed), "fragment-invalid");
    for proxy in &world.stage.proxies {
        assert!(told.contains(&proxy.address), "{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_records_ciphertext_is_refused() -> Result<()> {
    let world = World::new().await?;
    let (marta, jonas) = (world.patient("marta")?, world.patient("jonas")?);
    world.certify(&marta, MARTA, &[])?;
    let of_jonas = world.certify(&jonas, JONAS, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;

    let other = ciphertext(
        world.stage.proxies[0].actor.home(),
        &of_jonas["ciphertextRoot"],
    )?;
    let swap = Meddling {
        instead: Some(("/v1/ciphertexts", other.into())),
        ..Meddling::default()
    };
    world.interpose_all(&swap).await?;
    let receive = ["institution", "receive", &study];
    let failed = world.stage.institution.run(&receive);
    assert_eq!(code_of(failed), "ciphertext-altered");
    // Nothing is left behind, and nothing can be accepted
    let accept = world
        .stage
        .institution
        .run(&["institution", "accept", &study]);
    assert_eq!(code_of(accept), "not-found");

    // One proxy that gives the right one is enough, and the others are named
    world.interpose(2, Meddling::default()).await?;
    let received = world.stage.institution.run(&receive)?;
    let report = &received["deliveries"][0]["report"];
    let named = |proxy: usize| {
        let address = world.stage.proxies[proxy].address.as_str();
        let proxies = report["proxies"].as_array().into_iter().flatten();
        proxies
            .filter(|told| told["proxy"] == address)
            .any(|told| told["code"] == "ciphertext-altered")
    };
    assert_eq!(
        (0..3).map(named).collect::<Vec<_>>(),
        [true, true, false],
        "{report:#}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_receiving_key_opens_nothing() -> Result<()> {
    let world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;

    let other = world.stage.actor("other-institution");
    other.run(&["institution", "new"])?;
    let key = |home: &Path| home.join("institution/receiving.mss");
    std::fs::copy(key(other.home()), key(world.stage.institution.home()))?;
    let failed = world
        .stage
        .institution
        .run(&["institution", "receive", &study]);
    assert_eq!(code_of(failed), "wrong-key");
    Ok(())
}

/// A ciphertext as a proxy's local store holds it, piece by piece.
fn ciphertext(home: &Path, root: &Value) -> Result<Vec<u8>> {
    let root = root.as_str().context("a root")?.trim_start_matches("0x");
    let folder = home.join("proxy/store/ciphertexts").join(root);
    let pieces = std::fs::read_dir(&folder)?.map(|piece| Ok(piece?.path()));
    let mut pieces = pieces.collect::<Result<Vec<_>>>()?;
    pieces.sort();
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.extend(std::fs::read(piece)?);
    }
    Ok(bytes)
}
