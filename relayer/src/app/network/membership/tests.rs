use super::*;
use crate::app::network::fake::{account, FakeNode};

#[tokio::test]
async fn a_node_votes_for_what_is_not_so_yet() {
    let node = FakeNode::among(4);
    let add = Vote {
        validator: account(5),
        add: true,
    };
    assert_eq!(vote(&node, add, false).await.unwrap(), Told::Votes);
    let there = Vote {
        validator: account(2),
        add: true,
    };
    assert_eq!(vote(&node, there, false).await.unwrap(), Told::AlreadySo);
    assert_eq!(node.proposed(), [add]);
}

#[tokio::test]
async fn fewer_than_four_validators_must_be_wanted() {
    let remove = Vote {
        validator: account(2),
        add: false,
    };
    let four = FakeNode::among(4);
    let failure = vote(&four, remove, false).await.unwrap_err();
    assert_eq!(failure.code(), FailureCode::OutOfBounds);
    assert!(four.proposed().is_empty());
    assert_eq!(vote(&four, remove, true).await.unwrap(), Told::Votes);
    assert_eq!(
        vote(&FakeNode::among(5), remove, false).await.unwrap(),
        Told::Votes
    );
}

#[tokio::test]
async fn a_chain_without_validators_is_told() {
    let mut node = FakeNode::among(4);
    node.blocks[0].extra = vec![0; 32];
    let failure = validators(&node).await.unwrap_err();
    assert_eq!(failure.code(), FailureCode::WrongState);
}

#[test]
fn more_than_half_decide() {
    assert_eq!([4, 5, 7].map(majority), [3, 3, 4]);
}
