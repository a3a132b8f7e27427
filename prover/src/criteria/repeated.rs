//! Parts of `atLeast` that ask the same in different words: each would count, and so one fact would count twice.

use super::error::{Faults, Pointer};
use super::language::{Criteria, Criterion, Test};
use super::lower::proof;
use super::normal;
use super::Group;

/// Notes every part that asks what an earlier part of the same choice asks.
pub(super) fn check(criteria: &Criteria, faults: &mut Faults) {
    let all = criteria.include.iter().chain(&criteria.exclude);
    all.for_each(|criterion| check_one(criterion, faults));
}

fn check_one(criterion: &Criterion, faults: &mut Faults) {
    let Test::AtLeast(least, parts) = &criterion.test else {
        return;
    };
    parts.iter().for_each(|part| check_one(part, faults));
    // Where all or one of the parts must hold, saying one twice changes nothing
    if (2..parts.len()).contains(least) {
        check_parts(parts, faults);
    }
}

fn check_parts(parts: &[Criterion], faults: &mut Faults) {
    let meanings: Vec<_> = parts.iter().map(meaning).collect();
    for (index, part) in parts.iter().enumerate() {
        let same = (0..index).find(|earlier| meets(&meanings[*earlier], &meanings[index]));
        if let Some(earlier) = same {
            faults.at::<()>(
                &Pointer::from(part.path.clone()),
                format!(
                    "asks the same as {}, and would count twice",
                    parts[earlier].path
                ),
                "leave one of them out",
            );
        }
    }
}

/// The clauses that prove a part, and those that refute it; `None` where they are too many to be compared.
type Meaning = [Option<Vec<Group>>; 2];

fn meaning(part: &Criterion) -> Meaning {
    [true, false].map(|met| {
        let groups = normal::groups(&proof(&part.test, met)).ok()?;
        Some(normal::canonical(groups))
    })
}

/// Whether two parts are proved, or refuted, by the same clauses.
fn meets(one: &Meaning, other: &Meaning) -> bool {
    let same = |(one, other): (&Option<_>, &Option<_>)| one.is_some() && one == other;
    one.iter().zip(other).any(same)
}
