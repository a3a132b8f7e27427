//! A ceremony from start to chain, on a circuit so small that it takes seconds; and keys that are refused. Needs the Node packages.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use assert_cmd::Command as Program;
use prover::circuit::{Proof, PublicSignals, Verifier};
use prover::keys::import::{import, Ceremony, ImportError};
use prover::keys::inspect::inspect;
use prover::keys::{Circuit, Fault, ProvingKey, VerifyingKey};
use serde_json::Value;
use tempfile::TempDir;

/// Section of a `.zkey`: the verifying key's points but those of the signals.
const HEADER: u32 = 2;
/// Bytes of a point of G1.
const G1: usize = 64;
/// Where the points start in the header: two moduli with their lengths, and three numbers.
const POINTS: usize = 2 * (4 + 32) + 3 * 4;

/// A ceremony with two contributors and a beacon: a folder with `ceremony/final.zkey`, what it was made from, and other powers of tau.
static CEREMONY: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    helper("circuits", folder.path());
    helper("powers", folder.path());
    let ceremony = |task: &str, options: &[(&str, &str)]| {
        let (r1cs, ptau) = (at("squares.r1cs"), at("powers.ptau"));
        let mut arguments = vec![task, "--r1cs", &r1cs, "--ptau", &ptau];
        arguments.extend(options.iter().flat_map(|(name, value)| [*name, *value]));
        node("tools/ceremony.mjs", &arguments)
    };
    let dir = at("ceremony");
    ceremony("start", &[("--out", &dir)]);
    for (place, name) in ["Alice", "Bob"].into_iter().enumerate() {
        let latest = at(&format!("ceremony/000{place}.zkey"));
        let next = at(&format!("{name}.zkey"));
        ceremony(
            "contribute",
            &[("--in", &latest), ("--out", &next), ("--name", name)],
        );
        ceremony("accept", &[("--dir", &dir), ("--in", &next)]);
    }
    let value = "5c".repeat(32);
    let beacon = [
        ("--dir", dir.as_str()),
        ("--value", &value),
        ("--iterations", "10"),
        ("--source", "a test"),
    ];
    ceremony("beacon", &beacon);
    let verified: Value = serde_json::from_str(&ceremony("verify", &[("--dir", &dir)])).unwrap();
    assert_eq!(verified["final"], true);
    folder
});

fn at(name: &str) -> PathBuf {
    CEREMONY.path().join(name)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a script and gives what it printed.
fn node(script: &str, arguments: &[&str]) -> String {
    let mut command = Command::new("node");
    let output = command
        .current_dir(root())
        .arg(script)
        .args(arguments)
        .output();
    let output = output.expect("node runs");
    assert!(
        output.status.success(),
        "{script} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn helper(task: &str, folder: &Path) -> String {
    let folder = folder.display().to_string();
    node("prover/tests/ceremony/helper.mjs", &[task, &folder])
}

/// Imports a key for the circuit `squares`.
fn import_squares(zkey: &Path, ptau: &str) -> Result<ProvingKey, ImportError> {
    import(&Ceremony {
        r1cs: at("squares.r1cs"),
        circuit: Circuit {
            name: "squares".to_owned(),
            r1cs_digest: [0; 32],
        },
        zkey: zkey.to_owned(),
        ptau: Some(at(ptau)),
    })
}

fn fault(imported: Result<ProvingKey, ImportError>) -> Fault {
    match imported.err().expect("it must be refused") {
        ImportError::KeyFile(error) => error.fault,
        other => panic!("{other}"),
    }
}

/// The final key with a change, imported.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Result<ProvingKey, ImportError> {
    let mut bytes = fs::read(at("ceremony/final.zkey")).unwrap();
    change(&mut bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.zkey");
    fs::write(&path, bytes).unwrap();
    import_squares(&path, "powers.ptau")
}

/// Where a section of a `.zkey` starts.
fn section(bytes: &[u8], wanted: u32) -> usize {
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut place = 12;
    while number(place) != wanted {
        let length = u64::from_le_bytes(bytes[place + 4..place + 12].try_into().unwrap());
        place += 12 + usize::try_from(length).unwrap();
    }
    place + 12
}

#[test]
fn a_ceremony_ends_in_proofs_that_hold_everywhere() {
    let path = |name: &str| at(name).display().to_string();
    let prover = |arguments: &[&str]| {
        let mut program = Program::cargo_bin("prover").unwrap();
        let done = program.args(arguments).assert().success();
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    };
    let (r1cs, key) = (path("squares.r1cs"), path("squares.pk"));
    let imported: Value = serde_json::from_str(&prover(&[
        "setup",
        "import",
        "--r1cs",
        &r1cs,
        "--ptau",
        &path("powers.ptau"),
        "--zkey",
        &path("ceremony/final.zkey"),
        "--out",
        &key,
        "--vkey",
        &path("squares.vkey.json"),
        "--verifier",
        &path("Verifier.sol"),
    ]))
    .unwrap();
    let witness = path("squares.wtns");
    let tried = [
        "setup",
        "try",
        "--r1cs",
        &r1cs,
        "--key",
        &key,
        "--witness",
        &witness,
        "--out",
    ];
    prover(&[&tried[..], &[&path("proof")]].concat());

    let text = |name: &str| fs::read_to_string(at(name)).unwrap();
    let verifying = VerifyingKey::from_json(&text("squares.vkey.json")).unwrap();
    assert!(!verifying.is_development());
    let proof = Proof::from_json(&text("proof/proof.json")).unwrap();
    let signals = PublicSignals::from_json(&text("proof/public.json")).unwrap();
    assert_eq!(Verifier::new(&verifying).verify(&signals, &proof), Ok(()));

    let report: Value = serde_json::from_str(&helper("verify", CEREMONY.path())).unwrap();
    for place in ["offChain", "onChain"] {
        let verdicts: Vec<bool> = serde_json::from_value(report[place].clone()).unwrap();
        assert_eq!(verdicts.len(), 9, "{place}");
        assert!(verdicts[0], "{place}: the proof holds of its signals");
        assert!(!verdicts[1..].contains(&true), "{place}: and of no others");
    }
    assert_eq!(report["development"], false);
    assert_eq!(report["verifyingKeyHash"], imported["verifyingKeyHash"]);
    let digest = imported["transcriptDigest"].as_str().unwrap();
    assert_eq!(report["transcriptDigest"], format!("0x{digest}"));
    assert_eq!(verifying.provenance.transcript_digest, digest);
}

#[test]
fn every_file_tells_the_same_story() {
    let published: Value =
        serde_json::from_slice(&fs::read(at("ceremony/transcript.json")).unwrap()).unwrap();
    let key = import_squares(&at("ceremony/final.zkey"), "powers.ptau").unwrap();
    let ours = tempfile::tempdir().unwrap();
    let ours = ours.path().join("squares.pk");
    key.write(&ours).unwrap();
    for file in [at("ceremony/final.zkey"), ours] {
        let found = serde_json::to_value(inspect(&file).unwrap()).unwrap();
        assert_eq!(found["transcriptDigest"], published["transcriptDigest"]);
        assert_eq!(found["circuitHash"], published["circuitHash"]);
        assert_eq!(found["trivial"], serde_json::json!([]));
        assert_eq!(found["development"], false);
        let steps = found["contributions"].as_array().unwrap();
        for (step, told) in steps
            .iter()
            .zip(published["contributions"].as_array().unwrap())
        {
            assert_eq!(step["name"], told["name"]);
            assert_eq!(step["hash"], told["hash"]);
        }
        assert_eq!(steps.len(), 3);
        assert_eq!(steps[2]["beacon"]["value"], "5c".repeat(32));
        assert_eq!(steps[2]["beacon"]["iterationsExponent"], 10);
    }
    let powers = serde_json::to_value(inspect(&at("powers.ptau")).unwrap()).unwrap();
    assert_eq!(powers["power"], 8);
    assert_eq!(powers["prepared"], true);
    assert_eq!(powers["contributions"][0]["name"], "somebody");
    assert_eq!(powers["trivial"], serde_json::json!([]));
}

#[test]
fn keys_that_anybody_could_forge_with_are_refused() {
    helper("beacon", CEREMONY.path());
    let weak = |imported, part: &str| {
        let fault = fault(imported);
        assert!(
            matches!(&fault, Fault::Weak(found) if found.contains(part)),
            "{part}: {fault}"
        );
    };
    weak(
        import_squares(&at("ceremony/0000.zkey"), "powers.ptau"),
        "delta",
    );
    weak(
        import_squares(&at("beacon.zkey"), "powers.ptau"),
        "no contributor",
    );
    weak(
        import_squares(&at("ceremony/final.zkey"), "nobody.ptau"),
        "tau",
    );
    // alpha in G1; beta in G1 and G2; gamma; delta in G1 and G2
    let (beta, gamma, delta) = (POINTS + 2 * G1, POINTS + 4 * G1, POINTS + 7 * G1);
    for (part, place, length) in [
        ("alpha", POINTS, G1),
        ("beta", beta, 2 * G1),
        ("gamma", gamma, 2 * G1),
        ("delta", delta, 2 * G1),
    ] {
        let zeroed = changed(|bytes| {
            let start = section(bytes, HEADER) + place;
            bytes[start..start + length].fill(0);
        });
        weak(zeroed, part);
    }
    let same = changed(|bytes| {
        let start = section(bytes, HEADER);
        bytes.copy_within(start + gamma..start + gamma + 2 * G1, start + delta);
    });
    weak(same, "delta");
    for file in ["ceremony/0000.zkey", "beacon.zkey", "nobody.ptau"] {
        assert!(!inspect(&at(file)).unwrap().trivial().is_empty(), "{file}");
        let mut program = Program::cargo_bin("prover").unwrap();
        let told = program.args(["setup", "inspect"]).arg(at(file)).assert();
        told.code(6);
    }
}

#[test]
fn keys_of_other_circuits_and_powers_are_refused() {
    let final_key = at("ceremony/final.zkey");
    let other = import(&Ceremony {
        r1cs: at("doubled.r1cs"),
        circuit: Circuit {
            name: "doubled".to_owned(),
            r1cs_digest: [0; 32],
        },
        zkey: final_key.clone(),
        ptau: Some(at("powers.ptau")),
    });
    assert!(matches!(fault(other), Fault::Misfit(_)));
    for (ptau, expected) in [
        ("other.ptau", "alpha, beta or gamma"),
        ("small.ptau", "powers of tau"),
        ("powers.raw", "missing"),
    ] {
        let told = fault(import_squares(&final_key, ptau)).to_string();
        assert!(told.contains(expected), "{ptau}: {told}");
    }
}

/// No damage to powers of tau goes unnoticed where it counts, or makes the program panic.
#[test]
fn damaged_powers_are_refused() {
    let whole = fs::read(at("powers.ptau")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.ptau");
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        inspect(&path).map_or(true, |found| !found.trivial().is_empty())
    };
    for length in (0..whole.len()).step_by(9_973) {
        assert!(refused(&whole[..length]), "{length}");
    }
    let header = section(&whole, 1);
    let power = header + 4 + 32;
    for wrong in [0, 29, u8::MAX] {
        let mut bytes = whole.clone();
        bytes[power] = wrong;
        assert!(refused(&bytes), "power {wrong}");
    }
    // The first points of tau in G1 and G2, alpha, beta, and beta in G2; and the modulus
    let starts = [2, 3, 4, 5, 6].map(|id| section(&whole, id));
    for place in starts.into_iter().chain([header + 4]) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        assert!(refused(&bytes), "byte {place}");
    }
    assert!(!refused(&whole));
}

/// Points that are sound but stand in each other's place make another statement: only the comparison with the powers tells.
#[test]
fn exchanged_points_are_refused() {
    let sections = [
        (3, G1, 9),
        (5, G1, 17),
        (6, G1, 17),
        (7, 2 * G1, 17),
        (8, G1, 8),
        (9, G1, 32),
    ];
    for (id, size, number) in sections {
        let told = fault(changed(|bytes| {
            let start = section(bytes, id);
            let points = &mut bytes[start..];
            let first = points[..size].to_vec();
            let place = (1..number)
                .map(|place| place * size)
                .find(|at| points[*at..*at + size] != first)
                .expect("two points differ");
            let other = points[place..place + size].to_vec();
            points[..size].copy_from_slice(&other);
            points[place..place + size].copy_from_slice(&first);
        }));
        assert!(matches!(told, Fault::Misfit(_)), "section {id}: {told}");
    }
}

/// No damage goes unnoticed or makes the program panic. Names are the contributors' own: they count in the digest only.
#[test]
fn damaged_keys_are_refused() {
    let whole = fs::read(at("ceremony/final.zkey")).unwrap();
    let digest = |key: &ProvingKey| key.verifying_key().unwrap().provenance.transcript_digest;
    let honest = digest(&changed(|_| ()).unwrap());
    for length in (0..whole.len()).step_by(97) {
        assert!(changed(|bytes| bytes.truncate(length)).is_err(), "{length}");
    }
    for place in (0..whole.len()).step_by(89) {
        if let Ok(key) = changed(|bytes| bytes[place] ^= 0x11) {
            assert_ne!(digest(&key), honest, "byte {place}");
        }
    }
    assert!(matches!(
        fault(changed(|bytes| bytes.push(0))),
        Fault::Surplus(1)
    ));
    assert!(matches!(
        fault(changed(|bytes| bytes[..4].copy_from_slice(b"ptau"))),
        Fault::Kind(_)
    ));
    let foreign = changed(|bytes| {
        let start = section(bytes, HEADER);
        bytes[start + 4] ^= 1;
    });
    assert!(matches!(fault(foreign), Fault::ForeignCurve));
    let plonk = changed(|bytes| {
        let start = section(bytes, 1);
        bytes[start] = 2;
    });
    assert!(matches!(fault(plonk), Fault::ForeignProtocol(2)));
    let huge = changed(|bytes| {
        let start = section(bytes, HEADER) + 2 * (4 + 32);
        bytes[start..start + 4].fill(0xff);
    });
    assert!(matches!(fault(huge), Fault::OtherSize { .. }));
}
