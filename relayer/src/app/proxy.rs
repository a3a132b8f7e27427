//! A proxy: its keys, what it keeps, and what it needs of the world.

use std::collections::BTreeMap;
use std::sync::Arc;

use prover::circuit::{CircuitSize, Proof, PublicSignals, Verifier};
use tokio::sync::Mutex;

use super::deposit::Deposits;
use super::documents::Documents;
use super::gather::{Gatherer, Gathering};
use super::vault::Vault;
use crate::domain::eip712::SigningDomain;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, StudyId, VerifyingKeyHash};
use crate::domain::members::Role;
use crate::domain::sealing::SealingKey;
use crate::domain::signer::EvmKey;
use crate::domain::study::Study;
use crate::ports::clock::Clock;
use crate::ports::index::{Cursors, DepositIndex, GrantIndex, RequestIndex};
use crate::ports::ledger::SharedLedger;
use crate::ports::storage::SharedBlobStore;

/// Everything of the index that a proxy uses.
pub trait ProxyIndex: DepositIndex + GrantIndex + RequestIndex + Cursors {}

impl<T: DepositIndex + GrantIndex + RequestIndex + Cursors> ProxyIndex for T {}

/// Decides about eligibility proofs: the prover's verifier, or in tests a stand-in that needs no proof.
pub trait ProofVerifier: Send + Sync {
    /// Digest of the verifying key.
    fn key_hash(&self) -> [u8; 32];

    /// Whether a proof holds for these signals.
    fn holds(&self, signals: &PublicSignals, proof: &Proof) -> bool;
}

impl ProofVerifier for Verifier {
    fn key_hash(&self) -> [u8; 32] {
        Verifier::key_hash(self)
    }

    fn holds(&self, signals: &PublicSignals, proof: &Proof) -> bool {
        self.verify(signals, proof).is_ok()
    }
}

/// Verifiers, each with its circuit's size. A size has several if the consortium has changed its key: studies keep that of their opening.
pub type Verifiers = Vec<(CircuitSize, Arc<dyn ProofVerifier>)>;

/// The verifier of a key.
pub(super) fn verifier_of(
    verifiers: &Verifiers,
    key: Option<VerifyingKeyHash>,
) -> Option<&dyn ProofVerifier> {
    let found = verifiers
        .iter()
        .find(|(_, verifier)| Some(VerifyingKeyHash::new(verifier.key_hash())) == key);
    found.map(|(_, verifier)| verifier.as_ref())
}

/// What an operator may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySettings {
    /// Seconds for which a receipt may be used; the consortium's bound counts if it is shorter.
    pub receipt_s: u64,
    /// Seconds for which a settled enrolment is still served.
    pub serve_after_settlement_s: u64,
    /// Whether the proxy pays out patients' credits when an enrolment is settled.
    pub push_credits: bool,
    /// How transactions are gathered.
    pub gathering: Gathering,
}

impl Default for ProxySettings {
    fn default() -> Self {
        Self {
            receipt_s: 3600,
            serve_after_settlement_s: 7 * 86_400,
            push_credits: true,
            gathering: Gathering::default(),
        }
    }
}

/// What a proxy is made of.
pub struct ProxyParts {
    /// Its account's key: signs receipts and attestations.
    pub key: EvmKey,
    /// To which patients seal key fragments, and it itself what it keeps of them.
    pub sealing: SealingKey,
    /// Chain and contract that its signatures are for.
    pub domain: SigningDomain,
    /// The chain.
    pub ledger: SharedLedger,
    /// Envelopes, ciphertexts and documents.
    pub store: SharedBlobStore,
    /// Sealed key fragments: never the operator's shared storage.
    pub fragments: SharedBlobStore,
    /// The index.
    pub index: Arc<dyn ProxyIndex>,
    /// The wall clock, for signed requests.
    pub clock: Arc<dyn Clock>,
    /// Verify eligibility proofs.
    pub verifiers: Verifiers,
    /// The operator's choices.
    pub settings: ProxySettings,
}

/// A proxy.
pub struct Proxy {
    /// Envelopes and ciphertexts.
    pub deposits: Deposits,
    /// Criteria and agreements.
    pub documents: Documents,
    /// The chain.
    pub ledger: SharedLedger,
    /// The index.
    pub index: Arc<dyn ProxyIndex>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    pub(super) vault: Vault,
    pub(super) key: EvmKey,
    pub(super) sealing: SealingKey,
    pub(super) domain: SigningDomain,
    pub(super) verifiers: Verifiers,
    pub(super) settings: ProxySettings,
    pub(super) gatherer: Gatherer,
    /// Held while bond is counted and promised, so that it isn't promised twice.
    pub(super) promising: Mutex<()>,
}

impl Proxy {
    /// Puts a proxy together, within the runtime that its transactions are gathered by.
    pub fn new(parts: ProxyParts) -> Self {
        let deposit_index: Arc<dyn DepositIndex> = Arc::clone(&parts.index) as _;
        let gatherer = Gatherer::start(Arc::clone(&parts.ledger) as _, parts.settings.gathering);
        Self {
            deposits: Deposits::new(Arc::clone(&parts.store), deposit_index),
            documents: Documents::new(parts.store),
            ledger: parts.ledger,
            index: parts.index,
            clock: parts.clock,
            vault: Vault::new(parts.fragments, parts.sealing.clone()),
            key: parts.key,
            sealing: parts.sealing,
            domain: parts.domain,
            verifiers: parts.verifiers,
            settings: parts.settings,
            gatherer,
            promising: Mutex::new(()),
        }
    }

    /// Its account.
    pub fn address(&self) -> Address {
        self.key.address()
    }

    /// The chain that it works on.
    pub fn chain_id(&self) -> u64 {
        self.domain.chain_id
    }

    /// The contract that its signatures are for.
    pub fn enrolments(&self) -> Address {
        self.domain.enrolments
    }

    /// Its public sealing key.
    pub fn sealing_key(&self) -> crate::domain::sealing::SealingPublicKey {
        self.sealing.public()
    }

    /// Digests of the keys by which it checks eligibility proofs, by the circuit's number of openings; of several for one circuit, the
    /// last that was named.
    pub fn verifying_key_hashes(&self) -> BTreeMap<usize, [u8; 32]> {
        let verifiers = self.verifiers.iter();
        verifiers
            .map(|(size, verifier)| (size.openings(), verifier.key_hash()))
            .collect()
    }

    /// Whether `account` is an active hospital.
    ///
    /// # Errors
    /// `not-permitted` if not; those of the chain.
    pub async fn require_hospital(&self, account: Address) -> Result<(), Failure> {
        self.require(account, Role::Hospital).await
    }

    /// Whether `account` is an active institution.
    ///
    /// # Errors
    /// `not-permitted` if not; those of the chain.
    pub async fn require_institution(&self, account: Address) -> Result<(), Failure> {
        self.require(account, Role::Institution).await
    }

    async fn require(&self, account: Address, role: Role) -> Result<(), Failure> {
        match self.ledger.member(account).await? {
            Some(member) if member.role == role && member.active => Ok(()),
            _ => {
                let words = format!("{account} is no active {role} of this network");
                Err(Failure::new(FailureCode::NotPermitted, words))
            }
        }
    }

    /// A study.
    pub(super) async fn study(&self, id: StudyId) -> Result<Study, Failure> {
        let unknown = || Failure::new(FailureCode::StudyUnknown, format!("there is no study {id}"));
        self.ledger.study(id).await?.ok_or_else(unknown)
    }

    /// This proxy's place in a study's terms.
    pub(super) fn slot_in(&self, study: &Study) -> Option<u8> {
        let place = study
            .terms
            .proxies
            .iter()
            .position(|proxy| *proxy == self.address());
        place.and_then(|place| u8::try_from(place).ok())
    }
}

#[cfg(test)]
mod tests;
