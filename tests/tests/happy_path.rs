//! Certify, prove, enrol, re-encrypt, receive, settle: and nobody learns more than they should.

use std::collections::BTreeSet;

use anyhow::Result;
use relayer::sandbox::stage::{BOND, ENDOWMENT};
use tests::{observer, World};

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

    nothing_of_the_patient_is_seen(&world).await?;
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

/// What proxies store and log, and what stands on the chain, holds no code, date, name or identifier of the patient.
async fn nothing_of_the_patient_is_seen(world: &World) -> Result<()> {
    let bundle = std::fs::read(world.data("bundles", BUNDLE))?;
    let mut words = observer::telling_words(&serde_json::from_slice(&bundle)?);
    // What the study itself asks for is public: the proxies serve its criteria
    let criteria = std::fs::read_to_string(world.data("criteria", "type-2-diabetes"))?;
    words.retain(|word| !criteria.contains(word.as_str()));
    assert!(
        words.len() > 50,
        "the bundle has codes, dates and names: {}",
        words.len()
    );

    let mut stored = Vec::new();
    for proxy in &world.stage.proxies {
        observer::read_folder(proxy.actor.home(), &mut stored)?;
        stored.extend(std::fs::read(proxy.actor.home().with_extension("log"))?);
    }
    assert_eq!(
        observer::first_seen(&words, &stored),
        None,
        "in a proxy's store"
    );

    let transactions = observer::transactions(&world.stage.chain).await?;
    assert!(transactions.len() > 15, "{}", transactions.len());
    let chain: Vec<u8> = transactions
        .into_iter()
        .flat_map(|transaction| transaction.bytes)
        .collect();
    assert_eq!(observer::first_seen(&words, &chain), None, "on the chain");
    Ok(())
}

/// The search finds what it looks for: otherwise the test above would say nothing.
#[test]
fn the_observer_sees() {
    let words = ["Marta Vogel".to_owned()].into();
    for form in ["xMarta Vogely", "4d6172746120566f67656c", "TWFydGEgVm9nZWw"] {
        assert_eq!(
            observer::first_seen(&words, form.as_bytes()),
            Some("Marta Vogel")
        );
    }
    let hash = <sha2::Sha256 as sha2::Digest>::digest("Marta Vogel");
    assert_eq!(observer::first_seen(&words, &hash), Some("Marta Vogel"));
    assert_eq!(observer::first_seen(&words, b"Marta V"), None);
}

/// One patient in two studies, another in the same two on the same day: the first's enrolments share nothing on chain that
/// they do not share with the second's.
#[tokio::test(flavor = "multi_thread")]
async fn two_studies_joined_by_one_patient_are_not_linked() -> Result<()> {
    let world = World::new().await?;
    let (marta, nina) = (world.patient("marta")?, world.patient("nina")?);
    world.certify(&marta, BUNDLE, &[])?;
    world.certify(&nina, BUNDLE, &[])?;
    let studies = [world.study(&[])?, world.study(&[])?];
    let enrol = |patient: &tests::Patient, study: &String| -> Result<Vec<Vec<u8>>> {
        let made = patient.actor.run(&["patient", "enrol", study, "--yes"])?;
        let own = ["transaction", "nullifier", "payout"];
        let told = own.map(|name| made[name].as_str().unwrap_or_default().to_owned());
        let bytes = told
            .iter()
            .map(|text| hex::decode(text.trim_start_matches("0x")));
        Ok(bytes.collect::<Result<_, _>>()?)
    };
    let enrolled = [
        enrol(&marta, &studies[0])?,
        enrol(&marta, &studies[1])?,
        enrol(&nina, &studies[0])?,
        enrol(&nina, &studies[1])?,
    ];
    for study in &studies {
        let institution = &world.stage.institution;
        institution.run(&["institution", "receive", study])?;
        institution.run(&["institution", "accept", study])?;
    }

    let transactions = observer::transactions(&world.stage.chain).await?;
    // Names the enrolment's transaction, nullifier or payout account
    let names = |transaction: &observer::Transaction, own: &[Vec<u8>]| {
        transaction.hash == format!("0x{}", hex::encode(&own[0]))
            || own[1..].iter().any(|own| transaction.contains(own))
    };
    // A batch holds what came at the same time, whoever's it is
    let is_of_several = |transaction: &observer::Transaction| {
        let named = enrolled.iter().filter(|own| names(transaction, own));
        named.count() > 1
    };
    let words_of = |own: &Vec<Vec<u8>>| -> BTreeSet<Vec<u8>> {
        let words = transactions
            .iter()
            .filter(|transaction| names(transaction, own) && !is_of_several(transaction))
            .flat_map(|each| each.words());
        words.map(<[u8]>::to_vec).collect()
    };
    let [first, second, others @ ..] = enrolled.each_ref().map(words_of);
    assert!(
        first.len() > 20 && second.len() > 20,
        "{} {}",
        first.len(),
        second.len()
    );
    let of_others: BTreeSet<_> = others.iter().flatten().cloned().collect();
    let shared: Vec<_> = first
        .intersection(&second)
        .filter(|word| !of_others.contains(*word))
        .map(hex::encode)
        .collect();
    assert!(shared.is_empty(), "{shared:?}");
    Ok(())
}
