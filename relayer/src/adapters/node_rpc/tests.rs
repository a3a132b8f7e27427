use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::{Json, Router};

use super::*;
use crate::domain::ledger::node::NodeId;
use crate::domain::signer::EvmKey;

type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// An endpoint that answers as the engines do, and takes down what it is asked.
async fn endpoint() -> (String, Asked) {
    let asked = Asked::default();
    let service = Router::new()
        .fallback(answer)
        .with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, service).await });
    (url, asked)
}

async fn answer(State(asked): State<Asked>, Json(request): Json<Value>) -> Json<Value> {
    let method = request["method"].as_str().unwrap().to_owned();
    asked
        .lock()
        .unwrap()
        .push((method.clone(), request["params"].clone()));
    let result = match method.as_str() {
        "net_peerCount" => json!("0x3"),
        "txpool_status" => json!({"pending": "0x2", "queued": "0x1"}),
        "txpool_besuStatistics" => json!({"maxSize": 4096, "localCount": 1, "remoteCount": 4}),
        "istanbul_candidates" | "qbft_getPendingVotes" => {
            json!({"0xABababababababababababababababababababAB": true})
        }
        "eth_call" => json!(format!("0x{:064x}", 1)),
        "eth_getBlockByNumber" => json!({
            "number": "0x10", "hash": format!("0x{}", "11".repeat(32)), "timestamp": "0x20", "miner": format!("0x{}", "AB".repeat(20)),
            "extraData": "0xc0", "gasLimit": "0x30", "gasUsed": "0x0", "transactions": ["0x1"],
        }),
        "istanbul_propose"
        | "istanbul_discard"
        | "qbft_proposeValidatorVote"
        | "qbft_discardValidatorVote"
        | "admin_addPeer"
        | "admin_removePeer"
        | "perm_addNodesToAllowlist"
        | "perm_removeNodesFromAllowlist" => Value::Null,
        _ => {
            return Json(
                json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "no such method"}}),
            )
        }
    };
    Json(json!({"jsonrpc": "2.0", "id": 1, "result": result}))
}

fn methods(asked: &Asked) -> Vec<String> {
    let mut asked = asked.lock().unwrap();
    asked.drain(..).map(|(method, _)| method).collect()
}

#[tokio::test]
async fn each_engine_is_asked_in_its_own_words() {
    let (url, asked) = endpoint().await;
    let vote = Vote {
        validator: Address::new([0xab; 20]),
        add: true,
    };
    let enode = Enode {
        id: NodeId::of(&EvmKey::from_bytes(&[1; 32]).unwrap()),
        host: [127, 0, 0, 1].into(),
        port: 1,
    };
    let expected = [
        (
            Engine::GoQuorum,
            3,
            vec![
                "txpool_status",
                "istanbul_propose",
                "istanbul_candidates",
                "istanbul_discard",
                "admin_addPeer",
                "admin_removePeer",
            ],
        ),
        (
            Engine::Besu,
            5,
            vec![
                "txpool_besuStatistics",
                "qbft_proposeValidatorVote",
                "qbft_getPendingVotes",
                "qbft_discardValidatorVote",
                "perm_addNodesToAllowlist",
                "admin_addPeer",
                "perm_removeNodesFromAllowlist",
                "admin_removePeer",
            ],
        ),
    ];
    for (engine, pool, words) in expected {
        let node = RpcNode::at(engine, &url).unwrap();
        assert_eq!(node.pool().await.unwrap(), Some(pool));
        node.propose(vote).await.unwrap();
        assert_eq!(node.votes().await.unwrap(), [vote]);
        node.discard(vote.validator).await.unwrap();
        node.connect(&enode).await.unwrap();
        node.disconnect(&enode).await.unwrap();
        assert_eq!(methods(&asked), words, "{engine}");
    }
}

#[tokio::test]
async fn blocks_and_pairings_are_read() {
    let (url, _) = endpoint().await;
    let node = RpcNode::at(Engine::GoQuorum, &url).unwrap();
    let head = node.head().await.unwrap();
    assert_eq!((head.number, head.time, head.transactions), (16, 32, 1));
    assert_eq!(head.proposer, Address::new([0xab; 20]));
    assert_eq!(node.peers().await.unwrap(), 3);
    node.pairing_time().await.unwrap();
}

#[tokio::test]
async fn silence_and_refusal_are_told_apart() {
    let (url, _) = endpoint().await;
    let node = RpcNode::at(Engine::GoQuorum, &url).unwrap();
    let refused = node.call("other", json!([])).await.unwrap_err();
    assert_eq!(refused.code(), FailureCode::WrongState);
    let nobody = RpcNode::at(Engine::GoQuorum, "http://127.0.0.1:1").unwrap();
    let silent = nobody.head().await.unwrap_err();
    assert_eq!(silent.code(), FailureCode::ChainUnreachable);
    let anvil = RpcNode::at(Engine::Anvil, &url).unwrap();
    let vote = Vote {
        validator: Address::new([1; 20]),
        add: true,
    };
    assert_eq!(
        anvil.propose(vote).await.unwrap_err().code(),
        FailureCode::WrongState
    );
}
