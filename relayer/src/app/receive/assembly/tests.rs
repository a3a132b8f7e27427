use super::*;
use crate::domain::fragment::Capsule;
use crate::domain::ids::CiphertextRoot;
use crate::domain::stream::Sealer;

const SEGMENT: usize = SEALED_SEGMENT_BYTES;

/// Three segments and a bit, and the envelope that names them.
fn ciphertext() -> (Vec<u8>, Envelope) {
    let bytes: Vec<u8> = (0..3 * SEGMENT + 5)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    let mut tree = TreeBuilder::new();
    bytes.chunks(SEGMENT).for_each(|segment| tree.push(segment));
    let envelope = envelope(&bytes, tree.root());
    (bytes, envelope)
}

fn envelope(ciphertext: &[u8], ciphertext_root: CiphertextRoot) -> Envelope {
    let point = crate::domain::umbral::parameter_point();
    let capsule = [point.as_bytes().as_slice(), point.as_bytes(), &[1; 32]].concat();
    Envelope {
        capsule: Capsule::new(&capsule).unwrap(),
        wrapped_key: Vec::new(),
        delegating_key: point,
        verifying_key: point,
        nonce: [0; 19],
        ciphertext_length: ciphertext.len() as u64,
        ciphertext_root,
    }
}

fn posted(bytes: &[u8], places: &[u32]) -> BTreeMap<u32, Vec<u8>> {
    let segments: Vec<_> = bytes.chunks(SEGMENT).collect();
    let segment = |place: u32| segments[usize::try_from(place).unwrap()].to_vec();
    places
        .iter()
        .map(|place| (*place, segment(*place)))
        .collect()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn begin<'a>(&self, length: usize, posted: &'a BTreeMap<u32, Vec<u8>>) -> Assembly<'a> {
        Assembly::create(&self.0.path().join("it"), length as u64, posted).unwrap()
    }

    fn written(&self) -> Vec<u8> {
        std::fs::read(self.0.path().join("it")).unwrap()
    }
}

#[test]
fn served_in_whatever_pieces_it_is_whole() {
    let (bytes, envelope) = ciphertext();
    for piece in [1_000, SEGMENT, 2 * SEGMENT + 1, bytes.len()] {
        let (folder, none) = (Folder::new(), BTreeMap::new());
        let mut assembly = folder.begin(bytes.len(), &none);
        for piece in bytes.chunks(piece) {
            assembly.take(piece).unwrap();
        }
        assert!(assembly.is_whole());
        assert!(assembly.check(&envelope).is_ok());
        assert_eq!(folder.written(), bytes);
    }
}

#[test]
fn what_was_posted_fills_the_gap_at_which_serving_ends() {
    let (bytes, envelope) = ciphertext();
    let posted = posted(&bytes, &[1, 2]);
    let folder = Folder::new();
    let mut assembly = folder.begin(bytes.len(), &posted);
    assert!(!assembly.fill().unwrap(), "the first was not posted");
    // Into the second segment
    assembly.take(&bytes[..SEGMENT + 9]).unwrap();
    assembly.break_off();
    assert_eq!(assembly.segment(), 1);
    assert!(assembly.fill().unwrap());
    assert_eq!(assembly.offset(), 3 * SEGMENT as u64);
    assembly.take(&bytes[3 * SEGMENT..]).unwrap();
    assert!(assembly.check(&envelope).is_ok());
    assert_eq!(folder.written(), bytes);
}

#[test]
fn what_was_posted_counts_before_what_is_served() {
    let (bytes, envelope) = ciphertext();
    let mut altered = bytes.clone();
    altered[2 * SEGMENT] ^= 1;
    for (places, is_right) in [(vec![2], true), (vec![1], false)] {
        let posted = posted(&bytes, &places);
        let folder = Folder::new();
        let mut assembly = folder.begin(bytes.len(), &posted);
        assembly.take(&altered).unwrap();
        assert_eq!(assembly.check(&envelope).is_ok(), is_right);
    }
}

#[test]
fn all_that_was_posted_needs_nobody() {
    let (bytes, envelope) = ciphertext();
    let posted = posted(&bytes, &[0, 1, 2, 3]);
    let folder = Folder::new();
    let mut assembly = folder.begin(bytes.len(), &posted);
    assert!(assembly.fill().unwrap() && assembly.is_whole());
    assert!(assembly.check(&envelope).is_ok());
}

#[test]
fn too_much_and_too_little_are_altered() {
    let (bytes, envelope) = ciphertext();
    let none = BTreeMap::new();
    let folder = Folder::new();
    let mut longer = folder.begin(bytes.len(), &none);
    longer.take(&bytes).unwrap();
    longer.take(&[0]).unwrap();
    let failure = longer.check(&envelope).unwrap_err();
    assert_eq!(failure.code(), FailureCode::CiphertextAltered);
    let mut shorter = folder.begin(bytes.len(), &none);
    shorter.take(&bytes[..bytes.len() - 1]).unwrap();
    assert!(shorter.check(&envelope).is_err());
}

/// The same, really sealed.
fn sealed() -> (StreamKeys, Vec<u8>, Envelope) {
    let keys = StreamKeys::random();
    let mut sealer = Sealer::new(&keys, Vec::new());
    sealer.write_all(&vec![7; 3 * SEGMENT]).unwrap();
    let (sealed, bytes) = sealer.finish().unwrap();
    let envelope = envelope(&bytes, sealed.root);
    (keys, bytes, envelope)
}

#[test]
fn a_served_segment_that_does_not_open_is_not_taken() {
    let (keys, bytes, envelope) = sealed();
    let mut altered = bytes.clone();
    altered[2 * SEGMENT + 9] ^= 1;
    let (folder, none) = (Folder::new(), BTreeMap::new());
    let assembly = folder.begin(bytes.len(), &none);
    let mut assembly = assembly.opening_with(keys.clone()).unwrap();
    let failure = assembly.take(&altered).unwrap_err();
    assert_eq!(failure.code(), FailureCode::CiphertextAltered);
    assembly.break_off();
    assert_eq!(assembly.segment(), 2);
    // Another one goes on there, and says more than it was asked for
    assembly.take(&bytes[2 * SEGMENT..]).unwrap();
    assembly.take(&[0; 9]).unwrap();
    assert!(assembly.is_whole());
    assert!(assembly.check(&envelope).is_ok());
    assert_eq!(folder.written(), bytes);

    // What the contract checked is not asked
    let posted = posted(&altered, &[2]);
    let assembly = folder.begin(bytes.len(), &posted);
    let mut assembly = assembly.opening_with(keys).unwrap();
    assembly.take(&bytes).unwrap();
    assert!(assembly.check(&envelope).is_err());
    assert_eq!(folder.written(), altered);
}

#[test]
fn a_length_that_no_ciphertext_has_is_the_envelopes_fault() {
    let (folder, none) = (Folder::new(), BTreeMap::new());
    let assembly = folder.begin(SEGMENT + 5, &none);
    let failure = assembly.opening_with(StreamKeys::random()).err().unwrap();
    assert_eq!(failure.code(), FailureCode::EnvelopeInvalid);
}
