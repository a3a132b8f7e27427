use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::domain::signer::EvmKey;
use secrecy::SecretString;

fn home() -> (tempfile::TempDir, RoleHome) {
    let folder = tempfile::tempdir().unwrap();
    let home = RoleHome::open(folder.path(), "patient").unwrap();
    (folder, home)
}

fn password(text: &str) -> SecretString {
    SecretString::from(text)
}

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn state_is_private_and_whole() {
    let (_folder, home) = home();
    home.write("state.json", b"one").unwrap();
    home.write("state.json", b"two").unwrap();
    assert_eq!(home.read("state.json").unwrap().unwrap(), b"two");
    assert_eq!(home.read("other").unwrap(), None);
    assert_eq!(
        (mode(home.path()), mode(&home.file("state.json"))),
        (0o700, 0o600)
    );
    assert!(matches!(
        home.write_new("state.json", b""),
        Err(KeystoreError::Exists(_))
    ));
    assert_eq!(home.list(".json").unwrap(), ["state.json"]);
    home.remove("state.json").unwrap();
    home.remove("state.json").unwrap();
    assert!(
        home.list("").unwrap().is_empty(),
        "no temporary file stays behind"
    );
}

#[test]
fn evm_keys_open_with_their_password_only() {
    let (_folder, home) = home();
    let key = EvmKey::random();
    store_evm_key(&home, "account.json", &key, &password("right")).unwrap();
    let loaded = load_evm_key(&home, "account.json", &password("right")).unwrap();
    assert_eq!(loaded.address(), key.address());
    let refused = load_evm_key(&home, "account.json", &password("wrong"));
    assert!(matches!(refused, Err(KeystoreError::Password(_))));
    let absent = load_evm_key(&home, "other.json", &password("right"));
    assert!(matches!(absent, Err(KeystoreError::Missing(_))));
    let again = store_evm_key(&home, "account.json", &key, &password("right"));
    assert!(matches!(again, Err(KeystoreError::Exists(_))));
    assert_eq!(mode(&home.file("account.json")), 0o600);
}

#[test]
fn secrets_open_with_their_password_and_kind_only() {
    let (_folder, home) = home();
    let right = password("right");
    store_secret(&home, "seed", SecretKind::Seed, &[7; 32], &right).unwrap();
    let opened = load_secret(&home, "seed", SecretKind::Seed, &right).unwrap();
    assert_eq!(*opened, [7; 32]);
    let refused = load_secret(&home, "seed", SecretKind::Seed, &password("wrong"));
    assert!(matches!(refused, Err(KeystoreError::Password(_))));
    let refused = load_secret(&home, "seed", SecretKind::SealingKey, &right);
    assert!(matches!(refused, Err(KeystoreError::Malformed { .. })));

    let bytes = home.read("seed").unwrap().unwrap();
    assert!(!bytes.windows(32).any(|window| window == [7; 32]));
    // Brand, version, kind, cost, salt, nonce, secret, tag
    for at in [0, 5, 8, 9, 25, 40, 62, bytes.len() - 1] {
        let mut altered = bytes.clone();
        altered[at] ^= 0x40;
        home.write("seed", &altered).unwrap();
        assert!(
            load_secret(&home, "seed", SecretKind::Seed, &right).is_err(),
            "byte {at}"
        );
    }
    home.write("seed", &bytes[..20]).unwrap();
    assert!(load_secret(&home, "seed", SecretKind::Seed, &right).is_err());
}
