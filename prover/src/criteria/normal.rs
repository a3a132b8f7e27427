//! From a formula over clauses to groups in canonical form: an AND of "at least k of these clauses".
//!
//! Formulas are monotone: what must not be so is already said by clauses. Alternatives of conjunctions are
//! distributed; "at least k of n" stays a group where each part is one clause, and otherwise becomes the
//! conjunction over all choices of n − k + 1 parts, of which one must hold.

use std::collections::BTreeMap;

use super::clause::{Clause, Group, Shape};
use crate::clause::KEYS_PER_CLAUSE;
use crate::facts::FactKey;

/// Groups beyond which distribution is given up: many times what any circuit has room for.
pub(super) const MOST_GROUPS: usize = 256;

/// A monotone formula over clauses.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    /// A clause.
    Clause(Clause),
    /// At least so many of these.
    AtLeast(usize, Vec<Formula>),
}

impl Formula {
    /// All of these.
    pub(super) fn all(parts: Vec<Formula>) -> Self {
        Self::AtLeast(parts.len(), parts)
    }

    /// One of these.
    pub(super) fn any(parts: Vec<Formula>) -> Self {
        Self::AtLeast(1, parts)
    }

    /// Whether the formula holds where exactly these clauses do.
    pub(super) fn holds(&self, clause_holds: &impl Fn(&Clause) -> bool) -> bool {
        match self {
            Self::Clause(clause) => clause_holds(clause),
            Self::AtLeast(least, parts) => {
                let holding = parts.iter().filter(|part| part.holds(clause_holds));
                holding.count() >= *least
            }
        }
    }
}

impl From<Clause> for Formula {
    fn from(clause: Clause) -> Self {
        Self::Clause(clause)
    }
}

/// The formula has no form of a size worth looking at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooIntricate;

/// The formula as groups, not yet in canonical form.
pub(super) fn groups(formula: &Formula) -> Result<Vec<Group>, TooIntricate> {
    match formula {
        Formula::Clause(clause) => Ok(vec![Group::of(clause.clone())]),
        Formula::AtLeast(least, parts) => {
            let parts: Vec<_> = parts.iter().map(groups).collect::<Result<_, _>>()?;
            at_least(*least, parts)
        }
    }
}

fn at_least(least: usize, parts: Vec<Vec<Group>>) -> Result<Vec<Group>, TooIntricate> {
    if least >= parts.len() {
        return Ok(parts.into_iter().flatten().collect());
    }
    if least == 1 {
        return one_of(&parts);
    }
    let single: Option<Vec<_>> = parts.iter().map(|part| single_clause(part)).collect();
    let Some(clauses) = single else {
        return by_choices(least, &parts);
    };
    let at_least = u8::try_from(least).map_err(|_| TooIntricate)?;
    let mut group = Group::of(clauses[0].clone());
    (group.at_least, group.clauses) = (at_least, clauses);
    Ok(vec![group])
}

fn single_clause(part: &[Group]) -> Option<Clause> {
    match part {
        [Group { clauses, .. }] if clauses.len() == 1 => clauses.first().cloned(),
        _ => None,
    }
}

/// At least `least` of `n` parts hold exactly if each choice of `n − least + 1` parts has one that holds.
fn by_choices(least: usize, parts: &[Vec<Group>]) -> Result<Vec<Group>, TooIntricate> {
    let mut result = Vec::new();
    for choice in choices(parts.len(), parts.len() - least + 1)? {
        let chosen: Vec<_> = choice
            .into_iter()
            .map(|place| parts[place].clone())
            .collect();
        result.extend(one_of(&chosen)?);
        result = absorb(result);
        within_reason(&result)?;
    }
    Ok(result)
}

/// All choices of `size` numbers below `n`.
fn choices(n: usize, size: usize) -> Result<Vec<Vec<usize>>, TooIntricate> {
    let mut partial: Vec<Vec<usize>> = vec![Vec::new()];
    for place in 0..size {
        let last = n - size + place;
        let longer = partial.iter().flat_map(|choice| {
            let next = choice.last().map_or(0, |last| last + 1);
            (next..=last).map(|number| [choice.as_slice(), &[number]].concat())
        });
        partial = longer.collect();
        within_reason(&partial)?;
    }
    Ok(partial)
}

/// One of the parts holds: the product of their groups, each a union.
fn one_of(parts: &[Vec<Group>]) -> Result<Vec<Group>, TooIntricate> {
    let mut product: Vec<Group> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let alternatives = only_alternatives(part)?;
        if place == 0 {
            product = alternatives;
            continue;
        }
        within_reason_of(product.len() * alternatives.len())?;
        let unions = product
            .iter()
            .flat_map(|left| alternatives.iter().map(|right| union(left, right)));
        product = absorb(unions.collect());
    }
    Ok(product)
}

/// Groups of "at least one" with the same meaning.
fn only_alternatives(part: &[Group]) -> Result<Vec<Group>, TooIntricate> {
    let mut result = Vec::new();
    for group in part {
        if group.at_least == 1 {
            result.push(group.clone());
            continue;
        }
        let single = group.clauses.iter().cloned().map(Group::of);
        let parts: Vec<_> = single.map(|group| vec![group]).collect();
        result.extend(by_choices(usize::from(group.at_least), &parts)?);
    }
    Ok(result)
}

fn union(left: &Group, right: &Group) -> Group {
    Group {
        at_least: 1,
        clauses: merge_keys(left.clauses.iter().chain(&right.clauses)),
        paths: left.paths.union(&right.paths).cloned().collect(),
    }
}

/// Alternatives that differ in their key alone share clauses of up to four keys. Where absence counts a clause keeps
/// its one key: "one of the keys is absent" is not what two such clauses say together.
fn merge_keys<'a>(clauses: impl Iterator<Item = &'a Clause>) -> Vec<Clause> {
    let mut by_shape: BTreeMap<Shape, (Clause, BTreeMap<u128, FactKey>)> = BTreeMap::new();
    for clause in clauses {
        let (_, keys) = by_shape
            .entry(clause.shape())
            .or_insert_with(|| (clause.clone(), BTreeMap::new()));
        keys.extend(clause.digests().into_iter().zip(clause.keys.clone()));
    }
    let mut merged: Vec<Clause> = by_shape.into_values().flat_map(share_keys).collect();
    merged.sort_by_cached_key(Clause::order);
    merged
}

fn share_keys((like, keys): (Clause, BTreeMap<u128, FactKey>)) -> Vec<Clause> {
    let together = if like.absence_counts {
        1
    } else {
        KEYS_PER_CLAUSE
    };
    let keys: Vec<_> = keys.into_values().collect();
    let chunks = keys.chunks(together).map(|chunk| Clause {
        keys: chunk.to_vec(),
        ..like.clone()
    });
    chunks.collect()
}

/// Drops every group that another one implies, and joins the paths of equal ones.
fn absorb(groups: Vec<Group>) -> Vec<Group> {
    let mut kept: Vec<Group> = Vec::new();
    for group in groups {
        if let Some(stronger) = kept.iter_mut().find(|kept| implies(kept, &group)) {
            stronger.paths.extend(group.paths);
            continue;
        }
        let (weaker, stronger): (Vec<_>, _) =
            kept.into_iter().partition(|kept| implies(&group, kept));
        kept = stronger;
        let mut group = group;
        group
            .paths
            .extend(weaker.into_iter().flat_map(|weaker| weaker.paths));
        kept.push(group);
    }
    kept
}

/// Whether the first group holds only where the second does, as far as their clauses show it.
fn implies(strong: &Group, weak: &Group) -> bool {
    if strong.at_least != 1 || weak.at_least != 1 {
        return strong.at_least == weak.at_least && strong.clauses == weak.clauses;
    }
    let covered = |clause: &Clause| {
        let shape = clause.shape();
        let alike = weak.clauses.iter().filter(|other| other.shape() == shape);
        let keys: Vec<_> = alike.flat_map(|other| &other.keys).collect();
        clause.keys.iter().all(|key| keys.contains(&key))
    };
    strong.clauses.iter().all(covered)
}

/// The canonical form of groups: nothing implied by another group, keys, clauses and groups in order.
pub(super) fn canonical(groups: Vec<Group>) -> Vec<Group> {
    let ordered = groups.into_iter().map(|mut group| {
        if group.at_least == 1 {
            group.clauses = merge_keys(group.clauses.iter());
        }
        group.clauses.sort_by_cached_key(Clause::order);
        group
    });
    let mut groups = absorb(ordered.collect());
    groups.sort_by_cached_key(|group| {
        let clauses: Vec<_> = group.clauses.iter().map(Clause::order).collect();
        (clauses, group.at_least)
    });
    groups
}

fn within_reason<T>(items: &[T]) -> Result<(), TooIntricate> {
    within_reason_of(items.len())
}

fn within_reason_of(count: usize) -> Result<(), TooIntricate> {
    if count > MOST_GROUPS {
        return Err(TooIntricate);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
