//! Secrets under a password: the patient's seed, an institution's receiving key, a proxy's sealing key.
//!
//! Brand `MSSD`, version 1.0, kind (1 byte), Argon2id's memory in KiB, passes and lanes (`u32` each), salt 16, nonce 24,
//! then the secret under XChaCha20-Poly1305 with all before it as associated data.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use rand::rngs::OsRng;
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::home::RoleHome;
use super::KeystoreError;
use crate::domain::wire::{DecodeError, Header, Reader, HEADER_LEN};

const SECRET: Header = Header::new(*b"MSSD", 1, 0);
/// RFC 9106's second recommendation: 64 MiB, three passes; one lane, since a lane costs a thread.
const COST: Cost = Cost {
    memory_kib: 64 << 10,
    passes: 3,
    lanes: 1,
};
/// A file that asks for more is not ours.
const HIGHEST_COST: Cost = Cost {
    memory_kib: 1 << 20,
    passes: 16,
    lanes: 16,
};
const SALT_LEN: usize = 16;
const NONCE_LEN: usize = 24;
const PREFIX_LEN: usize = HEADER_LEN + 1 + 12 + SALT_LEN + NONCE_LEN;

/// What a secret is for; a file of one kind does not open as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SecretKind {
    /// A patient's seed.
    Seed = 1,
    /// An institution's receiving key.
    ReceivingKey = 2,
    /// A proxy's sealing key.
    SealingKey = 3,
}

#[derive(Clone, Copy)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Stores 32 secret bytes under a password; never replaces a file.
///
/// # Errors
/// [`KeystoreError::Exists`], [`KeystoreError::Io`].
pub fn store_secret(
    home: &RoleHome,
    name: &str,
    kind: SecretKind,
    secret: &[u8; 32],
    password: &SecretString,
) -> Result<(), KeystoreError> {
    let (mut salt, mut nonce) = ([0; SALT_LEN], [0; NONCE_LEN]);
    OsRng.fill_bytes(&mut salt);
    OsRng.fill_bytes(&mut nonce);
    let mut bytes = SECRET.to_bytes().to_vec();
    bytes.push(kind as u8);
    for number in [COST.memory_kib, COST.passes, COST.lanes] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(salt);
    bytes.extend(nonce);
    let unusable = |reason: String| malformed(home, name, reason);
    let cipher = cipher(password, COST, &salt).map_err(unusable)?;
    let payload = Payload {
        msg: secret,
        aad: &bytes,
    };
    let sealed = cipher
        .encrypt(&nonce.into(), payload)
        .map_err(|_| malformed(home, name, "it can't be encrypted".to_owned()))?;
    bytes.extend(sealed);
    home.write_new(name, &bytes)
}

/// Loads 32 secret bytes.
///
/// # Errors
/// [`KeystoreError::Missing`], [`KeystoreError::Password`], [`KeystoreError::Malformed`].
pub fn load_secret(
    home: &RoleHome,
    name: &str,
    kind: SecretKind,
    password: &SecretString,
) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
    let path = home.file(name).display().to_string();
    let bytes = home
        .read(name)?
        .ok_or_else(|| KeystoreError::Missing(path.clone()))?;
    let (cost, salt, nonce) =
        parse(&bytes, kind).map_err(|error| malformed(home, name, error.to_string()))?;
    let cipher = cipher(password, cost, &salt).map_err(|reason| malformed(home, name, reason))?;
    let payload = Payload {
        msg: &bytes[PREFIX_LEN..],
        aad: &bytes[..PREFIX_LEN],
    };
    let opened = cipher
        .decrypt(&nonce.into(), payload)
        .map(Zeroizing::new)
        .map_err(|_| KeystoreError::Password(path))?;
    opened
        .as_slice()
        .try_into()
        .map(Zeroizing::new)
        .map_err(|_| malformed(home, name, "the secret has another length".to_owned()))
}

type Parsed = (Cost, [u8; SALT_LEN], [u8; NONCE_LEN]);

fn parse(bytes: &[u8], kind: SecretKind) -> Result<Parsed, DecodeError> {
    let mut reader = Reader::new("secret file", bytes);
    reader.header(SECRET)?;
    let [found] = reader.array()?;
    if found != kind as u8 {
        return Err(reader.invalid("kind", format!("{found}, expected {kind:?}")));
    }
    let mut number = || reader.array().map(u32::from_be_bytes);
    let cost = Cost {
        memory_kib: number()?,
        passes: number()?,
        lanes: number()?,
    };
    let (salt, nonce) = (reader.array()?, reader.array()?);
    let affordable = cost.memory_kib <= HIGHEST_COST.memory_kib
        && cost.passes <= HIGHEST_COST.passes
        && cost.lanes <= HIGHEST_COST.lanes;
    if affordable {
        Ok((cost, salt, nonce))
    } else {
        Err(reader.invalid("cost", "opening it would cost too much"))
    }
}

fn cipher(
    password: &SecretString,
    cost: Cost,
    salt: &[u8; SALT_LEN],
) -> Result<XChaCha20Poly1305, String> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|error| error.to_string())?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(
            password.expose_secret().as_bytes(),
            salt,
            key.as_mut_slice(),
        )
        .map_err(|error| error.to_string())?;
    Ok(XChaCha20Poly1305::new(key.as_slice().into()))
}

fn malformed(home: &RoleHome, name: &str, reason: String) -> KeystoreError {
    KeystoreError::Malformed {
        path: home.file(name).display().to_string(),
        reason,
    }
}
