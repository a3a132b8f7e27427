//! One transaction for several effects, whatever crashes.

use super::dying::Dying;
use super::*;
use crate::adapters::chain::outbox::{together::Combine, Wanted};
use crate::ports::index::Included;

/// A batch's calldata is that of its entries in a row, so that a chain shows what came about.
fn combine(transactions: &[&QueuedTransaction]) -> Result<QueuedTransaction, LedgerError> {
    let data = transactions.iter().flat_map(|each| each.data.clone());
    Ok(QueuedTransaction {
        data: data.collect(),
        ..transactions[0].clone()
    })
}

fn effect(data: u8) -> Effect {
    Effect::once(format!("enrol:{data}"))
}

impl World {
    fn wanted(&self, data: &[u8]) -> Vec<Wanted> {
        let wanted = data.iter().map(|data| Wanted {
            effect: effect(*data),
            transaction: self.transaction(*data),
        });
        wanted.collect()
    }

    async fn together(&self, data: &[u8]) -> Vec<Result<Included, LedgerError>> {
        let combine: &Combine<'_> = &combine;
        self.process()
            .submit_together(&self.wanted(data), combine)
            .await
    }

    /// Signs and stores a batch, and dies before sending it.
    async fn sign_together_and_die(&self, data: &[u8]) -> Vec<u8> {
        let mut ids = Vec::new();
        for wanted in self.wanted(data) {
            let entry = self.store.enqueue(&wanted.effect, &wanted.transaction);
            ids.push(entry.await.unwrap().id);
        }
        let all = QueuedTransaction {
            data: data.to_vec(),
            ..self.transaction(0)
        };
        let signer = self.signer();
        let sign = |nonce| signer.sign(&all, nonce, 21_000);
        let batch = self.store.sign_batch(&ids, &all, 0, &sign);
        match batch.await.unwrap().unwrap().state {
            OutboxState::Signed(signed) => signed.raw,
            other => panic!("{other:?}"),
        }
    }

    fn came_about(&self) -> Vec<u8> {
        let mut all = self.node.calldata().concat();
        all.sort_unstable();
        all
    }
}

fn code(outcome: &Result<Included, LedgerError>) -> Option<FailureCode> {
    match outcome {
        Ok(_) => None,
        Err(LedgerError::Refused { code, .. }) => Some(*code),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn several_effects_take_one_transaction_and_share_its_gas() {
    let world = World::new().await;
    let outcomes = world.together(&[1, 2, 3]).await;
    assert_eq!(world.node.calldata(), [vec![1, 2, 3]]);
    let shared: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    assert!(shared.iter().all(|one| one == &shared[0]));
    assert_eq!(shared[0].gas, 7_000);
    // Asked for again, by itself or with another, it has come about
    let again = world.together(&[2, 4]).await;
    assert_eq!(again[0].as_ref().unwrap(), &shared[0]);
    assert_eq!(world.node.calldata(), [vec![1, 2, 3], vec![4]]);
}

#[tokio::test]
async fn one_alone_is_sent_as_it_is() {
    let world = World::new().await;
    assert_eq!(world.together(&[1]).await[0].as_ref().unwrap().gas, 21_000);
    assert_eq!(world.node.calldata(), [vec![1]]);
    assert!(world.together(&[]).await.is_empty());
}

#[tokio::test]
async fn one_that_is_refused_beforehand_is_left_out_and_told_why() {
    let world = World::new().await;
    world.node.with(|chain| chain.reverts_early.insert(vec![2]));
    let outcomes = world.together(&[1, 2, 3]).await;
    let codes: Vec<_> = outcomes.iter().map(code).collect();
    assert_eq!(codes, [None, Some(FailureCode::QuotaUsedUp), None]);
    assert_eq!(world.node.calldata(), [vec![1, 3]]);
}

#[tokio::test]
async fn one_that_the_batch_skips_is_told_why_and_may_be_tried_again() {
    let world = World::new().await;
    world.node.with(|chain| chain.skips = vec![1]);
    let outcomes = world.together(&[1, 2, 3]).await;
    let codes: Vec<_> = outcomes.iter().map(code).collect();
    assert_eq!(codes, [None, Some(FailureCode::QuotaUsedUp), None]);
    assert_eq!(outcomes[0].as_ref().unwrap().gas, 10_500, "shared by two");

    world.node.with(|chain| chain.skips.clear());
    world.together(&[2]).await[0].as_ref().unwrap();
    assert_eq!(world.node.calldata(), [vec![1, 2, 3], vec![2]]);
}

#[tokio::test]
async fn a_batch_that_fails_is_sent_one_by_one() {
    let faults: [fn(&mut node::Chain); 3] = [
        |chain| chain.reverts_early.extend([vec![1, 2]]),
        |chain| chain.reverts_late.extend([vec![1, 2]]),
        |chain| chain.refusal = Some("transaction too large".to_owned()),
    ];
    for fault in faults {
        let world = World::new().await;
        world.node.with(fault);
        for outcome in world.together(&[1, 2]).await {
            assert_eq!(outcome.unwrap().gas, 21_000);
        }
        let mut calldata = world.node.calldata();
        // One that reverted stands in a block and did nothing
        calldata.retain(|data| *data != [1, 2]);
        calldata.sort();
        assert_eq!(calldata, [vec![1], vec![2]]);
    }
}

#[tokio::test]
async fn the_same_effect_twice_comes_about_once_and_a_false_one_takes_no_place() {
    let world = World::new().await;
    let mut wanted = world.wanted(&[9, 1, 2, 1]);
    // Somebody else's transaction for the first effect, which would fail
    wanted[0].effect = effect(1);
    world.node.with(|chain| chain.reverts_early.insert(vec![9]));
    let outcomes = world.process().submit_together(&wanted, &combine).await;
    let codes: Vec<_> = outcomes.iter().map(code).collect();
    assert_eq!(codes, [Some(FailureCode::QuotaUsedUp), None, None, None]);
    assert_eq!(world.came_about(), [1, 2]);
}

#[tokio::test]
async fn a_process_killed_before_sending_a_batch_is_gone_on_with() {
    let world = World::new().await;
    let raw = world.sign_together_and_die(&[1, 2]).await;
    // Asked for one of them by itself, and for another together with a new one
    let included = world
        .process()
        .submit(&effect(1), &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(included.hash, keccak256(&raw));
    for outcome in world.together(&[2, 3]).await {
        outcome.unwrap();
    }
    assert_eq!(world.node.calldata(), [vec![1, 2], vec![3]]);
}

#[tokio::test]
async fn a_process_killed_after_sending_a_batch_does_not_send_another() {
    let world = World::new().await;
    let raw = world.sign_together_and_die(&[1, 2, 3]).await;
    world.node.send(&raw).await.unwrap();
    world.node.with(|chain| chain.skips = vec![2]);
    world.process().resume().await.unwrap();
    let unsettled = world.store.unsettled(world.key.address()).await.unwrap();
    assert!(unsettled.is_empty());

    world.node.with(|chain| chain.skips.clear());
    let outcomes = world.together(&[1, 2, 3]).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(world.node.calldata(), [vec![1, 2, 3], vec![3]]);
}

#[tokio::test]
async fn a_batch_whose_nonce_was_used_elsewhere_is_sent_one_by_one() {
    let world = World::new().await;
    world.sign_together_and_die(&[1, 2]).await;
    let elsewhere = world
        .signer()
        .sign(&world.transaction(7), 0, 21_000)
        .unwrap();
    world.node.send(&elsewhere.raw).await.unwrap();
    for outcome in world.together(&[1, 2]).await {
        outcome.unwrap();
    }
    assert_eq!(world.came_about(), [1, 2, 7]);
}

#[tokio::test]
async fn a_batch_that_waits_too_long_stays_under_way() {
    let world = World::new().await;
    world.node.with(|chain| chain.losses = usize::MAX);
    for outcome in world.together(&[1, 2]).await {
        assert!(matches!(outcome, Err(LedgerError::NotIncluded { .. })));
    }
    world.node.with(|chain| chain.losses = 0);
    for outcome in world.together(&[1, 2]).await {
        outcome.unwrap();
    }
    assert_eq!(world.node.calldata(), [vec![1, 2]]);
}

/// The process is killed at each of its writes and reads in turn; the next one is asked for the same.
#[tokio::test]
async fn wherever_a_process_is_killed_each_effect_comes_about_once() {
    let mut steps = 0;
    loop {
        let world = World::new().await;
        let dying = Arc::new(Dying::after(Arc::clone(&world.store), steps));
        let process = world.process_with(Arc::clone(&dying) as Arc<dyn OutboxStore>);
        let wanted = world.wanted(&[1, 2, 3]);
        process.submit_together(&wanted, &combine).await;

        world.process().resume().await.unwrap();
        for outcome in world.together(&[1, 2, 3]).await {
            outcome.unwrap();
        }
        assert_eq!(world.came_about(), [1, 2, 3], "killed at step {steps}");
        if !dying.died() {
            break;
        }
        steps += 1;
    }
    assert!(steps > 8, "{steps} steps are all that there were");
}
