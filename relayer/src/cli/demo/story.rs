//! The story, step by step.

use std::path::{Path, PathBuf};

use serde_json::{json, Value};

use super::is_ineligible;
use super::tell::{coins, number, short, text, Teller};
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::sandbox::stage::{BOND, COIN, ENDOWMENT};
use crate::sandbox::{Actor, On, Stage, StageSettings};

/// What the patient is paid, and each proxy.
const PRICE: u128 = 5 * COIN;
const FEE: u128 = COIN / 100;
/// Other patients in the registry.
const CROWD: u32 = 3;
/// Bytes of a Groth16 proof over BN254 as the contract takes it.
const PROOF_BYTES: u32 = 256;

/// What the story is told of.
pub(super) struct Input {
    pub(super) bundle: PathBuf,
    pub(super) criteria: PathBuf,
    pub(super) crowd: PathBuf,
    pub(super) circuits: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) on: On,
}

/// Tells the story to its end.
pub(super) async fn tell(input: &Input, output: Output) -> Result<(), Failure> {
    let mut teller = Teller::new(output.is_json());
    teller.say("Medshare: a record is proved, delivered and paid for, on this machine");
    teller.say(&format!("everything is left in {}", input.folder.display()));

    let stage = set_up(input, &mut teller).await?;
    let patient = stage.actor("patient");
    let certified = certify(input, &stage, &patient, &mut teller)?;
    let study = open_study(input, &stage, &mut teller)?;
    let enrolled = match enrol(&stage, &patient, &study, &mut teller).await {
        Err(failure) if is_ineligible(&failure) => {
            teller.say("\nThe story ends here: the record does not qualify, and nothing was sent to anybody.");
            return Err(failure);
        }
        other => other?,
    };
    let received = receive(&stage, &study, &mut teller)?;
    let paid = settle(&stage, &patient, &study, &enrolled, &mut teller).await?;
    teller.say(&format!("\nThe story took {:.1} s.", teller.seconds()));
    let heads = super::heads::of(&stage, &teller).await?;
    let result = json!({
        "folder": input.folder, "certified": certified, "studyId": study, "enrolment": enrolled,
        "received": received, "paid": paid, "heads": heads,
    });
    if output.is_json() {
        output.result(&result, "");
    }
    Ok(())
}

async fn set_up(input: &Input, teller: &mut Teller) -> Result<Stage, Failure> {
    teller.step("A consortium founds a network");
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(FailureCode::Io, error.to_string()))?;
    let settings = StageSettings {
        program,
        folder: input.folder.clone(),
        circuits: input.circuits.clone(),
        on: input.on.clone(),
        bounds: Vec::new(),
        storage: None,
        environment: Vec::new(),
    };
    let mut told = Vec::new();
    let stage = Stage::set_up(settings, |step, what| {
        told.push((step.to_owned(), what.clone()));
    })
    .await?;
    for (step, what) in &told {
        match step.as_str() {
            "deploy" => teller.does(
                "consortium",
                "deploys its contracts: members, record registry, studies, enrolments, treasury, verifier",
            ),
            "proxy" => teller.does(
                "proxy",
                &format!("{} puts up its bond and serves at {}", short(text(what, "address")), text(what, "url")),
            ),
            role => teller.does("consortium", &format!("admits the {role} {}", short(text(what, "account")))),
        }
    }
    Ok(stage)
}

fn certify(
    input: &Input,
    stage: &Stage,
    patient: &Actor,
    teller: &mut Teller,
) -> Result<Value, Failure> {
    teller.step("A hospital certifies records");
    for number in 1..=CROWD {
        let other = stage.actor(&format!("other-patient-{number}"));
        let (_, request) = new_patient(&other, stage.folder())?;
        let person = format!("other-{number}");
        let crowd = input.crowd.display().to_string();
        stage.hospital.run(&[
            "hospital",
            "certify",
            &crowd,
            "--request",
            &request,
            "--duo",
            "GRU",
            "--person",
            &person,
        ])?;
    }
    teller.does(
        "hospital",
        &format!("has certified {CROWD} other patients: the crowd that ours hides in"),
    );
    let (_, request) = new_patient(patient, stage.folder())?;
    teller.does(
        "patient",
        "makes a seed of 24 words, and hands the hospital a request: keys, no names",
    );
    let bundle = input.bundle.display().to_string();
    let certified = stage.hospital.run(&[
        "hospital",
        "certify",
        &bundle,
        "--request",
        &request,
        "--duo",
        "GRU",
    ])?;
    let record = certified["records"][0].clone();
    teller.does("hospital", &format!(
        "turns the FHIR bundle into {} facts, seals it to the patient ({} bytes), and puts one commitment on chain: {}",
        number(&record, "facts"), text(&record, "ciphertextLength"), short(text(&record, "commitment")),
    ));
    teller.sees("chain", "a commitment, 32 bytes", "whose, or of what");
    teller.sees("proxies", "ciphertext and its length", "any of its content");
    let imported = patient.run(&["patient", "import"])?;
    let count = imported["new"].as_array().map_or(0, Vec::len);
    teller.does("patient", &format!("fetches {count} record from the proxies, opens it, and works its commitment out anew: it is the same"));
    Ok(record)
}

/// Makes a patient and the request file for the hospital.
fn new_patient(patient: &Actor, folder: &Path) -> Result<(String, String), Failure> {
    let file = |kind: &str| {
        folder
            .join(format!("{}.{kind}", patient.name()))
            .display()
            .to_string()
    };
    let (words, request) = (file("words"), file("request"));
    patient.run(&["patient", "new", "--words-file", &words])?;
    patient.run(&["patient", "request", "--out", &request])?;
    Ok((words, request))
}

fn open_study(input: &Input, stage: &Stage, teller: &mut Teller) -> Result<String, Failure> {
    teller.step("A research institution opens a study");
    let agreement = stage.folder().join("agreement.md");
    let words = "The record is used for this study alone, is not given on, and is deleted when the study ends.\n";
    std::fs::write(&agreement, words)
        .map_err(|error| Failure::new(FailureCode::Io, error.to_string()))?;
    let (criteria, agreement) = (
        input.criteria.display().to_string(),
        agreement.display().to_string(),
    );
    let (price, fee, minimum) = (PRICE.to_string(), FEE.to_string(), CROWD.to_string());
    let opened = stage.institution.run(&[
        "institution",
        "study",
        "open",
        "--criteria",
        &criteria,
        "--agreement",
        &agreement,
        "--price",
        &price,
        "--fee",
        &fee,
        "--quota",
        "2",
        "--purposes",
        "biomedical",
        "--threshold",
        "2",
        "--minimum-records",
        &minimum,
    ])?;
    let study = text(&opened, "studyId").to_owned();
    let escrow = 2 * (PRICE + 3 * FEE);
    teller.does(
        "institution",
        &format!(
            "puts the criteria's hash, terms and {} coins in escrow on chain: study {}, {} gas",
            coins(&escrow.to_string()),
            short(&study),
            number(&opened, "gas"),
        ),
    );
    teller.does(
        "institution",
        &format!(
            "pays {} coins an enrolment; any 2 of 3 proxies, {} coins each, deliver",
            coins(&price),
            coins(&fee),
        ),
    );
    Ok(study)
}

async fn enrol(
    stage: &Stage,
    patient: &Actor,
    study: &str,
    teller: &mut Teller,
) -> Result<Value, Failure> {
    teller.step("The patient proves, grants and enrols");
    let enrolled = patient.run(&["patient", "enrol", study, "--yes"])?;
    let proving = enrolled["provingMs"].as_f64().unwrap_or_default() / 1000.0;
    teller.does("patient", &format!("checks the criteria on this machine, and proves that they hold: {proving:.1} s, {PROOF_BYTES} bytes"));
    teller.does(
        "patient",
        "splits a re-encryption key into 3 fragments, and seals one to each proxy",
    );
    let receipts = enrolled["receipts"].as_array().map_or(0, Vec::len);
    teller.does("proxies", &format!("check proof, envelope, ciphertext and fragment: {receipts} sign a receipt that locks their bond"));
    let transaction = text(&enrolled, "transaction");
    let gas = gas_of(stage, transaction).await?;
    teller.does("proxy", &format!("sends the enrolment for the patient, who needs no account and no gas: {gas} gas, transaction {}", short(transaction)));
    teller.sees(
        "chain",
        &format!(
            "that somebody among {} records meets the criteria, and a nullifier {}",
            text(&enrolled, "crowd"),
            short(text(&enrolled, "nullifier"))
        ),
        "who, which record, or any fact",
    );
    teller.sees(
        "proxies",
        "which ciphertext is meant",
        "what is in it: one fragment opens nothing",
    );
    Ok(enrolled)
}

/// Gas that a transaction took, by its receipt.
async fn gas_of(stage: &Stage, transaction: &str) -> Result<u64, Failure> {
    let receipt = stage
        .chain
        .call("eth_getTransactionReceipt", json!([transaction]))
        .await?;
    let used = text(&receipt, "gasUsed")
        .trim_start_matches("0x")
        .to_owned();
    Ok(u64::from_str_radix(&used, 16).unwrap_or_default())
}

fn receive(stage: &Stage, study: &str, teller: &mut Teller) -> Result<Value, Failure> {
    teller.step("The proxies re-encrypt, and the institution receives");
    teller.does(
        "proxies",
        "turn the patient's capsule into the institution's, each with its fragment",
    );
    let folder = stage.folder().join("received").display().to_string();
    let received = stage
        .institution
        .run(&["institution", "receive", study, "--out", &folder])?;
    let delivery = received["deliveries"][0].clone();
    teller.does(
        "institution",
        "checks everything before it calls it received:",
    );
    let checks = delivery["report"]["checks"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    teller.checks(&checks);
    teller.does(
        "institution",
        &format!(
            "holds the opened bundle in {}",
            text(&delivery["outcome"], "folder")
        ),
    );
    Ok(delivery)
}

async fn settle(
    stage: &Stage,
    patient: &Actor,
    study: &str,
    enrolled: &Value,
    teller: &mut Teller,
) -> Result<Value, Failure> {
    teller.step("The institution accepts, and the money moves");
    let accepted = stage.institution.run(&["institution", "accept", study])?;
    teller.does(
        "institution",
        &format!(
            "signs the acceptance: {} gas",
            number(&accepted["accepted"][0], "gasUsed")
        ),
    );
    // A proxy may have pushed the payment already: anyone may push a credit to its owner
    match patient.run(&["patient", "claim"]).map_err(Failure::from) {
        Err(failure) if failure.code() != FailureCode::NothingToClaim => return Err(failure),
        _ => {}
    }
    let payout = text(enrolled, "payout");
    let paid = stage.chain.balance(payout).await?;
    teller.does(
        "patient",
        &format!(
            "is paid {} coins at {}, an account used once",
            coins(&paid.to_string()),
            short(payout),
        ),
    );
    let mut fees = Vec::new();
    for proxy in &stage.proxies {
        let status = proxy.actor.run(&["proxy", "status"])?;
        let credit: u128 = text(&status, "credit").parse().unwrap_or_default();
        let earned = stage.chain.balance(&proxy.address).await? + credit - (ENDOWMENT - BOND);
        teller.does(
            "proxy",
            &format!(
                "{} has earned {} coins, and its bond is free again: {} coins",
                short(&proxy.address),
                coins(&earned.to_string()),
                coins(text(&status["bond"], "free")),
            ),
        );
        fees.push(json!({"proxy": proxy.address, "earned": earned.to_string()}));
    }
    let standing = patient.run(&["patient", "status"])?;
    teller.does(
        "chain",
        &format!("says that the enrolment is {}", text(&standing[0], "state")),
    );
    Ok(json!({"patient": paid.to_string(), "proxies": fees, "state": standing[0]["state"]}))
}
