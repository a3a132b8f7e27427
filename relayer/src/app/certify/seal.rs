//! From an order to a sealed record: facts, content, ciphertext, envelope and commitment.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use prover::facts::report::to_json;
use prover::facts::tree::FactsTree;
use prover::facts::{encode, own_bundle, EncodeOptions, Encoded};
use prover::field::Fr;
use rand::rngs::OsRng;
use rand::RngCore as _;
use zeroize::Zeroizing;

use super::order::{attachment_name, unreadable, LoadedOrder};
use super::Hospital;
use crate::domain::content::{write_content, Attachment, ContentError, RecordContent};
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::RecordCommitment;
use crate::domain::opening::SealedOpening;
use crate::domain::request::KeySet;
use crate::domain::stream::{Sealed, Sealer, StreamKeys};
use crate::domain::umbral::seal_file_key;
use crate::ports::books::{RecordEntry, Stage};

/// What is sealed of a bundle: the patient's own part, its facts, the root over them, and the facts as
/// `prover facts --json` prints them.
struct Facts {
    bundle: Vec<u8>,
    left_out: usize,
    encoded: Encoded,
    root: Fr,
    json: Vec<u8>,
}

impl Hospital {
    /// Seals a record under a key set, and enters it in the books as the last thing: what happened before leaves nothing but
    /// a file that is removed.
    pub(super) fn seal(
        &self,
        order: &LoadedOrder,
        keys: &KeySet,
    ) -> Result<RecordCommitment, Failure> {
        let facts = facts_of(order)?;
        let identity = order.request.identity_commitment;
        let pseudonym = keys.pseudonym(identity);
        let opening = SealedOpening {
            facts_root: facts.root,
            pseudonym: pseudonym.to_field(),
            terms: order.terms,
            blinding: random_element(),
        };
        let stream = StreamKeys::random();
        let mut file = self.books.new_ciphertext()?;
        let sealed = seal_content(order, &facts, &opening, &stream, file.as_file_mut())?;
        let envelope = envelope_of(keys, &stream, sealed)?;
        let encoded = envelope.encode()?;
        let hash = envelope_hash(&encoded);
        let commitment = opening.commitment(hash);
        self.books.write_request(&order.request)?;
        self.books.keep_ciphertext(commitment, file)?;
        self.books.write(&RecordEntry {
            version: RecordEntry::VERSION,
            commitment,
            source: order.source.clone(),
            input: order.input,
            person: order.person.clone(),
            identity,
            pseudonym,
            key_set: keys.index,
            delegating_key: keys.delegating_key,
            envelope: hex::encode(&encoded),
            envelope_hash: hash,
            ciphertext_root: sealed.root,
            ciphertext_length: sealed.length,
            terms: order.terms,
            facts: count(facts.encoded.facts.len()),
            skipped: count(facts.encoded.skipped.len() + facts.left_out),
            replaces: order.replaces,
            stage: Stage::Sealed,
            deposited: Vec::new(),
            withdrawn: false,
        })?;
        Ok(commitment)
    }
}

fn envelope_of(keys: &KeySet, stream: &StreamKeys, sealed: Sealed) -> Result<Envelope, Failure> {
    let wrapped = seal_file_key(&keys.delegating_key, stream.key()).map_err(|error| {
        let words = format!("delegating key of key set {}: {error}", keys.index);
        Failure::new(FailureCode::WrongKey, words)
    })?;
    Ok(Envelope {
        capsule: wrapped.capsule,
        wrapped_key: wrapped.wrapped,
        delegating_key: keys.delegating_key,
        verifying_key: keys.verifying_key,
        nonce: stream.nonce(),
        ciphertext_length: sealed.length,
        ciphertext_root: sealed.root,
    })
}

fn facts_of(order: &LoadedOrder) -> Result<Facts, Failure> {
    let options = EncodeOptions {
        patient: order.patient.clone(),
        value_sets: Arc::clone(&order.value_sets),
    };
    let invalid = |reason: String| {
        let words = format!("{}: {reason}", order.source);
        Failure::new(FailureCode::InvalidBundle, words)
    };
    // Other patients' data must not reach the institution, and it encodes what it receives without a choice
    let own = own_bundle(&order.bundle, &options).map_err(|error| invalid(error.to_string()))?;
    let alone = EncodeOptions {
        patient: None,
        ..options
    };
    let encoded = encode(&own.bytes, &alone).map_err(|error| invalid(error.to_string()))?;
    let tree = FactsTree::new(&encoded.facts).map_err(|error| invalid(error.to_string()))?;
    let json = to_json(&encoded).map_err(|error| invalid(error.to_string()))?;
    Ok(Facts {
        left_out: own.left_out.len(),
        bundle: own.bytes.into_owned(),
        root: tree.root(),
        json: format!("{json:#}").into_bytes(),
        encoded,
    })
}

/// Writes opening, facts, value sets, bundle and attachments through the cipher into a file.
fn seal_content(
    order: &LoadedOrder,
    facts: &Facts,
    opening: &SealedOpening,
    keys: &StreamKeys,
    file: &mut File,
) -> Result<Sealed, Failure> {
    let content = RecordContent {
        opening: opening.to_json(),
        facts: facts.json.clone(),
        value_sets: order.value_sets.to_list(),
        bundle: facts.bundle.clone(),
    };
    let attachments = order.attachments.iter().map(|path| attachment(path));
    let attachments = attachments.collect::<Result<Vec<_>, _>>()?;
    let sealer = Sealer::new(keys, BufWriter::new(file));
    let written = write_content(sealer, &content, attachments);
    let sealer = written.map_err(|error| content_failure(&error))?;
    let finish = || -> std::io::Result<Sealed> {
        let (result, mut sink) = sealer.finish()?;
        sink.flush()?;
        Ok(result)
    };
    finish().map_err(|error| Failure::new(FailureCode::Io, format!("sealing failed: {error}")))
}

fn attachment(path: &Path) -> Result<Attachment<File>, Failure> {
    let open = || -> std::io::Result<(File, u64)> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    };
    let (content, size) = open().map_err(|error| unreadable(path, &error))?;
    Ok(Attachment {
        name: attachment_name(path)?,
        size,
        content,
    })
}

fn content_failure(error: &ContentError) -> Failure {
    let code = match error {
        ContentError::Io(_) => FailureCode::Io,
        _ => FailureCode::InvalidInput,
    };
    Failure::new(code, error.to_string())
}

/// 48 random bytes, so that reducing them leaves no bias.
fn random_element() -> Fr {
    let mut bytes = Zeroizing::new([0; 48]);
    OsRng.fill_bytes(bytes.as_mut_slice());
    prover::field::from_be_bytes_mod_order(bytes.as_slice())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
