//! The header of every stored or sent object (PROTOCOL section 1), and a reader that never panics.
//!
//! An object starts with a four-byte brand, a major and a minor version (`u16` each, big-endian). An
//! object of version X.Y is read by every reader of X.Z with Z ≥ Y.

/// Length in bytes of a [`Header`].
pub const HEADER_LEN: usize = 8;

/// Brand and version of a kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Four ASCII letters.
    pub brand: [u8; 4],
    /// Changes when old readers could misread.
    pub major: u16,
    /// Changes when something is added.
    pub minor: u16,
}

/// Why bytes are not the object that they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end too early.
    #[error("{object}: too short, {needed} more bytes were expected")]
    TooShort {
        /// What was being read.
        object: &'static str,
        /// How many bytes were missing.
        needed: usize,
    },
    /// Bytes are left over.
    #[error("{object}: {extra} bytes too many")]
    TooLong {
        /// What was being read.
        object: &'static str,
        /// How many bytes were left over.
        extra: usize,
    },
    /// It starts with another brand.
    #[error("not a Medshare {object}: it starts with {found:?}")]
    WrongBrand {
        /// What was being read.
        object: &'static str,
        /// The brand that stood there.
        found: String,
    },
    /// It was written by an incompatible version.
    #[error("{object} of version {found_major}.{found_minor}; this program reads {major}.{minor}")]
    Version {
        /// What was being read.
        object: &'static str,
        /// Major version found.
        found_major: u16,
        /// Minor version found.
        found_minor: u16,
        /// Major version that is read.
        major: u16,
        /// Highest minor version that is read.
        minor: u16,
    },
    /// A field has a value that it can't have.
    #[error("{object}: {field} is not valid: {reason}")]
    Field {
        /// What was being read.
        object: &'static str,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Header {
    /// Names a kind of object.
    pub const fn new(brand: [u8; 4], major: u16, minor: u16) -> Self {
        Self {
            brand,
            major,
            minor,
        }
    }

    /// Brand, major and minor, end to end.
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..4].copy_from_slice(&self.brand);
        bytes[4..6].copy_from_slice(&self.major.to_be_bytes());
        bytes[6..].copy_from_slice(&self.minor.to_be_bytes());
        bytes
    }
}

/// Takes an object's bytes apart, field by field.
pub struct Reader<'a> {
    object: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts with the bytes of `object` (its name in messages).
    pub fn new(object: &'static str, bytes: &'a [u8]) -> Self {
        Self {
            object,
            rest: bytes,
        }
    }

    /// Takes the next `len` bytes.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`].
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let needed = len.saturating_sub(self.rest.len());
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(DecodeError::TooShort {
                object: self.object,
                needed,
            })?;
        self.rest = rest;
        Ok(taken)
    }

    /// Takes the next `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Takes a compressed secp256k1 point: 33 bytes, the first 2 or 3. Whether it lies on the curve is not
    /// checked here.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`]; [`DecodeError::Field`] for another first byte.
    pub fn point(&mut self, field: &'static str) -> Result<[u8; 33], DecodeError> {
        let point: [u8; 33] = self.array()?;
        if matches!(point[0], 2 | 3) {
            Ok(point)
        } else {
            Err(self.invalid(field, "not a compressed point"))
        }
    }

    /// Checks the header against `expected` and returns the minor version found.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`], [`DecodeError::WrongBrand`] or [`DecodeError::Version`].
    pub fn header(&mut self, expected: Header) -> Result<u16, DecodeError> {
        let brand: [u8; 4] = self.array()?;
        if brand != expected.brand {
            let found = brand.escape_ascii().to_string();
            return Err(DecodeError::WrongBrand {
                object: self.object,
                found,
            });
        }
        let found_major = u16::from_be_bytes(self.array()?);
        let found_minor = u16::from_be_bytes(self.array()?);
        if found_major != expected.major || found_minor > expected.minor {
            return Err(DecodeError::Version {
                object: self.object,
                found_major,
                found_minor,
                major: expected.major,
                minor: expected.minor,
            });
        }
        Ok(found_minor)
    }

    /// Names a field that is wrong.
    pub fn invalid(&self, field: &'static str, reason: impl ToString) -> DecodeError {
        DecodeError::Field {
            object: self.object,
            field,
            reason: reason.to_string(),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`DecodeError::TooLong`] if bytes are left.
    pub fn finish(self) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            extra => Err(DecodeError::TooLong {
                object: self.object,
                extra,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
