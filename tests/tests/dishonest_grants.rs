//! Patients whose fragments verify one by one and open nothing: honest proxies have nothing against such a grant, and the institution
//! shows on chain that it does not open.

use anyhow::{Context as _, Result};
use relayer::domain::fragment::SecretFragment;
use relayer::domain::umbral::ReceivingKey;
use relayer::ports::ledger::StudiesReader as _;
use relayer::sandbox::stage::BOND;
use tests::{code_of, Dishonest, Meddling, Patient, World};

const MARTA: &str = "marta-type-2-diabetes";
/// Five places, each of the price and three fees.
const ESCROW: u128 = 5 * 1030;

/// A patient with a record, who does not follow the scheme.
async fn dishonest(world: &World, name: &str, study: &str) -> Result<(Patient, Dishonest)> {
    let patient = world.patient(name)?;
    world.certify(&patient, MARTA, &[])?;
    let dishonest = Dishonest::of(world, &patient, study).await?;
    Ok((patient, dishonest))
}

/// Ended by the patient's fault: the study has its money back, nobody is slashed, and the patient can't try again.
async fn assert_faulted(world: &World, patient: &Patient, of: &Dishonest) -> Result<()> {
    let standing = world.standing(patient)?;
    assert_eq!(standing["state"], "faulted", "{standing}");
    let study = of.draft.key.study_id;
    let ledger = world.ledger().await?;
    assert_eq!(ledger.free_escrow(study).await?, ESCROW);
    assert_eq!(world.free_bonds().await?, [BOND; 3]);
    let again = ["patient", "enrol", &study.to_string(), "--yes"];
    assert_eq!(code_of(patient.actor.run(&again)), "already-enrolled");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_for_another_key_are_shown_to_open_nothing() -> Result<()> {
    let world = World::new().await?;
    let study = world.study(&[])?;
    let (marta, of) = dishonest(&world, "marta", &study).await?;
    let another = ReceivingKey::random();
    let set = of.set_for(&another.public(), 1)?;
    let fragments: Vec<_> = set
        .fragments
        .iter()
        .map(|fragment| of.signed_anew(fragment, &set.precursor))
        .collect::<Result<_>>()?;
    assert!(of.opens_for(&another, &fragments)?);
    let grant = of.grant(&set, &fragments)?;
    of.enrol(&world, grant, &fragments).await?;

    assert_eq!(
        world.institution("receive", of.draft.key),
        Err("grant-invalid".into())
    );
    // Before the slots have attested, it can't be told from a delivery that is still to come
    assert_eq!(
        world.institution("challenge", of.draft.key),
        Err("window-open".into())
    );
    world.pass_most_of_a_window().await?;
    world.wait_for(&marta, "delivered").await?;

    // Proxies that serve nothing answer on chain, and what they answer with does not open either
    let silent = Meddling {
        withhold: Some("/v1/deliveries"),
        ..Meddling::default()
    };
    world.interpose_all(&silent).await?;
    let made = world.institution("challenge", of.draft.key);
    assert_eq!(
        made.as_ref().map(|made| &made["step"]),
        Ok(&"challenge".into())
    );
    world.wait_for(&marta, "delivered").await?;
    assert_eq!(
        world.institution("receive", of.draft.key),
        Err("grant-invalid".into())
    );
    assert!(!world.is_revealed(&set.precursor).await?);
    let made = world.institution("challenge", of.draft.key);
    assert_eq!(made.as_ref().map(|made| &made["step"]), Ok(&"fault".into()));
    assert!(world.is_revealed(&set.precursor).await?);
    assert_faulted(&world, &marta, &of).await?;
    // Half the bond of 500, since the slots did answer; nothing of the price
    assert_eq!(world.paid(&world.standing(&marta)?).await?, 250);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_of_several_sets_open_only_if_enough_are_of_one() -> Result<()> {
    let world = World::new().await?;
    let study = world.study(&[])?;
    let receiving = world.receiving_key()?;

    // Each slot's of another set
    let (marta, of) = dishonest(&world, "marta", &study).await?;
    let sets = [1, 2, 3].map(|number| of.set_for(&receiving.public(), number));
    let [first, second, third] = sets;
    let (first, second, third) = (first?, second?, third?);
    assert!(of.opens_for(&receiving, &first.fragments)?);
    let of_each = [
        first.fragments[0].clone(),
        second.fragments[1].clone(),
        third.fragments[2].clone(),
    ];
    let grant = of.grant(&first, &of_each)?;
    let draft = of.draft_with(grant.clone())?;
    let refused = of.ask(&world, 1, &draft, &of_each).await?;
    let refused = refused.err().context("a refusal")?;
    assert_eq!(refused.code().to_string(), "fragment-invalid");

    // But signed under one precursor, each is as good as any
    let mixed: Vec<SecretFragment> = of_each
        .iter()
        .map(|fragment| of.signed_anew(fragment, &first.precursor))
        .collect::<Result<_>>()?;
    of.enrol(&world, grant, &mixed).await?;
    world.pass_most_of_a_window().await?;
    world.wait_for(&marta, "delivered").await?;
    assert_eq!(
        world.institution("receive", of.draft.key),
        Err("grant-invalid".into())
    );
    let made = world.institution("challenge", of.draft.key);
    assert_eq!(made.as_ref().map(|made| &made["step"]), Ok(&"fault".into()));
    assert_faulted(&world, &marta, &of).await?;
    assert_eq!(world.paid(&world.standing(&marta)?).await?, 0);

    // Two of one set are enough, whatever the third is
    let (nina, of) = dishonest(&world, "nina", &study).await?;
    let (own, other) = (
        of.set_for(&receiving.public(), 4)?,
        of.set_for(&receiving.public(), 5)?,
    );
    let stray = of.signed_anew(&other.fragments[0], &own.precursor)?;
    let fragments = [stray, own.fragments[1].clone(), own.fragments[2].clone()];
    assert!(!of.opens_for(&receiving, &fragments)?);
    of.enrol(&world, of.grant(&own, &fragments)?, &fragments)
        .await?;
    let received = world.institution("receive", of.draft.key);
    assert!(received.is_ok(), "{received:?}");
    let refused = world.institution("challenge", of.draft.key);
    assert_eq!(refused, Err("wrong-state".into()));
    assert!(!world.is_revealed(&own.precursor).await?);
    let accept = ["institution", "accept", &study];
    world.stage.institution.run(&accept)?;
    let settled = world.wait_for(&nina, "settled").await?;
    assert!(world.paid(&settled).await? >= 1000, "{settled}");
    Ok(())
}
