use std::sync::{
    atomic::{AtomicBool, AtomicU64},
    Arc,
};

use axum::{extract::State, http::StatusCode, response::IntoResponse as _, Json, Router};

use super::*;

const GENESIS: [u8; 32] = [7; 32];

/// A node over HTTP.
struct Served {
    url: Url,
    up: AtomicBool,
    height: AtomicU64,
    genesis: [u8; 32],
    asked: AtomicU64,
}

impl Served {
    async fn start(height: u64, genesis: [u8; 32]) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let node = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap())
                .parse()
                .unwrap(),
            up: AtomicBool::new(true),
            height: AtomicU64::new(height),
            genesis,
            asked: AtomicU64::new(0),
        });
        let service = Router::new().fallback(answer).with_state(Arc::clone(&node));
        tokio::spawn(async move { axum::serve(listener, service).await });
        node
    }

    fn answered(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn answer(
    State(node): State<Arc<Served>>,
    Json(request): Json<Value>,
) -> axum::response::Response {
    if !node.up.load(Ordering::Relaxed) {
        return (StatusCode::BAD_GATEWAY, "down").into_response();
    }
    let height = node.height.load(Ordering::Relaxed);
    let result = match request["method"].as_str() {
        Some("eth_blockNumber") => json!(format!("{height:#x}")),
        Some("eth_getBlockByNumber") => json!({"hash": BlockHash::new(node.genesis)}),
        Some("refused") => {
            let error = json!({"code": -32000, "message": "no"});
            return Json(json!({"jsonrpc": "2.0", "id": request["id"], "error": error}))
                .into_response();
        }
        _ => {
            node.asked.fetch_add(1, Ordering::Relaxed);
            json!(node.url)
        }
    };
    Json(json!({"jsonrpc": "2.0", "id": request["id"], "result": result})).into_response()
}

fn over(nodes: &[&Arc<Served>]) -> Failover {
    let urls: Vec<Url> = nodes.iter().map(|node| node.url.clone()).collect();
    Failover::new(&urls, Some(BlockHash::new(GENESIS)))
}

/// Which node answers.
async fn ask(failover: &Failover) -> Result<String, FailoverError> {
    failover.request("who", ()).await
}

fn due(failover: &Failover) {
    *failover.next_survey.lock().unwrap() = Instant::now();
}

#[tokio::test]
async fn the_preferred_node_answers_and_another_one_when_it_is_down() {
    let (first, second) = (
        Served::start(5, GENESIS).await,
        Served::start(5, GENESIS).await,
    );
    let failover = over(&[&first, &second]);
    assert_eq!(ask(&failover).await.unwrap(), first.url.as_str());
    first.up.store(false, Ordering::Relaxed);
    assert_eq!(ask(&failover).await.unwrap(), second.url.as_str());
    first.up.store(true, Ordering::Relaxed);
    due(&failover);
    assert_eq!(ask(&failover).await.unwrap(), first.url.as_str());
}

#[tokio::test]
async fn a_node_that_lags_is_passed_over_until_it_has_caught_up() {
    let (first, second) = (
        Served::start(5, GENESIS).await,
        Served::start(9, GENESIS).await,
    );
    let failover = over(&[&first, &second]);
    assert_eq!(ask(&failover).await.unwrap(), second.url.as_str());
    first.height.store(8, Ordering::Relaxed);
    due(&failover);
    assert_eq!(ask(&failover).await.unwrap(), first.url.as_str());
}

/// A chain that is higher is no reason to follow it.
#[tokio::test]
async fn a_node_of_another_chain_is_never_asked() {
    let (first, other) = (
        Served::start(5, GENESIS).await,
        Served::start(99, [8; 32]).await,
    );
    let failover = over(&[&first, &other]);
    assert_eq!(ask(&failover).await.unwrap(), first.url.as_str());
    first.up.store(false, Ordering::Relaxed);
    ask(&failover).await.unwrap_err();
    assert_eq!(other.answered(), 0);
}

#[tokio::test]
async fn a_refusal_is_an_answer() {
    let (first, second) = (
        Served::start(5, GENESIS).await,
        Served::start(5, GENESIS).await,
    );
    let failover = over(&[&first, &second]);
    let refused: Result<Value, _> = failover.request("refused", ()).await;
    let error = refused.unwrap_err();
    assert_eq!(error.as_error_response().unwrap().message, "no");
    assert_eq!(failover.place(), 0);
}

#[tokio::test]
async fn when_all_are_down_it_says_so_and_goes_on_later() {
    let (first, second) = (
        Served::start(5, GENESIS).await,
        Served::start(5, GENESIS).await,
    );
    let failover = over(&[&first, &second]);
    for node in [&first, &second] {
        node.up.store(false, Ordering::Relaxed);
    }
    ask(&failover).await.unwrap_err();
    second.up.store(true, Ordering::Relaxed);
    assert_eq!(ask(&failover).await.unwrap(), second.url.as_str());
}

#[tokio::test]
async fn a_pinned_node_is_asked_alone() {
    let (first, second) = (
        Served::start(5, GENESIS).await,
        Served::start(5, GENESIS).await,
    );
    let failover = over(&[&first, &second]);
    let pinned = failover.pinned();
    first.up.store(false, Ordering::Relaxed);
    ask(&pinned).await.unwrap_err();
    assert_eq!(second.answered(), 0);
}
