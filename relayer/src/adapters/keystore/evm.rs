//! Ethereum keys as Web3 Secret Storage (keystore v3): scrypt and AES-128-CTR, which every wallet reads.

use rand::rngs::OsRng;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::home::{io_error, RoleHome};
use super::KeystoreError;
use crate::domain::signer::EvmKey;

/// Stores a key under a password; never replaces a file.
///
/// # Errors
/// [`KeystoreError::Exists`], [`KeystoreError::Io`].
pub fn store_evm_key(
    home: &RoleHome,
    name: &str,
    key: &EvmKey,
    password: &SecretString,
) -> Result<(), KeystoreError> {
    // The library writes with the process's default mode: into a private folder, from where the file is taken over
    let staging = tempfile::tempdir_in(home.path()).map_err(|e| io_error(home.path(), e))?;
    let secret = key.to_bytes();
    let password = password.expose_secret();
    eth_keystore::encrypt_key(
        staging.path(),
        &mut OsRng,
        secret.as_slice(),
        password,
        Some("key"),
    )
    .map_err(|error| malformed(home, name, &error))?;
    let path = staging.path().join("key");
    let json = std::fs::read(&path).map_err(|error| io_error(&path, error))?;
    home.write_new(name, &json)
}

/// Loads a key.
///
/// # Errors
/// [`KeystoreError::Missing`], [`KeystoreError::Password`], [`KeystoreError::Malformed`].
pub fn load_evm_key(
    home: &RoleHome,
    name: &str,
    password: &SecretString,
) -> Result<EvmKey, KeystoreError> {
    use eth_keystore::KeystoreError as Library;
    let path = home.file(name);
    if !path.exists() {
        return Err(KeystoreError::Missing(path.display().to_string()));
    }
    let secret = match eth_keystore::decrypt_key(&path, password.expose_secret()) {
        Ok(secret) => Zeroizing::new(secret),
        Err(Library::MacMismatch) => {
            return Err(KeystoreError::Password(path.display().to_string()))
        }
        Err(error) => return Err(malformed(home, name, &error)),
    };
    let key: Option<Zeroizing<[u8; 32]>> = secret.as_slice().try_into().ok().map(Zeroizing::new);
    key.and_then(|bytes| EvmKey::from_bytes(&bytes).ok())
        .ok_or_else(|| KeystoreError::Malformed {
            path: path.display().to_string(),
            reason: "it does not hold a secp256k1 key".to_owned(),
        })
}

fn malformed(home: &RoleHome, name: &str, error: &eth_keystore::KeystoreError) -> KeystoreError {
    KeystoreError::Malformed {
        path: home.file(name).display().to_string(),
        reason: error.to_string(),
    }
}
