//! The patient's seed and everything that derives from it (PROTOCOL sections 11 and 13).
//!
//! The seed is the 32 bytes of entropy of 24 BIP-39 words. Each secret is HKDF-SHA256 of it under a label of its own, so that
//! the words alone restore identity, records, enrolments and payments, and no secret tells another.

use std::fmt;

use bip39::{Language, Mnemonic};
use hkdf::Hkdf;
use prover::field::Fr;
use rand::rngs::OsRng;
use rand::RngCore as _;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::context::revocation_hash;
use super::ids::{IdentityCommitment, Nullifier, Pseudonym, RevocationHash, StudyId, TagBlinding};
use super::point::CompressedPoint;
use super::scalar::nonzero_scalar;
use super::signer::EvmKey;

const SALT: &[u8] = b"medshare.seed.v1";
/// Words of a seed.
pub const WORDS: usize = 24;
/// Record indices that restoring tries beyond the last one found.
pub const GAP_LIMIT: u32 = 20;

/// Text that is not 24 words of the English list with a right checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {WORDS} words of the BIP-39 English list with a right checksum")]
pub struct WordsError;

/// The root of all of a patient's secrets. Zeroized when dropped, never shown.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; 32]>);

/// The secrets of one record version.
pub struct RecordKeys {
    /// Which one, from 0.
    pub index: u32,
    /// What makes this version's pseudonym of the identity commitment. Only the hospital learns it.
    pub pseudonym_nonce: Fr,
    /// 32 derived bytes that the delegating key is made of.
    pub delegating: Zeroizing<[u8; 32]>,
    /// 32 derived bytes that the key signing the fragments is made of.
    pub verifying: Zeroizing<[u8; 32]>,
}

/// The secrets of one attempt at a study.
pub struct EnrolmentSecrets {
    /// What hides the envelope in the record tag.
    pub tag_blinding: TagBlinding,
    /// The account that is paid.
    pub payout: EvmKey,
    /// What revokes.
    pub revocation: Zeroizing<[u8; 32]>,
}

/// What the seed of a grant depends on besides study and attempt: other fragments must not come from the same random
/// numbers, or their differences would tell.
#[derive(Debug, Clone, Copy)]
pub struct GrantShape {
    /// What the record is encrypted to.
    pub delegating: CompressedPoint,
    /// The study's receiving key.
    pub receiving: CompressedPoint,
    /// m.
    pub threshold: u8,
    /// n.
    pub count: u8,
}

impl Seed {
    /// A fresh seed from the system's random numbers.
    pub fn random() -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(entropy.as_mut_slice());
        Self(entropy)
    }

    /// Takes the 32 bytes of entropy.
    pub fn from_bytes(entropy: Zeroizing<[u8; 32]>) -> Self {
        Self(entropy)
    }

    /// The 32 bytes of entropy: for the seed file, nothing else.
    pub fn to_bytes(&self) -> &Zeroizing<[u8; 32]> {
        &self.0
    }

    /// Reads 24 words; letter case and spacing don't matter.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn from_words(words: &str) -> Result<Self, WordsError> {
        let lower = Zeroizing::new(words.to_lowercase());
        let parsed = Mnemonic::parse_in_normalized(Language::English, &joined(&lower))
            .map_err(|_| WordsError)?;
        let (entropy, length) = parsed.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let mut seed = Zeroizing::new([0; 32]);
        if length != seed.len() {
            return Err(WordsError);
        }
        seed.copy_from_slice(&entropy[..length]);
        Ok(Self(seed))
    }

    /// The 24 words: to be written on paper.
    ///
    /// # Panics
    /// Never: 32 bytes of entropy always have words.
    pub fn words(&self) -> Zeroizing<String> {
        // Fails for other lengths of entropy only
        let words = Mnemonic::from_entropy_in(Language::English, self.0.as_slice());
        Zeroizing::new(
            words
                .expect("32 bytes of entropy make 24 words")
                .to_string(),
        )
    }

    /// What makes all of the patient's nullifiers and pseudonyms.
    pub fn identity_secret(&self) -> Fr {
        self.field("identity")
    }

    /// What the hospital knows the patient by.
    pub fn identity_commitment(&self) -> IdentityCommitment {
        IdentityCommitment::from(&prover::record::identity_commitment(
            &self.identity_secret(),
        ))
    }

    /// The patient in a study.
    pub fn nullifier(&self, study: StudyId) -> Nullifier {
        let secret = self.identity_secret();
        Nullifier::from(&prover::record::nullifier(&secret, &study.to_field()))
    }

    /// The secrets of a record version.
    pub fn record_keys(&self, index: u32) -> RecordKeys {
        RecordKeys {
            index,
            pseudonym_nonce: self.field(&format!("record/{index}/pseudonym-nonce")),
            delegating: self.bytes(&format!("record/{index}/delegating-key")),
            verifying: self.bytes(&format!("record/{index}/verifying-key")),
        }
    }

    /// The secrets of an attempt at a study.
    pub fn enrolment_secrets(&self, study: StudyId, attempt: u32) -> EnrolmentSecrets {
        let label = |what: &str| format!("enrolment/{study}/{attempt}/{what}");
        EnrolmentSecrets {
            tag_blinding: TagBlinding::from(&self.field(&label("tag-blinding"))),
            payout: evm_key(&self.bytes(&label("payout-key"))),
            revocation: self.bytes(&label("revocation")),
        }
    }

    /// What the random numbers of a grant come from.
    pub fn grant_seed(
        &self,
        study: StudyId,
        attempt: u32,
        shape: &GrantShape,
    ) -> Zeroizing<[u8; 32]> {
        let GrantShape {
            delegating,
            receiving,
            threshold,
            count,
        } = shape;
        self.bytes(&format!(
            "enrolment/{study}/{attempt}/grant/{delegating}/{receiving}/{threshold}/{count}"
        ))
    }

    fn expand<const N: usize>(&self, label: &str) -> Zeroizing<[u8; N]> {
        let mut output = Zeroizing::new([0; N]);
        // Fails beyond 8,160 bytes only
        Hkdf::<Sha256>::new(Some(SALT), self.0.as_slice())
            .expand(label.as_bytes(), output.as_mut_slice())
            .expect("HKDF gives so few bytes");
        output
    }

    fn bytes(&self, label: &str) -> Zeroizing<[u8; 32]> {
        self.expand(label)
    }

    /// 48 bytes, so that reducing them leaves no bias.
    fn field(&self, label: &str) -> Fr {
        prover::field::from_be_bytes_mod_order(self.expand::<48>(label).as_slice())
    }
}

impl RecordKeys {
    /// The patient's pseudonym in this record version.
    pub fn pseudonym(&self, identity: IdentityCommitment) -> Pseudonym {
        Pseudonym::from(&prover::record::pseudonym(
            &identity.to_field(),
            &self.pseudonym_nonce,
        ))
    }

    /// The delegating key as an account, which signs requests for the envelope.
    pub fn delegating_signer(&self) -> EvmKey {
        evm_key(&self.delegating)
    }
}

impl EnrolmentSecrets {
    /// What stands on chain for the revocation secret.
    pub fn revocation_hash(&self) -> RevocationHash {
        revocation_hash(&self.revocation)
    }
}

fn evm_key(derived: &[u8; 32]) -> EvmKey {
    // `nonzero_scalar` gives nothing but valid scalars
    EvmKey::from_bytes(&nonzero_scalar(derived)).expect("a non-zero scalar is a secret key")
}

/// The words with one space between.
fn joined(words: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(words.len()));
    for word in words.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret withheld)"))
            }
        }
    )*};
}

redacted!(Seed, RecordKeys, EnrolmentSecrets);

#[cfg(test)]
mod tests;
