//! Points of secp256k1 in the one form that is stored and sent: compressed SEC1, never the point at infinity.
//!
//! [`CompressedPoint`] is one; [`PinnedPoint`] is what somebody else says is one.

/// A compressed secp256k1 point: prefix 2 or 3, and x.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CompressedPoint([u8; 33]);

/// Bytes that are no compressed point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a compressed secp256k1 point: 33 bytes on the curve, the first 2 or 3")]
pub struct PointError;

impl CompressedPoint {
    /// Takes a point that lies on the curve.
    ///
    /// # Errors
    /// [`PointError`] for another length or prefix, or an x without a point.
    pub fn new(bytes: &[u8]) -> Result<Self, PointError> {
        let point: [u8; 33] = bytes.try_into().map_err(|_| PointError)?;
        if !matches!(point[0], 2 | 3) {
            return Err(PointError);
        }
        k256::PublicKey::from_sec1_bytes(&point).map_err(|_| PointError)?;
        Ok(Self(point))
    }

    /// Joins prefix and x, as contracts hold them.
    ///
    /// # Errors
    /// [`PointError`] as in [`CompressedPoint::new`].
    pub fn from_parts(prefix: u8, x: [u8; 32]) -> Result<Self, PointError> {
        let mut bytes = [prefix; 33];
        bytes[1..].copy_from_slice(&x);
        Self::new(&bytes)
    }
}

/// Prefix and x as somebody pinned them, on the curve or not: points are compared with it, and if it is none, no point equals it.
///
/// A grant that stands on chain is read whole like this, whatever its makers wrote into it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PinnedPoint([u8; 33]);

impl PinnedPoint {
    /// Takes 33 bytes.
    ///
    /// # Errors
    /// [`PointError`] for another length.
    pub fn new(bytes: &[u8]) -> Result<Self, PointError> {
        bytes.try_into().map(Self).map_err(|_| PointError)
    }

    /// Joins prefix and x, as contracts hold them.
    pub fn from_parts(prefix: u8, x: [u8; 32]) -> Self {
        let mut bytes = [prefix; 33];
        bytes[1..].copy_from_slice(&x);
        Self(bytes)
    }
}

impl From<CompressedPoint> for PinnedPoint {
    fn from(point: CompressedPoint) -> Self {
        Self(point.0)
    }
}

impl PartialEq<PinnedPoint> for CompressedPoint {
    fn eq(&self, other: &PinnedPoint) -> bool {
        self.0 == other.0
    }
}

/// What both are made of; as text, in logs and in JSON, `0x` and 66 hex digits.
macro_rules! compressed {
    ($($point:ident),+) => {$(
        impl $point {
            /// Prefix and x.
            pub const fn as_bytes(&self) -> &[u8; 33] {
                &self.0
            }

            /// 2 if y is even, 3 if it is odd.
            pub const fn prefix(&self) -> u8 {
                self.0[0]
            }

            /// The coordinate x, big-endian.
            pub fn x(&self) -> [u8; 32] {
                let mut x = [0; 32];
                x.copy_from_slice(&self.0[1..]);
                x
            }
        }

        impl std::fmt::Display for $point {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "0x{}", hex::encode(self.0))
            }
        }

        impl std::fmt::Debug for $point {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($point))
            }
        }

        impl std::str::FromStr for $point {
            type Err = PointError;

            fn from_str(text: &str) -> Result<Self, PointError> {
                let digits = text.strip_prefix("0x").unwrap_or(text);
                Self::new(&hex::decode(digits).map_err(|_| PointError)?)
            }
        }

        impl serde::Serialize for $point {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $point {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

compressed!(CompressedPoint, PinnedPoint);

#[cfg(test)]
mod tests;
