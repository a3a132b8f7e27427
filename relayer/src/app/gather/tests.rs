use std::sync::Mutex;

use async_trait::async_trait;
use futures::future::join_all;

use super::*;
use crate::domain::ids::Address;

/// Keeps what it was asked to make, and refuses pushes to one account.
#[derive(Default)]
struct Ledger {
    made: Mutex<Vec<Vec<Call>>>,
}

const REFUSED: Address = Address::new([9; 20]);

fn push(account: u8) -> Call {
    Call::Push {
        account: Address::new([account; 20]),
        token: Address::default(),
    }
}

#[async_trait]
impl LedgerWriter for Ledger {
    fn account(&self) -> Option<Address> {
        None
    }

    async fn submit(&self, call: &Call) -> Result<Included, LedgerError> {
        match call {
            Call::Push { account, .. } if *account == REFUSED => Err(LedgerError::Refused {
                code: FailureCode::NothingToClaim,
                detail: "NoCredit".to_owned(),
            }),
            _ => Ok(Included {
                hash: [1; 32],
                block: 1,
                gas: 1,
                created: None,
            }),
        }
    }

    async fn submit_together(&self, calls: &[Call]) -> Vec<Result<Included, LedgerError>> {
        self.made.lock().unwrap().push(calls.to_vec());
        let mut outcomes = Vec::new();
        for call in calls {
            outcomes.push(self.submit(call).await);
        }
        outcomes
    }

    async fn resume(&self) -> Result<(), LedgerError> {
        Ok(())
    }
}

impl Ledger {
    fn sizes(&self) -> Vec<usize> {
        self.made.lock().unwrap().iter().map(Vec::len).collect()
    }
}

fn start(wait_ms: u64, most: usize) -> (Arc<Ledger>, Gatherer) {
    let ledger = Arc::new(Ledger::default());
    let gathering = Gathering {
        wait: Duration::from_millis(wait_ms),
        most,
    };
    let gatherer = Gatherer::start(Arc::clone(&ledger) as _, gathering);
    (ledger, gatherer)
}

#[tokio::test]
async fn a_call_by_itself_waits_no_longer_than_it_must() {
    let (ledger, gatherer) = start(50, 16);
    let start = Instant::now();
    gatherer.submit(push(1)).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(50));
    assert_eq!(ledger.sizes(), [1]);
}

#[tokio::test]
async fn calls_within_the_time_go_together_and_later_ones_do_not() {
    let (ledger, gatherer) = start(200, 16);
    let all = (1..=3).map(|account| gatherer.submit(push(account)));
    assert!(join_all(all).await.into_iter().all(|one| one.is_ok()));
    gatherer.submit(push(4)).await.unwrap();
    assert_eq!(ledger.sizes(), [3, 1]);
}

#[tokio::test]
async fn so_many_wait_no_longer() {
    let (ledger, gatherer) = start(3_600_000, 2);
    let all = (1..=4).map(|account| gatherer.submit(push(account)));
    assert!(join_all(all).await.into_iter().all(|one| one.is_ok()));
    assert_eq!(ledger.sizes(), [2, 2]);

    let (ledger, gatherer) = start(3_600_000, 1);
    gatherer.submit(push(1)).await.unwrap();
    assert_eq!(ledger.sizes(), [1]);
}

#[tokio::test]
async fn each_is_told_what_came_of_its_own_call() {
    let (ledger, gatherer) = start(3_600_000, 3);
    let all = [1, 9, 2].map(|account| gatherer.submit(push(account)));
    let outcomes = join_all(all).await;
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    let refused = outcomes.into_iter().nth(1).unwrap().unwrap_err();
    assert_eq!(Failure::from(refused).code(), FailureCode::NothingToClaim);
    assert_eq!(ledger.sizes(), [3]);
}

#[tokio::test]
async fn a_call_goes_on_when_whoever_asked_goes_away() {
    let (ledger, gatherer) = start(20, 16);
    let asked = tokio::time::timeout(Duration::from_millis(1), gatherer.submit(push(1)));
    assert!(asked.await.is_err(), "it would have waited");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(ledger.sizes(), [1]);
}
