//! The list of contributions in a `.zkey`: who added a secret, in which order, and the beacon.

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};
use blake2::{Blake2b512, Digest as _};
use sha2::Sha256;

use super::points::{Point, G1_BYTES, G2_BYTES};
use crate::keys::error::Fault;

/// Contributions of one ceremony that are read.
const MOST_CONTRIBUTIONS: u32 = 10_000;
/// Bytes of a transcript that are read: more than so many contributions take.
pub(crate) const MOST_BYTES: u64 = 16 << 20;

/// The transcript of a ceremony's second phase, as snarkjs keeps it in the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    bytes: Vec<u8>,
    circuit_hash: [u8; 64],
    contributions: Vec<Contribution>,
}

/// One step of a ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// The name that the contributor gave; nothing vouches for it.
    pub name: String,
    /// BLAKE2b-512 of the contribution's public key, which the contributor publishes.
    pub hash: [u8; 64],
    /// The public randomness, if this is the beacon.
    pub beacon: Option<Beacon>,
    /// Delta in G1 after it.
    pub(crate) delta: G1Affine,
}

/// Public randomness that nobody could foresee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beacon {
    /// The public value.
    pub value: Vec<u8>,
    /// It was hashed 2 to this power times.
    pub iterations_exponent: u8,
}

impl Transcript {
    /// Reads the section, and checks that each contribution names all before it. Whether contributors knew the secrets is for
    /// `snarkjs zkey verify` to check.
    ///
    /// # Errors
    /// [`Fault::Truncated`], [`Fault::Surplus`], [`Fault::TooLarge`], [`Fault::Contribution`].
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut rest = Rest(bytes);
        let circuit_hash = rest.array()?;
        let number = rest.number()?;
        if number > MOST_CONTRIBUTIONS {
            return Err(Fault::TooLarge {
                what: "contributions",
                found: number.into(),
                most: MOST_CONTRIBUTIONS.into(),
            });
        }
        let mut chain = Blake2b512::new_with_prefix(circuit_hash);
        let mut contributions = Vec::new();
        for place in 1..=number {
            let wrong = |reason| Fault::Contribution {
                place: usize::try_from(place).unwrap_or(usize::MAX),
                reason,
            };
            contributions.push(contribution(&mut rest, &mut chain, &wrong)?);
        }
        if !rest.0.is_empty() {
            return Err(Fault::Surplus(rest.left()));
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            circuit_hash,
            contributions,
        })
    }

    /// Checks that somebody contributed, and that the last contribution gave the key's delta.
    ///
    /// # Errors
    /// [`Fault::Weak`] if nobody but a beacon contributed, because its secret is public; [`Fault::Contribution`].
    pub(crate) fn check(&self, delta: &G1Affine) -> Result<(), Fault> {
        if self.contributions.iter().all(|one| one.beacon.is_some()) {
            return Err(Fault::Weak(
                "no contributor but the beacon, whose value is public",
            ));
        }
        match self.contributions.last() {
            Some(last) if last.delta != *delta => Err(Fault::Contribution {
                place: self.contributions.len(),
                reason: "the key's delta is not the one after it",
            }),
            _ => Ok(()),
        }
    }

    /// SHA-256 of the section, which names circuit, powers of tau, contributions and beacon. It goes on chain with the verifier.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The section as it stands in the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// snarkjs' circuit hash: BLAKE2b-512 over the key before the first contribution.
    pub fn circuit_hash(&self) -> &[u8; 64] {
        &self.circuit_hash
    }

    /// The contributions, first to last.
    pub fn contributions(&self) -> &[Contribution] {
        &self.contributions
    }
}

fn contribution(
    rest: &mut Rest<'_>,
    chain: &mut Blake2b512,
    wrong: &impl Fn(&'static str) -> Fault,
) -> Result<Contribution, Fault> {
    let no_point = || wrong("a point of its public key is not of the group");
    let mut g1 = || G1Affine::parse(rest.take(G1_BYTES)?).ok_or_else(no_point);
    let (delta, sample, raised) = (g1()?, g1()?, g1()?);
    let image = G2Affine::parse(rest.take(G2_BYTES)?).ok_or_else(no_point)?;
    let claimed: [u8; 64] = rest.array()?;

    let before = chain
        .clone()
        .chain_update(uncompressed_g1(&sample))
        .chain_update(uncompressed_g1(&raised));
    if before.finalize().as_slice() != claimed {
        return Err(wrong("it does not follow on those before it"));
    }
    let mut key = Vec::new();
    for point in [&delta, &sample, &raised] {
        key.extend(uncompressed_g1(point));
    }
    key.extend(uncompressed_g2(&image));
    key.extend(claimed);
    chain.update(&key);

    let kind = rest.number()?;
    let parameters = Parameters::parse(rest, wrong)?;
    let beacon = match (kind, parameters.beacon()) {
        (0, _) => None,
        (1, Some(beacon)) => Some(beacon),
        _ => return Err(wrong("neither a contribution nor a beacon")),
    };
    Ok(Contribution {
        name: parameters.name,
        hash: Blake2b512::digest(&key).into(),
        beacon,
        delta,
    })
}

/// What stands beside a contribution's public key.
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) name: String,
    exponent: Option<u8>,
    value: Option<Vec<u8>>,
}

impl Parameters {
    /// A length, then numbered parameters in ascending order: 1 is the name, 2 the beacon's exponent, 3 its value.
    pub(super) fn parse(
        rest: &mut Rest<'_>,
        wrong: &impl Fn(&'static str) -> Fault,
    ) -> Result<Self, Fault> {
        let length = rest.number()?;
        let mut part = Rest(rest.take(length.into())?);
        let (mut parameters, mut last) = (Self::default(), 0);
        while !part.0.is_empty() {
            let [id, value] = part.array()?;
            if id <= last {
                return Err(wrong("its parameters are not in order"));
            }
            last = id;
            match id {
                1 => {
                    let name = part.take(value.into())?;
                    parameters.name = String::from_utf8_lossy(name).into_owned();
                }
                2 => parameters.exponent = Some(value),
                3 => parameters.value = Some(part.take(value.into())?.to_vec()),
                _ => return Err(wrong("it has an unknown parameter")),
            }
        }
        Ok(parameters)
    }

    /// The beacon, if both of its parts are there.
    pub(super) fn beacon(&self) -> Option<Beacon> {
        Some(Beacon {
            value: self.value.clone()?,
            iterations_exponent: self.exponent?,
        })
    }
}

/// What is left of a section.
pub(super) struct Rest<'a>(pub(super) &'a [u8]);

impl<'a> Rest<'a> {
    fn left(&self) -> u64 {
        crate::keys::error::count(self.0.len())
    }

    /// The next bytes.
    pub(super) fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let parts = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length));
        let (taken, rest) = parts.ok_or(Fault::Truncated {
            needed: length,
            left: self.left(),
        })?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next bytes, by their number.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Fault::Truncated {
            needed: crate::keys::error::count(N),
            left: self.left(),
        })?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The next four bytes, a number.
    pub(super) fn number(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_le_bytes(self.array()?))
    }
}

/// A point as it is hashed: big-endian coordinates; infinity is a flag.
fn uncompressed_g1(point: &G1Affine) -> [u8; 64] {
    let mut bytes = [0; 64];
    match point.xy() {
        Some((x, y)) => {
            bytes[..32].copy_from_slice(&big_endian(&x));
            bytes[32..].copy_from_slice(&big_endian(&y));
        }
        None => bytes[0] = 0x40,
    }
    bytes
}

/// A point of G2, imaginary parts first.
fn uncompressed_g2(point: &G2Affine) -> [u8; 128] {
    let mut bytes = [0; 128];
    match point.xy() {
        Some((x, y)) => {
            let parts = [&x.c1, &x.c0, &y.c1, &y.c0];
            for (place, part) in bytes.chunks_exact_mut(32).zip(parts) {
                place.copy_from_slice(&big_endian(part));
            }
        }
        None => bytes[0] = 0x40,
    }
    bytes
}

fn big_endian(coordinate: &Fq) -> Vec<u8> {
    coordinate.into_bigint().to_bytes_be()
}
