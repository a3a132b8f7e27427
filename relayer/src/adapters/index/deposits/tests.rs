use super::*;

fn entry(number: u8, key: u8) -> EnvelopeEntry {
    EnvelopeEntry {
        hash: EnvelopeHash::new([number; 32]).unwrap(),
        delegating_key: [key; 33],
        root: CiphertextRoot::new([number + 100; 32]),
        length: 100,
    }
}

fn progress(received: u64) -> Deposit {
    Deposit {
        root: CiphertextRoot::new([1; 32]),
        length: 100,
        received,
        tree: vec![7; 9],
        complete: received == 100,
    }
}

#[tokio::test]
async fn one_envelope_a_delegating_key() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let first = entry(1, 1);
    for _ in 0..2 {
        assert_eq!(
            index.add_envelope(&first).await.unwrap(),
            EnvelopeAdded::Held
        );
    }
    assert_eq!(
        index.add_envelope(&entry(2, 1)).await.unwrap(),
        EnvelopeAdded::KeyTaken
    );
    assert_eq!(
        index.envelope(first.hash).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(
        index.envelope_of(&[1; 33]).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(index.envelope_with(first.root).await.unwrap(), Some(first));
    assert_eq!(index.envelope_of(&[2; 33]).await.unwrap(), None);
}

#[tokio::test]
async fn parts_follow_one_another() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let root = progress(0).root;
    let (first, second) = (
        Part {
            start: 0,
            length: 60,
        },
        Part {
            start: 60,
            length: 40,
        },
    );
    let early = index.add_part(second, &progress(100)).await;
    assert!(
        matches!(early, Err(IndexError::Inconsistent(_))),
        "{early:?}"
    );
    index.add_part(first, &progress(60)).await.unwrap();
    assert!(
        index.add_part(first, &progress(60)).await.is_err(),
        "the same part twice"
    );
    assert_eq!(index.deposit(root).await.unwrap(), Some(progress(60)));
    index.add_part(second, &progress(100)).await.unwrap();
    assert_eq!(index.parts(root).await.unwrap(), [first, second]);
    index.forget_deposit(root).await.unwrap();
    assert_eq!(index.deposit(root).await.unwrap(), None);
    assert!(
        index.parts(root).await.unwrap().is_empty(),
        "no part is left"
    );
}
