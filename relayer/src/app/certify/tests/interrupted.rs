//! Commands that are killed at any point, and proxies and chains that fail.

use super::*;

/// Runs a command in processes that are killed after 0, 1, 2 … writes, each in a world of its own, until it gets through; after
/// each, `check` looks at the world.
const MOST_WRITES: usize = 40;

#[tokio::test]
async fn certifying_survives_a_kill_before_every_write() {
    for writes in 0..MOST_WRITES {
        let (world, seed) = (World::new().await, Seed::random());
        let order = world.order(&seed, "p", "1");
        let finished = certify_one(&world.hospital_killed_after(writes), &order)
            .await
            .is_ok();
        let certified = certify_one(&world.hospital(), &order).await.unwrap();
        world.check_record(&seed, &certified.entry);
        assert_eq!(
            world.chain.inserted(),
            [certified.entry.commitment],
            "{writes}"
        );
        assert_eq!(
            files(&world.folder.path().join("hospital/books/records")),
            1
        );
        if finished {
            assert!(writes > 5, "the books were written to {writes} times only");
            return;
        }
    }
    panic!("more than {MOST_WRITES} writes");
}

#[tokio::test]
async fn superseding_survives_a_kill_before_every_write() {
    for writes in 0..MOST_WRITES {
        let (world, seed) = (World::new().await, Seed::random());
        let first = world.order(&seed, "p", "1");
        let old = certify_one(&world.hospital(), &first)
            .await
            .unwrap()
            .entry
            .commitment;
        let order = world.order(&seed, "p", "2");
        let killed = world.hospital_killed_after(writes);
        let finished = supersede_one(&killed, old, &order).await.is_ok();
        drop(killed);
        let new = supersede_one(&world.hospital(), old, &order)
            .await
            .unwrap()
            .entry;
        world.check_record(&seed, &new);
        assert!(!world.chain.is_live(old));
        assert_eq!(world.chain.inserted(), [old, new.commitment], "{writes}");
        if finished {
            return;
        }
    }
    panic!("more than {MOST_WRITES} writes");
}

#[tokio::test]
async fn an_answer_that_is_lost_does_not_insert_twice() {
    for forgets in [false, true] {
        let (world, seed) = (World::new().await, Seed::random());
        let order = world.order(&seed, "p", "1");
        world.chain.lose_answer.store(true, Ordering::SeqCst);
        certify_one(&world.hospital(), &order).await.unwrap_err();
        if forgets {
            world.chain.forget_outbox();
        }
        // Another patient's record is certified first
        let other = Seed::random();
        let between = certify_one(&world.hospital(), &world.order(&other, "q", "1")).await;
        world.check_record(&other, &between.unwrap().entry);
        let certified = certify_one(&world.hospital(), &order).await.unwrap();
        world.check_record(&seed, &certified.entry);
        assert_eq!(world.chain.inserted().len(), 2);
    }
}

#[tokio::test]
async fn a_withdrawal_whose_answer_is_lost_is_noted_later() {
    for forgets in [false, true] {
        let (world, seed) = (World::new().await, Seed::random());
        let order = world.order(&seed, "p", "1");
        let entry = certify_one(&world.hospital(), &order).await.unwrap().entry;
        world.chain.lose_answer.store(true, Ordering::SeqCst);
        let lost = world.hospital().withdraw(entry.commitment, &quiet).await;
        lost.unwrap_err();
        if forgets {
            world.chain.forget_outbox();
        }
        let noted = world
            .hospital()
            .withdraw(entry.commitment, &quiet)
            .await
            .unwrap();
        assert!(noted.withdrawn && !world.chain.is_live(entry.commitment));
    }
}

#[tokio::test]
async fn a_replacement_that_came_about_unnoticed_is_not_taken_for_unfinished() {
    let (world, seed) = (World::new().await, Seed::random());
    let first = world.order(&seed, "p", "1");
    let old = certify_one(&world.hospital(), &first)
        .await
        .unwrap()
        .entry
        .commitment;
    world.chain.lose_answer.store(true, Ordering::SeqCst);
    let order = world.order(&seed, "p", "2");
    supersede_one(&world.hospital(), old, &order)
        .await
        .unwrap_err();
    let hospital = world.hospital();
    let failure = hospital.withdraw(old, &quiet).await.unwrap_err();
    assert_eq!(failure.code(), FailureCode::RecordSuperseded);
    let new = *world.chain.inserted().last().unwrap();
    hospital.withdraw(new, &quiet).await.unwrap();
    assert!(!world.chain.is_live(new));
}

#[tokio::test]
async fn a_path_that_the_registry_has_left_behind_is_computed_anew() {
    let (world, seed) = (World::new().await, Seed::random());
    let first = world.order(&seed, "p", "1");
    let old = certify_one(&world.hospital(), &first)
        .await
        .unwrap()
        .entry
        .commitment;
    world.chain.overtake.store(true, Ordering::SeqCst);
    let order = world.order(&seed, "p", "2");
    let new = supersede_one(&world.hospital(), old, &order)
        .await
        .unwrap()
        .entry;
    world.check_record(&seed, &new);
    assert!(!world.chain.is_live(old));
}

#[tokio::test]
async fn a_proxy_that_does_not_answer_gets_the_record_later() {
    let (world, seed) = (World::new().await, Seed::random());
    let order = world.order(&seed, "p", "1");
    world.proxies[0].down.store(true, Ordering::SeqCst);
    let hospital = world.hospital();
    let certified = certify_one(&hospital, &order).await.unwrap();
    assert_eq!(certified.entry.deposited, [world.proxies[1].address()]);
    let failure = certified.failure().unwrap();
    assert_eq!(failure.code(), FailureCode::ProxyUnreachable);
    assert!(failure
        .message()
        .contains(&world.proxies[0].address().to_string()));
    world.proxies[0].down.store(false, Ordering::SeqCst);
    let clients = hospital.clients(&[]).await.unwrap();
    let resumed = hospital.resume(&clients, &quiet).await.unwrap();
    assert!(resumed[0].missing.is_empty());
    world.check_record(&seed, &resumed[0].entry);
}

#[tokio::test]
async fn an_upload_that_breaks_off_goes_on_where_it_stopped() {
    let (world, seed) = (World::new().await, Seed::random());
    let mut order = world.order(&seed, "p", "1");
    let scan = world.folder.path().join("scan.dcm");
    fs::write(&scan, vec![5; 300_000]).unwrap();
    order.attachments.push(scan);
    world.proxies[0]
        .break_after
        .store(100_001, Ordering::SeqCst);
    let certified = certify_one(&world.hospital(), &order).await.unwrap();
    assert!(certified.missing.is_empty());
    world.check_record(&seed, &certified.entry);
}

#[tokio::test]
async fn resuming_finishes_what_was_sealed() {
    let world = World::new().await;
    let seeds = [Seed::random(), Seed::random()];
    let orders = [
        world.order(&seeds[0], "p", "1"),
        world.order(&seeds[1], "q", "1"),
    ];
    let killed = world.hospital_killed_after(6);
    let clients = killed.clients(&[]).await.unwrap();
    killed.certify(&orders, &clients, &quiet).await.unwrap_err();
    assert!(world.chain.inserted().is_empty());
    drop(killed);
    let resumed = world.hospital().resume(&clients, &quiet).await.unwrap();
    assert_eq!(resumed.len(), 2);
    for certified in resumed {
        let mine = |seed: &&Seed| seed.identity_commitment() == certified.entry.identity;
        world.check_record(seeds.iter().find(mine).unwrap(), &certified.entry);
    }
}
