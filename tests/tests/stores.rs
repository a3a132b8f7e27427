//! Other stores than a local folder, and records larger than memory should be.
#![allow(clippy::print_stderr, reason = "what is not measured must be said")]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use tests::storage::{s3_server, ACCESS_KEY, SECRET_KEY};
use tests::{Options, World};

const MARTA: &str = "marta-type-2-diabetes";
const MIB: usize = 1 << 20;
const ATTACHMENT: usize = 200 * MIB;
/// Far below the attachment: whoever held it in memory would exceed it.
const MOST_MEMORY: usize = 120 * MIB;
/// What receiving with the attachment may take beyond receiving without one, which hashes passwords and works facts out.
const MOST_GROWTH: usize = 16 * MIB;

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_through_s3() -> Result<()> {
    let buckets = tempfile::tempdir()?;
    for number in 1..=3 {
        std::fs::create_dir(buckets.path().join(format!("proxy-{number}")))?;
    }
    let endpoint = s3_server(buckets.path()).await?;
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let world = World::with(Options {
        storage: Some(format!(
            "s3://proxy-{{}}/medshare?endpoint={endpoint}&region=us-east-1"
        )),
        environment: vec![
            variable("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            variable("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ],
        ..Options::default()
    })
    .await?;
    let marta = world.patient("marta")?;
    let record = world.certify(&marta, MARTA, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let institution = &world.stage.institution;
    institution.run(&["institution", "receive", &study])?;
    institution.run(&["institution", "accept", &study])?;
    assert_eq!(world.standing(&marta)?["state"], "settled");

    let root = record["ciphertextRoot"].as_str().context("a root")?;
    let root = root.trim_start_matches("0x");
    for (number, proxy) in (1..).zip(&world.stage.proxies) {
        let bucket = buckets.path().join(format!("proxy-{number}/medshare"));
        let kept = bucket.join("ciphertexts").join(root);
        assert!(kept.exists(), "{} is in the bucket", kept.display());
        assert!(!proxy.actor.home().join("proxy/store").exists());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_attachment_passes_in_constant_memory() -> Result<()> {
    if peak_memory(std::process::id()).is_none() {
        eprintln!("no /proc on this system: memory is not measured, the delivery is");
    }
    let world = World::new().await?;
    let study = world.study(&[])?;
    let nina = world.patient("nina")?;
    world.certify(&nina, MARTA, &[])?;
    nina.actor.run(&["patient", "enrol", &study, "--yes"])?;
    let small = world.stage.folder().join("small").display().to_string();
    let receive = ["institution", "receive", &study, "--out", &small];
    let without = peak_of(world.stage.institution.command(&receive))?;

    let marta = world.patient("marta")?;
    let scan = world.stage.folder().join("scan.dcm");
    let digest = write_scan(&scan)?;
    let (scan, bundle) = (scan.display().to_string(), world.data("bundles", MARTA));
    let certify = [
        "hospital",
        "certify",
        &bundle,
        "--request",
        &marta.request,
        "--duo",
        "GRU",
        "--attach",
        &scan,
    ];
    let peak = peak_of(world.stage.hospital.command(&certify))?;
    assert!(peak < MOST_MEMORY, "the hospital held {peak} bytes");
    std::fs::remove_file(&scan)?;
    marta.actor.run(&["patient", "import"])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;

    let out = world.stage.folder().join("received").display().to_string();
    let receive = ["institution", "receive", &study, "--out", &out];
    let peak = peak_of(world.stage.institution.command(&receive))?;
    assert!(
        peak < without + MOST_GROWTH,
        "the institution held {peak} bytes, without an attachment {without}"
    );
    for proxy in &world.stage.proxies {
        let process = proxy.process().context("a running proxy")?;
        let peak = peak_memory(process.id()).unwrap_or_default();
        assert!(peak < MOST_MEMORY, "a proxy held {peak} bytes");
    }

    let mut folders = std::fs::read_dir(out)?;
    let received = folders.next().context("a record")??.path();
    let mut opened = std::fs::File::open(received.join("attachments/scan.dcm"))?;
    let mut hash = Sha256::new();
    std::io::copy(&mut opened, &mut hash)?;
    assert_eq!(hash.finalize().to_vec(), digest);
    Ok(())
}

/// Writes 200 MiB that do not compress, and gives their digest.
fn write_scan(path: &std::path::Path) -> Result<Vec<u8>> {
    let (mut file, mut hash, mut piece) = (std::fs::File::create(path)?, Sha256::new(), Vec::new());
    let mut word = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..ATTACHMENT / MIB {
        piece.clear();
        while piece.len() < MIB {
            // Xorshift: any pattern that repeats late does
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            piece.extend(word.to_le_bytes());
        }
        hash.update(&piece);
        file.write_all(&piece)?;
    }
    Ok(hash.finalize().to_vec())
}

/// Runs a command to its end, and gives the most memory that it held, in bytes.
fn peak_of(mut command: Command) -> Result<usize> {
    let mut child = command.arg("--json").stdout(Stdio::null()).spawn()?;
    let mut peak = 0;
    loop {
        peak = peak.max(peak_memory(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait()? {
            anyhow::ensure!(status.success(), "{status}");
            return Ok(peak);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The most memory that a running process has held, in bytes; `None` where the system has no `/proc`.
fn peak_memory(process: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: usize = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}
