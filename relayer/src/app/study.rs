//! An institution's studies: opened with their documents at the proxies and their escrow on chain, topped up, closed, withdrawn.

mod file;
mod open;
#[cfg(test)]
mod tests;

pub use file::{StudyFile, WindowFile};
pub use open::{open, DraftStore, Opened, StudyPlan};

use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, StudyId};
use crate::domain::study::Study;
use crate::ports::ledger::{Call, Included, Ledger, StudiesReader};

/// Studies that are read from the chain at once.
const PAGE: u64 = 100;

/// A study and what is left of its escrow.
#[derive(Debug, Clone)]
pub struct StudyStanding {
    /// The study.
    pub study: Study,
    /// What no open enrolment needs, in the token's smallest unit.
    pub free_escrow: u128,
}

/// The studies of an institution, or of all, in the order of their opening.
///
/// # Errors
/// `chain-unreachable`.
pub async fn list(
    ledger: &dyn StudiesReader,
    of: Option<Address>,
) -> Result<Vec<StudyStanding>, Failure> {
    let mut found = Vec::new();
    let mut from = 0;
    loop {
        let ids = ledger.study_ids(from, PAGE).await?;
        if ids.is_empty() {
            return Ok(found);
        }
        from += ids.len() as u64;
        for id in ids {
            let Some(study) = ledger.study(id).await? else {
                continue;
            };
            if of.is_none_or(|institution| study.institution == institution) {
                let free_escrow = ledger.free_escrow(id).await?;
                found.push(StudyStanding { study, free_escrow });
            }
        }
    }
}

/// Raises a study's quota and deposits the escrow for the new places.
///
/// # Errors
/// `study-unknown`, `study-not-open`, `not-permitted`, `out-of-bounds`, `insufficient-funds`; `chain-unreachable`.
pub async fn top_up(ledger: &dyn Ledger, id: StudyId, places: u32) -> Result<Included, Failure> {
    let study = existing(ledger, id).await?;
    let deposit = study.terms.place_cost().saturating_mul(u128::from(places));
    let token = study.terms.token;
    allow(ledger, token, deposit).await?;
    let value = if token.is_zero() { deposit } else { 0 };
    Ok(ledger
        .submit(&Call::TopUp {
            study: id,
            additional: places,
            value,
        })
        .await?)
}

/// Ends a study's enrolment early. One that is closed already stays so.
///
/// # Errors
/// `study-unknown`, `not-permitted`; `chain-unreachable`.
pub async fn close(ledger: &dyn Ledger, id: StudyId) -> Result<(), Failure> {
    if existing(ledger, id).await?.closed {
        return Ok(());
    }
    ledger.submit(&Call::CloseStudy { study: id }).await?;
    Ok(())
}

/// Takes out of an ended study's escrow what no open enrolment needs, and pays it to the institution. Gives the sum.
///
/// # Errors
/// `study-unknown`; `wrong-state` if the study has not ended; `nothing-to-claim`; `chain-unreachable`.
pub async fn withdraw(ledger: &dyn Ledger, id: StudyId) -> Result<u128, Failure> {
    let study = existing(ledger, id).await?;
    let (institution, token) = (study.institution, study.terms.token);
    if ledger.free_escrow(id).await? > 0 {
        ledger.submit(&Call::WithdrawStudy { study: id }).await?;
    }
    let credit = ledger.credit(institution, token).await?;
    if credit == 0 {
        let words = format!("nothing of the escrow of study {id} is left to withdraw");
        return Err(Failure::new(FailureCode::NothingToClaim, words));
    }
    ledger
        .submit(&Call::Push {
            account: institution,
            token,
        })
        .await?;
    Ok(credit)
}

async fn existing(ledger: &dyn Ledger, id: StudyId) -> Result<Study, Failure> {
    let unknown = || Failure::new(FailureCode::StudyUnknown, format!("there is no study {id}"));
    ledger.study(id).await?.ok_or_else(unknown)
}

/// Lets the treasury take a sum of a token, if it may not already. The native coin needs no leave.
///
/// # Errors
/// Those of the chain.
pub async fn allow(ledger: &dyn Ledger, token: Address, amount: u128) -> Result<(), Failure> {
    let Some(owner) = ledger.account().filter(|_| !token.is_zero()) else {
        return Ok(());
    };
    if ledger.allowance(owner, token).await? < amount {
        ledger.submit(&Call::Approve { token, amount }).await?;
    }
    Ok(())
}
