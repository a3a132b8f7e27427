use std::sync::Arc;
use std::time::Duration;

use ethers::utils::keccak256;

use super::{Outbox, Patience};
use crate::adapters::chain::sign::TransactionSigner;
use crate::adapters::chain::transactor::Transactor;
use crate::adapters::index::{SqliteIndex, SqliteOutbox};
use crate::domain::failure::FailureCode;
use crate::domain::ids::Address;
use crate::domain::signer::EvmKey;
use crate::ports::index::{Effect, OutboxState, OutboxStore, QueuedTransaction};
use crate::ports::ledger::LedgerError;
use node::FakeNode;

mod dying;
mod node;
mod together;

struct World {
    node: Arc<FakeNode>,
    store: Arc<SqliteOutbox>,
    key: EvmKey,
}

impl World {
    async fn new() -> Self {
        Self {
            node: Arc::default(),
            store: Arc::new(SqliteIndex::in_memory().await.unwrap().outbox([1; 32])),
            key: EvmKey::from_bytes(&[5; 32]).unwrap(),
        }
    }

    fn signer(&self) -> TransactionSigner {
        TransactionSigner {
            key: self.key.clone(),
            chain_id: 1337,
            gas_price: 0,
        }
    }

    /// A process: the store and the chain outlive it.
    fn process(&self) -> Outbox {
        self.process_with(Arc::clone(&self.store) as Arc<dyn OutboxStore>)
    }

    fn process_with(&self, store: Arc<dyn OutboxStore>) -> Outbox {
        let patience = Patience {
            finality: 1,
            poll: Duration::from_millis(1),
            resend: Duration::from_millis(3),
            give_up: Duration::from_millis(200),
        };
        Outbox::new(
            Arc::clone(&self.node) as Arc<dyn Transactor>,
            store,
            self.signer(),
            patience,
        )
    }

    fn transaction(&self, data: u8) -> QueuedTransaction {
        QueuedTransaction {
            sender: self.key.address(),
            to: Some(Address::new([9; 20])),
            value: 0,
            data: vec![data],
        }
    }

    /// Signs and stores a transaction, and dies before sending it.
    async fn sign_and_die(&self, effect: &Effect, data: u8) -> Vec<u8> {
        let entry = self
            .store
            .enqueue(effect, &self.transaction(data))
            .await
            .unwrap();
        let chain_nonce = self.node.height().await.unwrap();
        let signer = self.signer();
        let sign = |nonce| signer.sign(&entry.transaction, nonce, 21_000);
        self.store
            .sign_next(entry.id, chain_nonce, &sign)
            .await
            .unwrap()
            .raw
    }
}

#[tokio::test]
async fn an_effect_comes_about_once() {
    let world = World::new().await;
    let effect = Effect::once("enrol:1");
    let first = world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap();
    let again = world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(world.node.calldata(), [vec![1]]);
}

#[tokio::test]
async fn a_process_killed_before_sending_is_gone_on_with() {
    let world = World::new().await;
    let effect = Effect::once("enrol:1");
    let raw = world.sign_and_die(&effect, 1).await;
    let included = world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(included.hash, keccak256(raw));
    assert_eq!(world.node.calldata(), [vec![1]]);
}

#[tokio::test]
async fn a_process_killed_after_sending_does_not_send_another() {
    let world = World::new().await;
    let effect = Effect::once("enrol:1");
    let raw = world.sign_and_die(&effect, 1).await;
    world.node.send(&raw).await.unwrap();
    let outbox = world.process();
    outbox.resume().await.unwrap();
    let included = outbox.submit(&effect, &world.transaction(1)).await.unwrap();
    assert_eq!(included.hash, keccak256(&raw));
    assert_eq!(world.node.with(|chain| chain.sendings[&included.hash]), 1);
}

#[tokio::test]
async fn a_lost_transaction_is_sent_again() {
    let world = World::new().await;
    world.node.with(|chain| chain.losses = 2);
    let effect = Effect::once("enrol:1");
    world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![1]]);
}

#[tokio::test]
async fn an_earlier_transaction_does_not_hold_a_later_one_back() {
    let world = World::new().await;
    world.sign_and_die(&Effect::once("a"), 1).await;
    world
        .process()
        .submit(&Effect::once("b"), &world.transaction(2))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![1], vec![2]]);
    // The earlier one is known to have come about, without another transaction.
    world.process().resume().await.unwrap();
    assert!(world
        .store
        .unsettled(world.key.address())
        .await
        .unwrap()
        .is_empty());
}

#[tokio::test]
async fn a_nonce_used_elsewhere_is_replaced() {
    let world = World::new().await;
    let effect = Effect::once("enrol:1");
    world.sign_and_die(&effect, 1).await;
    // The same account sends something from another machine.
    let elsewhere = world
        .signer()
        .sign(&world.transaction(7), 0, 21_000)
        .unwrap();
    world.node.send(&elsewhere.raw).await.unwrap();
    world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![7], vec![1]]);
}

#[tokio::test]
async fn a_receipt_that_comes_later_than_the_nonce_is_waited_for() {
    let world = World::new().await;
    world.node.with(|chain| chain.hidden = 2);
    world
        .process()
        .submit(&Effect::once("enrol:1"), &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![1]]);
}

#[tokio::test]
async fn what_would_revert_takes_no_nonce_and_may_be_tried_again() {
    let world = World::new().await;
    world.node.with(|chain| chain.reverts_early.insert(vec![1]));
    let effect = Effect::once("enrol:1");
    let error = world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        LedgerError::Refused {
            code: FailureCode::QuotaUsedUp,
            ..
        }
    ));
    assert!(world.node.calldata().is_empty());

    world.node.with(|chain| chain.reverts_early.clear());
    world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![1]]);
}

#[tokio::test]
async fn what_reverts_in_a_block_is_explained_and_may_be_tried_again() {
    let world = World::new().await;
    world.node.with(|chain| chain.reverts_late.insert(vec![1]));
    let effect = Effect::once("enrol:1");
    let error = world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        LedgerError::Refused {
            code: FailureCode::QuotaUsedUp,
            ..
        }
    ));
    world
        .process()
        .submit(&effect, &world.transaction(2))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![1], vec![2]]);
}

#[tokio::test]
async fn what_the_node_refuses_gives_its_nonce_back() {
    let world = World::new().await;
    world
        .node
        .with(|chain| chain.refusal = Some("insufficient funds".to_owned()));
    let effect = Effect::once("enrol:1");
    let error = world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("insufficient funds"), "{error}");
    world
        .process()
        .submit(&Effect::once("b"), &world.transaction(2))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![2]]);
}

#[tokio::test]
async fn waiting_ends_and_the_transaction_stays_under_way() {
    let world = World::new().await;
    world.node.with(|chain| chain.losses = usize::MAX);
    let effect = Effect::once("enrol:1");
    let error = world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap_err();
    assert!(matches!(error, LedgerError::NotIncluded { .. }));
    assert!(error.is_retryable());
    world.node.with(|chain| chain.losses = 0);
    world
        .process()
        .submit(&effect, &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![1]]);
}

#[tokio::test]
async fn effects_at_the_same_time_get_nonces_of_their_own() {
    let world = World::new().await;
    let outbox = Arc::new(world.process());
    let tasks = (0..8_u8).map(|number| {
        let (outbox, transaction) = (Arc::clone(&outbox), world.transaction(number));
        let effect = Effect::once(format!("effect:{number}"));
        tokio::spawn(async move { outbox.submit(&effect, &transaction).await.unwrap() })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let mut all = world.node.calldata();
    all.sort();
    assert_eq!(all, (0..8).map(|number| vec![number]).collect::<Vec<_>>());
}

/// All nodes down for a while: the transaction is waited for, sent again, and comes about once.
#[tokio::test]
async fn nodes_that_are_down_are_waited_for() {
    let world = World::new().await;
    world.node.with(|chain| {
        chain.losses = 1;
        chain.silences = 20;
    });
    world
        .process()
        .submit(&Effect::once("enrol:1"), &world.transaction(1))
        .await
        .unwrap();
    assert_eq!(world.node.calldata(), [vec![1]]);
}
