use super::*;

const KIND: Header = Header::new(*b"MSTS", 1, 2);

fn read(bytes: &[u8]) -> Result<[u8; 2], DecodeError> {
    let mut reader = Reader::new("test object", bytes);
    reader.header(KIND)?;
    let body = reader.array()?;
    reader.finish()?;
    Ok(body)
}

fn object(header: Header, body: &[u8]) -> Vec<u8> {
    [&header.to_bytes(), body].concat()
}

#[test]
fn older_minor_versions_are_read() {
    assert_eq!(read(&object(KIND, b"ab")), Ok(*b"ab"));
    assert_eq!(
        read(&object(Header::new(*b"MSTS", 1, 0), b"ab")),
        Ok(*b"ab")
    );
}

#[test]
fn everything_else_has_its_error() {
    let version = |major, minor| read(&object(Header::new(*b"MSTS", major, minor), b"ab"));
    assert!(matches!(
        version(1, 3),
        Err(DecodeError::Version { found_minor: 3, .. })
    ));
    assert!(matches!(
        version(2, 0),
        Err(DecodeError::Version { found_major: 2, .. })
    ));
    let other = read(&object(Header::new(*b"XXXX", 1, 0), b"ab"));
    assert!(matches!(other, Err(DecodeError::WrongBrand { .. })));
    assert!(matches!(
        read(b"MST"),
        Err(DecodeError::TooShort { needed: 1, .. })
    ));
    assert!(matches!(
        read(&object(KIND, b"a")),
        Err(DecodeError::TooShort { needed: 1, .. })
    ));
    assert!(matches!(
        read(&object(KIND, b"abc")),
        Err(DecodeError::TooLong { extra: 1, .. })
    ));
}

#[test]
fn points_have_a_prefix() {
    let mut point = [7; 33];
    for (prefix, good) in [(0, false), (2, true), (3, true), (4, false)] {
        point[0] = prefix;
        assert_eq!(
            Reader::new("point", &point).point("key").is_ok(),
            good,
            "{prefix}"
        );
    }
    assert!(Reader::new("point", &point[..32]).point("key").is_err());
}
