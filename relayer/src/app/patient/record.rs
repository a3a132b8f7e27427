//! Opening a record: nothing in it is used before it gives the commitment that the hospital put on chain.

use std::io;

use prover::facts::tree::FactsTree;
use prover::facts::Fact;

use super::RecordKeyPairs;
use crate::domain::content::{read_record, ContentError, RecordContent};
use crate::domain::envelope::{envelope_hash, Envelope};
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{EnvelopeHash, RecordCommitment};
use crate::domain::opening::SealedOpening;
use crate::domain::seed::Seed;
use crate::domain::stream::{Opener, StreamKeys};
use crate::domain::umbral::{open_original, SealedFileKey};

/// A record that was opened and checked.
pub struct OpenedRecord {
    /// The index of its key set.
    pub index: u32,
    /// Its envelope.
    pub envelope: Envelope,
    /// The envelope's bytes.
    pub envelope_bytes: Vec<u8>,
    /// The envelope's hash.
    pub envelope_hash: EnvelopeHash,
    /// The opening of its commitment.
    pub opening: SealedOpening,
    /// Its facts, made anew from the bundle.
    pub facts: Vec<Fact>,
    /// The tree over them.
    pub tree: FactsTree,
    /// The commitment that all of this gives.
    pub commitment: RecordCommitment,
}

/// What an attempt at opening the first bytes of a ciphertext gave.
pub(super) enum Head {
    /// More bytes are needed.
    TooShort,
    /// The record, and how many bytes of the ciphertext it took.
    Whole(Box<OpenedRecord>, u64),
}

impl OpenedRecord {
    /// Opens a record from its envelope and the head of its ciphertext.
    ///
    /// # Errors
    /// `envelope-invalid`, `wrong-key`, `ciphertext-altered`, `commitment-mismatch`, `invalid-bundle`.
    pub fn open(seed: &Seed, index: u32, envelope: &[u8], head: &[u8]) -> Result<Self, Failure> {
        match open_head(seed, index, envelope, head)? {
            Head::Whole(record, _) => Ok(*record),
            Head::TooShort => {
                let words = format!("of record {index} only a part is at hand");
                Err(Failure::new(FailureCode::CiphertextMissing, words))
            }
        }
    }
}

/// Opens a record from as many bytes of its ciphertext as are at hand.
pub(super) fn open_head(
    seed: &Seed,
    index: u32,
    envelope_bytes: &[u8],
    head: &[u8],
) -> Result<Head, Failure> {
    let envelope = Envelope::decode(envelope_bytes)
        .map_err(|error| Failure::new(FailureCode::EnvelopeInvalid, error.to_string()))?;
    let keys = seed.record_keys(index);
    let pairs = RecordKeyPairs::of(&keys);
    if envelope.delegating_key != pairs.delegating.public()
        || envelope.verifying_key != pairs.signer.public()
    {
        let words = format!("the envelope is not made for key set {index}");
        return Err(Failure::new(FailureCode::WrongKey, words));
    }
    let Some((content, sealed_length)) = read_head(&envelope, &pairs, head)? else {
        return Ok(Head::TooShort);
    };
    let opening = SealedOpening::from_json(&content.opening)?;
    let pseudonym = keys.pseudonym(seed.identity_commitment());
    if opening.pseudonym != pseudonym.to_field() {
        return Err(mismatch(index, "its pseudonym is not the patient's"));
    }
    let (facts, tree) = facts_of(&content)?;
    if tree.root() != opening.facts_root {
        return Err(mismatch(index, "its facts are not those of the bundle"));
    }
    let envelope_hash = envelope_hash(envelope_bytes);
    let record = OpenedRecord {
        index,
        commitment: opening.commitment(envelope_hash),
        envelope,
        envelope_bytes: envelope_bytes.to_vec(),
        envelope_hash,
        opening,
        facts,
        tree,
    };
    Ok(Head::Whole(Box::new(record), sealed_length))
}

/// The content's small parts and how many sealed bytes they took; `None` if the head is too short for them.
fn read_head(
    envelope: &Envelope,
    pairs: &RecordKeyPairs,
    head: &[u8],
) -> Result<Option<(RecordContent, u64)>, Failure> {
    let sealed = SealedFileKey {
        capsule: envelope.capsule,
        wrapped: envelope.wrapped_key.clone(),
    };
    let file_key = open_original(&pairs.delegating, &sealed)
        .map_err(|error| Failure::new(FailureCode::WrongKey, error.to_string()))?;
    let keys = StreamKeys::new(file_key, envelope.nonce);
    let altered = |reason: String| Failure::new(FailureCode::CiphertextAltered, reason);
    let mut opener = Opener::new(keys, envelope.ciphertext_length, head)
        .map_err(|error| altered(error.to_string()))?;
    match read_record(&mut opener) {
        Ok(content) => Ok(Some((content, opener.sealed_bytes_read()))),
        Err(ContentError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(altered(error.to_string())),
    }
}

fn facts_of(content: &RecordContent) -> Result<(Vec<Fact>, FactsTree), Failure> {
    let invalid = |reason: String| Failure::new(FailureCode::InvalidBundle, reason);
    let encoded = content.encode()?;
    let tree = FactsTree::new(&encoded.facts).map_err(|e| invalid(e.to_string()))?;
    Ok((encoded.facts, tree))
}

fn mismatch(index: u32, what: &str) -> Failure {
    Failure::new(
        FailureCode::CommitmentMismatch,
        format!("record {index}: {what}"),
    )
}
