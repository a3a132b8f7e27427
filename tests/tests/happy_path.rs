//! Certify, prove, enrol, re-encrypt, receive, settle: and nobody learns more than they should.

use anyhow::Result;
use relayer::sandbox::stage::{BOND, ENDOWMENT};
use sha2::{Digest as _, Sha256};
use tests::World;

const BUNDLE: &str = "marta-type-2-diabetes";

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_proved_delivered_and_paid_for() -> Result<()> {
    let world = World::new().await?;
    let marta = world.patient("marta")?;
    world.certify(&marta, BUNDLE, &[])?;
    let study = world.study(&[])?;
    marta.actor.run(&["patient", "enrol", &study, "--yes"])?;

    let received = world
        .stage
        .institution
        .run(&["institution", "receive", &study])?;
    let delivery = &received["deliveries"][0];
    let checks = delivery["report"]["checks"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert_eq!(checks.len(), 14, "{checks:#?}");
    assert!(
        checks.iter().all(|check| check["passed"] == true),
        "{checks:#?}"
    );
    let folder = delivery["outcome"]["folder"].as_str().unwrap_or_default();
    let opened = std::fs::read(format!("{folder}/bundle.json"))?;
    assert_eq!(
        opened,
        std::fs::read(format!("tests/data/bundles/{BUNDLE}.json"))?
    );

    world
        .stage
        .institution
        .run(&["institution", "accept", &study])?;
    assert_eq!(world.standing(&marta)?["state"], "settled");
    everybody_is_paid(&world, &marta).await?;

    nothing_of_the_patient_is_seen(&world)?;
    restored_from_the_words_alone(&world, &marta)
}

/// The price and the fees have left the escrow; a credit may have been pushed to its owner already, by anyone.
async fn everybody_is_paid(world: &World, marta: &tests::Patient) -> Result<()> {
    let standing = world.standing(marta)?;
    let number = |value: &serde_json::Value| value.as_str().unwrap_or_default().parse::<u128>();
    assert_eq!(world.paid(&standing).await?, 1000, "{standing}");
    for proxy in &world.stage.proxies {
        let status = proxy.actor.run(&["proxy", "status"])?;
        let balance = world.stage.chain.balance(&proxy.address).await?;
        assert_eq!(
            balance + number(&status["credit"])?,
            ENDOWMENT - BOND + 10,
            "{status}"
        );
        assert_eq!(status["bond"]["locked"], "0");
    }
    Ok(())
}

/// A new machine with the words and the network file has the record and the enrolment again.
fn restored_from_the_words_alone(world: &World, marta: &tests::Patient) -> Result<()> {
    let machine = world.stage.actor("new-machine");
    machine.run(&["patient", "restore", "--words-file", &marta.words])?;
    let records = machine.run(&["patient", "records"])?;
    assert_eq!(records.as_array().map(Vec::len), Some(1));
    assert_eq!(machine.run(&["patient", "status"])?[0]["state"], "settled");
    Ok(())
}

/// What the proxies store and log holds no code, date, name or identifier of the patient, plain, in hex or base64, or hashed.
fn nothing_of_the_patient_is_seen(world: &World) -> Result<()> {
    use base64::{engine::general_purpose::STANDARD_NO_PAD, Engine as _};
    let bundle: serde_json::Value =
        serde_json::from_slice(&std::fs::read(format!("tests/data/bundles/{BUNDLE}.json"))?)?;
    let mut words = Vec::new();
    collect(&bundle, &mut words);
    // What the study itself asks for is public: the proxies serve its criteria
    let criteria = std::fs::read_to_string("tests/data/criteria/type-2-diabetes.json")?;
    words.retain(|word| !criteria.contains(word.as_str()));
    assert!(
        words.len() > 50,
        "the bundle has codes, dates and names: {}",
        words.len()
    );

    let mut seen = Vec::new();
    for proxy in &world.stage.proxies {
        read_all(proxy.actor.home(), &mut seen)?;
        seen.extend(std::fs::read(proxy.actor.home().with_extension("log"))?);
    }
    for word in &words {
        let digest = Sha256::digest(word.as_bytes());
        let forms = [
            word.as_bytes().to_vec(),
            hex::encode(word).into_bytes(),
            STANDARD_NO_PAD.encode(word).into_bytes(),
            digest.to_vec(),
            hex::encode(digest).into_bytes(),
        ];
        for form in forms {
            assert!(!contains(&seen, &form), "{word:?} is seen");
        }
    }
    Ok(())
}

/// Texts long enough not to occur by chance.
fn collect(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) if text.len() >= 6 => into.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        serde_json::Value::Object(members) => {
            for (name, member) in members {
                let telling = [
                    "code",
                    "display",
                    "text",
                    "family",
                    "given",
                    "birthDate",
                    "id",
                    "value",
                ];
                if telling.contains(&name.as_str())
                    || name.ends_with("DateTime")
                    || !member.is_string()
                {
                    collect(member, into);
                }
            }
        }
        _ => {}
    }
}

fn read_all(folder: &std::path::Path, into: &mut Vec<u8>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_all(&path, into)?;
        } else {
            into.extend(std::fs::read(&path)?);
        }
    }
    Ok(())
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
