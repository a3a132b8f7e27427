//! Disputes: what is challenged and answered on chain (PROTOCOL section 17).
//!
//! What goes to the contract is made here and checked there; making it needs no trust in anybody.

use std::collections::BTreeMap;

use super::evidence::{fragment_products, EvidenceError, FragmentProducts, Unopenable};
use super::fragment::{Capsule, CapsuleFragment};
use super::grant::Grant;
use super::ids::{CiphertextRoot, RecordTag, TagBlinding};
use super::point::CompressedPoint;

/// Most segments that one demand may name.
pub const MOST_SEGMENTS: usize = 16;

/// What the proxies owe on chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pending {
    /// Fragments of m slots.
    Challenge,
    /// Segments of the ciphertext.
    Demand,
}

/// How the dispute of an enrolment's latest attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    /// What is owed; `None` if nothing is.
    pub pending: Option<Pending>,
    /// Whether the attempt's one challenge was used.
    pub challenged: bool,
    /// Slots that answered, by bit.
    pub answered: u16,
    /// Demanded segments that were posted, by bit in their order.
    pub posted: u16,
    /// When the window for it has passed, in Unix seconds,
    pub ends_at: u64,
    /// and in which block; both must have come.
    pub ends_at_block: u64,
}

impl Dispute {
    /// Whether a slot answered the challenge.
    pub fn has_answered(&self, slot: u8) -> bool {
        self.answered >> slot & 1 == 1
    }

    /// Whether a demanded segment was posted, by its place in the demand.
    pub fn is_posted(&self, place: usize) -> bool {
        self.posted >> place & 1 == 1
    }
}

/// Segments that are demanded of a ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemandedSegments {
    /// Root of the ciphertext's tree.
    pub root: CiphertextRoot,
    /// How many segments the ciphertext has.
    pub count: u64,
    /// Those that are demanded, ascending.
    pub segments: Vec<u32>,
}

/// What an attempt's dispute brought on chain, where anybody reads it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Posted {
    /// The envelope and its blinding, from the first answer.
    pub envelope: Option<(Vec<u8>, TagBlinding)>,
    /// The grant, from the first answer.
    pub grant: Option<Grant>,
    /// Capsule fragments by slot.
    pub fragments: BTreeMap<u8, CapsuleFragment>,
    /// The latest demand.
    pub demand: Option<DemandedSegments>,
    /// Sealed segments by their place in the ciphertext.
    pub segments: BTreeMap<u32, Vec<u8>>,
}

/// A capsule fragment with what the contract needs to check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotFragment {
    /// Whose it is: its place in the grant.
    pub slot: u8,
    /// The fragment.
    pub fragment: CapsuleFragment,
    /// The products of its z.
    pub products: FragmentProducts,
}

impl SlotFragment {
    /// A fragment with its products.
    ///
    /// # Errors
    /// [`EvidenceError`] for no fragment that verifies.
    pub fn new(
        slot: u8,
        fragment: CapsuleFragment,
        capsule: &Capsule,
    ) -> Result<Self, EvidenceError> {
        let products = fragment_products(capsule, &fragment)?;
        Ok(Self {
            slot,
            fragment,
            products,
        })
    }
}

/// An answer to a challenge: all that shows what was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeAnswer {
    /// The enrolment's tag.
    pub record_tag: RecordTag,
    /// The study's receiving key.
    pub receiving_key: CompressedPoint,
    /// The grant.
    pub grant: Grant,
    /// The envelope's bytes.
    pub envelope: Vec<u8>,
    /// What hides it in the tag.
    pub tag_blinding: TagBlinding,
    /// Fragments of one slot or of several, ascending.
    pub fragments: Vec<SlotFragment>,
}

/// A demanded segment for the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// What was demanded.
    pub demand: DemandedSegments,
    /// Which of its segments this is.
    pub place: u8,
    /// The sealed segment.
    pub data: Vec<u8>,
    /// Its Merkle path, the lowest sibling first.
    pub path: Vec<[u8; 32]>,
}

/// A fault of the patient, with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultProof {
    /// The envelope's capsule does not verify.
    Capsule {
        /// The envelope's bytes.
        envelope: Vec<u8>,
        /// What hides it in the tag.
        tag_blinding: TagBlinding,
    },
    /// Two fragments of the grant have the same id.
    EqualIds {
        /// The grant.
        grant: Grant,
        /// One slot,
        slot: u8,
        /// and the other.
        other: u8,
    },
    /// The grant's precursor proof does not hold.
    Precursor {
        /// The grant.
        grant: Grant,
    },
    /// The fragments verify and do not combine.
    Unopenable(Box<Unopenable>),
}

impl FaultProof {
    /// Its name in effects.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Capsule { .. } => "capsule",
            Self::EqualIds { .. } => "equal-ids",
            Self::Precursor { .. } => "precursor",
            Self::Unopenable(_) => "unopenable",
        }
    }
}
