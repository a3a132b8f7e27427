//! What the patient's client hands to each proxy before it asks for a receipt (PROTOCOL section 14).

use prover::circuit::{PublicSignals, ReferenceTime};
use prover::facts::number::Day;

use super::context::ContextParts;
use super::enrolment::{EnrolmentKey, EnrolmentRequest, ProofWords, SlotReceipt};
use super::grant::Grant;
use super::ids::{Address, RecordTag, RegistryRoot, RevocationHash, TagBlinding};
use super::signer::Signature;
use super::study::StudyTerms;

/// Everything that a proxy checks before it gives its receipt. Nothing in it is for the chain but what
/// [`EnrolmentDraft::into_request`] takes; the fragment is sealed to this proxy.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentDraft {
    /// Study and patient.
    #[serde(flatten)]
    pub key: EnrolmentKey,
    /// The attempt, from 0.
    pub attempt: u32,
    /// Reference day of the proof, in days since 1900-01-01.
    pub day: u32,
    /// The registry's root that the proof was made against.
    pub registry_root: RegistryRoot,
    /// The tag of the record.
    pub record_tag: RecordTag,
    /// What hides the envelope in it.
    pub tag_blinding: TagBlinding,
    /// What revokes the enrolment.
    pub revocation_hash: RevocationHash,
    /// Who is to be paid.
    pub payout: Address,
    /// The eligibility proof.
    #[serde(with = "proof_words")]
    pub proof: ProofWords,
    /// The grant.
    pub grant: Grant,
    /// The record's envelope.
    #[serde(with = "base64_bytes")]
    pub envelope: Vec<u8>,
    /// The proxy's key fragment, sealed to it.
    #[serde(with = "base64_bytes")]
    pub sealed_fragment: Vec<u8>,
}

/// A proxy's answer to a draft that it accepts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptGiven {
    /// The proxy's account.
    pub proxy: Address,
    /// Unix seconds after which the enrolment is too late.
    pub valid_until: u64,
    /// Its signature under the [`Receipt`](super::eip712::Receipt).
    pub signature: Signature,
}

impl EnrolmentDraft {
    /// What the proof is bound to, on this chain and contract.
    pub fn context_parts(&self, chain_id: u64, enrolments: Address) -> ContextParts {
        ContextParts {
            chain_id,
            enrolments,
            study_id: self.key.study_id,
            attempt: self.attempt,
            payout: self.payout,
            revocation_hash: self.revocation_hash,
            grant_digest: self.grant.digest(),
        }
    }

    /// The public signals that the contract will compute for a study of these terms; `None` if the day is no date.
    pub fn signals(
        &self,
        chain_id: u64,
        enrolments: Address,
        terms: &StudyTerms,
    ) -> Option<PublicSignals> {
        let date = Day::from_number(i32::try_from(self.day).ok()?).date()?;
        let oldest = self.day.saturating_sub(terms.max_record_age);
        Some(PublicSignals([
            self.registry_root.to_field(),
            terms.criteria_hash.to_field(),
            terms.purposes.into(),
            ReferenceTime::of(date, oldest)?.pack(),
            self.key.study_id.to_field(),
            self.key.nullifier.to_field(),
            self.record_tag.to_field(),
            self.context_parts(chain_id, enrolments)
                .context()
                .to_field(),
        ]))
    }

    /// The transaction's content, with the receipts that were given, slots ascending.
    pub fn into_request(self, mut receipts: Vec<SlotReceipt>) -> EnrolmentRequest {
        receipts.sort_by_key(|receipt| receipt.slot);
        EnrolmentRequest {
            key: self.key,
            attempt: self.attempt,
            day: self.day,
            registry_root: self.registry_root,
            record_tag: self.record_tag,
            grant_digest: self.grant.digest(),
            revocation_hash: self.revocation_hash,
            payout: self.payout,
            proof: self.proof,
            receipts,
        }
    }
}

/// A proof in JSON: its eight words, each `0x` and 64 hex digits.
pub mod proof_words {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use crate::domain::enrolment::ProofWords;

    /// Writes the words.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(words: &ProofWords, serializer: S) -> Result<S::Ok, S::Error> {
        let text = words.map(|word| format!("0x{}", hex::encode(word)));
        text.serialize(serializer)
    }

    /// Reads the words.
    ///
    /// # Errors
    /// If there aren't eight of them.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ProofWords, D::Error> {
        let text = <[String; 8]>::deserialize(deserializer)?;
        let mut words = ProofWords::default();
        for (word, text) in words.iter_mut().zip(&text) {
            hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), word)
                .map_err(D::Error::custom)?;
        }
        Ok(words)
    }
}

/// Bytes in JSON: base64 with padding.
pub mod base64_bytes {
    use base64::{engine::general_purpose::STANDARD, Engine as _};
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Writes base64.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    /// Reads base64.
    ///
    /// # Errors
    /// If it is none.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        STANDARD
            .decode(text.as_ref())
            .map_err(serde::de::Error::custom)
    }
}
