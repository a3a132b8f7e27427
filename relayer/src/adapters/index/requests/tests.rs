use super::*;

#[tokio::test]
async fn a_nonce_is_new_once() {
    let index = SqliteIndex::in_memory().await.unwrap();
    let (one, other) = (Address::new([1; 20]), Address::new([2; 20]));
    assert!(index.remember(one, &[1; 16], 100).await.unwrap(), "new");
    assert!(!index.remember(one, &[1; 16], 200).await.unwrap(), "seen");
    assert!(
        index.remember(other, &[1; 16], 100).await.unwrap(),
        "another signer's"
    );
    index.forget_expired(100).await.unwrap();
    assert!(
        !index.remember(one, &[1; 16], 100).await.unwrap(),
        "still remembered at its expiry"
    );
    index.forget_expired(101).await.unwrap();
    assert!(
        index.remember(one, &[1; 16], 100).await.unwrap(),
        "forgotten"
    );
}
