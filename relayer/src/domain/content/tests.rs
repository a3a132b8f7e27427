use super::*;
use crate::domain::stream::{Opener, Sealer, StreamKeys};

fn content() -> RecordContent {
    RecordContent {
        opening: b"{}".to_vec(),
        facts: b"[]".to_vec(),
        value_sets: b"[]".to_vec(),
        bundle: vec![b'x'; 70_000],
    }
}

fn attachment(name: &str, content: &'static [u8]) -> Attachment<&'static [u8]> {
    Attachment {
        name: name.to_owned(),
        size: content.len() as u64,
        content,
    }
}

#[test]
fn it_goes_through_sealing_and_back() {
    let keys = StreamKeys::random();
    let attachments = vec![
        attachment("scan (1).dcm", b"picture"),
        attachment("Röntgen.txt", b""),
    ];
    let sealer = Sealer::new(&keys, Vec::new());
    let (sealed, bytes) = write_content(sealer, &content(), attachments)
        .unwrap()
        .finish()
        .unwrap();

    let mut opener = Opener::new(keys.clone(), sealed.length, bytes.as_slice()).unwrap();
    let mut seen = Vec::new();
    let read = read_content(&mut opener, |name, size, bytes| {
        let mut text = String::new();
        bytes.read_to_string(&mut text)?;
        seen.push((name.to_owned(), size, text));
        Ok(())
    })
    .unwrap();
    assert!(read == content());
    let expected = [("scan (1).dcm", 7, "picture"), ("Röntgen.txt", 0, "")];
    assert_eq!(
        seen,
        expected.map(|(name, size, text)| (name.to_owned(), size, text.to_owned()))
    );
    io::copy(&mut opener, &mut io::sink()).unwrap();
    assert_eq!(opener.root(), sealed.root);

    let opener = Opener::new(keys, sealed.length, bytes.as_slice()).unwrap();
    assert!(read_record(opener).unwrap() == content());
}

#[test]
fn names_that_could_do_harm_are_refused() {
    for name in [
        "",
        "../x",
        "a/b",
        ".hidden",
        "a\\b",
        "a\0b",
        &"x".repeat(81),
        "C:x",
    ] {
        assert!(check_name(name).is_err(), "{name:?}");
        let written = write_content(
            Vec::new(),
            &content(),
            vec![Attachment {
                name: name.to_owned(),
                size: 0,
                content: io::empty(),
            }],
        );
        assert!(matches!(written, Err(ContentError::Name(_))), "{name:?}");
    }
    let twice = vec![attachment("a", b"1"), attachment("a", b"2")];
    assert!(matches!(
        write_content(Vec::new(), &content(), twice),
        Err(ContentError::Name(_))
    ));
}

#[test]
fn a_source_of_another_size_is_refused() {
    for size in [3, 5] {
        let wrong = vec![Attachment {
            name: "a".to_owned(),
            size,
            content: b"four".as_slice(),
        }];
        assert!(matches!(
            write_content(Vec::new(), &content(), wrong),
            Err(ContentError::Io(_))
        ));
    }
}

#[test]
fn parts_out_of_place_are_refused() {
    let mut tar = tar::Builder::new(Vec::new());
    append(&mut tar, FACTS, 2, b"[]".as_slice()).unwrap();
    let bytes = tar.into_inner().unwrap();
    assert!(matches!(
        read_record(bytes.as_slice()),
        Err(ContentError::Order { .. })
    ));
    assert!(matches!(
        read_record([0u8; 1024].as_slice()),
        Err(ContentError::Missing(OPENING))
    ));

    let mut tar = tar::Builder::new(Vec::new());
    let large = MOST_OPENING + 1;
    append(&mut tar, OPENING, large, io::repeat(0).take(large)).unwrap();
    let bytes = tar.into_inner().unwrap();
    assert!(matches!(
        read_record(bytes.as_slice()),
        Err(ContentError::TooLarge { .. })
    ));

    let mut bytes = write_content(Vec::new(), &content(), vec![attachment("a", b"1")]).unwrap();
    let at = bytes
        .windows(14)
        .position(|part| part == b"attachments/a\0")
        .unwrap();
    bytes[at..at + 13].copy_from_slice(b"attachments/\x2e");
    assert!(read_content(bytes.as_slice(), |_, _, _| Ok(())).is_err());
}
