//! Why a key file can't be used: where it is wrong, how, and what mends it.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// A key file that can't be used.
#[derive(Debug, Error)]
#[error("{}: {section}: {fault}", path.display())]
pub struct KeyFileError {
    /// Which file.
    pub path: PathBuf,
    /// Which part of it.
    pub section: &'static str,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a key file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// It can't be read.
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
    /// It is a file of another kind.
    #[error("not a {0} file")]
    Kind(&'static str),
    /// It is of a version that this program doesn't read.
    #[error("version {0}, which this program does not read")]
    Version(u32),
    /// It was cut off, or a length in it is wrong.
    #[error("cut off: {needed} bytes are needed, {left} are left")]
    Truncated {
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are left.
        left: u64,
    },
    /// More than this program reads of such a part.
    #[error("{found} {what}, at most {most} are read")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many are read.
        most: u64,
    },
    /// It isn't there.
    #[error("missing")]
    Missing,
    /// It is there twice, so that two readers could read two things.
    #[error("there twice")]
    Repeated,
    /// Something stands after its end.
    #[error("{0} bytes too many")]
    Surplus(u64),
    /// Keys of another curve.
    #[error("over another curve than BN254")]
    ForeignCurve,
    /// Keys of another proof system.
    #[error("of proof system {0}, not Groth16")]
    ForeignProtocol(u32),
    /// A point that is none of the group.
    #[error("point {0} is not a point of the group")]
    Point(u64),
    /// A key with which anybody could forge proofs, or that proves nothing.
    #[error("made without secret contribution: {0}")]
    Weak(&'static str),
    /// The numbers of the circuit are other ones.
    #[error("{found} {what}, the circuit has {expected}")]
    OtherSize {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many the circuit has.
        expected: u64,
    },
    /// The points or coefficients are those of another circuit or other powers of tau.
    #[error("{0}")]
    Misfit(&'static str),
    /// The list of contributions contradicts itself or the key.
    #[error("contribution {place}: {reason}")]
    Contribution {
        /// Which, from 1.
        place: usize,
        /// How.
        reason: &'static str,
    },
}

impl Fault {
    /// Names the file and the part of it.
    pub(crate) fn at(self, path: &Path, section: &'static str) -> KeyFileError {
        KeyFileError {
            path: path.to_owned(),
            section,
            fault: self,
        }
    }

    /// What the user can do about it.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "name a file that can be read",
            Self::Kind(_) | Self::ForeignProtocol(_) | Self::ForeignCurve => {
                "a .ptau of snarkjs over bn128, and a .zkey that `snarkjs groth16 setup` or `zkey new` began"
            }
            Self::Version(_) => "write it with the pinned snarkjs (package.json)",
            Self::Truncated { .. } | Self::Surplus(_) | Self::Point(_) | Self::Repeated => {
                "fetch the file again and compare its digest with the published one"
            }
            Self::TooLarge { .. } => "no file of this size is needed: see docs/CEREMONY.md",
            Self::Missing => "powers of tau need `snarkjs powersoftau prepare phase2`; fetch any other file again",
            Self::Weak(_) => "take the ceremony's final file, to which at least one contributor added a secret",
            Self::OtherSize { .. } | Self::Misfit(_) => {
                "name the circuit and the powers of tau that the ceremony was started with"
            }
            Self::Contribution { .. } => "do not use this key; ask the coordinator for the transcript that was published",
        }
    }
}

/// A number of bytes or points for a message.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
