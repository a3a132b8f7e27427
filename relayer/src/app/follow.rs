//! Follows the chain: what becomes of the enrolments that this proxy holds a grant for.
//!
//! The cursor moves only after everything before it is done, and every step may be done twice: after a crash, or a
//! reorganisation, the follower simply reads on from the last place that it is sure of.

use super::proxy::Proxy;
use crate::domain::enrolment::EnrolmentKey;
use crate::domain::failure::Failure;
use crate::ports::index::{AttemptKey, IndexError};
use crate::ports::ledger::{EventSource, LedgerError, LedgerEventKind};

/// The name of the proxy's cursor.
pub(super) const FOLLOWER: &str = "proxy";

impl Proxy {
    /// Reads all events that there are, and returns when none is left.
    ///
    /// # Errors
    /// Those of the chain, the index and the store; calling again goes on.
    pub async fn follow(&self) -> Result<(), Failure> {
        loop {
            let cursor = self.index.cursor(FOLLOWER).await?;
            match self
                .ledger
                .events_after(cursor, &[EventSource::Enrolments])
                .await
            {
                Ok(None) => return Ok(()),
                Ok(Some(page)) => {
                    for event in &page.events {
                        self.witness(&event.kind).await?;
                    }
                    self.index.advance(FOLLOWER, page.upto).await?;
                }
                Err(LedgerError::Index(IndexError::Reorganised { block })) => {
                    tracing::warn!(
                        block,
                        "the chain was reorganised: its events are read again"
                    );
                    self.index.rewind(FOLLOWER).await?;
                }
                Err(other) => return Err(other.into()),
            }
        }
    }

    async fn witness(&self, event: &LedgerEventKind) -> Result<(), Failure> {
        match event {
            LedgerEventKind::Enrolled {
                key,
                attempt,
                details,
                ..
            } => {
                let key = attempt_key(key, *attempt);
                match self.index.grant(&key).await? {
                    Some(held) if held.digest == details.grant_digest => {
                        Ok(self.index.mark_enrolled(&key).await?)
                    }
                    _ => Ok(()),
                }
            }
            LedgerEventKind::Attested {
                key,
                attempt,
                proxy,
            } if *proxy == self.address() => Ok(self
                .index
                .mark_attested(&attempt_key(key, *attempt))
                .await?),
            LedgerEventKind::Refunded { key, attempt, .. }
            | LedgerEventKind::Revoked { key, attempt }
            | LedgerEventKind::Faulted { key, attempt } => {
                self.destroy_if_held(&attempt_key(key, *attempt)).await
            }
            _ => Ok(()),
        }
    }

    async fn destroy_if_held(&self, key: &AttemptKey) -> Result<(), Failure> {
        match self.index.grant(key).await? {
            Some(_) => self.destroy(key).await,
            None => Ok(()),
        }
    }

    /// Fills an empty index from the store and the sealed grants, and has the chain read from its beginning.
    ///
    /// # Errors
    /// Those of index and store; the next start begins again.
    pub async fn rebuild(&self) -> Result<(), Failure> {
        let envelopes = self.deposits.rebuild().await?;
        let grants = self.vault.all().await?;
        for terms in &grants {
            self.index
                .put_grant(&super::receipt::index_entry(terms))
                .await?;
        }
        tracing::info!(envelopes, grants = grants.len(), "the index was rebuilt");
        Ok(())
    }
}

fn attempt_key(key: &EnrolmentKey, attempt: u32) -> AttemptKey {
    AttemptKey {
        study: key.study_id,
        nullifier: key.nullifier,
        attempt,
    }
}
