//! Sealing a file key, splitting the right to open it, and using the parts.

use k256::elliptic_curve::sec1::ToEncodedPoint as _;
use k256::{NonZeroScalar, PublicKey as CurvePublicKey};
use rand::rngs::OsRng;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use umbral_pre::{
    CapsuleFragVerificationError, KeyFragVerificationError, ReencryptionError, VerifiedCapsuleFrag,
};
use zeroize::Zeroizing;

use super::codec;
use super::keys::{public_key, DelegatingKey, FragmentKeys, FragmentSigner, ReceivingKey};
use super::UmbralError;
use crate::domain::fragment::{Capsule, CapsuleFragment, SecretFragment};
use crate::domain::point::CompressedPoint;

/// A file key that is encrypted to a delegating key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFileKey {
    /// The encapsulated key.
    pub capsule: Capsule,
    /// The library's ciphertext of the file key.
    pub wrapped: Vec<u8>,
}

/// A split re-encryption key.
pub struct Fragments {
    /// The precursor that all of them share.
    pub precursor: CompressedPoint,
    /// Its logarithm, for the proof in the grant.
    pub precursor_secret: Zeroizing<[u8; 32]>,
    /// One per proxy, in order.
    pub fragments: Vec<SecretFragment>,
}

/// A key fragment that is signed for the keys and that re-encrypts.
pub struct VerifiedFragment(SecretFragment);

/// A capsule fragment that verified.
#[derive(Clone)]
pub struct VerifiedCapsuleFragment(VerifiedCapsuleFrag);

/// Encrypts a file key to a delegating key.
///
/// # Errors
/// [`UmbralError::Invalid`] if the key is not usable.
pub fn seal_file_key(
    delegating: &CompressedPoint,
    file_key: &[u8; 32],
) -> Result<SealedFileKey, UmbralError> {
    let (capsule, wrapped) = umbral_pre::encrypt(&public_key(delegating)?, file_key)
        .map_err(|_| UmbralError::Invalid("the file key"))?;
    Ok(SealedFileKey {
        capsule: Capsule::new(&capsule.to_bytes_simple())?,
        wrapped: wrapped.into_vec(),
    })
}

/// Opens a file key with the patient's own key.
///
/// # Errors
/// [`UmbralError::WrongKey`]; [`UmbralError::Invalid`] for a capsule that does not verify.
pub fn open_original(
    delegating: &DelegatingKey,
    sealed: &SealedFileKey,
) -> Result<Zeroizing<[u8; 32]>, UmbralError> {
    let capsule = codec::capsule(&sealed.capsule)?;
    let key = umbral_pre::decrypt_original(&delegating.0, &capsule, &sealed.wrapped)
        .map_err(|_| UmbralError::WrongKey)?;
    file_key(key.into_vec())
}

/// Splits the right to re-encrypt from `delegating` to `receiving` into `count` fragments, `threshold` of which open.
/// The same `seed` gives the same fragments.
///
/// # Errors
/// [`UmbralError::Threshold`], [`UmbralError::Invalid`]; [`UmbralError::PrecursorNotRecovered`] if the
/// library stops drawing the precursor's secret first.
pub fn make_fragments(
    delegating: &DelegatingKey,
    receiving: &CompressedPoint,
    signer: &FragmentSigner,
    threshold: u8,
    count: u8,
    seed: &[u8; 32],
) -> Result<Fragments, UmbralError> {
    if threshold == 0 || threshold > count {
        return Err(UmbralError::Threshold { threshold, count });
    }
    let made = umbral_pre::generate_kfrags_with_rng(
        &mut ChaCha20Rng::from_seed(*seed),
        &delegating.0,
        &public_key(receiving)?,
        &signer.0,
        usize::from(threshold),
        usize::from(count),
        true,
        true,
    );
    let fragments: Vec<_> = made
        .iter()
        .map(codec::secret_fragment)
        .collect::<Result<_, _>>()?;
    let precursor = fragments[0].precursor()?;
    let precursor_secret = recover_precursor_secret(seed, &precursor)?;
    Ok(Fragments {
        precursor,
        precursor_secret,
        fragments,
    })
}

/// Replays the generator: the first scalar drawn is the precursor's logarithm.
fn recover_precursor_secret(
    seed: &[u8; 32],
    precursor: &CompressedPoint,
) -> Result<Zeroizing<[u8; 32]>, UmbralError> {
    let secret = Zeroizing::new(NonZeroScalar::random(&mut ChaCha20Rng::from_seed(*seed)));
    let point = CurvePublicKey::from_secret_scalar(&secret).to_encoded_point(true);
    if point.as_bytes() == precursor.as_bytes() {
        Ok(Zeroizing::new(secret.to_bytes().into()))
    } else {
        Err(UmbralError::PrecursorNotRecovered)
    }
}

/// Checks a key fragment for a proxy: its commitment, its signature for these keys, and a trial re-encryption, since
/// only that shows that what it will answer with verifies.
///
/// # Errors
/// [`UmbralError::FragmentCommitment`], [`UmbralError::FragmentSignature`], [`UmbralError::Trial`] or
/// [`UmbralError::Invalid`].
pub fn verify_fragment(
    fragment: &SecretFragment,
    capsule: &Capsule,
    keys: &FragmentKeys,
) -> Result<VerifiedFragment, UmbralError> {
    let (delegating, receiving) = (public_key(&keys.delegating)?, public_key(&keys.receiving)?);
    codec::key_fragment(fragment)?
        .verify(
            &public_key(&keys.verifying)?,
            Some(&delegating),
            Some(&receiving),
        )
        .map_err(|(error, _)| match error {
            KeyFragVerificationError::IncorrectCommitment => UmbralError::FragmentCommitment,
            _ => UmbralError::FragmentSignature,
        })?;
    let verified = VerifiedFragment(fragment.clone());
    let trial = reencrypt(capsule, &verified)?;
    verify_capsule_fragment(&trial, capsule, keys)
        .map_err(|error| UmbralError::Trial(error.to_string()))?;
    Ok(verified)
}

/// Re-encrypts a capsule.
///
/// # Errors
/// [`UmbralError::Invalid`] for a capsule that does not verify.
pub fn reencrypt(
    capsule: &Capsule,
    fragment: &VerifiedFragment,
) -> Result<CapsuleFragment, UmbralError> {
    // It was verified when the type was made
    let key = codec::key_fragment(&fragment.0)?.skip_verification();
    let fragment = umbral_pre::reencrypt_with_rng(&mut OsRng, &codec::capsule(capsule)?, key);
    Ok(CapsuleFragment::new(&fragment.to_bytes_simple())?)
}

/// Checks a capsule by itself.
///
/// # Errors
/// [`UmbralError::Invalid`] for one that does not verify.
pub fn verify_capsule(capsule: &Capsule) -> Result<(), UmbralError> {
    codec::capsule(capsule).map(drop)
}

/// Checks a capsule fragment.
///
/// # Errors
/// [`UmbralError::CapsuleFragmentSignature`], [`UmbralError::Reencryption`] or [`UmbralError::Invalid`].
pub fn verify_capsule_fragment(
    fragment: &CapsuleFragment,
    capsule: &Capsule,
    keys: &FragmentKeys,
) -> Result<VerifiedCapsuleFragment, UmbralError> {
    codec::capsule_fragment(fragment)?
        .verify(
            &codec::capsule(capsule)?,
            &public_key(&keys.verifying)?,
            &public_key(&keys.delegating)?,
            &public_key(&keys.receiving)?,
        )
        .map(VerifiedCapsuleFragment)
        .map_err(|(error, _)| match error {
            CapsuleFragVerificationError::IncorrectKeyFragSignature => {
                UmbralError::CapsuleFragmentSignature
            }
            CapsuleFragVerificationError::IncorrectReencryption => UmbralError::Reencryption,
        })
}

/// Opens a file key with the threshold of capsule fragments.
///
/// # Errors
/// [`UmbralError::Mismatched`], [`UmbralError::NotOpenable`] or [`UmbralError::WrongKey`].
pub fn open(
    receiving: &ReceivingKey,
    delegating: &CompressedPoint,
    sealed: &SealedFileKey,
    fragments: &[VerifiedCapsuleFragment],
) -> Result<Zeroizing<[u8; 32]>, UmbralError> {
    use umbral_pre::OpenReencryptedError as Opening;
    let key = umbral_pre::decrypt_reencrypted(
        &receiving.0,
        &public_key(delegating)?,
        &codec::capsule(&sealed.capsule)?,
        fragments.iter().map(|fragment| fragment.0.clone()),
        &sealed.wrapped,
    )
    .map_err(|error| match error {
        ReencryptionError::OnOpen(Opening::MismatchedCapsuleFrags) => {
            UmbralError::Mismatched("they are of different grants")
        }
        ReencryptionError::OnOpen(Opening::RepeatingCapsuleFrags) => {
            UmbralError::Mismatched("two of them have the same id")
        }
        ReencryptionError::OnOpen(_) => UmbralError::NotOpenable,
        ReencryptionError::OnDecryption(_) => UmbralError::WrongKey,
    })?;
    file_key(key.into_vec())
}

/// Opens a file key with whichever `threshold` of the fragments do: a patient may have made some that verify and open nothing, and
/// others that do open. Each choice is tried, of at most 12,870.
///
/// # Errors
/// That of the last choice; [`UmbralError::WrongKey`] at once, since the fragments combine then.
pub fn open_with_any(
    receiving: &ReceivingKey,
    delegating: &CompressedPoint,
    sealed: &SealedFileKey,
    fragments: &[VerifiedCapsuleFragment],
    threshold: usize,
) -> Result<Zeroizing<[u8; 32]>, UmbralError> {
    let mut last = UmbralError::NotOpenable;
    let choices =
        (0_u32..1 << fragments.len()).filter(|set| set.count_ones() as usize == threshold);
    for choice in choices {
        let chosen: Vec<_> = fragments
            .iter()
            .enumerate()
            .filter(|(place, _)| choice >> place & 1 == 1)
            .map(|(_, fragment)| fragment.clone())
            .collect();
        match open(receiving, delegating, sealed, &chosen) {
            Ok(key) => return Ok(key),
            Err(UmbralError::WrongKey) => return Err(UmbralError::WrongKey),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn file_key(bytes: Vec<u8>) -> Result<Zeroizing<[u8; 32]>, UmbralError> {
    let bytes = Zeroizing::new(bytes);
    let key: [u8; 32] = bytes
        .as_slice()
        .try_into()
        .map_err(|_| UmbralError::Invalid("the file key's length"))?;
    Ok(Zeroizing::new(key))
}
