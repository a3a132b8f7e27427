//! A chain in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Mutex;

use async_trait::async_trait;
use prover::field::Fr;
use prover::record::registry::LeanTree;

use crate::domain::failure::FailureCode;
use crate::domain::ids::{Address, RecordCommitment, RegistryRoot, TransactionHash};
use crate::domain::members::{
    Bond, BondExit, Bounds, Member, ProxyCard, PublishedValueSet, Role, ServiceRecord, TokenBounds,
};
use crate::ports::index::{Cursor, Included};
use crate::ports::ledger::{
    Call, EventId, EventPage, EventSource, EventsReader, LedgerError, LedgerEvent, LedgerEventKind,
    LedgerWriter, MembersReader, RegistryReader, RootStanding,
};

/// A chain with a registry, one hospital and some proxies. One call a block.
#[derive(Default)]
pub(super) struct Chain {
    state: Mutex<State>,
    pub(super) proxies: Vec<Address>,
    /// The next call comes about, but its answer is lost.
    pub(super) lose_answer: AtomicBool,
    /// The next call is refused because another hospital inserted something just before.
    pub(super) overtake: AtomicBool,
}

#[derive(Default)]
struct State {
    tree: LeanTree,
    inserted: Vec<RecordCommitment>,
    events: Vec<LedgerEventKind>,
    came_about: BTreeMap<String, Included>,
}

const HOSPITAL: Address = Address::new([7; 20]);

impl Chain {
    /// Every commitment that was ever inserted, in order.
    pub(super) fn inserted(&self) -> Vec<RecordCommitment> {
        self.state.lock().unwrap().inserted.clone()
    }

    /// Whether it is a leaf.
    pub(super) fn is_live(&self, commitment: RecordCommitment) -> bool {
        let tree = &self.state.lock().unwrap().tree;
        tree.find(&commitment.to_field()).is_some()
    }

    /// Number of calls that came about.
    pub(super) fn calls(&self) -> usize {
        self.state.lock().unwrap().events.len()
    }

    /// Forgets the outbox, as if the local index were deleted.
    pub(super) fn forget_outbox(&self) {
        self.state.lock().unwrap().came_about.clear();
    }
}

impl State {
    fn insert(&mut self, commitments: &[RecordCommitment]) -> Result<u64, LedgerError> {
        if commitments.iter().any(|each| self.inserted.contains(each)) {
            return Err(refused("CommitmentKnown"));
        }
        let first = self.tree.len();
        let leaves: Vec<Fr> = commitments.iter().map(|each| each.to_field()).collect();
        self.tree.insert_many(&leaves).unwrap();
        self.inserted.extend(commitments);
        Ok(first)
    }

    fn remove(
        &mut self,
        commitment: RecordCommitment,
        siblings: &[[u8; 32]],
    ) -> Result<u64, LedgerError> {
        let leaf = commitment.to_field();
        let index = self.tree.find(&leaf).ok_or(refused("LeafDoesNotExist"))?;
        let path = self.tree.proof(index).unwrap().siblings;
        let path: Vec<_> = path.iter().map(prover::field::to_be_bytes).collect();
        if path != siblings {
            return Err(refused("WrongSiblingNodes"));
        }
        self.tree.update(index, Fr::from(0u8)).unwrap();
        Ok(index)
    }

    fn root(&self) -> RegistryRoot {
        RegistryRoot::from(&self.tree.root().unwrap())
    }

    fn apply(&mut self, call: &Call) -> Result<LedgerEventKind, LedgerError> {
        let hospital = HOSPITAL;
        Ok(match call {
            Call::Insert { commitments } => LedgerEventKind::CommitmentsInserted {
                hospital,
                first_index: self.insert(commitments)?,
                commitments: commitments.clone(),
                root: self.root(),
            },
            Call::Supersede {
                commitment,
                siblings,
                replacement,
            } => LedgerEventKind::CommitmentSuperseded {
                hospital,
                index: self.remove(*commitment, siblings)?,
                commitment: *commitment,
                new_index: self.insert(&[*replacement])?,
                replacement: *replacement,
                root: self.root(),
            },
            Call::Withdraw {
                commitment,
                siblings,
            } => LedgerEventKind::CommitmentWithdrawn {
                hospital,
                index: self.remove(*commitment, siblings)?,
                commitment: *commitment,
                root: self.root(),
            },
            other => panic!("a hospital does not call {other:?}"),
        })
    }
}

fn refused(detail: &str) -> LedgerError {
    LedgerError::Refused {
        code: FailureCode::WrongState,
        detail: detail.to_owned(),
    }
}

#[async_trait]
impl LedgerWriter for Chain {
    fn account(&self) -> Option<Address> {
        Some(HOSPITAL)
    }

    async fn submit(&self, call: &Call) -> Result<Included, LedgerError> {
        let mut state = self.state.lock().unwrap();
        let effect = call.effect().key;
        if let Some(included) = state.came_about.get(&effect) {
            return Ok(*included);
        }
        if self.overtake.swap(false, Ordering::SeqCst) {
            let other = Call::Insert {
                commitments: vec![RecordCommitment::new([1; 32]).unwrap()],
            };
            let event = state.apply(&other)?;
            state.events.push(event);
        }
        let event = state.apply(call)?;
        state.events.push(event);
        let number = state.events.len() as u64;
        let mut hash = [0; 32];
        hash[24..].copy_from_slice(&number.to_be_bytes());
        let included = Included {
            hash,
            block: number,
            gas: 1,
            created: None,
        };
        state.came_about.insert(effect, included);
        if self.lose_answer.swap(false, Ordering::SeqCst) {
            return Err(LedgerError::Unreachable {
                endpoint: "twin".to_owned(),
                reason: "killed".to_owned(),
            });
        }
        Ok(included)
    }

    async fn resume(&self) -> Result<(), LedgerError> {
        Ok(())
    }
}

#[async_trait]
impl EventsReader for Chain {
    async fn events_after(
        &self,
        after: Option<Cursor>,
        _: &[EventSource],
    ) -> Result<Option<EventPage>, LedgerError> {
        let state = self.state.lock().unwrap();
        let from = after.map_or(0, |cursor| cursor.block);
        let upto = state.events.len() as u64;
        if from == upto {
            return Ok(None);
        }
        let events = (from..upto).map(|at| event(&state, at)).collect();
        let upto = Cursor {
            block: upto,
            block_hash: [0; 32],
        };
        Ok(Some(EventPage { events, upto }))
    }

    async fn events_of(&self, hash: TransactionHash) -> Result<Vec<LedgerEvent>, LedgerError> {
        let mut number = [0; 8];
        number.copy_from_slice(&hash.as_bytes()[24..]);
        let state = self.state.lock().unwrap();
        Ok(vec![event(&state, u64::from_be_bytes(number) - 1)])
    }
}

fn event(state: &State, at: u64) -> LedgerEvent {
    LedgerEvent {
        at: EventId {
            block: at + 1,
            log_index: 0,
            transaction: TransactionHash::new([0; 32]),
        },
        kind: state.events[usize::try_from(at).unwrap()].clone(),
    }
}

#[async_trait]
impl RegistryReader for Chain {
    async fn current_root(&self) -> Result<Option<RegistryRoot>, LedgerError> {
        let state = self.state.lock().unwrap();
        Ok(state.tree.root().as_ref().map(RegistryRoot::from))
    }

    async fn root_standing(&self, _: RegistryRoot) -> Result<RootStanding, LedgerError> {
        Ok(RootStanding::Accepted)
    }

    async fn live_records(&self) -> Result<u64, LedgerError> {
        Ok(0)
    }

    async fn certifier(&self, of: RecordCommitment) -> Result<Option<Address>, LedgerError> {
        Ok(self.inserted().contains(&of).then_some(HOSPITAL))
    }
}

#[async_trait]
impl MembersReader for Chain {
    async fn member(&self, account: Address) -> Result<Option<Member>, LedgerError> {
        let role = Role::Proxy;
        let active = self.proxies.contains(&account);
        Ok(active.then_some(Member { role, active }))
    }

    async fn proxies(&self) -> Result<Vec<Address>, LedgerError> {
        Ok(self.proxies.clone())
    }

    async fn proxy_card(&self, proxy: Address) -> Result<ProxyCard, LedgerError> {
        Ok(ProxyCard {
            operator: proxy,
            sealing_key: [1; 32],
            url: "http://twin".to_owned(),
        })
    }

    async fn value_sets(&self) -> Result<Vec<PublishedValueSet>, LedgerError> {
        Ok(Vec::new())
    }

    async fn bounds(&self) -> Result<Bounds, LedgerError> {
        Err(LedgerError::ReadOnly)
    }

    async fn token_bounds(&self, _: Address) -> Result<TokenBounds, LedgerError> {
        Err(LedgerError::ReadOnly)
    }

    async fn bond(&self, _: Address, _: Address) -> Result<Bond, LedgerError> {
        Ok(Bond::default())
    }

    async fn service_record(&self, _: Address, _: Address) -> Result<ServiceRecord, LedgerError> {
        Ok(ServiceRecord::default())
    }

    async fn exit(&self, _: Address, _: Address) -> Result<BondExit, LedgerError> {
        Ok(BondExit::default())
    }

    async fn credit(&self, _: Address, _: Address) -> Result<u128, LedgerError> {
        Ok(0)
    }

    async fn allowance(&self, _: Address, _: Address) -> Result<u128, LedgerError> {
        Ok(0)
    }
}
