use super::*;

fn content(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect()
}

fn seal(keys: &StreamKeys, content: &[u8]) -> (Sealed, Vec<u8>) {
    let mut sealer = Sealer::new(keys, Vec::new());
    sealer.write_all(content).unwrap();
    sealer.finish().unwrap()
}

fn open(keys: &StreamKeys, sealed: &[u8]) -> io::Result<Vec<u8>> {
    let mut opener = Opener::new(keys.clone(), sealed.len() as u64, sealed)?;
    let mut opened = Vec::new();
    opener.read_to_end(&mut opened)?;
    Ok(opened)
}

/// The segment whose opening failed.
fn refused(result: io::Result<Vec<u8>>) -> StreamError {
    *result
        .unwrap_err()
        .into_inner()
        .unwrap()
        .downcast::<StreamError>()
        .unwrap()
}

#[test]
fn content_of_every_shape_goes_both_ways() {
    let keys = StreamKeys::random();
    for length in [
        1,
        100,
        SEGMENT_BYTES - 1,
        SEGMENT_BYTES,
        SEGMENT_BYTES + 1,
        3 * SEGMENT_BYTES,
    ] {
        let plain = content(length);
        let (made, sealed) = seal(&keys, &plain);
        assert_eq!(made.length, sealed.len() as u64);
        assert_eq!(open(&keys, &sealed).unwrap(), plain, "{length}");
        let map = SegmentMap::new(made.length).unwrap();
        assert_eq!(map.content_length(), length as u64);
        assert_eq!(map.segments() as usize, length.div_ceil(SEGMENT_BYTES));
        let mut tree = TreeBuilder::new();
        sealed
            .chunks(SEALED_SEGMENT_BYTES)
            .for_each(|segment| tree.push(segment));
        assert_eq!(made.root, tree.root());
    }
    assert!(Sealer::new(&keys, Vec::new()).finish().is_err());
}

#[test]
fn altered_moved_and_missing_segments_are_noticed() {
    let keys = StreamKeys::random();
    let (_, sealed) = seal(&keys, &content(3 * SEGMENT_BYTES + 5));
    let segment = |at: usize| at * SEALED_SEGMENT_BYTES..(at + 1) * SEALED_SEGMENT_BYTES;

    let mut altered = sealed.clone();
    altered[SEALED_SEGMENT_BYTES + 7] ^= 1;
    assert_eq!(refused(open(&keys, &altered)), StreamError::Segment(1));

    let mut swapped = sealed.clone();
    swapped[segment(0)].copy_from_slice(&sealed[segment(1)]);
    swapped[segment(1)].copy_from_slice(&sealed[segment(0)]);
    assert_eq!(refused(open(&keys, &swapped)), StreamError::Segment(0));

    // Cut at a segment's end, the one before is not marked as last
    let cut = &sealed[..3 * SEALED_SEGMENT_BYTES];
    assert_eq!(refused(open(&keys, cut)), StreamError::Segment(2));
    // Cut within one, its tag is wrong; cut within a tag, the length is none
    assert_eq!(
        refused(open(&keys, &sealed[..sealed.len() - 1])),
        StreamError::Segment(3)
    );
    assert!(SegmentMap::new(3 * SEALED_SEGMENT_BYTES as u64 + 16).is_err());
    assert!(SegmentMap::new(0).is_err());
    // Lengthened, the last segment is no longer last
    let longer = [sealed.as_slice(), &[0; 40]].concat();
    assert_eq!(refused(open(&keys, &longer)), StreamError::Segment(3));
    assert_eq!(
        refused(open(&StreamKeys::random(), &sealed)),
        StreamError::Segment(0)
    );
    // A source shorter than it said
    let mut short = Opener::new(keys, sealed.len() as u64, &sealed[..100]).unwrap();
    assert_eq!(
        short.read_to_end(&mut Vec::new()).unwrap_err().kind(),
        io::ErrorKind::UnexpectedEof
    );
}

#[test]
fn ranges_open_alone() {
    let keys = StreamKeys::random();
    let plain = content(4 * SEGMENT_BYTES + 9);
    let (made, sealed) = seal(&keys, &plain);
    let map = SegmentMap::new(made.length).unwrap();
    let segment = SEGMENT_BYTES as u64;
    for range in [
        0..1,
        segment - 1..segment + 1,
        2 * segment..3 * segment,
        5..plain.len() as u64,
    ] {
        let covering = map.covering(&range).unwrap();
        let from = usize::try_from(map.sealed(covering.start).start).unwrap();
        let to = usize::try_from(map.sealed(covering.end - 1).end).unwrap();
        let opened = open_range(&keys, &map, &range, &sealed[from..to]).unwrap();
        let place = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert_eq!(opened.as_slice(), &plain[place], "{range:?}");
        let fewer = open_range(&keys, &map, &range, &sealed[from..to - 1]);
        assert!(fewer.is_err(), "{range:?}");
    }
    let reversed = std::ops::Range { start: 3, end: 2 };
    for range in [0..0, reversed, 0..plain.len() as u64 + 1] {
        assert!(map.covering(&range).is_err(), "{range:?}");
    }
}

/// A source that repeats one block, so that nothing of the 200 MB lies in memory but a few segments.
#[test]
fn two_hundred_megabytes_pass_in_constant_memory() {
    const BYTES: u64 = 200_000_000;
    struct Check {
        keys: StreamKeys,
        map: SegmentMap,
        segment: u32,
        pending: Vec<u8>,
        largest: usize,
    }
    impl Write for Check {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.pending.extend_from_slice(bytes);
            self.largest = self.largest.max(self.pending.len());
            let place = self.map.sealed(self.segment);
            let length = usize::try_from(place.end - place.start).unwrap();
            if self.pending.len() >= length {
                open_segment(&self.keys, &self.map, self.segment, &self.pending[..length])?;
                self.pending.drain(..length);
                self.segment += 1;
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let keys = StreamKeys::random();
    let segments = BYTES.div_ceil(SEGMENT_BYTES as u64);
    let map = SegmentMap::new(BYTES + segments * TAG_LEN as u64).unwrap();
    let check = Check {
        keys: keys.clone(),
        map,
        segment: 0,
        pending: Vec::new(),
        largest: 0,
    };
    let mut sealer = Sealer::new(&keys, check);
    io::copy(&mut io::repeat(7).take(BYTES), &mut sealer).unwrap();
    let (made, check) = sealer.finish().unwrap();
    assert_eq!(SegmentMap::new(made.length).unwrap(), map);
    assert_eq!(check.segment, map.segments());
    assert!(check.largest <= SEALED_SEGMENT_BYTES);
}
