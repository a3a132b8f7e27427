//! snarkjs accepts our proofs and refuses them after any change. Needs `make keys` and the Node packages.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use prover::circuit::{CircuitSize, Prover};
use prover::keys::VerifyingKey;
use prover::sample;
use serde_json::Value;

#[test]
fn snarkjs_agrees() {
    // Constraints that fit a Groth16 domain with eight public signals
    agrees(CircuitSize::Small, (1 << 15) - 9);
    agrees(CircuitSize::Large, (1 << 16) - 9);
}

fn agrees(size: CircuitSize, most_constraints: u64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let circuits = root.join("target/circuits");
    let prover = Prover::load(&circuits, size).expect("make keys builds it");
    let proof = prover.prove(&sample::inputs_of(size, 4)).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    write("proof.json", proof.proof.to_json());
    write("public.json", proof.signals.to_json());
    write(
        "vkey.json",
        VerifyingKey::development(size).unwrap().to_json(),
    );

    let report = snarkjs(
        &root,
        folder.path(),
        &circuits.join(format!("{}.r1cs", size.name())),
    );
    assert_eq!(report["honest"], true);
    let changed = report["changed"].as_array().unwrap();
    assert_eq!(changed.len(), 8);
    assert!(
        changed.iter().all(|verdict| verdict == false),
        "{changed:?}"
    );
    assert_eq!(report["swapped"], false);
    assert!(report["constraints"].as_u64().unwrap() <= most_constraints);
}

fn snarkjs(root: &Path, folder: &Path, r1cs: &Path) -> Value {
    let script: PathBuf = root.join("prover/tests/snarkjs.mjs");
    let output = Command::new("node")
        .args([script.as_path(), folder, r1cs])
        .output()
        .expect("node runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_else(|| panic!("{errors}"));
    serde_json::from_str(last).unwrap_or_else(|_| panic!("{text}{errors}"))
}
