use super::*;

#[test]
fn what_is_sealed_opens_with_the_key_and_context() {
    let key = SealingKey::random();
    let sealed = key.public().seal(b"proxy 1, study 7", b"fragment").unwrap();
    assert_eq!(sealed.len(), b"fragment".len() + OVERHEAD);
    assert_eq!(
        key.open(b"proxy 1, study 7", &sealed).unwrap().as_slice(),
        b"fragment"
    );
    let stored = SealingKey::from_bytes(*key.to_bytes());
    assert_eq!(stored.public(), key.public());
}

#[test]
fn nothing_else_opens() {
    let key = SealingKey::random();
    let sealed = key.public().seal(b"context", b"fragment").unwrap();
    assert_eq!(key.open(b"other", &sealed).unwrap_err(), SealingError::Open);
    assert_eq!(
        SealingKey::random().open(b"context", &sealed).unwrap_err(),
        SealingError::Open
    );
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(key.open(b"context", &altered).is_err(), "byte {at}");
        assert!(key.open(b"context", &sealed[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let key = SealingKey::from_bytes([0x5a; 32]);
    assert!(!format!("{key:?}").contains("5a5a5a5a"));
}
