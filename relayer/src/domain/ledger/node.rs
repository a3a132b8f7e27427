//! Who a node is to its peers: its public key, and its enode URL.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use crate::domain::ids::Address;
use crate::domain::signer::{address_of_public_key, EvmKey};

/// A node's public key: both coordinates, without the tag of its form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId([u8; 64]);

/// Why text names no node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// Not a public key.
    #[error("not a node's public key: expected 128 hex digits of a point of secp256k1")]
    Id,
    /// Not `enode://KEY@IP:PORT`.
    #[error("not an enode URL: expected enode://PUBLIC-KEY@IP:PORT, got {0:?}")]
    Enode(String),
}

impl NodeId {
    /// The public key of a node's key.
    pub fn of(key: &EvmKey) -> Self {
        Self(key.public_key())
    }

    /// The account by which the node validates.
    pub fn address(&self) -> Address {
        // Made only from points of the curve
        address_of_public_key(&self.tagged()).unwrap_or_default()
    }

    fn tagged(&self) -> [u8; 65] {
        let mut point = [4; 65];
        point[1..].copy_from_slice(&self.0);
        point
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({self})")
    }
}

impl FromStr for NodeId {
    type Err = NodeError;

    fn from_str(text: &str) -> Result<Self, NodeError> {
        let mut bytes = [0; 64];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NodeError::Id)?;
        let id = Self(bytes);
        address_of_public_key(&id.tagged()).map_err(|_| NodeError::Id)?;
        Ok(id)
    }
}

/// A node's address among its peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enode {
    /// Its public key.
    pub id: NodeId,
    /// Its IP address.
    pub host: IpAddr,
    /// Its port.
    pub port: u16,
}

impl fmt::Display for Enode {
    /// Without `discport`: nodes here don't discover each other, and Besu's allowlists know no such part.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "enode://{}@{}",
            self.id,
            SocketAddr::new(self.host, self.port)
        )
    }
}

impl FromStr for Enode {
    type Err = NodeError;

    fn from_str(text: &str) -> Result<Self, NodeError> {
        let wrong = || NodeError::Enode(text.chars().take(200).collect());
        let rest = text.strip_prefix("enode://").ok_or_else(wrong)?;
        let (id, place) = rest.split_once('@').ok_or_else(wrong)?;
        let place = place.split('?').next().unwrap_or_default();
        let place: SocketAddr = place.parse().map_err(|_| wrong())?;
        Ok(Self {
            id: id.parse()?,
            host: place.ip(),
            port: place.port(),
        })
    }
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text!(NodeId Enode);

#[cfg(test)]
mod tests;
