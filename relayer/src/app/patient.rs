//! The patient's side: requests, records, studies, enrolments and payments.
//!
//! Everything secret derives from the seed; what the disk holds besides is a copy of what proxies hold, and the chain
//! tells the rest. So nothing here needs a journal: a command that was killed is given again.
//!
//! * [`record`]: opening a record and recomputing its commitment
//! * [`find`]: fetching records from the proxies, by key set
//! * [`catalogue`]: studies with their documents
//! * [`fit`]: whether a record fits a study, and if not, why
//! * [`grant`]: fragments, grant and proof of an enrolment
//! * [`enrol`]: receipts, transaction
//! * [`follow`]: where enrolments stand, revocation, payment

pub mod catalogue;
pub mod enrol;
pub mod find;
pub mod fit;
pub mod follow;
mod grant;
pub mod record;

use std::sync::Arc;

use crate::app::registry::RegistryView;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::point::CompressedPoint;
use crate::domain::request::{KeySet, PatientRequest, MOST_SETS};
use crate::domain::seed::{RecordKeys, Seed};
use crate::domain::umbral::{DelegatingKey, FragmentSigner};
use crate::ports::ledger::LedgerReader;
use crate::ports::proxies::{ProxyClient, ProxyDirectory};
use crate::ports::shelf::RecordShelf;

/// Told how far a command has come, in words for a person.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// A patient's client on a network.
pub struct Patient {
    /// Everything secret.
    pub seed: Seed,
    /// The `Enrolments` contract, to which proofs and receipts are bound.
    pub enrolments: Address,
    /// The chain; the patient needs no account on it.
    pub ledger: Arc<dyn LedgerReader>,
    /// The registry.
    pub registry: Arc<RegistryView>,
    /// The ways to the proxies.
    pub directory: Arc<dyn ProxyDirectory>,
    /// The records at hand.
    pub shelf: Arc<dyn RecordShelf>,
}

/// The keys of a record version, ready for use.
pub struct RecordKeyPairs {
    /// What it is encrypted to.
    pub delegating: DelegatingKey,
    /// What signs its key fragments.
    pub signer: FragmentSigner,
}

impl RecordKeyPairs {
    /// Makes the keys of what was derived from the seed.
    pub fn of(keys: &RecordKeys) -> Self {
        Self {
            delegating: DelegatingKey::from_seed_bytes(&keys.delegating),
            signer: FragmentSigner::from_seed_bytes(&keys.verifying),
        }
    }
}

/// The request file for a hospital: `count` key sets that no request has named before. They count as given away from then on, whether
/// or not the hospital uses them, so that two hospitals never see the same key.
///
/// # Errors
/// `invalid-input` for no key set or too many; those of the shelf.
pub fn make_request(
    seed: &Seed,
    shelf: &dyn RecordShelf,
    count: u32,
) -> Result<PatientRequest, Failure> {
    let most = u32::try_from(MOST_SETS).unwrap_or(u32::MAX);
    if !(1..=most).contains(&count) {
        let words = format!("a request holds 1 to {most} key sets, not {count}");
        return Err(Failure::new(FailureCode::InvalidInput, words));
    }
    let first = shelf.next_key_set()?;
    shelf.set_next_key_set(first + count)?;
    let key_sets = (first..first + count)
        .map(|index| key_set(seed, index))
        .collect();
    Ok(PatientRequest {
        identity_commitment: seed.identity_commitment(),
        key_sets,
    })
}

fn key_set(seed: &Seed, index: u32) -> KeySet {
    let keys = seed.record_keys(index);
    let pairs = RecordKeyPairs::of(&keys);
    KeySet {
        index,
        pseudonym_nonce: keys.pseudonym_nonce,
        delegating_key: pairs.delegating.public(),
        verifying_key: pairs.signer.public(),
    }
}

impl Patient {
    /// Clients of the proxies that are admitted and say where they answer.
    ///
    /// # Errors
    /// Those of the chain; `proxy-unreachable` if there is none.
    pub async fn all_proxies(&self) -> Result<Vec<Arc<dyn ProxyClient>>, Failure> {
        let mut clients = Vec::new();
        for account in self.ledger.proxies().await? {
            let active = self
                .ledger
                .member(account)
                .await?
                .is_some_and(|member| member.active);
            if active {
                clients.extend(self.proxy(account).await.ok());
            }
        }
        if clients.is_empty() {
            let words = "the consortium has no proxy that says where it answers";
            return Err(Failure::new(FailureCode::ProxyUnreachable, words));
        }
        Ok(clients)
    }

    /// A client of one proxy.
    ///
    /// # Errors
    /// Those of the chain; `proxy-unreachable` if the proxy has not said where it answers.
    pub async fn proxy(&self, account: Address) -> Result<Arc<dyn ProxyClient>, Failure> {
        let card = self.ledger.proxy_card(account).await?;
        if card.url.is_empty() {
            let words = format!("proxy {account} has not said where it answers");
            return Err(Failure::new(FailureCode::ProxyUnreachable, words));
        }
        self.directory.client(account, &card)
    }

    fn delegating_key(&self, index: u32) -> CompressedPoint {
        RecordKeyPairs::of(&self.seed.record_keys(index))
            .delegating
            .public()
    }
}

#[cfg(test)]
mod tests;
