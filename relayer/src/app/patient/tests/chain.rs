//! A chain in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use prover::record::registry::LeanTree;

use super::world::VERIFYING_KEY;
use crate::domain::dispute::{Dispute, Posted};
use crate::domain::enrolment::{Enrolment, EnrolmentKey};
use crate::domain::ids::{
    Address, Context, RecordCommitment, RegistryRoot, RevocationHash, StudyId, TransactionHash,
    VerifyingKeyHash,
};
use crate::domain::members::{
    Bond, BondExit, Bounds, Member, ProxyCard, PublishedValueSet, Role, ServiceRecord, TokenBounds,
};
use crate::domain::study::Study;
use crate::ports::index::Cursor;
use crate::ports::ledger::{
    BlockRef, ChainReader, ContextOf, DisputesReader, EnrolmentsReader, EventId, EventPage,
    EventSource, EventsReader, LedgerError, LedgerEvent, LedgerEventKind, MembersReader,
    RegistryReader, RootStanding, StudiesReader,
};

/// 2026-06-01T12:00:00Z.
pub(super) const NOW: u64 = 1_780_315_200;
const HOSPITAL: Address = Address::new([7; 20]);

#[derive(Default)]
pub(super) struct State {
    tree: LeanTree,
    inserted: Vec<RecordCommitment>,
    events: Vec<LedgerEventKind>,
    pub(super) live: u64,
    pub(super) cards: Vec<(Address, ProxyCard)>,
    pub(super) studies: Vec<Study>,
    pub(super) enrolments: BTreeMap<EnrolmentKey, Enrolment>,
    pub(super) credit: u128,
    /// Chain id, if not a development chain's.
    pub(super) chain_id: Option<u64>,
    /// The verifying key, if not the usual one.
    pub(super) verifying_key: Option<VerifyingKeyHash>,
}

#[derive(Default)]
pub(super) struct Chain(pub(super) Mutex<State>);

impl Chain {
    pub(super) fn insert(&self, commitment: RecordCommitment) {
        let mut state = self.0.lock().unwrap();
        let first_index = state.tree.len();
        state.tree.insert(commitment.to_field()).unwrap();
        state.inserted.push(commitment);
        state.live += 1;
        let root = RegistryRoot::from(&state.tree.root().unwrap());
        let commitments = vec![commitment];
        let hospital = HOSPITAL;
        state.events.push(LedgerEventKind::CommitmentsInserted {
            hospital,
            first_index,
            commitments,
            root,
        });
    }

    pub(super) fn withdraw(&self, commitment: RecordCommitment) {
        let mut state = self.0.lock().unwrap();
        let index = state.tree.find(&commitment.to_field()).unwrap();
        state
            .tree
            .update(index, prover::field::Fr::from(0u8))
            .unwrap();
        let root = RegistryRoot::from(&state.tree.root().unwrap());
        let hospital = HOSPITAL;
        state.events.push(LedgerEventKind::CommitmentWithdrawn {
            hospital,
            index,
            commitment,
            root,
        });
    }
}

#[async_trait]
impl ChainReader for Chain {
    fn chain_id(&self) -> u64 {
        self.0.lock().unwrap().chain_id.unwrap_or(31_337)
    }

    async fn head(&self) -> Result<BlockRef, LedgerError> {
        Ok(BlockRef {
            number: 1,
            hash: [1; 32],
            time: NOW,
        })
    }

    async fn block(&self, _: u64) -> Result<Option<BlockRef>, LedgerError> {
        Ok(None)
    }

    async fn balance(&self, _: Address, _: Address) -> Result<u128, LedgerError> {
        Ok(0)
    }
}

#[async_trait]
impl MembersReader for Chain {
    async fn member(&self, _: Address) -> Result<Option<Member>, LedgerError> {
        Ok(Some(Member {
            role: Role::Proxy,
            active: true,
        }))
    }

    async fn proxies(&self) -> Result<Vec<Address>, LedgerError> {
        Ok(self
            .0
            .lock()
            .unwrap()
            .cards
            .iter()
            .map(|(proxy, _)| *proxy)
            .collect())
    }

    async fn proxy_card(&self, proxy: Address) -> Result<ProxyCard, LedgerError> {
        let state = self.0.lock().unwrap();
        Ok(state
            .cards
            .iter()
            .find(|(each, _)| *each == proxy)
            .unwrap()
            .1
            .clone())
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
        Ok(self.0.lock().unwrap().credit)
    }

    async fn allowance(&self, _: Address, _: Address) -> Result<u128, LedgerError> {
        Ok(0)
    }
}

#[async_trait]
impl RegistryReader for Chain {
    async fn current_root(&self) -> Result<Option<RegistryRoot>, LedgerError> {
        Ok(self
            .0
            .lock()
            .unwrap()
            .tree
            .root()
            .as_ref()
            .map(RegistryRoot::from))
    }

    async fn root_standing(&self, _: RegistryRoot) -> Result<RootStanding, LedgerError> {
        Ok(RootStanding::Accepted)
    }

    async fn live_records(&self) -> Result<u64, LedgerError> {
        Ok(self.0.lock().unwrap().live)
    }

    async fn certifier(
        &self,
        commitment: RecordCommitment,
    ) -> Result<Option<Address>, LedgerError> {
        let known = self.0.lock().unwrap().inserted.contains(&commitment);
        Ok(known.then_some(HOSPITAL))
    }
}

#[async_trait]
impl StudiesReader for Chain {
    async fn study(&self, id: StudyId) -> Result<Option<Study>, LedgerError> {
        Ok(self
            .0
            .lock()
            .unwrap()
            .studies
            .iter()
            .find(|study| study.id == id)
            .cloned())
    }

    async fn study_count(&self) -> Result<u64, LedgerError> {
        Ok(self.0.lock().unwrap().studies.len() as u64)
    }

    async fn study_ids(&self, from: u64, _: u64) -> Result<Vec<StudyId>, LedgerError> {
        let state = self.0.lock().unwrap();
        // One at a time, so that paging is tried
        let page = state
            .studies
            .iter()
            .skip(usize::try_from(from).unwrap())
            .take(1);
        Ok(page.map(|study| study.id).collect())
    }

    async fn free_escrow(&self, _: StudyId) -> Result<u128, LedgerError> {
        Ok(0)
    }

    async fn verifying_key_hash(&self, _: u8) -> Result<Option<VerifyingKeyHash>, LedgerError> {
        let key = self.0.lock().unwrap().verifying_key;
        Ok(Some(key.unwrap_or(VERIFYING_KEY)))
    }

    async fn study_key_hash(&self, _: StudyId) -> Result<Option<VerifyingKeyHash>, LedgerError> {
        self.verifying_key_hash(8).await
    }
}

#[async_trait]
impl DisputesReader for Chain {
    async fn dispute(&self, _: EnrolmentKey, _: u32) -> Result<Option<Dispute>, LedgerError> {
        Ok(None)
    }

    async fn posted(&self, _: EnrolmentKey, _: u32) -> Result<Posted, LedgerError> {
        Ok(Posted::default())
    }
}

#[async_trait]
impl EnrolmentsReader for Chain {
    async fn enrolment(&self, key: EnrolmentKey) -> Result<Option<Enrolment>, LedgerError> {
        Ok(self.0.lock().unwrap().enrolments.get(&key).cloned())
    }

    async fn enrolments(&self, _: StudyId) -> Result<Vec<Enrolment>, LedgerError> {
        Err(LedgerError::Malformed(
            "a patient never asks for everybody's".to_owned(),
        ))
    }

    async fn is_revealed(&self, _: RevocationHash) -> Result<bool, LedgerError> {
        Ok(false)
    }

    async fn context(&self, _: &ContextOf) -> Result<Context, LedgerError> {
        Err(LedgerError::ReadOnly)
    }
}

#[async_trait]
impl EventsReader for Chain {
    async fn events_after(
        &self,
        after: Option<Cursor>,
        _: &[EventSource],
    ) -> Result<Option<EventPage>, LedgerError> {
        let state = self.0.lock().unwrap();
        let block = state.events.len() as u64;
        let done = after.map_or(0, |cursor| cursor.block);
        if done == block {
            return Ok(None);
        }
        let new = state
            .events
            .iter()
            .enumerate()
            .skip(usize::try_from(done).unwrap());
        let events = new.map(|(at, kind)| {
            let (block, log_index) = (at as u64 + 1, 0);
            let transaction = TransactionHash::default();
            LedgerEvent {
                at: EventId {
                    block,
                    log_index,
                    transaction,
                },
                kind: kind.clone(),
            }
        });
        let upto = Cursor {
            block,
            block_hash: [0; 32],
        };
        Ok(Some(EventPage {
            events: events.collect(),
            upto,
        }))
    }

    async fn events_of(&self, _: TransactionHash) -> Result<Vec<LedgerEvent>, LedgerError> {
        Ok(Vec::new())
    }
}
