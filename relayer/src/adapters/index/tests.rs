use super::SqliteIndex;
use crate::domain::ids::Address;
use crate::ports::index::{
    Cursor, Cursors, Effect, Included, IndexError, LeafChange, OutboxState, OutboxStore,
    QueuedTransaction, RegistryIndex, RootAt, SignedTransaction,
};

const SENDER: Address = Address::new([7; 20]);

fn transaction(data: u8) -> QueuedTransaction {
    QueuedTransaction {
        sender: SENDER,
        to: Some(Address::new([9; 20])),
        value: u128::MAX,
        data: vec![data],
    }
}

fn sign(nonce: u64) -> Result<SignedTransaction, IndexError> {
    Ok(SignedTransaction {
        nonce,
        raw: nonce.to_be_bytes().to_vec(),
        hash: [u8::try_from(nonce).unwrap(); 32],
    })
}

fn included(nonce: u8) -> OutboxState {
    OutboxState::Included(Included {
        hash: [nonce; 32],
        block: 5,
        gas: 21_000,
        created: None,
    })
}

#[tokio::test]
async fn an_effect_keeps_its_entry_until_it_may_be_replaced() {
    let outbox = SqliteIndex::in_memory().await.unwrap().outbox([1; 32]);
    let once = Effect::once("enrol:1");
    let entry = outbox.enqueue(&once, &transaction(1)).await.unwrap();
    assert_eq!(entry.state, OutboxState::Queued);
    assert_eq!(entry.transaction, transaction(1));

    // Queued: nothing has left the machine, so other contents may take its place.
    let other = outbox.enqueue(&once, &transaction(2)).await.unwrap();
    assert_ne!(other.id, entry.id);
    assert!(outbox.sign_next(entry.id, 0, &sign).await.is_err());

    let signed = outbox.sign_next(other.id, 4, &sign).await.unwrap();
    assert_eq!(signed.nonce, 4);
    assert!(matches!(
        outbox.enqueue(&once, &transaction(3)).await,
        Err(IndexError::EffectConflict(_))
    ));
    let again = outbox.enqueue(&once, &transaction(2)).await.unwrap();
    assert_eq!(again.state, OutboxState::Signed(signed));

    outbox.settle(other.id, &included(4)).await.unwrap();
    let done = outbox.enqueue(&once, &transaction(3)).await.unwrap();
    assert_eq!(done.state, included(4));

    let repeatable = Effect::repeatable("enrol:1");
    let anew = outbox.enqueue(&repeatable, &transaction(3)).await.unwrap();
    assert_eq!(anew.state, OutboxState::Queued);
}

#[tokio::test]
async fn nonces_are_given_out_once() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let outbox = index.outbox([1; 32]);
    let mut nonces = Vec::new();
    for number in 0..3 {
        let effect = Effect::once(format!("effect:{number}"));
        let entry = outbox.enqueue(&effect, &transaction(number)).await.unwrap();
        nonces.push(outbox.sign_next(entry.id, 10, &sign).await.unwrap().nonce);
        // Asked again, it keeps what it was signed with.
        let again = outbox.sign_next(entry.id, 99, &sign).await.unwrap();
        assert_eq!(again.nonce, nonces[usize::from(number)]);
    }
    assert_eq!(nonces, [10, 11, 12]);
    let unsettled = outbox.unsettled(SENDER).await.unwrap();
    assert_eq!(unsettled.len(), 3);

    // Only the last one can be given up; one that was displaced gets a new nonce.
    assert!(!outbox.withdraw(unsettled[1].id).await.unwrap());
    assert!(outbox.withdraw(unsettled[2].id).await.unwrap());
    outbox.release(unsettled[0].id).await.unwrap();
    let signed = outbox.sign_next(unsettled[0].id, 11, &sign).await.unwrap();
    assert_eq!(signed.nonce, 12);

    // Another chain's outbox sees nothing of it.
    assert!(index
        .outbox([2; 32])
        .unsettled(SENDER)
        .await
        .unwrap()
        .is_empty());
}

#[tokio::test]
async fn a_settled_effect_is_not_settled_otherwise() {
    let outbox = SqliteIndex::in_memory().await.unwrap().outbox([1; 32]);
    let entry = outbox
        .enqueue(&Effect::once("a"), &transaction(1))
        .await
        .unwrap();
    assert!(outbox.settle(entry.id, &included(0)).await.is_err());
    outbox.sign_next(entry.id, 0, &sign).await.unwrap();
    assert!(outbox.settle(entry.id, &OutboxState::Queued).await.is_err());
    outbox.settle(entry.id, &included(0)).await.unwrap();
    assert!(outbox.settle(entry.id, &OutboxState::Failed).await.is_err());
    assert!(outbox.release(entry.id).await.is_err());
}

#[tokio::test]
async fn a_batch_and_what_it_carries_are_settled_at_once() {
    let outbox = SqliteIndex::in_memory().await.unwrap().outbox([1; 32]);
    let mut ids = Vec::new();
    for data in 0..3 {
        let effect = Effect::once(format!("enrol:{data}"));
        let entry = outbox.enqueue(&effect, &transaction(data)).await.unwrap();
        ids.push(entry.id);
    }
    let all = transaction(9);
    let batch = outbox.sign_batch(&ids, &all, 4, &sign).await.unwrap();
    let batch = batch.unwrap().id;
    assert_eq!(outbox.carried(batch).await.unwrap(), 3);
    assert_eq!(outbox.carried(ids[0]).await.unwrap(), 0);

    // No other transaction can carry them, nor can they go by themselves or be replaced
    let second = outbox.sign_batch(&ids[..1], &all, 4, &sign).await.unwrap();
    assert_eq!(second, None);
    let by_itself = outbox.sign_next(ids[0], 4, &sign).await;
    assert!(matches!(by_itself, Err(IndexError::Joined(_))));
    outbox.settle(ids[0], &OutboxState::Failed).await.unwrap();
    let replaced = outbox
        .enqueue(&Effect::once("enrol:0"), &transaction(7))
        .await;
    assert!(matches!(replaced, Err(IndexError::EffectConflict(_))));

    let whole = Included {
        hash: [4; 32],
        block: 5,
        gas: 21_001,
        created: None,
    };
    outbox.settle_batch(batch, &whole, &[1]).await.unwrap();
    // Settled once, whoever sees it
    outbox.settle_batch(batch, &whole, &[0]).await.unwrap();
    let mut states = Vec::new();
    for id in ids {
        states.push(outbox.entry(id).await.unwrap().unwrap().state);
    }
    let share = OutboxState::Included(Included {
        gas: 10_501,
        ..whole
    });
    assert_eq!(states, [share.clone(), OutboxState::Failed, share]);
    let batch = outbox.entry(batch).await.unwrap().unwrap();
    assert_eq!(batch.state, OutboxState::Included(whole));
}

#[tokio::test]
async fn what_a_batch_carried_that_came_to_nothing_is_queued_again() {
    let outbox = SqliteIndex::in_memory().await.unwrap().outbox([1; 32]);
    let effect = Effect::once("enrol:1");
    let id = outbox.enqueue(&effect, &transaction(1)).await.unwrap().id;
    for (nonce, way) in (4..).zip(["failed", "withdrawn", "released"]) {
        let batch = outbox
            .sign_batch(&[id], &transaction(9), nonce, &sign)
            .await
            .unwrap()
            .unwrap()
            .id;
        match way {
            "failed" => outbox.settle(batch, &OutboxState::Failed).await.unwrap(),
            "withdrawn" => assert!(outbox.withdraw(batch).await.unwrap()),
            _ => outbox.release(batch).await.unwrap(),
        }
        let entry = outbox.find(SENDER, "enrol:1").await.unwrap().unwrap();
        assert_eq!(entry.state, OutboxState::Queued, "{way}");
        assert_eq!(outbox.carried(batch).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn the_outbox_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.sqlite");
    let index = SqliteIndex::open(&path).await.unwrap();
    let outbox = index.outbox([1; 32]);
    let entry = outbox
        .enqueue(&Effect::once("a"), &transaction(1))
        .await
        .unwrap();
    let signed = outbox.sign_next(entry.id, 3, &sign).await.unwrap();
    drop((outbox, index));

    let outbox = SqliteIndex::open(&path).await.unwrap().outbox([1; 32]);
    let unsettled = outbox.unsettled(SENDER).await.unwrap();
    assert_eq!(unsettled[0].state, OutboxState::Signed(signed));
    assert_eq!(unsettled[0].transaction, transaction(1));
}

#[tokio::test]
async fn cursors_only_move_forward() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let at = |block| Cursor {
        block,
        block_hash: [8; 32],
    };
    assert_eq!(index.cursor("f").await.unwrap(), None);
    index.advance("f", at(5)).await.unwrap();
    assert!(index.advance("f", at(4)).await.is_err());
    assert_eq!(index.cursor("f").await.unwrap(), Some(at(5)));
    index.rewind("f").await.unwrap();
    assert_eq!(index.cursor("f").await.unwrap(), None);
}

#[tokio::test]
async fn the_registry_log_grows_from_its_cursor_only() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let at = |block| Cursor {
        block,
        block_hash: [8; 32],
    };
    let change = |position, leaf| LeafChange {
        position,
        leaf: [leaf; 32],
    };
    let root = |root, changes| RootAt {
        root: [root; 32],
        changes,
    };
    let first = [change(0, 1), change(1, 2)];
    assert!(index
        .append(None, &first, &[root(1, 2)], at(3))
        .await
        .unwrap());
    assert!(!index.append(None, &first, &[], at(4)).await.unwrap());
    let second = [change(0, 0)];
    assert!(index
        .append(Some(at(3)), &second, &[root(2, 3)], at(4))
        .await
        .unwrap());

    assert_eq!(index.length().await.unwrap(), 3);
    assert_eq!(
        index.changes(1, 10).await.unwrap(),
        [change(1, 2), change(0, 0)]
    );
    assert_eq!(index.root(&[2; 32]).await.unwrap(), Some(root(2, 3)));
    assert_eq!(index.root(&[3; 32]).await.unwrap(), None);
    index.clear_registry().await.unwrap();
    assert_eq!(index.registry_cursor().await.unwrap(), None);
    assert_eq!(index.length().await.unwrap(), 0);
}
