use super::*;

/// RFC 6962 section 2.1, as it is written there.
fn by_definition(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => sha256(&[]),
        [leaf] => sha256(&[&[0], leaf]),
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            join(
                &by_definition(&leaves[..split]),
                &by_definition(&leaves[split..]),
            )
        }
    }
}

fn leaves(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|i| vec![i; usize::from(i) + 1]).collect()
}

#[test]
fn grows_into_the_tree_of_the_rfc() {
    for count in 0..70 {
        let leaves = leaves(count);
        let mut tree = TreeBuilder::new();
        leaves.iter().for_each(|leaf| tree.push(leaf));
        assert_eq!(
            tree.root().to_bytes(),
            by_definition(&leaves),
            "{count} leaves"
        );
        assert_eq!(tree.leaves(), u64::from(count));
    }
}

#[test]
fn known_answers() {
    // From the test vectors of Certificate Transparency's reference implementation
    let leaves: [&[u8]; 3] = [b"", b"\x00", b"\x10"];
    let roots = [
        "0x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "0xfac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "0xaeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    ];
    let mut tree = TreeBuilder::new();
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.push(leaf);
        assert_eq!(tree.root().to_string(), root);
    }
}

#[test]
fn goes_on_after_a_pause() {
    let leaves = leaves(29);
    let mut whole = TreeBuilder::new();
    leaves.iter().for_each(|leaf| whole.push(leaf));
    for pause in 0..=leaves.len() {
        let mut first = TreeBuilder::new();
        leaves[..pause].iter().for_each(|leaf| first.push(leaf));
        let mut second = TreeBuilder::from_bytes(&first.to_bytes()).unwrap();
        leaves[pause..].iter().for_each(|leaf| second.push(leaf));
        assert_eq!(second.root(), whole.root(), "paused after {pause}");
    }
}

#[test]
fn refuses_a_state_that_is_none() {
    let mut tree = TreeBuilder::new();
    tree.push(b"leaf");
    let good = tree.to_bytes();
    assert!(
        TreeBuilder::from_bytes(&good[..good.len() - 1]).is_err(),
        "cut"
    );
    assert!(
        TreeBuilder::from_bytes(&[&good[..], &[0]].concat()).is_err(),
        "too long"
    );
    assert!(
        TreeBuilder::from_bytes(&[b"XXXX", &good[4..]].concat()).is_err(),
        "brand"
    );
}

/// Climbs from a leaf as RFC 9162 section 2.1.3.2 says.
fn climb(leaf: [u8; 32], index: usize, count: usize, path: &[[u8; 32]]) -> Option<[u8; 32]> {
    let (mut node, mut index, mut last) = (leaf, index, count - 1);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if index % 2 == 1 || index == last {
            node = join(sibling, &node);
            while index % 2 == 0 && index != 0 {
                index /= 2;
                last /= 2;
            }
        } else {
            node = join(&node, sibling);
        }
        index /= 2;
        last /= 2;
    }
    (last == 0).then_some(node)
}

#[test]
fn every_leaf_has_a_path_to_the_root() {
    for count in 1..40u8 {
        let segments = leaves(count);
        let hashes: Vec<_> = segments.iter().map(|segment| leaf(segment)).collect();
        for index in 0..hashes.len() {
            let path = path(&hashes, index);
            let root = climb(hashes[index], index, hashes.len(), &path);
            assert_eq!(root, Some(by_definition(&segments)), "{index} of {count}");
        }
    }
}
