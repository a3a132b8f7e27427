//! The hospital's side: a bundle becomes a sealed record with a commitment in the registry and copies at the proxies.
//!
//! * [`order`]: what is asked for
//! * [`known`]: what the books say of a patient: one identity, one live record, no key twice
//! * [`seal`]: facts, content, ciphertext, envelope and commitment
//! * [`register`]: commitments into the registry, and out of it
//! * [`deposit`]: envelope and ciphertext to the proxies
//!
//! Each record goes through stages, sealed, inserted, deposited, and the books hold which. A command that was
//! interrupted, at any point, is simply given again: nothing is sealed or inserted a second time.

mod deposit;
mod known;
mod order;
mod register;
mod seal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::app::registry::RegistryView;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, RecordCommitment};
use crate::domain::signer::EvmKey;
use crate::ports::books::{Books, RecordEntry, Stage};
use crate::ports::ledger::{EventsReader, LedgerWriter, MembersReader, RegistryReader};
use crate::ports::proxies::{ProxyClient, ProxyDirectory};

pub use known::{Known, Standing};
pub use order::{day_of_date, day_of_time, CertifyOrder};

/// Told how far a command has come, in words for a person.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// What a hospital needs of the chain.
pub trait HospitalLedger: RegistryReader + MembersReader + EventsReader + LedgerWriter {}

impl<T: RegistryReader + MembersReader + EventsReader + LedgerWriter> HospitalLedger for T {}

/// A hospital at work.
pub struct Hospital {
    /// Its books.
    pub books: Arc<dyn Books>,
    /// The chain, with the hospital's key.
    pub ledger: Arc<dyn HospitalLedger>,
    /// The registry's leaves, followed from that chain.
    pub registry: Arc<RegistryView>,
    /// The ways to the proxies.
    pub directory: Arc<dyn ProxyDirectory>,
    /// Signs the requests to proxies.
    pub key: EvmKey,
}

/// What became of a record.
#[derive(Debug, Clone)]
pub struct Certified {
    /// Its entry in the books.
    pub entry: RecordEntry,
    /// Proxies that could not be given it, and why.
    pub missing: Vec<(Address, Failure)>,
}

/// What became of one of several orders.
#[derive(Debug)]
pub struct Outcome {
    /// The order's file.
    pub source: String,
    /// The record, or why there is none.
    pub result: Result<Certified, Failure>,
}

impl Certified {
    /// Why the record is not deposited everywhere, if so.
    pub fn failure(&self) -> Option<Failure> {
        let (proxy, first) = self.missing.first()?;
        let words = format!(
            "{} of the proxies do not hold record {}; the first, {proxy}: {first}",
            self.missing.len(),
            self.entry.commitment,
        );
        let hint = "The record is certified. `relayer hospital resume` goes on with the deposit.";
        Some(Failure::new(first.code(), words).with_hint(hint))
    }
}

impl Hospital {
    /// Certifies records: seals them, inserts their commitments in as few batches as possible, and deposits them.
    /// One that fails does not hold up the others.
    ///
    /// # Errors
    /// What concerns all of them: the books or the chain fail.
    pub async fn certify(
        &self,
        orders: &[CertifyOrder],
        proxies: &[Arc<dyn ProxyClient>],
        progress: Progress<'_>,
    ) -> Result<Vec<Outcome>, Failure> {
        self.catch_up().await?;
        let mut outcomes = Vec::with_capacity(orders.len());
        for batch in orders.chunks(register::MAX_BATCH) {
            outcomes.extend(self.certify_batch(batch, proxies, progress).await?);
        }
        Ok(outcomes)
    }

    async fn certify_batch(
        &self,
        orders: &[CertifyOrder],
        proxies: &[Arc<dyn ProxyClient>],
        progress: Progress<'_>,
    ) -> Result<Vec<Outcome>, Failure> {
        let mut sealed = Vec::with_capacity(orders.len());
        for order in orders {
            progress(&format!("sealing {}", order.source()));
            sealed.push(self.seal_new(order));
        }
        let ready: Vec<_> = sealed.iter().flatten().copied().collect();
        self.insert(&ready, progress).await?;
        let mut outcomes = Vec::with_capacity(orders.len());
        for (order, sealed) in orders.iter().zip(sealed) {
            let result = match sealed {
                Ok(commitment) => Ok(self.deposit(commitment, proxies, progress).await?),
                Err(failure) => Err(failure),
            };
            outcomes.push(Outcome {
                source: order.source(),
                result,
            });
        }
        Ok(outcomes)
    }

    /// Certifies a new version of a live record, and takes the old one out of the registry.
    ///
    /// # Errors
    /// `not-found`, `record-superseded`, `record-withdrawn`, `identity-mismatch`, `request-used-up`; those of sealing,
    /// chain and books.
    pub async fn supersede(
        &self,
        old: RecordCommitment,
        order: &CertifyOrder,
        proxies: &[Arc<dyn ProxyClient>],
        progress: Progress<'_>,
    ) -> Result<Certified, Failure> {
        self.catch_up().await?;
        progress(&format!("sealing {}", order.source()));
        let new = self.seal_version(old, order)?;
        self.replace(new, progress).await?;
        self.deposit(new, proxies, progress).await
    }

    /// Takes a record out of the registry for good.
    ///
    /// # Errors
    /// `not-found`, `record-superseded`; those of chain and books.
    pub async fn withdraw(
        &self,
        commitment: RecordCommitment,
        progress: Progress<'_>,
    ) -> Result<RecordEntry, Failure> {
        self.catch_up().await?;
        let known = Known::load(&*self.books)?;
        match known.standing(commitment)? {
            Standing::Superseded(by) => Err(superseded(commitment, by)),
            Standing::Withdrawn => Ok(known.entry(commitment)?.clone()),
            Standing::Unfinished | Standing::Live => {
                let mut entry = known.entry(commitment)?.clone();
                // One that was never inserted leaves no trace on chain
                if entry.stage != Stage::Sealed {
                    progress("taking the commitment out of the registry");
                    self.remove(&entry).await?;
                }
                entry.withdrawn = true;
                self.books.write(&entry)?;
                Ok(entry)
            }
        }
    }

    /// Goes on with everything that was interrupted, and gives live records to proxies that don't hold them yet.
    ///
    /// # Errors
    /// The books or the chain fail.
    pub async fn resume(
        &self,
        proxies: &[Arc<dyn ProxyClient>],
        progress: Progress<'_>,
    ) -> Result<Vec<Certified>, Failure> {
        self.catch_up().await?;
        let known = Known::load(&*self.books)?;
        let open: Vec<_> = known.current().map(|entry| entry.commitment).collect();
        let fresh = known.current().filter(|entry| entry.replaces.is_none());
        let fresh: Vec<_> = fresh.map(|entry| entry.commitment).collect();
        for batch in fresh.chunks(register::MAX_BATCH) {
            self.insert(batch, progress).await?;
        }
        for entry in known.current().filter(|entry| entry.replaces.is_some()) {
            self.replace(entry.commitment, progress).await?;
        }
        let known = Known::load(&*self.books)?;
        let mut certified = Vec::new();
        for commitment in open {
            if matches!(known.standing(commitment)?, Standing::Live) {
                certified.push(self.deposit(commitment, proxies, progress).await?);
            }
        }
        Ok(certified)
    }

    /// Sees through what was under way when an earlier command ended: transactions first, then the batch that they were for.
    async fn catch_up(&self) -> Result<(), Failure> {
        self.ledger.resume().await?;
        self.finish_batch().await
    }

    /// Seals a patient's first record, or finds the one that the same order made before.
    fn seal_new(&self, order: &CertifyOrder) -> Result<RecordCommitment, Failure> {
        let loaded = order.load(None)?;
        let known = Known::load(&*self.books)?;
        if let Some(entry) = known.made_by(&loaded) {
            return Ok(entry.commitment);
        }
        known.check_person(&loaded)?;
        known.check_no_live_record(&loaded)?;
        let keys = known.next_keys(&loaded.request)?;
        self.seal(&loaded, &keys)
    }

    /// Whether a record is what this order would make of it anew.
    ///
    /// # Errors
    /// `not-found`; those of reading the order's files and the books.
    pub fn is_made_by(
        &self,
        record: RecordCommitment,
        order: &CertifyOrder,
    ) -> Result<bool, Failure> {
        let known = Known::load(&*self.books)?;
        let entry = known.entry(record)?;
        Ok(order.load(entry.replaces)?.input == entry.input)
    }

    /// Seals a new version, or finds the one that the same order made before.
    fn seal_version(
        &self,
        old: RecordCommitment,
        order: &CertifyOrder,
    ) -> Result<RecordCommitment, Failure> {
        let loaded = order.load(Some(old))?;
        let known = Known::load(&*self.books)?;
        let entry = known.entry(old)?;
        if entry.identity != loaded.request.identity_commitment {
            let words = format!("record {old} is known under another identity than the request's");
            return Err(Failure::new(FailureCode::IdentityMismatch, words));
        }
        if let Some(entry) = known.made_by(&loaded) {
            return Ok(entry.commitment);
        }
        match known.standing(old)? {
            Standing::Live => {}
            Standing::Withdrawn => {
                let words = format!("record {old} was withdrawn");
                return Err(Failure::new(FailureCode::RecordWithdrawn, words)
                    .with_hint("Certify the patient's record anew."));
            }
            Standing::Superseded(by) => return Err(superseded(old, by)),
            Standing::Unfinished => {
                let words = format!("record {old} is not in the registry yet");
                return Err(Failure::new(FailureCode::WrongState, words)
                    .with_hint("Finish it with `relayer hospital resume`."));
            }
        }
        known.check_no_replacement(old)?;
        known.check_person(&loaded)?;
        let keys = known.next_keys(&loaded.request)?;
        self.seal(&loaded, &keys)
    }
}

fn superseded(old: RecordCommitment, by: RecordCommitment) -> Failure {
    let words = format!("record {old} was superseded by {by}");
    Failure::new(FailureCode::RecordSuperseded, words).with_hint("Name the newer version.")
}
