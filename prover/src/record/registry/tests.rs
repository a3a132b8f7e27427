use super::*;

fn leaves(count: u64) -> Vec<Fr> {
    (1..=count).map(Fr::from).collect()
}

#[test]
fn a_lone_node_is_its_left_child() {
    let mut tree = LeanTree::new();
    assert_eq!(tree.root(), None);
    tree.insert(Fr::from(1u8)).unwrap();
    assert_eq!(tree.root(), Some(Fr::from(1u8)));
    tree.insert_many(&leaves(3)[1..]).unwrap();
    let left = poseidon::hash(&leaves(2));
    assert_eq!(tree.root(), Some(poseidon::hash(&[left, Fr::from(3u8)])));
}

#[test]
fn every_path_leads_to_the_root() {
    for count in 1..=17 {
        let mut tree = LeanTree::new();
        tree.insert_many(&leaves(count)).unwrap();
        for index in 0..count {
            let proof = tree.proof(index).unwrap();
            let leaf = tree.leaf(index).unwrap();
            assert_eq!(proof.root_of(&leaf), Ok(tree.root().unwrap()));
            assert_eq!(tree.find(&leaf), Some(index));
        }
    }
}

#[test]
fn batches_and_single_insertions_give_the_same_tree() {
    let mut one_by_one = LeanTree::new();
    let mut batches = LeanTree::new();
    for leaf in leaves(13) {
        one_by_one.insert(leaf).unwrap();
    }
    for batch in leaves(13).chunks(4) {
        batches.insert_many(batch).unwrap();
    }
    assert_eq!(one_by_one.root(), batches.root());
}

#[test]
fn a_removed_leaf_keeps_its_place() {
    let mut tree = LeanTree::new();
    tree.insert_many(&leaves(5)).unwrap();
    tree.update(4, Fr::from(0u8)).unwrap();
    tree.insert(Fr::from(9u8)).unwrap();
    let left = {
        let mut four = LeanTree::new();
        four.insert_many(&leaves(4)).unwrap();
        four.root().unwrap()
    };
    let right = poseidon::hash(&[Fr::from(0u8), Fr::from(9u8)]);
    assert_eq!(tree.root(), Some(poseidon::hash(&[left, right])));
    assert_eq!(tree.find(&Fr::from(0u8)), None);
}

#[test]
fn refusals() {
    let mut tree = LeanTree::new();
    assert_eq!(tree.insert(Fr::from(0u8)), Err(RegistryError::ZeroLeaf));
    assert_eq!(tree.proof(0), Err(RegistryError::NoSuchLeaf(0)));
    assert_eq!(
        tree.update(0, Fr::from(1u8)),
        Err(RegistryError::NoSuchLeaf(0))
    );
    tree.insert_many(&leaves(2)).unwrap();
    let mut proof = tree.proof(0).unwrap();
    proof.index = 2;
    assert_eq!(
        proof.root_of(&Fr::from(1u8)),
        Err(RegistryError::MalformedPath)
    );
}
