//! The ciphertext: fetched from any of the proxies, checked against the envelope, and opened in constant memory.
//!
//! Everything happens in a folder beside the one that is to appear, so that a delivery that fails leaves nothing behind.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt as _;
use zeroize::Zeroizing;

use super::assembly::Assembly;
use super::fragments::Fragments;
use super::report::{CheckName, Report};
use super::{Receiver, Subject};
use crate::domain::content::{read_content, ContentError, RecordContent};
use crate::domain::envelope::Envelope;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::merkle::SEALED_SEGMENT_BYTES;
use crate::domain::stream::{Opener, StreamKeys};
use crate::ports::proxies::ProxyClient;

/// Why there is no whole ciphertext.
pub(super) struct Gap {
    pub(super) failure: Failure,
    /// The first segment that nobody gives as it was sealed; 0 if all open and are not what the envelope names.
    pub(super) segment: u64,
}

impl From<Failure> for Gap {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            segment: 0,
        }
    }
}

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
        let keys = StreamKeys::new(file_key.clone(), fragments.envelope.nonce);
        let fetched = self.fetch(subject, fragments, &keys, &sealed, report).await;
        report.check(
            CheckName::CiphertextWhole,
            fetched.map_err(|gap| gap.failure),
        )?;

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

    /// Asks one proxy after the other until one gives the ciphertext that the envelope names. Segments that were posted on chain count before those
    /// that are served, and what no proxy gives whole several may give together, each the segments that open.
    pub(super) async fn fetch(
        &self,
        subject: &Subject,
        fragments: &Fragments,
        keys: &StreamKeys,
        into: &Path,
        report: &mut Report,
    ) -> Result<((), String), Gap> {
        let envelope = &fragments.envelope;
        let posted = &fragments.posted.segments;
        if posted.len() as u64 == segment_count(envelope) {
            begin(fragments, into)?.check(envelope)?;
            return Ok(((), "every segment, from the chain".to_owned()));
        }
        let words = "no proxy serves the ciphertext";
        let mut last = Failure::new(FailureCode::CiphertextMissing, words);
        for client in &fragments.clients {
            let mut assembly = begin(fragments, into)?;
            let served = self.serve(client, envelope, &mut assembly).await;
            let named = |failure: Failure| name(client, &failure);
            match served.and_then(|()| assembly.check(envelope).map_err(named)) {
                Ok(()) => {
                    let (length, from) = (envelope.ciphertext_length, client.address());
                    return Ok(((), format!("{length} bytes, from proxy {from}")));
                }
                Err(failure) => {
                    report.proxy(client.address(), Err(&failure));
                    last = failure;
                }
            }
        }
        tracing::debug!(study = %subject.study.id, code = %last.code(), "no proxy gave the ciphertext");
        self.fetch_from_several(fragments, keys, into, last).await
    }

    /// Each proxy goes on where those before it ended, which is at the first segment that does not open, at the latest.
    async fn fetch_from_several(
        &self,
        fragments: &Fragments,
        keys: &StreamKeys,
        into: &Path,
        failure: Failure,
    ) -> Result<((), String), Gap> {
        let envelope = &fragments.envelope;
        let mut assembly = begin(fragments, into)?.opening_with(keys.clone())?;
        while !assembly.is_whole() {
            let before = assembly.segment();
            for client in &fragments.clients {
                let served = self.serve(client, envelope, &mut assembly).await;
                // Which proxy fails was told before; a full disk is no proxy's fault
                if let Some(own) = served.err().filter(|it| it.code() == FailureCode::Io) {
                    return Err(own.into());
                }
            }
            if assembly.segment() == before {
                let segment = before;
                return Err(Gap { failure, segment });
            }
        }
        let segments = assembly.segment();
        assembly.check(envelope).map_err(|_| failure)?;
        Ok(((), format!("{segments} segments, from several proxies")))
    }

    /// Goes on with a ciphertext from one proxy: to its end, or to a segment that neither this proxy gives nor anybody posted.
    async fn serve(
        &self,
        client: &Arc<dyn ProxyClient>,
        envelope: &Envelope,
        assembly: &mut Assembly<'_>,
    ) -> Result<(), Failure> {
        while !assembly.is_whole() {
            let ended = self.stream(client, envelope, assembly).await;
            assembly.break_off();
            if !assembly.is_whole() && !assembly.fill()? {
                ended?;
                let words = format!("it ends in segment {}", assembly.segment());
                let failure = Failure::new(FailureCode::CiphertextAltered, words);
                return Err(name(client, &failure));
            }
        }
        Ok(())
    }

    async fn stream(
        &self,
        client: &Arc<dyn ProxyClient>,
        envelope: &Envelope,
        assembly: &mut Assembly<'_>,
    ) -> Result<(), Failure> {
        let (root, offset) = (envelope.ciphertext_root, assembly.offset());
        let mut pieces = client.ciphertext(self.account, root, offset).await?;
        while let Some(piece) = pieces.next().await {
            let is_too_long = assembly.is_whole();
            assembly.take(&piece?)?;
            if is_too_long {
                break;
            }
        }
        Ok(())
    }
}

/// A ciphertext that begins with what was posted of its beginning.
fn begin<'a>(fragments: &'a Fragments, into: &Path) -> Result<Assembly<'a>, Failure> {
    let length = fragments.envelope.ciphertext_length;
    let mut assembly = Assembly::create(into, length, &fragments.posted.segments)?;
    assembly.fill()?;
    Ok(assembly)
}

/// A failure of what a proxy gave.
fn name(client: &Arc<dyn ProxyClient>, failure: &Failure) -> Failure {
    let words = format!(
        "ciphertext altered (proxy {}): {}",
        client.address(),
        failure.message()
    );
    Failure::new(failure.code(), words)
}

/// How many segments the ciphertext has.
pub(super) fn segment_count(envelope: &Envelope) -> u64 {
    envelope
        .ciphertext_length
        .div_ceil(SEALED_SEGMENT_BYTES as u64)
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

pub(super) fn io_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::new(FailureCode::Io, format!("{}: {error}", path.display()))
}
