use super::*;
use crate::facts::FactKey;

fn fact(code: &str) -> Fact {
    Fact {
        key: FactKey::new("Condition", "http://snomed.info/sct", code),
        count: 1,
        undated: 0,
        min: Ends::MISSING,
        max: Ends::MISSING,
        latest: Ends::MISSING,
        first_date: Ends::exact(7),
        last_date: Ends::exact(9),
    }
}

fn facts(number: usize) -> Vec<Fact> {
    (0..number).map(|n| fact(&n.to_string())).collect()
}

/// What the circuit checks: leaf in its group, group in its group, that in the frontier, and the root.
fn verify(tree: &FactsTree, key: u128, opening: &Opening) {
    assert!(opening.siblings8[0].contains(&opening.leaf.hash()));
    let lower = Domain::Node8.hash(&opening.siblings8[0]);
    assert!(opening.siblings8[1].contains(&lower));
    let (place, node) = opening.frontier_node();
    assert_eq!(tree.frontier()[place], node);
    assert_eq!(root_over(&tree.frontier()), tree.root());
    if opening.present {
        assert_eq!(opening.leaf.key, key);
    } else {
        assert!(opening.leaf.key < key && key < opening.leaf.next);
    }
}

#[test]
fn every_present_key_and_absent_ones_open() {
    for number in [0, 1, 8, 200] {
        let facts = facts(number);
        let tree = FactsTree::new(&facts).unwrap();
        for fact in &facts {
            let key = fact.key.digest();
            let opening = tree.open(key);
            assert!(opening.present);
            assert_eq!(opening.leaf.last_date, fact.last_date);
            verify(&tree, key, &opening);
        }
        for absent in ["x", "y", "z"] {
            let key = fact(absent).key.digest();
            let opening = tree.open(key);
            assert!(!opening.present);
            verify(&tree, key, &opening);
        }
        for edge in [1, UPPER_SENTINEL - 1] {
            verify(&tree, edge, &tree.open(edge));
        }
    }
}

#[test]
fn the_order_of_facts_changes_nothing_and_every_column_counts() {
    let mut facts = facts(30);
    let root = FactsTree::new(&facts).unwrap().root();
    facts.reverse();
    assert_eq!(FactsTree::new(&facts).unwrap().root(), root);
    for change in [
        |fact: &mut Fact| fact.count += 1,
        |fact: &mut Fact| fact.undated += 1,
        |fact: &mut Fact| fact.min.low += 1,
        |fact: &mut Fact| fact.max.high -= 1,
        |fact: &mut Fact| fact.latest.low += 1,
        |fact: &mut Fact| fact.first_date.high += 1,
        |fact: &mut Fact| fact.last_date.low += 1,
    ] {
        let mut changed = facts.clone();
        change(&mut changed[3]);
        assert_ne!(FactsTree::new(&changed).unwrap().root(), root);
    }
}

#[test]
fn leaves_are_linked_from_the_sentinel_to_the_end() {
    let tree = FactsTree::new(&facts(20)).unwrap();
    let mut key = 0;
    for index in 0..=20 {
        let leaf = tree.leaf(index).unwrap();
        assert_eq!(leaf.key, key);
        key = leaf.next;
    }
    assert_eq!(key, UPPER_SENTINEL);
    assert!(tree.leaf(21).is_none());
}

#[test]
fn a_full_tree_works_and_one_more_fact_is_an_error() {
    let mut full = facts(MAX_FACTS);
    let tree = FactsTree::new(&full).unwrap();
    let key = full[4_000].key.digest();
    verify(&tree, key, &tree.open(key));
    full.push(fact("one more"));
    let error = FactsTree::new(&full).unwrap_err();
    assert_eq!(error, TreeError::TooManyFacts { found: 4_096 });
}

#[test]
fn a_key_may_occur_once() {
    let twice = [fact("a"), fact("a")];
    let key = twice[0].key.digest();
    assert_eq!(FactsTree::new(&twice).unwrap_err(), TreeError::Key { key });
}
