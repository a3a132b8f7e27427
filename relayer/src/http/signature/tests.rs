use super::*;

const NOW: u64 = 1_800_000_000;
const TARGET: (&str, &str) = ("GET", "/v1/envelopes?delegatingKey=0x02");

fn audience() -> Audience {
    Audience {
        proxy: Address::new([7; 20]),
        chain_id: 1337,
    }
}

fn headers() -> (EvmKey, HeaderMap) {
    let key = EvmKey::from_bytes(&[9; 32]).unwrap();
    let headers = sign(&key, &audience(), TARGET, body_hash(b"body"), NOW);
    (key, headers)
}

#[test]
fn a_signed_request_names_its_signer() {
    let (key, headers) = headers();
    let read = SignatureHeaders::read(&headers).unwrap();
    let signed = read
        .verify(&audience(), TARGET, body_hash(b"body"), NOW + WINDOW_S)
        .unwrap();
    assert_eq!(
        (signed.signer, signed.expires),
        (key.address(), NOW + WINDOW_S)
    );
}

#[test]
fn any_change_breaks_the_signature() {
    let (_, headers) = headers();
    let read = SignatureHeaders::read(&headers).unwrap();
    let body = body_hash(b"body");
    let elsewhere = Audience {
        proxy: Address::new([8; 20]),
        ..audience()
    };
    let other_chain = Audience {
        chain_id: 1,
        ..audience()
    };
    let attempts = [
        read.verify(&elsewhere, TARGET, body, NOW),
        read.verify(&other_chain, TARGET, body, NOW),
        read.verify(&audience(), ("PUT", TARGET.1), body, NOW),
        read.verify(
            &audience(),
            ("GET", "/v1/envelopes?delegatingKey=0x03"),
            body,
            NOW,
        ),
        read.verify(&audience(), TARGET, body_hash(b"other"), NOW),
    ];
    for attempt in attempts {
        assert_eq!(attempt.unwrap_err().code(), FailureCode::SignatureInvalid);
    }
}

#[test]
fn old_and_early_requests_are_refused() {
    let (_, headers) = headers();
    let read = SignatureHeaders::read(&headers).unwrap();
    for now in [NOW - WINDOW_S - 1, NOW + WINDOW_S + 1] {
        let failure = read
            .verify(&audience(), TARGET, body_hash(b"body"), now)
            .unwrap_err();
        assert_eq!(failure.code(), FailureCode::RequestExpired);
    }
}

#[test]
fn absent_and_malformed_headers_are_named() {
    let (_, whole) = headers();
    for name in [KEY_HEADER, TIMESTAMP_HEADER, NONCE_HEADER, SIGNATURE_HEADER] {
        let mut headers = whole.clone();
        headers.remove(&name);
        let failure = SignatureHeaders::read(&headers).unwrap_err();
        assert!(failure.message().contains(name.as_str()), "{failure}");
        headers.insert(&name, HeaderValue::from_static("zz"));
        let failure = SignatureHeaders::read(&headers).unwrap_err();
        assert!(failure.message().contains("malformed"), "{failure}");
    }
}
