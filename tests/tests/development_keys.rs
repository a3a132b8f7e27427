//! Development keys, for which anybody can forge proofs, on a chain that is no development chain.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use prover::keys::{solidity, VerifyingKey};
use serde_json::{json, Value};
use tests::{code_of, World};

const MARTA: &str = "marta-type-2-diabetes";
/// A chain id that nobody develops on.
const REAL_CHAIN: u64 = 4_242;
const REFUSED: &str = "development-key";

#[tokio::test(flavor = "multi_thread")]
async fn they_are_neither_deployed_nor_used() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    let rpc = world.stage.chain.url().to_owned();

    // The same chain, contracts and keys; only the chain's id says that it is a real one
    let id = json!([REAL_CHAIN]);
    world.stage.chain.call("anvil_setChainId", id).await?;
    rename_chain(&world.stage.folder().join("network.json"))?;

    let enrol = ["patient", "enrol", &study, "--yes"];
    assert_eq!(code_of(marta.actor.run(&enrol)), REFUSED);
    let status = ["consortium", "status"];
    assert_eq!(code_of(world.stage.consortium.run(&status)), REFUSED);
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let proxy = &mut world.stage.proxies[0];
    proxy.kill();
    assert_eq!(code_of(proxy.actor.run(&serve)), REFUSED);

    let deploy = ["consortium", "deploy", "--rpc", &rpc, "--afresh"];
    let consortium = &world.stage.consortium;
    assert_eq!(code_of(consortium.run(&deploy)), REFUSED);
    // A verifier handed over as a ceremony's is found out by its points
    let verifier = "relayer/abi/EligibilityVerifier8.json";
    let named = [&deploy[..], &["--verifier", verifier]].concat();
    assert_eq!(code_of(consortium.run(&named)), REFUSED);
    // One whose points are unknown, by its brand
    let branded = world.stage.folder().join("branded.json");
    fs::write(
        &branded,
        with_another_digest(&fs::read_to_string(verifier)?)?,
    )?;
    let branded = branded.display().to_string();
    let named = [&deploy[..], &["--verifier", &branded]].concat();
    assert_eq!(code_of(consortium.run(&named)), REFUSED);
    // One that is neither is deployed
    let other = with_another_key(world.stage.folder())?;
    let named = [&deploy[..], &["--verifier", &other]].concat();
    consortium.run(&named)?;
    consortium.run(&status)?;
    Ok(())
}

/// Gives the chain in a network file its new id.
fn rename_chain(file: &Path) -> Result<()> {
    let mut network: Value = serde_json::from_slice(&fs::read(file)?)?;
    network["chainId"] = json!(REAL_CHAIN);
    Ok(fs::write(file, serde_json::to_vec(&network)?)?)
}

/// The artefact of a verifier for another key, which is not branded: what a ceremony would give.
fn with_another_key(folder: &Path) -> Result<String> {
    let mut key: Value = serde_json::from_str(&VerifyingKey::development()?.to_json())?;
    key["medshare"]["development"] = json!(false);
    key["vk_delta_2"] = key["vk_beta_2"].clone();
    let key = VerifyingKey::from_json(&key.to_string())?;
    let at = |name: &str| folder.join(name).display().to_string();
    let (source, artefact) = (at("EligibilityVerifier8.sol"), at("verifier.json"));
    fs::write(&source, solidity::contract(&key, "EligibilityVerifier8"))?;
    let compiled = Command::new("node")
        .args(["tools/verifier.mjs", &source, &artefact])
        .status()?;
    anyhow::ensure!(compiled.success(), "the verifier was not compiled");
    Ok(artefact)
}

/// A verifier's artefact with another digest of its key.
fn with_another_digest(artefact: &str) -> Result<String> {
    let hash = hex::encode(VerifyingKey::development()?.hash());
    let changed = artefact.replace(&hash, &"5a".repeat(32));
    (changed != artefact)
        .then_some(changed)
        .context("the artefact holds the key's digest")
}
