use super::*;

fn entry(nullifier: u8) -> GrantEntry {
    GrantEntry {
        key: AttemptKey {
            study: StudyId::new([1; 32]).unwrap(),
            nullifier: Nullifier::new([nullifier; 32]).unwrap(),
            attempt: 0,
        },
        digest: GrantDigest::new([3; 32]),
        record_tag: RecordTag::new([4; 32]).unwrap(),
        envelope: EnvelopeHash::new([5; 32]).unwrap(),
        promised_until: 1000,
        token: Address::default(),
        slice: u128::MAX / 4,
        enrolled: false,
        attested: false,
    }
}

#[tokio::test]
async fn a_promise_is_renewed_but_not_for_another_grant() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let first = entry(2);
    index.put_grant(&first).await.unwrap();
    index
        .put_grant(&GrantEntry {
            promised_until: 900,
            ..first.clone()
        })
        .await
        .unwrap();
    assert_eq!(
        index.grant(&first.key).await.unwrap(),
        Some(first.clone()),
        "never shortened"
    );
    let later = GrantEntry {
        promised_until: 2000,
        ..first.clone()
    };
    index.put_grant(&later).await.unwrap();
    assert_eq!(index.grant(&first.key).await.unwrap(), Some(later));
    let other = GrantEntry {
        digest: GrantDigest::new([9; 32]),
        ..first
    };
    assert!(
        matches!(
            index.put_grant(&other).await,
            Err(IndexError::Inconsistent(_))
        ),
        "another"
    );
}

#[tokio::test]
async fn promises_count_until_they_lapse_or_are_kept() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let (first, second) = (
        entry(2),
        GrantEntry {
            promised_until: 2000,
            ..entry(3)
        },
    );
    index.put_grant(&first).await.unwrap();
    index.put_grant(&second).await.unwrap();
    let token = Address::default();
    assert_eq!(index.promised(token, 1000).await.unwrap(), first.slice * 2);
    assert_eq!(index.promised(token, 1001).await.unwrap(), first.slice);
    index.mark_enrolled(&second.key).await.unwrap();
    assert_eq!(
        index.promised(token, 1001).await.unwrap(),
        0,
        "it is locked on chain now"
    );
    assert_eq!(
        index.promised(Address::new([1; 20]), 0).await.unwrap(),
        0,
        "another token"
    );
}

#[tokio::test]
async fn marks_and_forgets() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let first = entry(2);
    index.put_grant(&first).await.unwrap();
    index.mark_enrolled(&first.key).await.unwrap();
    index.mark_attested(&first.key).await.unwrap();
    let marked = GrantEntry {
        enrolled: true,
        attested: true,
        ..first.clone()
    };
    assert_eq!(index.grants().await.unwrap(), [marked]);
    index.forget_grant(&first.key).await.unwrap();
    assert_eq!(index.grant(&first.key).await.unwrap(), None);
}
