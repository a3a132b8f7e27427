//! That a grant's fragments verify and do not combine: what the institution shows of a grant that the patient made so.

use super::{combination, CombinationProducts, Coordinates, EvidenceError, SharedPoint};
use crate::domain::delivery::Delivery;
use crate::domain::dispute::SlotFragment;
use crate::domain::envelope::Envelope;
use crate::domain::precursor::{self, PrecursorContext, PrecursorError};
use crate::domain::umbral::{
    open, verify_capsule_fragment, FragmentKeys, ReceivingKey, SealedFileKey, UmbralError,
};

/// Evidence that a grant does not open. Only [`Unopenable::reveal`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unopenable {
    /// What was delivered: envelope, blinding and grant, the same of all fragments.
    pub delivery: Delivery,
    /// Verified fragments of exactly m slots, ascending.
    pub fragments: Vec<SlotFragment>,
    /// The institution's Diffie-Hellman point, with its proof.
    pub shared: SharedPoint,
    /// s·P of that proof.
    pub product: Coordinates,
    /// For each fragment its products in the combination.
    pub combination: Vec<CombinationProducts>,
}

/// Why nothing is revealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRevealed {
    /// The patient does not show that the precursor is theirs: it could be a stranger's, shifted.
    #[error("the shared point would open another patient's record: {0}")]
    Precursor(#[from] PrecursorError),
    /// Not m fragments.
    #[error("{found} fragments, exactly {needed} are shown")]
    Count {
        /// Those handed in.
        found: usize,
        /// m.
        needed: usize,
    },
    /// A fragment does not verify: nothing is the patient's fault then.
    #[error("the fragment of slot {slot} does not verify: {error}")]
    Fragment {
        /// Its slot.
        slot: u8,
        /// Why.
        error: UmbralError,
    },
    /// The fragments open.
    #[error("the fragments open: there is nothing to show")]
    Opens,
    /// Envelope or fragments are malformed.
    #[error("the evidence can't be made: {0}")]
    Evidence(#[from] EvidenceError),
}

impl Unopenable {
    /// Makes the evidence, of one delivery and the fragments of m slots, ascending; m is the study's. **It hands out the shared point**, which opens
    /// whatever was granted under the precursor: so it first checks that the precursor is the patient's own, that every fragment
    /// verifies, and that they do not open.
    ///
    /// # Errors
    /// [`NotRevealed`]; nothing was computed from the receiving key that leaves this function then.
    pub fn reveal(
        receiving: &ReceivingKey,
        context: &PrecursorContext,
        threshold: u8,
        delivery: Delivery,
        envelope: &Envelope,
        fragments: Vec<SlotFragment>,
    ) -> Result<Self, NotRevealed> {
        let grant = &delivery.grant;
        precursor::verify(&grant.proof, &grant.precursor, context)?;
        let needed = usize::from(threshold);
        if fragments.len() != needed {
            let found = fragments.len();
            return Err(NotRevealed::Count { found, needed });
        }
        require_unopenable(receiving, envelope, &fragments)?;

        let shared = SharedPoint::reveal(receiving, &grant.precursor)?;
        let product = shared.product(&grant.precursor)?;
        let parts: Vec<_> = fragments.iter().map(|each| each.fragment.clone()).collect();
        let combination = combination(
            &envelope.capsule,
            &receiving.public(),
            &grant.precursor,
            &shared.point,
            &parts,
        )?;
        Ok(Self {
            delivery,
            fragments,
            shared,
            product,
            combination,
        })
    }
}

/// The fragments verify, and do not combine.
fn require_unopenable(
    receiving: &ReceivingKey,
    envelope: &Envelope,
    fragments: &[SlotFragment],
) -> Result<(), NotRevealed> {
    let keys = FragmentKeys {
        verifying: envelope.verifying_key,
        delegating: envelope.delegating_key,
        receiving: receiving.public(),
    };
    let verified = fragments.iter().map(|one| {
        let error = |error| NotRevealed::Fragment {
            slot: one.slot,
            error,
        };
        verify_capsule_fragment(&one.fragment, &envelope.capsule, &keys).map_err(error)
    });
    let verified = verified.collect::<Result<Vec<_>, _>>()?;
    let sealed = SealedFileKey {
        capsule: envelope.capsule,
        wrapped: envelope.wrapped_key.clone(),
    };
    match open(receiving, &envelope.delegating_key, &sealed, &verified) {
        Err(UmbralError::NotOpenable) => Ok(()),
        // The key that they combine to may be the wrong one for the wrapped file key: that is the hospital's fault
        _ => Err(NotRevealed::Opens),
    }
}
