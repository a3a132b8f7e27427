//! The ciphertext: fetched from any of the proxies, checked against the envelope, and opened in constant memory.
//!
//! Everything happens in a folder beside the one that is to appear, so that a delivery that fails leaves nothing behind.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt as _;
use zeroize::Zeroizing;

use super::fragments::Fragments;
use super::report::{CheckName, Report};
use super::{Receiver, Subject};
use crate::domain::content::{read_content, ContentError, RecordContent};
use crate::domain::envelope::Envelope;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::merkle::{TreeBuilder, SEALED_SEGMENT_BYTES};
use crate::domain::stream::{Opener, StreamKeys};
use crate::ports::proxies::ProxyClient;

/// An opened record in a folder that goes away unless it is kept.
pub(crate) struct OpenedContent {
    pub(crate) parts: RecordContent,
    folder: tempfile::TempDir,
}

impl OpenedContent {
    /// Moves the opened record to where it was asked for.
    pub(super) fn keep(self, folder: &Path) -> Result<(), Failure> {
        let made = self.folder.path().join("record");
        std::fs::rename(made, folder).map_err(|error| io_failure(folder, &error))
    }
}

impl Receiver<'_> {
    /// Fetches and opens the content.
    pub(super) async fn content(
        &self,
        subject: &Subject,
        fragments: &Fragments,
        file_key: &Zeroizing<[u8; 32]>,
        folder: &Path,
        report: &mut Report,
    ) -> Result<OpenedContent, Failure> {
        let parent = folder
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let work = tempfile::Builder::new()
            .prefix(".receiving-")
            .tempdir_in(parent)
            .map_err(|error| io_failure(parent, &error))?;
        let sealed = work.path().join("ciphertext");
        let fetched = self.fetch(subject, fragments, &sealed, report).await;
        report.check(CheckName::CiphertextWhole, fetched)?;

        let keys = StreamKeys::new(file_key.clone(), fragments.envelope.nonce);
        let envelope = fragments.envelope.clone();
        let record = work.path().join("record");
        let opened = tokio::task::spawn_blocking(move || open(keys, &envelope, &sealed, &record))
            .await
            .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))?;
        let parts = report.check(CheckName::SegmentsAuthentic, opened)?;
        Ok(OpenedContent {
            parts,
            folder: work,
        })
    }

    /// Asks one proxy after the other until one gives the ciphertext that the envelope names.
    pub(super) async fn fetch(
        &self,
        subject: &Subject,
        fragments: &Fragments,
        into: &Path,
        report: &mut Report,
    ) -> Result<((), String), Failure> {
        let mut last = Failure::new(
            FailureCode::CiphertextMissing,
            "no proxy serves the ciphertext",
        );
        for client in &fragments.clients {
            match self.fetch_from(client, &fragments.envelope, into).await {
                Ok(()) => {
                    let length = fragments.envelope.ciphertext_length;
                    return Ok((
                        (),
                        format!("{length} bytes, from proxy {}", client.address()),
                    ));
                }
                Err(failure) => {
                    report.proxy(client.address(), Err(&failure));
                    last = failure;
                }
            }
        }
        tracing::debug!(study = %subject.study.id, code = %last.code(), "no proxy gave the ciphertext");
        if from_chain(fragments, into)? {
            return Ok(((), "every segment, from the chain".to_owned()));
        }
        Err(last)
    }

    async fn fetch_from(
        &self,
        client: &Arc<dyn ProxyClient>,
        envelope: &Envelope,
        into: &Path,
    ) -> Result<(), Failure> {
        let root = envelope.ciphertext_root;
        let mut pieces = client.ciphertext(self.account, root, 0).await?;
        let file = File::create(into).map_err(|error| io_failure(into, &error))?;
        let mut sink = SegmentSink::new(BufWriter::new(file));
        while let Some(piece) = pieces.next().await {
            sink.write(&piece?)
                .map_err(|error| io_failure(into, &error))?;
            if sink.length > envelope.ciphertext_length {
                break;
            }
        }
        let (length, found) = sink.finish().map_err(|error| io_failure(into, &error))?;
        if length == envelope.ciphertext_length && found == root {
            return Ok(());
        }
        let words = format!(
            "ciphertext altered (proxy {}): {length} bytes with another root",
            client.address()
        );
        Err(Failure::new(FailureCode::CiphertextAltered, words))
    }
}

/// Puts a ciphertext together whose every segment was posted on chain, where the contract checked it; whether it was.
fn from_chain(fragments: &Fragments, into: &Path) -> Result<bool, Failure> {
    let segments = &fragments.posted.segments;
    if segments.len() as u64 != segment_count(&fragments.envelope) {
        return Ok(false);
    }
    let whole: Vec<u8> = segments.values().flatten().copied().collect();
    std::fs::write(into, whole).map_err(|error| io_failure(into, &error))?;
    Ok(true)
}

/// How many segments the ciphertext has.
pub(super) fn segment_count(envelope: &Envelope) -> u64 {
    envelope
        .ciphertext_length
        .div_ceil(SEALED_SEGMENT_BYTES as u64)
}

/// Writes sealed segments on and computes the root over them.
struct SegmentSink {
    file: BufWriter<File>,
    pending: Vec<u8>,
    tree: TreeBuilder,
    length: u64,
}

impl SegmentSink {
    fn new(file: BufWriter<File>) -> Self {
        Self {
            file,
            pending: Vec::with_capacity(SEALED_SEGMENT_BYTES),
            tree: TreeBuilder::new(),
            length: 0,
        }
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            let taken = bytes.len().min(SEALED_SEGMENT_BYTES - self.pending.len());
            self.pending.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.pending.len() == SEALED_SEGMENT_BYTES {
                self.tree.push(&self.pending);
                self.pending.clear();
            }
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<(u64, crate::domain::ids::CiphertextRoot)> {
        if !self.pending.is_empty() {
            self.tree.push(&self.pending);
        }
        self.file.flush()?;
        Ok((self.length, self.tree.root()))
    }
}

/// Opens the sealed file into `record`: `bundle.json`, `facts.json` and `attachments/`.
fn open(
    keys: StreamKeys,
    envelope: &Envelope,
    sealed: &Path,
    record: &Path,
) -> Result<(RecordContent, String), Failure> {
    let file = File::open(sealed).map_err(|error| io_failure(sealed, &error))?;
    let opener = Opener::new(keys, envelope.ciphertext_length, BufReader::new(file))
        .map_err(|error| Failure::new(FailureCode::EnvelopeInvalid, error.to_string()))?;
    let attachments = record.join("attachments");
    std::fs::create_dir_all(record).map_err(|error| io_failure(record, &error))?;
    let mut count = 0_u32;
    let parts = read_content(opener, |name, _, content| {
        count += 1;
        std::fs::create_dir_all(&attachments)?;
        keep_attachment(&attachments.join(name), content)
    })
    .map_err(content_failure)?;
    for (name, bytes) in [("bundle.json", &parts.bundle), ("facts.json", &parts.facts)] {
        let path: PathBuf = record.join(name);
        std::fs::write(&path, bytes).map_err(|error| io_failure(&path, &error))?;
    }
    let segments = segment_count(envelope);
    Ok((parts, format!("{segments} segments, {count} attachments")))
}

fn keep_attachment(path: &Path, content: &mut dyn Read) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    io::copy(content, &mut file).map(drop)
}

fn content_failure(error: ContentError) -> Failure {
    let code = match &error {
        // An altered segment reaches us through the reader
        ContentError::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => {
            FailureCode::CiphertextAltered
        }
        ContentError::Io(_) => FailureCode::Io,
        _ => FailureCode::Malformed,
    };
    Failure::new(code, error.to_string())
}

fn io_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::new(FailureCode::Io, format!("{}: {error}", path.display()))
}
