use super::*;
use crate::clause::Column;
use proptest::prelude::*;

/// Atoms 0 to 5: three keys that can share clauses, and three clauses that can't.
fn atom(number: usize) -> Clause {
    let key = FactKey::new("Condition", "urn:test", &(number % 3).to_string());
    if number < 3 {
        Clause::present(key)
    } else {
        Clause::absent(key)
    }
}

fn formula() -> impl Strategy<Value = Formula> {
    let leaf = (0..6_usize).prop_map(|number| Formula::from(atom(number)));
    leaf.prop_recursive(3, 24, 4, |part| {
        (prop::collection::vec(part, 1..5), 0..4_usize).prop_map(|(parts, more)| {
            let least = 1 + more % parts.len();
            Formula::AtLeast(least, parts)
        })
    })
}

/// Whether a clause holds where the atoms of a mask do.
fn holds(clause: &Clause, mask: usize) -> bool {
    let shape = clause.shape();
    clause.keys.iter().any(|key| {
        (0..6).any(|number| {
            mask & 1 << number != 0 && atom(number).shape() == shape && atom(number).keys[0] == *key
        })
    })
}

fn groups_hold(groups: &[Group], mask: usize) -> bool {
    groups.iter().all(|group| {
        let holding = group.clauses.iter().filter(|clause| holds(clause, mask));
        holding.count() >= usize::from(group.at_least)
    })
}

proptest! {
    #[test]
    fn groups_mean_what_the_formula_means(formula in formula()) {
        let Ok(groups) = groups(&formula) else { return Ok(()) };
        let canonical = canonical(groups.clone());
        for mask in 0..64 {
            let expected = formula.holds(&|clause| holds(clause, mask));
            prop_assert_eq!(groups_hold(&groups, mask), expected);
            prop_assert_eq!(groups_hold(&canonical, mask), expected);
        }
    }

    #[test]
    fn the_canonical_form_is_its_own(formula in formula()) {
        let Ok(groups) = groups(&formula) else { return Ok(()) };
        let once = canonical(groups.clone());
        prop_assert_eq!(&canonical(once.clone()), &once);
        let backwards = groups.into_iter().rev().collect();
        prop_assert_eq!(canonical(backwards), once);
    }
}

#[test]
fn alternatives_share_clauses_of_four_keys() {
    let keys = (0..6).map(|n| FactKey::new("Condition", "urn:test", &n.to_string()));
    let present = keys.map(|key| Clause::present(key).into()).collect();
    let groups = groups(&Formula::any(present)).unwrap();
    let sizes: Vec<_> = groups[0].clauses.iter().map(|c| c.keys.len()).collect();
    assert_eq!((groups.len(), sizes), (1, vec![4, 2]));
    assert_eq!(groups[0].clauses[0].columns, Column::Count as u8);
}

#[test]
fn absences_never_share_a_clause() {
    let groups = groups(&Formula::any(vec![atom(3).into(), atom(4).into()])).unwrap();
    assert_eq!(groups[0].clauses.len(), 2);
}

#[test]
fn a_choice_of_single_clauses_stays_one_group() {
    let parts = (0..3).map(|n| atom(n).into()).collect();
    let groups = groups(&Formula::AtLeast(2, parts)).unwrap();
    assert_eq!(
        (groups.len(), groups[0].at_least, groups[0].clauses.len()),
        (1, 2, 3)
    );
}

#[test]
fn intricate_formulas_are_given_up() {
    let pair = |n: usize| {
        let key = |half: usize| FactKey::new("Condition", "urn:test", &format!("{n}-{half}"));
        let one = |half| Clause::present(key(half)).into();
        let other = |half| Clause::absent(key(half)).into();
        Formula::all(vec![one(0), other(1)])
    };
    let wide = Formula::any((0..20).map(pair).collect());
    assert_eq!(groups(&wide), Err(TooIntricate));
}
