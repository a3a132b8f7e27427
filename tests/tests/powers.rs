//! The consortium hands its powers over: who deployed keeps none, and changes of rules are told beforehand.

use anyhow::{Context as _, Result};
use relayer::sandbox::stage::account_of;
use relayer::sandbox::{Actor, CommandError};
use serde_json::Value;
use tests::{code_of, World};

const DELAY_S: u64 = 3600;
/// The verifier that the repository ships, its key, and the key of the other circuit.
const VERIFIER: &str = "relayer/abi/EligibilityVerifier8.json";
const KEY: &str = "circuits/keys/eligibility_8.dev.vkey.json";
const OTHER_KEY: &str = "circuits/keys/eligibility_16.dev.vkey.json";
const STRANGER: &str = "0x00000000000000000000000000000000000000aa";

/// Somebody with an account for the consortium's commands.
fn holder(world: &World, name: &str) -> Result<(Actor, String)> {
    let actor = world.stage.actor(name);
    let account = account_of(&actor.run(&["consortium", "new"])?);
    Ok((actor, account))
}

fn role<'a>(held: &'a Value, name: &str) -> &'a Value {
    let roles = held.as_array().into_iter().flatten();
    let found = roles.into_iter().find(|role| role["role"] == name);
    found.unwrap_or(&Value::Null)
}

/// The cause and the hint of a refusal.
fn refusal(result: Result<Value, CommandError>) -> Result<(String, String)> {
    let failed = result.err().context("it was not refused")?;
    let told = failed.failure().context("no failure was told")?;
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    Ok((text("code"), text("hint")))
}

/// A secretary and a council who have taken over.
fn handed_over(world: &World) -> Result<(Actor, Actor)> {
    let (secretary, secretarys) = holder(world, "secretary")?;
    let (council, councils) = holder(world, "council")?;
    let (_, guardians) = holder(world, "guardian")?;
    let mut args = vec!["consortium", "hand-over", "--secretary", &secretarys];
    args.extend(["--council", &councils, "--guardian", &guardians]);
    args.extend(["--delay", "1h", "--yes"]);
    world.stage.consortium.run(&args)?;
    Ok((secretary, council))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_deployed_keeps_nothing_and_the_council_acts_after_its_delay() -> Result<()> {
    let world = World::new().await?;
    if !world.can_wait_hours() {
        return Ok(());
    }
    let (secretary, secretarys) = holder(&world, "secretary")?;
    let (council, councils) = holder(&world, "council")?;
    let (guardian, guardians) = holder(&world, "guardian")?;
    let hand_over = |secretary: &str, council: &str, more: &[&str]| {
        let mut args = vec!["consortium", "hand-over", "--secretary", secretary];
        args.extend([
            "--council",
            council,
            "--guardian",
            &guardians,
            "--delay",
            "1h",
        ]);
        args.extend(more);
        world.stage.consortium.run(&args)
    };

    let twice = hand_over(&councils, &councils, &["--yes"]);
    assert_eq!(code_of(twice), "invalid-input");
    let zero = "0x0000000000000000000000000000000000000000";
    let zero = hand_over(zero, &councils, &["--yes"]);
    assert_eq!(code_of(zero), "invalid-input");
    let unconfirmed = hand_over(&secretarys, &councils, &[]);
    assert_eq!(code_of(unconfirmed), "invalid-input");
    let before = world.stage.consortium.run(&["consortium", "powers"])?;
    assert_eq!(role(&before, "council")["holders"], serde_json::json!([]));

    let held = hand_over(&secretarys, &councils, &["--yes"])?;
    assert_eq!(held, secretary.run(&["consortium", "powers"])?);
    for (name, account, delay) in [
        ("admin", &councils, DELAY_S),
        ("secretary", &secretarys, 0),
        ("council", &councils, DELAY_S),
        ("guardian", &guardians, 0),
    ] {
        let holders = serde_json::json!([{"account": account, "delayS": delay}]);
        assert_eq!(role(&held, name)["holders"], holders, "{name}");
    }
    assert_eq!(
        hand_over(&secretarys, &councils, &["--yes"])?,
        held,
        "again"
    );

    let admit = ["consortium", "admit", "hospital", STRANGER];
    assert_eq!(code_of(world.stage.consortium.run(&admit)), "not-permitted");
    assert_eq!(code_of(council.run(&admit)), "not-permitted");
    secretary.run(&admit)?;

    let change = ["consortium", "bounds", "maxQuota=77"];
    let (code, hint) = refusal(council.run(&change))?;
    assert_eq!(code, "not-permitted");
    assert!(hint.contains("--schedule, and 3600 s later"), "{hint}");
    assert_eq!(code_of(secretary.run(&change)), "not-permitted");
    let schedule = ["consortium", "bounds", "maxQuota=77", "--schedule"];
    let scheduled = council.run(&schedule)?;
    let ready_at = scheduled["readyAt"].as_u64().context("a time")?;
    assert_eq!(
        council.run(&schedule)?["readyAt"],
        ready_at,
        "once is enough"
    );
    let (code, hint) = refusal(council.run(&change))?;
    assert_eq!(code, "window-open");
    assert!(hint.contains(&ready_at.to_string()), "{hint}");
    let bounds = |actor: &Actor| actor.run(&["consortium", "bounds"]);
    assert_ne!(bounds(&secretary)?["maxQuota"], 77);

    // The guardian can object to what everybody sees
    let other = ["consortium", "bounds", "maxAttempts=3", "--schedule"];
    council.run(&other)?;
    let listed = guardian.run(&["consortium", "scheduled"])?;
    let of = |place: usize| listed[place]["operation"].as_str().unwrap_or_default();
    assert_eq!(listed[0]["power"], "setBounds");
    assert_eq!(listed[0]["readyAt"], ready_at);
    let cancel = |actor: &Actor, operation: &str| actor.run(&["consortium", "cancel", operation]);
    assert_eq!(code_of(cancel(&secretary, of(1))), "not-permitted");
    cancel(&guardian, of(1))?;
    assert_eq!(code_of(cancel(&guardian, of(1))), "not-found");

    world.stage.chain.pass(DELAY_S, 1).await?;
    assert_eq!(code_of(council.run(&other[..3])), "not-permitted");
    council.run(&change)?;
    assert_eq!(bounds(&secretary)?["maxQuota"], 77);
    Ok(())
}

/// Who is credited slashed bond beyond compensation.
#[tokio::test(flavor = "multi_thread")]
async fn the_council_names_an_account_after_its_delay() -> Result<()> {
    let world = World::new().await?;
    if !world.can_wait_hours() {
        return Ok(());
    }
    let (secretary, council) = handed_over(&world)?;
    let shown = || secretary.run(&["consortium", "account"]);
    let before = shown()?["consortiumAccount"].clone();
    assert_ne!(before, STRANGER);
    let name = ["consortium", "account", STRANGER, "--schedule"];
    assert_eq!(code_of(secretary.run(&name[..3])), "not-permitted");
    assert_eq!(code_of(council.run(&name[..3])), "not-permitted");
    council.run(&name)?;
    assert_eq!(code_of(council.run(&name[..3])), "window-open");
    let listed = secretary.run(&["consortium", "scheduled"])?;
    assert_eq!(listed[0]["power"], "setConsortiumAccount");
    assert_eq!(shown()?["consortiumAccount"], before);

    world.stage.chain.pass(DELAY_S, 1).await?;
    council.run(&name[..3])?;
    assert_eq!(shown()?["consortiumAccount"], STRANGER);
    Ok(())
}

/// Anybody can deploy a verifier, and only the council names it.
#[tokio::test(flavor = "multi_thread")]
async fn the_council_names_verifiers_after_its_delay() -> Result<()> {
    let world = World::new().await?;
    if !world.can_wait_hours() {
        return Ok(());
    }
    let (secretary, council) = handed_over(&world)?;
    let listed = || secretary.run(&["consortium", "verifier", "list"]);
    let before = listed()?;
    let deploy = ["consortium", "verifier", "deploy", VERIFIER];
    let wrong = [&deploy[..], &["--verifying-key", OTHER_KEY]].concat();
    assert_eq!(code_of(secretary.run(&wrong)), "invalid-input");
    let deployed = secretary.run(&[&deploy[..], &["--verifying-key", KEY]].concat())?;
    let verifier = deployed["verifier"].as_str().context("an address")?;
    assert_ne!(before[0]["verifier"], verifier);
    assert_eq!(before[0]["verifyingKeyHash"], deployed["verifyingKeyHash"]);

    let name = ["consortium", "verifier", "name", verifier];
    let wrong = [&name[..], &["--verifying-key", OTHER_KEY]].concat();
    assert_eq!(code_of(council.run(&wrong)), "invalid-input");
    let name = [&name[..], &["--verifying-key", KEY, "--schedule"]].concat();
    let close = ["consortium", "verifier", "close", "16", "--schedule"];
    assert_eq!(code_of(secretary.run(&name[..6])), "not-permitted");
    assert_eq!(code_of(council.run(&name[..6])), "not-permitted");
    council.run(&name)?;
    council.run(&close)?;
    let scheduled = secretary.run(&["consortium", "scheduled"])?;
    assert_eq!(scheduled[1]["power"], "setVerifier");
    assert_eq!(listed()?, before);
    let in_file = || Ok::<_, anyhow::Error>(world.network()?.contracts.verifiers[&8].to_string());
    assert_ne!(in_file()?, verifier);

    // Opened before, and it keeps what it was opened with
    let earlier = world.study(&[])?;
    world.stage.chain.pass(DELAY_S, 1).await?;
    council.run(&name[..6])?;
    council.run(&close[..4])?;
    assert_eq!(listed()?[0]["verifier"], verifier);
    assert_eq!(listed()?[1]["verifier"], Value::Null);
    assert_eq!(in_file()?, verifier);
    secretary.run(&name[..6])?;
    let later = world.study(&[])?;
    let marta = world.patient("marta")?;
    world.certify(&marta, "marta-type-2-diabetes", &[])?;
    for study in [earlier, later] {
        marta.actor.run(&["patient", "enrol", &study, "--yes"])?;
    }
    let states = marta.actor.run(&["patient", "status"])?;
    assert_eq!(states.as_array().map(Vec::len), Some(2), "{states}");
    Ok(())
}
