//! Patients who enrol at the same time share a transaction, whatever is wrong with some of them and wherever the proxy is killed.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{json, Value};
use tests::{code_of, Meddling, Options, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";
const ENROLMENTS: &str = "/v1/enrolments";
/// The proxy that relays, by its place on the stage.
const RELAY: usize = 1;

/// A world in which what is posted at the same time is surely gathered.
async fn world() -> Result<World> {
    World::with(Options {
        environment: vec![("MEDSHARE_SERVE_GATHER_MS".to_owned(), "2000".to_owned())],
        ..Options::default()
    })
    .await
}

/// Patients with a record each, and what each would send to enrol.
async fn ready(world: &World, names: &[&str], study: &str) -> Result<(Vec<Patient>, Vec<Value>)> {
    let meddling = Meddling {
        withhold: Some(ENROLMENTS),
        ..Meddling::default()
    };
    let between = world.interpose_all(&meddling).await?;
    let mut patients = Vec::new();
    for name in names {
        let patient = world.patient(name)?;
        world.certify(&patient, MARTA, &[])?;
        let failed = patient.actor.run(&["patient", "enrol", study, "--yes"]);
        assert_eq!(code_of(failed), "chain-unreachable", "{name}");
        patients.push(patient);
    }
    let requests = between[0].seen(ENROLMENTS);
    let requests = requests.iter().map(tests::Passing::json);
    Ok((patients, requests.collect::<Result<_>>()?))
}

/// Posts all of these at once, and gives the answers.
async fn post_all(world: &World, requests: &[Value]) -> Result<Vec<Value>> {
    let url = format!("{}{ENROLMENTS}", world.stage.proxies[RELAY].url);
    let http = reqwest::Client::new();
    let sent = requests.iter().map(|request| {
        let sending = http.post(&url).json(request).send();
        tokio::spawn(async move { sending.await?.json::<Value>().await })
    });
    let mut answers = Vec::new();
    for answer in sent.collect::<Vec<_>>() {
        // One that breaks off is no answer
        answers.push(answer.await?.unwrap_or_default());
    }
    Ok(answers)
}

fn codes(answers: &[Value]) -> Vec<String> {
    let told = |answer: &Value| match answer["code"].as_str() {
        Some(code) => code.to_owned(),
        None if is_good(answer) => "enrolled".to_owned(),
        None => answer.to_string(),
    };
    answers.iter().map(told).collect()
}

fn is_good(answer: &Value) -> bool {
    answer["transaction"].is_string()
}

async fn sent_by(world: &World, proxy: usize) -> Result<u64> {
    let account = world.stage.proxies[proxy].address.clone();
    let params = json!([account, "latest"]);
    let count = world
        .stage
        .chain
        .call("eth_getTransactionCount", params)
        .await?;
    let count = count.as_str().context("a number")?.trim_start_matches("0x");
    Ok(u64::from_str_radix(count, 16)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_transaction_for_all_that_are_good() -> Result<()> {
    let world = world().await?;
    let study = world.study(&[])?;
    let names = ["early", "forged", "ada", "ben", "cem", "dot", "eva"];
    let (patients, mut requests) = ready(&world, &names, &study).await?;
    assert_eq!(world.post(0, ENROLMENTS, &requests[0]).await?, "accepted");
    // What nobody proved
    requests[1]["payout"] = json!("0x00000000000000000000000000000000000000aa");

    let before = sent_by(&world, RELAY).await?;
    let answers = post_all(&world, &requests).await?;
    let mut told = codes(&answers);
    assert_eq!(told[..2], ["already-enrolled", "proof-invalid"]);
    // Each of the five is good by itself, and four places are left
    told.sort_unstable();
    let expected = [
        "already-enrolled",
        "enrolled",
        "enrolled",
        "enrolled",
        "enrolled",
        "proof-invalid",
        "quota-used-up",
    ];
    assert_eq!(told, expected);
    let good = answers.iter().filter(|answer| is_good(answer));
    let transactions: BTreeSet<_> = good.map(|answer| answer["transaction"].as_str()).collect();
    assert_eq!(transactions.len(), 1);
    assert_eq!(sent_by(&world, RELAY).await?, before + 1);

    // Each of its own account: the proxies attest for all of them together
    let mut attested = Vec::new();
    for proxy in 0..3 {
        attested.push(sent_by(&world, proxy).await?);
    }
    world.pass_most_of_a_window().await?;
    for (patient, answer) in patients.iter().zip(&answers) {
        if is_good(answer) {
            world.wait_for(patient, "delivered").await?;
        }
    }
    let mut sent = 0;
    for (proxy, before) in attested.into_iter().enumerate() {
        let more = sent_by(&world, proxy).await? - before;
        // The one who enrolled before the others may be due before them
        assert!(
            more <= 2,
            "proxy {proxy} sent {more} transactions for five attestations"
        );
        sent += more;
    }
    assert!(sent >= 2, "two of three must attest");

    // What an institution sees of it
    let told = world.stage.institution.run(&["institution", "proxies"])?;
    let proxies = told["proxies"].as_array().context("proxies")?;
    let count = |name: &'static str| {
        let counts = proxies.iter().map(move |each| &each["record"][name]);
        counts.filter_map(Value::as_u64)
    };
    assert_eq!(count("receipts").collect::<Vec<_>>(), [5, 5, 5]);
    assert!(count("attested").sum::<u64>() >= 10);
    assert_eq!(count("slashed").sum::<u64>(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_killed_in_the_middle_of_a_batch_sends_it_once() -> Result<()> {
    let mut world = world().await?;
    if !world.can_wait_hours() {
        return Ok(());
    }
    let study = world.study(&[])?;
    let (patients, requests) = ready(&world, &["ada", "ben", "cem"], &study).await?;
    let before = sent_by(&world, RELAY).await?;

    world
        .stage
        .chain
        .call("evm_setAutomine", json!([false]))
        .await?;
    let posting = post_all(&world, &requests);
    tokio::select! {
        answers = posting => anyhow::bail!("answered without a block: {answers:?}"),
        sent = under_way(&world) => sent?,
    }
    world.stage.proxies[RELAY].kill();
    world.stage.chain.call("evm_mine", json!([])).await?;
    world
        .stage
        .chain
        .call("evm_setAutomine", json!([true]))
        .await?;
    world.stage.proxies[RELAY].start()?;

    let answers = post_all(&world, &requests).await?;
    assert_eq!(codes(&answers), ["enrolled", "enrolled", "enrolled"]);
    assert_eq!(answers[0], answers[1], "one transaction, told to each");
    assert_eq!(answers[1], answers[2]);
    assert_eq!(sent_by(&world, RELAY).await?, before + 1);
    for patient in &patients {
        world.wait_for(patient, "enrolled").await?;
    }
    Ok(())
}

/// Waits until a transaction is in the node's pool.
async fn under_way(world: &World) -> Result<()> {
    for _ in 0..100 {
        let pool = world.stage.chain.call("txpool_status", json!([])).await?;
        if pool["pending"] == "0x1" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    anyhow::bail!("nothing was sent")
}
