use super::*;
use crate::app::network::fake::{account, FakeNode};
use crate::domain::ledger::node::NodeId;
use crate::domain::ledger::rlp::{encode, Item};
use crate::domain::signer::EvmKey;

fn member() -> Member {
    let node_id = NodeId::of(&EvmKey::from_bytes(&[1; 32]).unwrap());
    Member {
        name: "validator-1".to_owned(),
        node_id,
        address: account(1),
        host: [127, 0, 0, 1].into(),
        p2p_port: 1,
        rpc_host: [127, 0, 0, 1].into(),
        rpc_port: 2,
        founder: true,
    }
}

/// `extraData` of a block that three rounds were given up for.
fn after_three_rounds() -> Vec<u8> {
    encode(&Item::List(vec![
        Item::Bytes(vec![0; 32]),
        Item::List(vec![Item::Bytes(vec![2; 20])]),
        Item::List(Vec::new()),
        Item::Bytes(vec![3]),
        Item::List(Vec::new()),
    ]))
}

#[tokio::test]
async fn a_node_is_shown_as_its_blocks_tell() {
    let mut node = FakeNode::among(4).grown(40, 0);
    node.blocks[38].extra = after_three_rounds();
    // Longer ago than is counted
    node.blocks[5].extra = after_three_rounds();
    let state = ask(&member(), &node).await.state.unwrap();
    assert_eq!((state.height, state.peers, state.pool), (40, 3, Some(7)));
    assert_eq!(state.round_changes, 3);
    assert_eq!(state.last_proposer, account(1));
    assert!(state.validator);

    node.blocks[40].extra = after_three_rounds();
    let state = ask(&member(), &node).await.state.unwrap();
    assert_eq!(state.round_changes, 6);
    assert!(!state.validator);
}

#[tokio::test]
async fn a_node_that_is_silent_is_shown_too() {
    let mut node = FakeNode::among(4);
    node.silent = true;
    let status = ask(&member(), &node).await;
    assert!(status.state.is_none());
    assert_eq!(status.problem.as_deref(), Some("silent"));
}

#[tokio::test]
async fn a_fork_is_found_and_a_lagging_node_is_none() {
    let (one, same) = (
        FakeNode::among(4).grown(9, 0),
        FakeNode::among(4).grown(6, 0),
    );
    let mut other = FakeNode::among(4).grown(9, 0);
    other.blocks[8].hash = [0xff; 32];
    assert_eq!(first_fork(&[&one, &same], 0, 9).await.unwrap(), None);
    assert_eq!(
        first_fork(&[&one, &same, &other], 0, 9).await.unwrap(),
        Some(8)
    );
}
