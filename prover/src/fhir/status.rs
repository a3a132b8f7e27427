//! What the status of a resource makes of it: asserted, open or no statement of presence at all.

use super::json;
use serde_json::Value;

/// How far a record stands behind an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It happened, or is so.
    Asserted,
    /// The record leaves it open: that proves neither presence nor absence. The reason.
    Open(String),
    /// It did not happen, is not so, or was entered in error. The reason.
    Rejected(String),
}

impl Standing {
    /// The less certain of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.max(other)
    }
}

/// The standing of a resource by its own fields.
pub fn standing(kind: &str, resource: &Value) -> Standing {
    [
        by_status(kind, resource),
        by_verification(resource),
        by_intent(kind, resource),
        by_modifiers(resource),
    ]
    .into_iter()
    .fold(Standing::Asserted, Standing::and)
}

fn by_status(kind: &str, resource: &Value) -> Standing {
    // These have a status of their life in the system, or none; `verificationStatus` speaks for them
    if matches!(kind, "Patient" | "Condition" | "AllergyIntolerance") {
        return Standing::Asserted;
    }
    let Some(status) = json::text(resource, "status") else {
        return Standing::Asserted;
    };
    let reason = || format!("status {status}");
    match status {
        "entered-in-error" | "not-done" | "not-taken" | "cancelled" | "declined" | "noshow" => {
            Standing::Rejected(reason())
        }
        "stopped" if matches!(kind, "Procedure" | "MedicationDispense") => Standing::Open(reason()),
        "in-progress" | "on-hold" if kind == "MedicationDispense" => Standing::Open(reason()),
        "final" | "amended" | "corrected" | "appended" | "completed" | "in-progress"
        | "on-hold" | "stopped" | "active" | "inactive" | "finished" | "arrived" | "triaged"
        | "onleave" | "available" => Standing::Asserted,
        _ => Standing::Open(reason()),
    }
}

/// `verificationStatus` of conditions and allergies: a coded concept, a bare code with older vendors.
fn by_verification(resource: &Value) -> Standing {
    let Some(field) = resource.get("verificationStatus") else {
        return Standing::Asserted;
    };
    let codes = json::items(field, "coding")
        .iter()
        .filter_map(|coding| json::text(coding, "code"))
        .chain(field.as_str());
    codes
        .map(|code| match code {
            "confirmed" | "presumed" => Standing::Asserted,
            "refuted" | "entered-in-error" => {
                Standing::Rejected(format!("verification status {code}"))
            }
            _ => Standing::Open(format!("verification status {code}")),
        })
        .fold(Standing::Asserted, Standing::and)
}

/// Orders that are only proposals, and orders not to do something.
fn by_intent(kind: &str, resource: &Value) -> Standing {
    if json::flag(resource, "doNotPerform") == Some(true) {
        return Standing::Rejected("an order not to do it".into());
    }
    match json::text(resource, "intent") {
        Some(intent @ ("proposal" | "plan" | "option")) if kind == "MedicationRequest" => {
            Standing::Open(format!("intent {intent}"))
        }
        _ => Standing::Asserted,
    }
}

/// A modifier extension may turn the meaning of a resource round, and we know none.
fn by_modifiers(resource: &Value) -> Standing {
    if json::items(resource, "modifierExtension").is_empty() {
        Standing::Asserted
    } else {
        Standing::Open("a modifier extension may change its meaning".into())
    }
}

#[cfg(test)]
mod tests;
