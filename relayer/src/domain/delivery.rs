//! What a proxy hands to the institution of an enrolment (PROTOCOL section 14).

use super::fragment::CapsuleFragment;
use super::grant::Grant;
use super::ids::TagBlinding;

/// Everything but the ciphertext. Nothing in it is to be believed before it is checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The attempt that it is for, from 0.
    pub attempt: u32,
    /// The record's envelope.
    #[serde(with = "super::draft::base64_bytes")]
    pub envelope: Vec<u8>,
    /// What hides the envelope in the record's tag.
    pub tag_blinding: TagBlinding,
    /// The grant.
    pub grant: Grant,
    /// The capsule, re-encrypted with the proxy's fragment.
    #[serde(with = "capsule_fragment")]
    pub fragment: CapsuleFragment,
}

/// A capsule fragment in JSON: base64, of the right shape.
mod capsule_fragment {
    use serde::{de::Error as _, Deserializer, Serializer};

    use super::CapsuleFragment;
    use crate::domain::draft::base64_bytes;

    pub(super) fn serialize<S: Serializer>(
        fragment: &CapsuleFragment,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        base64_bytes::serialize(fragment.as_bytes(), serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<CapsuleFragment, D::Error> {
        let bytes = base64_bytes::deserialize(deserializer)?;
        CapsuleFragment::new(&bytes).map_err(D::Error::custom)
    }
}
