//! Groth16 keys of snarkjs (`.zkey`).

use std::path::Path;

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ff::{BigInteger, PrimeField};

use super::container::{Container, Section};
use super::points::{read, read_one, G1_BYTES};
use super::transcript::{Transcript, MOST_BYTES};
use crate::field::Fr;
use crate::keys::error::{count, Fault, KeyFileError};

/// snarkjs' number for Groth16.
const GROTH16: u32 = 1;
/// Bytes of one coefficient: matrix, constraint, wire and value.
const COEFFICIENT_BYTES: u64 = 12 + 32;
/// Public signals of a key whose circuit isn't known.
const MOST_SIGNALS: u64 = 1 << 10;

/// The numbers of a circuit, to which a key's must be equal before anything is read by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// All wires.
    pub(crate) wires: usize,
    /// Public signals.
    pub(crate) signals: usize,
    /// Size of the domain: the power of two that holds the constraints, the public signals and one more.
    pub(crate) domain: usize,
}

/// The beginning of a key.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) shape: Shape,
    pub(crate) alpha_g1: G1Affine,
    pub(crate) beta_g1: G1Affine,
    pub(crate) beta_g2: G2Affine,
    pub(crate) gamma_g2: G2Affine,
    pub(crate) delta_g1: G1Affine,
    pub(crate) delta_g2: G2Affine,
}

/// One entry of the matrices A and B.
pub(crate) type Coefficient = (u32, u32, u32, [u8; 32]);

/// A whole key.
pub(crate) struct Zkey {
    pub(crate) header: Header,
    pub(crate) signals: Vec<G1Affine>,
    pub(crate) coefficients: Vec<Coefficient>,
    pub(crate) a: Vec<G1Affine>,
    pub(crate) b_g1: Vec<G1Affine>,
    pub(crate) b_g2: Vec<G2Affine>,
    pub(crate) l: Vec<G1Affine>,
    pub(crate) h: Vec<G1Affine>,
    pub(crate) transcript: Transcript,
}

/// What can be said of a key without its circuit.
pub(crate) struct Summary {
    pub(crate) header: Header,
    pub(crate) signals: Vec<G1Affine>,
    /// Constraints, as far as the matrices name them.
    pub(crate) constraints: usize,
    pub(crate) transcript: Transcript,
}

/// Opens a key.
fn open(path: &Path) -> Result<Container, KeyFileError> {
    let mut container = Container::open(path, *b"zkey", "zkey", 1..=2)?;
    let mut section = container.section(1, "protocol")?;
    match section.number()? {
        GROTH16 => section.end()?,
        other => return Err(section.at(Fault::ForeignProtocol(other))),
    }
    Ok(container)
}

/// Reads a key for a circuit of this shape, of which the matrices have `coefficients` entries.
///
/// # Errors
/// [`KeyFileError`] for what is malformed, not over BN254, or of another shape.
pub(crate) fn read_key(
    path: &Path,
    shape: Shape,
    coefficients: usize,
) -> Result<Zkey, KeyFileError> {
    let mut container = open(path)?;
    let header = header(&mut container)?;
    compare(&mut container, header.shape, shape)?;
    let mut g1 = |id, name, number| -> Result<Vec<G1Affine>, KeyFileError> {
        let mut section = container.section(id, name)?;
        let points = read(&mut section, number)?;
        section.end()?;
        Ok(points)
    };
    let signals = g1(3, "points of the public signals", shape.signals + 1)?;
    let a = g1(5, "points A", shape.wires)?;
    let b_g1 = g1(6, "points B in G1", shape.wires)?;
    let l = g1(8, "points C", shape.wires - shape.signals - 1)?;
    let h = g1(9, "points H", shape.domain)?;
    let mut section = container.section(7, "points B in G2")?;
    let b_g2 = read(&mut section, shape.wires)?;
    section.end()?;
    let coefficients = read_coefficients(&mut container, coefficients)?;
    let transcript = transcript(&mut container)?;
    Ok(Zkey {
        header,
        signals,
        coefficients,
        a,
        b_g1,
        b_g2,
        l,
        h,
        transcript,
    })
}

/// Reads what can be said of a key without its circuit.
///
/// # Errors
/// [`KeyFileError`] for what is malformed or not over BN254.
pub(crate) fn summary(path: &Path) -> Result<Summary, KeyFileError> {
    let mut container = open(path)?;
    let header = header(&mut container)?;
    let mut section = container.section(3, "points of the public signals")?;
    at_most(&section, "bytes", section.left(), MOST_SIGNALS * G1_BYTES)?;
    let signals = read(&mut section, header.shape.signals + 1)?;
    section.end()?;
    let constraints = last_constraint(&mut container, header.shape)?;
    Ok(Summary {
        constraints,
        transcript: transcript(&mut container)?,
        header,
        signals,
    })
}

fn header(container: &mut Container) -> Result<Header, KeyFileError> {
    let mut section = container.section(2, "key header")?;
    field(&mut section, &Fq::MODULUS.to_bytes_le())?;
    field(&mut section, &Fr::MODULUS.to_bytes_le())?;
    let mut size = || Ok(usize::try_from(section.number()?).unwrap_or(usize::MAX));
    let shape = Shape {
        wires: size()?,
        signals: size()?,
        domain: size()?,
    };
    let header = Header {
        shape,
        alpha_g1: read_one(&mut section)?,
        beta_g1: read_one(&mut section)?,
        beta_g2: read_one(&mut section)?,
        gamma_g2: read_one(&mut section)?,
        delta_g1: read_one(&mut section)?,
        delta_g2: read_one(&mut section)?,
    };
    section.end()?;
    Ok(header)
}

/// A field's size in bytes and its modulus.
pub(crate) fn field(section: &mut Section<'_>, modulus: &[u8]) -> Result<(), KeyFileError> {
    let size = section.number()?;
    if u64::from(size) != count(modulus.len()) || section.bytes(size.into())? != modulus {
        return Err(section.at(Fault::ForeignCurve));
    }
    Ok(())
}

fn compare(container: &mut Container, found: Shape, expected: Shape) -> Result<(), KeyFileError> {
    let sizes = [
        ("wires", found.wires, expected.wires),
        ("public signals", found.signals, expected.signals),
        ("points of the domain", found.domain, expected.domain),
    ];
    for (what, found, expected) in sizes {
        if found != expected {
            let fault = Fault::OtherSize {
                what,
                found: count(found),
                expected: count(expected),
            };
            return Err(fault.at(container.path(), "key header"));
        }
    }
    Ok(())
}

fn read_coefficients(
    container: &mut Container,
    expected: usize,
) -> Result<Vec<Coefficient>, KeyFileError> {
    let mut section = container.section(4, "coefficients")?;
    let found = section.number()?;
    if u64::from(found) != count(expected) {
        return Err(section.at(Fault::OtherSize {
            what: "coefficients",
            found: found.into(),
            expected: count(expected),
        }));
    }
    let mut coefficients = Vec::with_capacity(expected);
    for _ in 0..found {
        coefficients.push(coefficient(&mut section)?);
    }
    section.end()?;
    Ok(coefficients)
}

fn coefficient(section: &mut Section<'_>) -> Result<Coefficient, KeyFileError> {
    Ok((
        section.number()?,
        section.number()?,
        section.number()?,
        section.array()?,
    ))
}

/// The matrices end with a row for each public signal and the constant one.
fn last_constraint(container: &mut Container, shape: Shape) -> Result<usize, KeyFileError> {
    let mut section = container.section(4, "coefficients")?;
    let number = u64::from(section.number()?);
    let expected = number * COEFFICIENT_BYTES;
    if section.left() != expected {
        return Err(section.at(Fault::Truncated {
            needed: expected,
            left: section.left(),
        }));
    }
    let mut last = 0;
    for _ in 0..number {
        let (_, constraint, _, _) = coefficient(&mut section)?;
        last = last.max(constraint);
    }
    let rows = usize::try_from(last).unwrap_or(usize::MAX);
    Ok(rows.saturating_sub(shape.signals))
}

fn transcript(container: &mut Container) -> Result<Transcript, KeyFileError> {
    let mut section = container.section(10, "contributions")?;
    at_most(&section, "bytes", section.left(), MOST_BYTES)?;
    let bytes = section.bytes(section.left())?;
    Transcript::parse(&bytes).map_err(|fault| section.at(fault))
}

pub(super) fn at_most(
    section: &Section<'_>,
    what: &'static str,
    found: u64,
    most: u64,
) -> Result<(), KeyFileError> {
    if found > most {
        return Err(section.at(Fault::TooLarge { what, found, most }));
    }
    Ok(())
}
