//! Envelope and ciphertext to the proxies.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::{Certified, Hospital, Known, Progress};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, RecordCommitment};
use crate::domain::members::Role;
use crate::ports::books::RecordEntry;
use crate::ports::proxies::ProxyClient;
use crate::ports::storage::{ByteStream, StorageError};

/// How often an upload that broke off goes on before it is given up.
const MAX_UPLOADS: usize = 5;
/// Bytes read from the disk at a time.
const PIECE: usize = 1 << 16;

impl Hospital {
    /// Gives a record to the proxies that don't hold it yet. One that fails does not keep the others from it.
    pub(super) async fn deposit(
        &self,
        commitment: RecordCommitment,
        proxies: &[Arc<dyn ProxyClient>],
        progress: Progress<'_>,
    ) -> Result<Certified, Failure> {
        let known = Known::load(&*self.books)?;
        let mut entry = known.entry(commitment)?.clone();
        let mut missing = Vec::new();
        for proxy in proxies {
            let account = proxy.address();
            if entry.deposited.contains(&account) {
                continue;
            }
            progress(&format!("depositing {} at {account}", entry.source));
            match self.deposit_at(&entry, &**proxy).await {
                Ok(()) => {
                    entry.deposited.push(account);
                    self.books.write(&entry)?;
                }
                Err(failure) => missing.push((account, failure)),
            }
        }
        Ok(Certified { entry, missing })
    }

    async fn deposit_at(
        &self,
        entry: &RecordEntry,
        proxy: &dyn ProxyClient,
    ) -> Result<(), Failure> {
        let envelope = hex::decode(&entry.envelope)
            .map_err(|error| Failure::new(FailureCode::Malformed, error.to_string()))?;
        proxy
            .put_envelope(&self.key, entry.envelope_hash, Bytes::from(envelope))
            .await?;
        self.upload(entry, proxy).await
    }

    /// Uploads the ciphertext from where an earlier upload stopped, in constant memory.
    async fn upload(&self, entry: &RecordEntry, proxy: &dyn ProxyClient) -> Result<(), Failure> {
        let (root, file) = (
            entry.ciphertext_root,
            self.books.ciphertext(entry.commitment),
        );
        let mut at = proxy.ciphertext_progress(&self.key, root).await?;
        for _ in 0..MAX_UPLOADS {
            if at.complete {
                return Ok(());
            }
            let rest = entry.ciphertext_length.saturating_sub(at.received);
            let body = read_from(&file, at.received, rest).await?;
            at = proxy
                .put_ciphertext(&self.key, root, at.received, rest, body)
                .await?;
        }
        if at.complete {
            return Ok(());
        }
        let words = format!(
            "the upload broke off after {} of {} bytes",
            at.received, entry.ciphertext_length
        );
        Err(Failure::new(FailureCode::ProxyUnreachable, words))
    }

    /// Clients of the proxies named, or of all that are active and have registered.
    ///
    /// # Errors
    /// `proxy-not-admitted` if one that is named isn't active or hasn't registered; `not-found` if there is none at
    /// all; those of the chain.
    pub async fn clients(&self, named: &[Address]) -> Result<Vec<Arc<dyn ProxyClient>>, Failure> {
        let candidates = if named.is_empty() {
            self.ledger.proxies().await?
        } else {
            named.to_vec()
        };
        let mut clients = Vec::with_capacity(candidates.len());
        for account in candidates {
            match self.client(account).await? {
                Some(client) => clients.push(client),
                None if named.is_empty() => {}
                None => {
                    let words = format!("{account} is not an active proxy that has registered");
                    return Err(Failure::new(FailureCode::ProxyNotAdmitted, words));
                }
            }
        }
        if clients.is_empty() {
            let words = "no active proxy has registered with the consortium";
            return Err(Failure::new(FailureCode::NotFound, words));
        }
        Ok(clients)
    }

    /// A client of an active proxy that has registered; `None` for any other account.
    async fn client(&self, account: Address) -> Result<Option<Arc<dyn ProxyClient>>, Failure> {
        let member = self.ledger.member(account).await?;
        if !member.is_some_and(|member| member.active && member.role == Role::Proxy) {
            return Ok(None);
        }
        let card = self.ledger.proxy_card(account).await?;
        // Empty until the proxy has registered
        if card.url.is_empty() {
            return Ok(None);
        }
        self.directory.client(account, &card).map(Some)
    }
}

/// The `length` bytes of a file from `offset` on.
async fn read_from(path: &Path, offset: u64, length: u64) -> Result<ByteStream, Failure> {
    let open = async {
        let mut file = tokio::fs::File::open(path).await?;
        file.seek(std::io::SeekFrom::Start(offset)).await?;
        Ok::<_, std::io::Error>(file)
    };
    let file = open.await.map_err(|error| {
        let words = format!("{}: {error}", path.display());
        Failure::new(FailureCode::Io, words)
    })?;
    let failed = |error: std::io::Error| StorageError::Failed {
        action: "read a ciphertext",
        reason: error.to_string(),
    };
    Ok(ReaderStream::with_capacity(file.take(length), PIECE)
        .map_err(failed)
        .boxed())
}
