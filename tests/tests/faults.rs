//! A network of four validators, broken on purpose with an enrolment, a delivery and a settlement under way: it does not fork, nothing is
//! lost, nothing is done twice, no window runs out, and it goes on.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context as _, Result};
use serde_json::Value;
use tests::faults::{Done, Validators};
use tests::world::Options;
use tests::{engine, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";
/// A halt is shorter than the window's seconds, and its blocks bear the halt as well.
const WINDOW: &str = "90:60";
/// How long a network that can't go on is left so.
const HALT: Duration = Duration::from_secs(12);
/// How long what is under way may take after the network has healed.
const PATIENCE: Duration = Duration::from_mins(4);
const ALL: [usize; 4] = [0, 1, 2, 3];

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    OneKilled,
    OurNodeKilled,
    TwoKilled,
    AllKilled,
    DiskEmptied,
    Parted,
}

impl Fault {
    fn words(self) -> &'static str {
        match self {
            Self::OneKilled => "one killed",
            Self::OurNodeKilled => "the one that our proxies talk to killed",
            Self::TwoKilled => "two killed and brought back",
            Self::AllKilled => "all killed and brought back",
            Self::DiskEmptied => "one's disk emptied",
            Self::Parted => "parted two and two, healed",
        }
    }

    /// Breaks the network and mends it again; gives the time from the mending (or, if it goes on without, from the breaking) to the next block
    /// on all nodes that can have one.
    async fn happen(self, validators: &Validators<'_>) -> Result<Duration> {
        let height = validators.height().await;
        match self {
            Self::OneKilled | Self::OurNodeKilled => {
                let down = if self == Self::OneKilled { 3 } else { 0 };
                let rest: Vec<usize> = ALL.into_iter().filter(|place| *place != down).collect();
                validators.kill(&[down])?;
                let start = Instant::now();
                // Past the block that was under way, and past the round of the one that is down
                validators.go_on(&rest, height + 4).await?;
                let took = start.elapsed();
                tokio::time::sleep(HALT).await;
                validators.start(&[down])?;
                validators.go_on(&[down], validators.height().await).await?;
                Ok(took)
            }
            Self::TwoKilled => {
                validators.kill(&[2, 3])?;
                self.halt(validators).await?;
                validators.start(&[2, 3])?;
                validators.go_on(&ALL, validators.height().await).await
            }
            Self::AllKilled => {
                validators.kill(&ALL)?;
                tokio::time::sleep(HALT).await;
                validators.start(&ALL)?;
                validators.go_on(&ALL, height + 1).await
            }
            Self::DiskEmptied => {
                validators.kill(&[1])?;
                validators.empty_disk(1)?;
                validators.start(&[1])?;
                validators.go_on(&ALL, height + 1).await
            }
            Self::Parted => {
                let sides: [&[usize]; 2] = [&[0, 1], &[2, 3]];
                validators.part(sides).await?;
                self.halt(validators).await?;
                validators.join(sides).await?;
                validators.go_on(&ALL, validators.height().await).await
            }
        }
    }

    async fn halt(self, validators: &Validators<'_>) -> Result<()> {
        // The block that was under way
        tokio::time::sleep(Duration::from_secs(2)).await;
        ensure!(
            validators.stand_still(HALT).await,
            "{self:?}: half of the validators made a block"
        );
        Ok(())
    }
}

/// Three patients with a record each, one for each thing that is under way.
struct People {
    enrolling: Patient,
    delivered: Patient,
    settling: Patient,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_broken_on_purpose_loses_nothing() -> Result<()> {
    let Some(on) = engine() else {
        return Ok(());
    };
    let world = World::with(Options {
        on: Some(on),
        ..Options::default()
    })
    .await?;
    let people = People {
        enrolling: world.patient("enrolling")?,
        delivered: world.patient("delivered")?,
        settling: world.patient("settling")?,
    };
    for patient in [&people.enrolling, &people.delivered, &people.settling] {
        world.certify(patient, MARTA, &[])?;
    }
    let faults = [
        Fault::AllKilled,
        Fault::DiskEmptied,
        Fault::Parted,
        Fault::OurNodeKilled,
        Fault::TwoKilled,
        Fault::OneKilled,
    ];
    let mut table = String::from(
        "\n| broken | goes on after | all done after | enrolment | delivery | settlement |\n",
    );
    for fault in faults {
        let row = row(&world, &people, fault)
            .await
            .with_context(|| format!("{fault:?}"))?;
        tests::say(&row);
        writeln!(table, "{row}")?;
    }
    tests::say(&table);
    Ok(())
}

async fn row(world: &World, people: &People, fault: Fault) -> Result<String> {
    let validators = Validators::of(&world.stage.chain)?;
    let before = validators.height().await;
    let study = world.study_with_windows(WINDOW, &[])?;
    let enrol = ["patient", "enrol", &study, "--yes"];
    let earlier = people.delivered.actor.run(&enrol)?;
    people.settling.actor.run(&enrol)?;
    let settling = standing(&people.settling, &study)?;
    let settling = text(&settling["nullifier"]);
    let institution = world.stage.institution.clone();
    institution.run(&["institution", "receive", &study, &settling])?;

    let start = Instant::now();
    let enrolment = until_done(people.enrolling.actor.clone(), &enrol);
    let acceptance = until_done(institution, &["institution", "accept", &study, &settling]);
    let recovery = fault.happen(&validators).await?;
    let (enrolment, acceptance) = (enrolment.await??, acceptance.await??);
    let delivered = until_state(&people.delivered, &study, "delivered").await?;
    let all_done = start.elapsed();

    assert_eq!(standing(&people.enrolling, &study)?["state"], "enrolled");
    assert_eq!(standing(&people.settling, &study)?["state"], "settled");
    // A block is not everywhere at once
    validators.go_on(&ALL, validators.height().await).await?;
    validators.agree().await?;
    let done = Done::since(&world.stage.chain, before).await?;
    let (enrolled, accepted) = (
        text(&enrolment["transaction"]),
        text(&acceptance["accepted"][0]["transaction"]),
    );
    done.once(&enrolled)?;
    done.once(&accepted)?;
    let nullifier = text(&delivered["nullifier"]);
    let attestations = done.naming(&nullifier, &[&text(&earlier["transaction"])]);
    ensure!(
        !attestations.is_empty(),
        "nothing on chain names the delivery"
    );
    for hash in &attestations {
        done.once(hash)?;
    }
    assert_eq!(
        world.paid(&standing(&people.settling, &study)?).await?,
        1000
    );
    let attested = attestations
        .iter()
        .map(|hash| short(hash))
        .collect::<Vec<_>>();
    Ok(format!(
        "| {} | {:.1} s | {:.0} s | {} | {} | {} |",
        fault.words(),
        recovery.as_secs_f64(),
        all_done.as_secs_f64(),
        short(&enrolled),
        attested.join(", "),
        short(&accepted),
    ))
}

/// Gives a command again until it succeeds, as people do: it goes on where it was.
fn until_done(
    actor: relayer::sandbox::Actor,
    args: &[&str],
) -> tokio::task::JoinHandle<Result<Value>> {
    let args: Vec<String> = args.iter().map(ToString::to_string).collect();
    tokio::task::spawn_blocking(move || {
        let start = Instant::now();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        loop {
            match actor.run(&args) {
                Ok(done) => return Ok(done),
                Err(error) if start.elapsed() > PATIENCE => return Err(error.into()),
                Err(error) => {
                    let failure = error.failure().unwrap_or_default();
                    ensure!(failure["retryable"] == true, "{error}");
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
        }
    })
}

/// Where a patient's enrolment in a study stands.
fn standing(patient: &Patient, study: &str) -> Result<Value> {
    let all = patient.actor.run(&["patient", "status"])?;
    let all = all.as_array().context("a list")?;
    let found = all.iter().find(|each| each["studyId"] == study);
    Ok(found
        .with_context(|| format!("no enrolment in {study}"))?
        .clone())
}

async fn until_state(patient: &Patient, study: &str, state: &str) -> Result<Value> {
    let start = Instant::now();
    loop {
        let standing = standing(patient, study)?;
        if standing["state"] == state {
            return Ok(standing);
        }
        ensure!(start.elapsed() < PATIENCE, "not {state} but {standing}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn short(hash: &str) -> String {
    hash.chars().take(10).collect()
}
