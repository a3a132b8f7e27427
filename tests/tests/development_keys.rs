//! Development keys, for which anybody can forge proofs, on a chain that is no development chain.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use prover::circuit::CircuitSize;
use prover::keys::{solidity, VerifyingKey};
use relayer::sandbox::SandboxError;
use serde_json::{json, Value};
use tests::{code_of, World};

const MARTA: &str = "marta-type-2-diabetes";
/// A chain id that nobody develops on.
const REAL_CHAIN: u64 = 4_242;
const REFUSED: &str = "development-key";
const SMALL: &str = "EligibilityVerifier8";
const LARGE: &str = "EligibilityVerifier16";

#[tokio::test(flavor = "multi_thread")]
async fn they_are_neither_deployed_nor_used() -> Result<()> {
    let mut world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    let rpc = world.stage.chain.urls();

    // The same chain, contracts and keys; only the chain's id says that it is a real one
    let id = json!([REAL_CHAIN]);
    world.stage.chain.call("anvil_setChainId", id).await?;
    let network = world.stage.folder().join("network.json");
    change(&network, |network| network["chainId"] = json!(REAL_CHAIN))?;
    let status = ["consortium", "status"];
    assert_eq!(code_of(world.stage.consortium.run(&status)), REFUSED);

    // A network file that names no keys: who proves or verifies finds out by the own key
    change(&network, |network| {
        network["verifyingKeyHashes"] = json!({});
    })?;
    let enrol = ["patient", "enrol", &study, "--yes"];
    assert_eq!(code_of(marta.actor.run(&enrol)), REFUSED);
    let proxy = &mut world.stage.proxies[0];
    proxy.kill();
    let Err(SandboxError::NotReady { log, .. }) = proxy.start() else {
        anyhow::bail!("the proxy must not serve");
    };
    assert!(fs::read_to_string(log)?.contains(REFUSED));

    let folder = world.stage.folder();
    let key = VerifyingKey::development(CircuitSize::Small)?;
    let own = solidity::contract(&key, SMALL);
    let brand = |answer: bool| format!("DEVELOPMENT_KEY = {answer}");
    let unbranded = own.replace(&brand(true), &brand(false));
    let ceremony = another(&key)?;
    let other = solidity::contract(&ceremony, SMALL);
    let file = folder.join("vkey.json").display().to_string();
    fs::write(&file, ceremony.to_json())?;
    let branded = other.replace(&brand(false), &brand(true));
    // Nothing is wrong with the other circuit's
    let large = another(&VerifyingKey::development(CircuitSize::Large)?)?;
    let large_file = folder.join("vkey-16.json").display().to_string();
    fs::write(&large_file, large.to_json())?;
    let large_verifier = compile(folder, LARGE, &solidity::contract(&large, LARGE))?;
    let deploy = ["consortium", "deploy", "--rpc", &rpc, "--afresh"];
    let consortium = &world.stage.consortium;
    let deployed = |source: &str| -> Result<_> {
        let verifier = compile(folder, SMALL, source)?;
        let verifiers = ["--verifier", &verifier, "--verifier", &large_verifier];
        let keys = ["--verifying-key", &file, "--verifying-key", &large_file];
        Ok(consortium.run(&[&deploy[..], &verifiers, &keys].concat()))
    };
    assert_eq!(code_of(consortium.run(&deploy)), REFUSED);
    assert_eq!(code_of(deployed(&unbranded)?), REFUSED);
    assert_eq!(code_of(deployed(&branded)?), REFUSED);
    deployed(&other)??;
    // Only with the key that it is said to have
    fs::write(&file, key.to_json())?;
    assert_eq!(code_of(deployed(&other)?), "wrong-key");
    consortium.run(&status)?;
    Ok(())
}

/// Changes a network file.
fn change(file: &Path, change: impl FnOnce(&mut Value)) -> Result<()> {
    let mut network = serde_json::from_slice(&fs::read(file)?)?;
    change(&mut network);
    Ok(fs::write(file, serde_json::to_vec(&network)?)?)
}

/// Another key, which nothing says to be a development key: what a ceremony would give.
fn another(key: &VerifyingKey) -> Result<VerifyingKey> {
    let mut json: Value = serde_json::from_str(&key.to_json())?;
    json["medshare"]["development"] = json!(false);
    json["vk_delta_2"] = json["vk_beta_2"].clone();
    Ok(VerifyingKey::from_json(&json.to_string())?)
}

/// Compiles a verifier, and gives the file with its artefact.
fn compile(folder: &Path, contract: &str, source: &str) -> Result<String> {
    let at = |ending: &str| {
        folder
            .join(format!("{contract}.{ending}"))
            .display()
            .to_string()
    };
    let (file, artefact) = (at("sol"), at("json"));
    fs::write(&file, source)?;
    let compiled = Command::new("node")
        .args(["tools/verifier.mjs", &file, &artefact])
        .status()?;
    anyhow::ensure!(compiled.success(), "the verifier was not compiled");
    Ok(artefact)
}
