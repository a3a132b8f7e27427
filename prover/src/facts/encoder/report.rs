//! What was skipped, and why.

use super::Skipped;
use std::collections::BTreeMap;

/// Collects what made no facts of presence.
#[derive(Default)]
pub(super) struct Report {
    skipped: Vec<Skipped>,
    /// Types that make no facts, and how many resources of each there were.
    others: BTreeMap<String, usize>,
}

impl Report {
    /// A resource that makes no facts.
    pub(super) fn skip(&mut self, resource: String, reason: impl Into<String>) {
        self.skipped.push(Skipped {
            resource,
            reason: reason.into(),
        });
    }

    /// A resource that the record leaves open.
    pub(super) fn open(&mut self, resource: &str, reason: &str) {
        self.note(
            resource.to_owned(),
            format!("{reason}: proves neither presence nor absence"),
        );
    }

    /// A remark on a resource that does make facts.
    pub(super) fn note(&mut self, resource: String, remark: String) {
        self.skip(resource, remark);
    }

    /// A resource of a type that makes no facts.
    pub(super) fn count_other(&mut self, kind: &str) {
        *self.others.entry(kind.to_owned()).or_default() += 1;
    }

    /// Everything, sorted.
    pub(super) fn finish(mut self) -> Vec<Skipped> {
        for (resource, number) in self.others {
            self.skipped.push(Skipped {
                resource,
                reason: format!("a type that makes no facts ({number} of them)"),
            });
        }
        self.skipped.sort();
        self.skipped
    }
}
