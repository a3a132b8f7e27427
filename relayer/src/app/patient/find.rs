//! Fetching records from the proxies, by the delegating keys of the key sets.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;

use super::record::{open_head, Head, OpenedRecord};
use super::{Patient, Progress};
use crate::domain::envelope::Envelope;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::seed::GAP_LIMIT;
use crate::ports::proxies::ProxyClient;

/// After so many bytes the first attempt is made at opening; after twice as many the next.
const FIRST_ATTEMPT: usize = 256 << 10;

/// What a search found.
pub struct Found {
    /// Records that were not at hand before.
    pub new: Vec<OpenedRecord>,
    /// Records whose envelope a proxy holds but that can't be used, and why.
    pub unusable: Vec<(u32, Failure)>,
}

impl Patient {
    /// Looks for records at the proxies: all key sets that were given away, and [`GAP_LIMIT`] beyond the last one that was
    /// used. The words alone suffice for it.
    ///
    /// # Errors
    /// `proxy-unreachable` if no proxy answers at all; those of chain and shelf.
    pub async fn find_records(&self, progress: Progress<'_>) -> Result<Found, Failure> {
        let proxies = self.all_proxies().await?;
        let at_hand = self.shelf.indices()?;
        let mut next = self
            .shelf
            .next_key_set()?
            .max(at_hand.last().map_or(0, |last| last + 1));
        let mut found = Found {
            new: Vec::new(),
            unusable: Vec::new(),
        };
        let mut index = 0;
        while index < next.saturating_add(GAP_LIMIT) {
            let used =
                at_hand.contains(&index) || self.find_one(index, &proxies, &mut found).await?;
            if used {
                progress(&format!("key set {index} has a record"));
                next = next.max(index + 1);
            }
            index += 1;
        }
        self.shelf.set_next_key_set(next)?;
        Ok(found)
    }

    /// Looks for the record of one key set; whether there is one, usable or not.
    async fn find_one(
        &self,
        index: u32,
        proxies: &[Arc<dyn ProxyClient>],
        found: &mut Found,
    ) -> Result<bool, Failure> {
        let signer = self.seed.record_keys(index).delegating_signer();
        let key = self.delegating_key(index);
        let (mut answered, mut failure) = (false, None);
        for proxy in proxies {
            let envelope = match proxy.envelope_of(&signer, &key).await {
                Ok(Some(envelope)) => envelope,
                Ok(None) => {
                    answered = true;
                    continue;
                }
                Err(error) => {
                    failure = Some(error);
                    continue;
                }
            };
            match self.fetch(index, &envelope, &**proxy).await {
                Ok(record) => {
                    found.new.push(record);
                    return Ok(true);
                }
                Err(error) => found.unusable.push((index, error)),
            }
        }
        let tried = found.unusable.iter().any(|(at, _)| *at == index);
        match failure {
            Some(failure) if !answered && !tried => Err(failure),
            _ => Ok(tried),
        }
    }

    /// Fetches the head of a record's ciphertext from a proxy, checks the record, and keeps both.
    async fn fetch(
        &self,
        index: u32,
        envelope: &Bytes,
        proxy: &dyn ProxyClient,
    ) -> Result<OpenedRecord, Failure> {
        let root = Envelope::decode(envelope)
            .map_err(|error| Failure::new(FailureCode::EnvelopeInvalid, error.to_string()))?
            .ciphertext_root;
        let signer = self.seed.record_keys(index).delegating_signer();
        let mut pieces = proxy.ciphertext(&signer, root, 0).await?;
        let (mut head, mut next_attempt) = (Vec::new(), FIRST_ATTEMPT);
        loop {
            let piece = pieces.next().await.transpose()?;
            let ended = piece.is_none();
            head.extend_from_slice(&piece.unwrap_or_default());
            if !ended && head.len() < next_attempt {
                continue;
            }
            if let Head::Whole(record, length) = open_head(&self.seed, index, envelope, &head)? {
                head.truncate(usize::try_from(length).unwrap_or(usize::MAX));
                self.check_certified(&record).await?;
                self.shelf.put(index, envelope, &head)?;
                return Ok(*record);
            }
            if ended {
                let words = format!(
                    "proxy {} has only a part of record {index}",
                    proxy.address()
                );
                return Err(Failure::new(FailureCode::CiphertextMissing, words));
            }
            next_attempt *= 2;
        }
    }

    /// Whether a hospital put the record's commitment on chain: only then is it a record.
    async fn check_certified(&self, record: &OpenedRecord) -> Result<(), Failure> {
        if self.ledger.certifier(record.commitment).await?.is_some() {
            return Ok(());
        }
        let words = format!(
            "record {}: no hospital put its commitment {} on chain",
            record.index, record.commitment
        );
        Err(Failure::new(FailureCode::CommitmentNotInRegistry, words))
    }

    /// Opens the records at hand, by ascending index.
    ///
    /// # Errors
    /// Those of the shelf and of [`OpenedRecord::open`].
    pub fn records(&self) -> Result<Vec<OpenedRecord>, Failure> {
        self.shelf
            .indices()?
            .into_iter()
            .map(|index| self.record(index))
            .collect()
    }

    /// Opens a record at hand.
    ///
    /// # Errors
    /// `not-found`; those of the shelf and of [`OpenedRecord::open`].
    pub fn record(&self, index: u32) -> Result<OpenedRecord, Failure> {
        let Some((envelope, head)) = self.shelf.get(index)? else {
            let words = format!("record {index} is not at hand");
            let hint =
                "`relayer patient import` fetches records; `relayer patient records` lists them.";
            return Err(Failure::new(FailureCode::NotFound, words).with_hint(hint));
        };
        OpenedRecord::open(&self.seed, index, &envelope, &head)
    }
}
