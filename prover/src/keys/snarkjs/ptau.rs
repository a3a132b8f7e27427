//! Powers of tau (`.ptau`): the first phase of a ceremony, which serves every circuit.

use std::path::Path;

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ff::{BigInteger, PrimeField};

use super::container::Container;
use super::points::{read, read_one, Point, G1_BYTES, G2_BYTES};
use super::transcript::{Beacon, Parameters, Rest, MOST_BYTES};
use super::zkey::{at_most, field};
use crate::keys::error::{count, Fault, KeyFileError};

/// The greatest power that BN254's scalar field has a domain for.
const MOST_POWER: u32 = 28;
/// Bytes of a contribution's points: after it, and its public key.
const CONTRIBUTION_POINTS: u64 = 9 * G1_BYTES + 5 * G2_BYTES;
/// Bytes of the state of the hash of its response.
const PARTIAL_HASH: u64 = 216;

/// The beginning of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    /// It holds 2 to this power powers.
    pub(crate) power: u32,
    /// The power of the ceremony that it was cut from.
    pub(crate) ceremony_power: u32,
}

/// One step of the first phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contribution {
    /// The name that the contributor gave.
    pub(crate) name: String,
    /// BLAKE2b-512 of the challenge for the next one.
    pub(crate) next_challenge: [u8; 64],
    /// The public randomness, if it is a beacon.
    pub(crate) beacon: Option<Beacon>,
    /// Tau in G1 after it.
    pub(crate) tau: G1Affine,
}

/// Powers, the first ones of the file.
pub(crate) struct Powers {
    /// 1, τ, τ², …
    pub(crate) tau_g1: Vec<G1Affine>,
    /// The same in G2.
    pub(crate) tau_g2: Vec<G2Affine>,
    /// α, ατ, ατ², …
    pub(crate) alpha_g1: Vec<G1Affine>,
    /// β, βτ, βτ², …
    pub(crate) beta_g1: Vec<G1Affine>,
    /// β.
    pub(crate) beta_g2: G2Affine,
}

/// Lagrange polynomials of a domain at τ, which the second phase starts from.
pub(crate) struct Lagrange {
    /// Over the domain.
    pub(crate) tau_g1: Vec<G1Affine>,
    /// Over the domain, in G2.
    pub(crate) tau_g2: Vec<G2Affine>,
    /// α times the first.
    pub(crate) alpha_g1: Vec<G1Affine>,
    /// β times the first.
    pub(crate) beta_g1: Vec<G1Affine>,
    /// Over the domain of twice the size.
    pub(crate) double_g1: Vec<G1Affine>,
}

/// An open file.
pub(crate) struct Ptau {
    container: Container,
    /// Its beginning.
    pub(crate) header: Header,
}

impl Ptau {
    /// Opens a file.
    ///
    /// # Errors
    /// [`KeyFileError`] for another kind or version, another curve, or a power that has no domain.
    pub(crate) fn open(path: &Path) -> Result<Self, KeyFileError> {
        let mut container = Container::open(path, *b"ptau", "ptau", 1..=1)?;
        let mut section = container.section(1, "header")?;
        field(&mut section, &Fq::MODULUS.to_bytes_le())?;
        let (power, ceremony_power) = (section.number()?, section.number()?);
        section.end()?;
        at_most(&section, "as power", power.into(), MOST_POWER.into())?;
        if power == 0 {
            return Err(section.at(Fault::Misfit("one power of tau is none")));
        }
        Ok(Self {
            container,
            header: Header {
                power,
                ceremony_power,
            },
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        self.container.path()
    }

    /// Whether the second phase can start from it.
    pub(crate) fn is_prepared(&self) -> bool {
        (12..=15).all(|id| self.container.has(id))
    }

    /// The first powers: `number` of each kind, and up to twice as many of τ in G1.
    ///
    /// # Errors
    /// [`KeyFileError`]: [`Fault::OtherSize`] if there are fewer, [`Fault::Point`].
    pub(crate) fn powers(&mut self, number: usize) -> Result<Powers, KeyFileError> {
        let all = 1_usize << self.header.power;
        if number > all {
            let fault = Fault::OtherSize {
                what: "powers of tau",
                found: count(all),
                expected: count(number),
            };
            return Err(fault.at(self.path(), "header"));
        }
        let double = (2 * number).min(2 * all - 1);
        Ok(Powers {
            tau_g1: self.part(2, "powers of tau in G1", 0, double)?,
            tau_g2: self.part(3, "powers of tau in G2", 0, number)?,
            alpha_g1: self.part(4, "powers times alpha", 0, number)?,
            beta_g1: self.part(5, "powers times beta", 0, number)?,
            beta_g2: read_one(&mut self.container.section(6, "beta in G2")?)?,
        })
    }

    /// The Lagrange polynomials of a domain of this size, a power of two.
    ///
    /// # Errors
    /// [`KeyFileError`]: [`Fault::Missing`] if the file isn't prepared for the second phase, [`Fault::Point`].
    pub(crate) fn lagrange(&mut self, domain: usize) -> Result<Lagrange, KeyFileError> {
        // Domains of 1, 2, 4, … points stand one after another
        let start = domain - 1;
        Ok(Lagrange {
            tau_g1: self.part(12, "Lagrange points in G1", start, domain)?,
            double_g1: self.part(12, "Lagrange points in G1", 2 * domain - 1, 2 * domain)?,
            tau_g2: self.part(13, "Lagrange points in G2", start, domain)?,
            alpha_g1: self.part(14, "Lagrange points times alpha", start, domain)?,
            beta_g1: self.part(15, "Lagrange points times beta", start, domain)?,
        })
    }

    fn part<P: Point>(
        &mut self,
        id: u32,
        name: &'static str,
        start: usize,
        number: usize,
    ) -> Result<Vec<P>, KeyFileError> {
        let mut section = self.container.section(id, name)?;
        section.skip(count(start).saturating_mul(P::SIZE))?;
        read(&mut section, number)
    }

    /// Who contributed.
    ///
    /// # Errors
    /// [`KeyFileError`] for what is malformed.
    pub(crate) fn contributions(&mut self) -> Result<Vec<Contribution>, KeyFileError> {
        let mut section = self.container.section(7, "contributions")?;
        at_most(&section, "bytes", section.left(), MOST_BYTES)?;
        let bytes = section.bytes(section.left())?;
        contributions(&bytes).map_err(|fault| fault.at(self.container.path(), "contributions"))
    }
}

fn contributions(bytes: &[u8]) -> Result<Vec<Contribution>, Fault> {
    let mut rest = Rest(bytes);
    let number = rest.number()?;
    let mut list = Vec::new();
    for place in 1..=number {
        let wrong = |reason| Fault::Contribution {
            place: usize::try_from(place).unwrap_or(usize::MAX),
            reason,
        };
        let points = rest.take(CONTRIBUTION_POINTS)?;
        let tau = points
            .first_chunk::<64>()
            .and_then(|bytes| G1Affine::parse(bytes))
            .ok_or_else(|| wrong("tau after it is not a point of the group"))?;
        rest.take(PARTIAL_HASH)?;
        let next_challenge = rest.array()?;
        let kind = rest.number()?;
        let parameters = Parameters::parse(&mut rest, &wrong)?;
        list.push(Contribution {
            next_challenge,
            beacon: parameters.beacon().filter(|_| kind == 1),
            name: parameters.name,
            tau,
        });
    }
    match rest.0.len() {
        0 => Ok(list),
        surplus => Err(Fault::Surplus(count(surplus))),
    }
}
