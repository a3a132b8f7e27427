use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use prover::field;
use prover::record::registry::LeanTree;

use super::{CommitmentStanding, RegistryView};
use crate::adapters::index::SqliteIndex;
use crate::domain::failure::FailureCode;
use crate::domain::ids::{Address, RecordCommitment, RegistryRoot, TransactionHash};
use crate::ports::index::{Cursor, IndexError};
use crate::ports::ledger::{
    EventId, EventPage, EventSource, EventsReader, LedgerError, LedgerEvent, LedgerEventKind,
};

const HOSPITAL: Address = Address::new([1; 20]);

/// A chain with an event a block, read a block at a time.
#[derive(Default)]
struct FakeChain {
    events: Vec<LedgerEventKind>,
    tree: LeanTree,
    /// What the hashes of the blocks start with; another one is another fork.
    fork: u8,
}

impl FakeChain {
    fn root(&self) -> RegistryRoot {
        RegistryRoot::new(field::to_be_bytes(&self.tree.root().unwrap())).unwrap()
    }

    fn insert(&mut self, numbers: &[u64]) {
        let first_index = self.tree.len();
        let leaves: Vec<_> = numbers
            .iter()
            .map(|number| field::Fr::from(*number))
            .collect();
        self.tree.insert_many(&leaves).unwrap();
        let commitments = numbers.iter().map(|number| commitment(*number)).collect();
        let root = self.root();
        self.events.push(LedgerEventKind::CommitmentsInserted {
            hospital: HOSPITAL,
            first_index,
            commitments,
            root,
        });
    }

    fn withdraw(&mut self, index: u64, number: u64) {
        self.tree.update(index, field::Fr::from(0_u64)).unwrap();
        let (commitment, root) = (commitment(number), self.root());
        self.events.push(LedgerEventKind::CommitmentWithdrawn {
            hospital: HOSPITAL,
            index,
            commitment,
            root,
        });
    }

    fn supersede(&mut self, index: u64, old: u64, new: u64) {
        self.tree.update(index, field::Fr::from(0_u64)).unwrap();
        let new_index = self.tree.len();
        self.tree.insert(field::Fr::from(new)).unwrap();
        let root = self.root();
        self.events.push(LedgerEventKind::CommitmentSuperseded {
            hospital: HOSPITAL,
            index,
            commitment: commitment(old),
            new_index,
            replacement: commitment(new),
            root,
        });
    }

    fn hash(&self, block: u64) -> [u8; 32] {
        let mut hash = [self.fork; 32];
        hash[31] = u8::try_from(block).unwrap();
        hash
    }
}

#[derive(Default)]
struct Chain(Mutex<FakeChain>);

#[async_trait]
impl EventsReader for Chain {
    async fn events_after(
        &self,
        after: Option<Cursor>,
        _sources: &[EventSource],
    ) -> Result<Option<EventPage>, LedgerError> {
        let chain = self.0.lock().unwrap();
        if let Some(cursor) = after {
            if chain.hash(cursor.block) != cursor.block_hash {
                return Err(IndexError::Reorganised {
                    block: cursor.block,
                }
                .into());
            }
        }
        let block = after.map_or(0, |cursor| cursor.block + 1);
        let Some(kind) = chain.events.get(usize::try_from(block).unwrap()) else {
            return Ok(None);
        };
        let at = EventId {
            block,
            log_index: 0,
            transaction: TransactionHash::default(),
        };
        Ok(Some(EventPage {
            events: vec![LedgerEvent {
                at,
                kind: kind.clone(),
            }],
            upto: Cursor {
                block,
                block_hash: chain.hash(block),
            },
        }))
    }

    async fn events_of(&self, _: TransactionHash) -> Result<Vec<LedgerEvent>, LedgerError> {
        Ok(Vec::new())
    }
}

fn commitment(number: u64) -> RecordCommitment {
    RecordCommitment::new(field::to_be_bytes(&field::Fr::from(number))).unwrap()
}

async fn view(chain: &Arc<Chain>) -> (RegistryView, SqliteIndex) {
    let index = SqliteIndex::in_memory().await.unwrap();
    let events = Arc::clone(chain) as Arc<dyn EventsReader>;
    (RegistryView::new(Arc::new(index.clone()), events), index)
}

#[tokio::test]
async fn paths_lead_to_the_chains_root() {
    let chain = Arc::new(Chain::default());
    chain.0.lock().unwrap().insert(&[11, 12, 13]);
    let (view, _index) = view(&chain).await;
    let old_root = chain.0.lock().unwrap().root();
    let path = view.path(commitment(12)).await.unwrap();
    assert_eq!(path.root_of(&field::Fr::from(12_u64)).unwrap(), path.root);
    assert_eq!(view.root().await.unwrap(), Some(old_root));

    chain.0.lock().unwrap().insert(&[14, 15]);
    chain.0.lock().unwrap().withdraw(0, 11);
    let new_root = chain.0.lock().unwrap().root();
    let path = view.path(commitment(15)).await.unwrap();
    assert_eq!(field::to_be_bytes(&path.root), new_root.to_bytes());

    // The old root is still led to, by what was there then.
    let path = view.path_under(old_root, commitment(11)).await.unwrap();
    assert_eq!(path.root_of(&field::Fr::from(11_u64)).unwrap(), path.root);
    assert_eq!(field::to_be_bytes(&path.root), old_root.to_bytes());
    let absent = view.path_under(old_root, commitment(15)).await.unwrap_err();
    assert_eq!(absent.code(), FailureCode::CommitmentNotInRegistry);
    let unknown = RegistryRoot::new([2; 32]).unwrap();
    let unknown = view.path_under(unknown, commitment(11)).await.unwrap_err();
    assert_eq!(unknown.code(), FailureCode::UnknownRoot);
}

#[tokio::test]
async fn what_became_of_a_commitment_is_told() {
    let chain = Arc::new(Chain::default());
    {
        let mut chain = chain.0.lock().unwrap();
        chain.insert(&[11, 12, 13]);
        chain.withdraw(0, 11);
        chain.supersede(1, 12, 22);
    }
    let (view, _index) = view(&chain).await;
    let standing = |number| view.standing(commitment(number));
    assert_eq!(standing(11).await.unwrap(), CommitmentStanding::Withdrawn);
    assert_eq!(standing(12).await.unwrap(), CommitmentStanding::Superseded);
    assert_eq!(
        standing(22).await.unwrap(),
        CommitmentStanding::Live { index: 3 }
    );
    assert_eq!(standing(99).await.unwrap(), CommitmentStanding::Unknown);
    let code = |failure: crate::domain::failure::Failure| failure.code();
    let withdrawn = view.path(commitment(11)).await.map_err(code);
    assert_eq!(withdrawn.unwrap_err(), FailureCode::RecordWithdrawn);
    let superseded = view.path(commitment(12)).await.map_err(code);
    assert_eq!(superseded.unwrap_err(), FailureCode::RecordSuperseded);
}

#[tokio::test]
async fn another_process_goes_on_from_the_index() {
    let chain = Arc::new(Chain::default());
    chain.0.lock().unwrap().insert(&[11, 12]);
    let (first, index) = view(&chain).await;
    first.sync().await.unwrap();
    chain.0.lock().unwrap().insert(&[13]);
    let events = Arc::clone(&chain) as Arc<dyn EventsReader>;
    let second = RegistryView::new(Arc::new(index), events);
    let root = second.root().await.unwrap();
    // The first one finds what the second one has stored.
    assert_eq!(first.root().await.unwrap(), root);
    assert_eq!(root, Some(chain.0.lock().unwrap().root()));
}

#[tokio::test]
async fn a_reorganised_chain_is_read_afresh() {
    let chain = Arc::new(Chain::default());
    chain.0.lock().unwrap().insert(&[11, 12]);
    let (view, _index) = view(&chain).await;
    view.sync().await.unwrap();
    {
        let mut fork = FakeChain {
            fork: 9,
            ..FakeChain::default()
        };
        fork.insert(&[31]);
        *chain.0.lock().unwrap() = fork;
    }
    assert!(view.path(commitment(31)).await.is_ok());
    assert_eq!(
        view.standing(commitment(11)).await.unwrap(),
        CommitmentStanding::Unknown
    );
}
