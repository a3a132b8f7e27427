//! `relayer consortium hand-over` and `powers`, and calls that must be scheduled.

use clap::Args;
use serde_json::json;

use crate::adapters::chain::ChainLedger;
use crate::app::hand_over::{hand_over, powers, RoleHeld};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::domain::powers::{HandOver, Holder, Power, PowerRole};
use crate::ports::ledger::{Call, LedgerError, LedgerWriter as _, PowersCall, PowersReader as _};

/// Arguments of `hand-over`.
#[derive(Debug, Args)]
pub struct HandOverArgs {
    /// Who admits and expels members, at once.
    #[arg(long, value_name = "ADDRESS")]
    secretary: Address,
    /// Who sets bounds and verifiers and gives roles, after the delay. It should be an account that several people sign for.
    #[arg(long, value_name = "ADDRESS")]
    council: Address,
    /// Who can cancel what the council has scheduled.
    #[arg(long, value_name = "ADDRESS")]
    guardian: Address,
    /// The council's delay, such as 7d, 36h, 30m or 90s.
    #[arg(long, value_parser = parse_delay, default_value = "7d")]
    delay: u32,
    /// Confirms that this account keeps no power: there is no way back.
    #[arg(long)]
    yes: bool,
}

/// Whether to schedule a call instead of making it.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Scheduling {
    /// Schedule the change: for an account that has this power with a delay. Give the command again without this once the delay has passed.
    #[arg(long, requires = "changes")]
    schedule: bool,
}

impl HandOverArgs {
    pub(super) async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        let ledger = context.writer().await?;
        let deployer = account_of(&ledger)?;
        let named = [self.secretary, self.council, self.guardian];
        let order = HandOver::new(deployer, named, self.delay)?;
        if !self.yes {
            let words = format!("{deployer} would keep no power over this network");
            return Err(Failure::new(FailureCode::InvalidInput, words).with_hint(
                "Check the three accounts, and confirm with --yes: there is no way back.",
            ));
        }
        let progress = |step: &str| output.progress(step);
        let held = hand_over(&*ledger, deployer, &order, &progress).await?;
        print(output, &held);
        Ok(())
    }
}

/// Shows who may do what.
pub(super) async fn show(context: &Context, output: &Output) -> Result<(), Failure> {
    let ledger = context.reader().await?;
    print(output, &powers(&*ledger).await?);
    Ok(())
}

/// Makes a call, or schedules it; gives the time in Unix seconds from which one that was scheduled can be made.
///
/// # Errors
/// Those of the chain; if the call needs scheduling first, the hint says how and when.
pub(super) async fn act(
    ledger: &ChainLedger,
    call: Call,
    scheduling: Scheduling,
) -> Result<Option<u64>, Failure> {
    let account = account_of(ledger)?;
    if scheduling.schedule {
        if ledger.ready_at(account, &call).await?.is_none() {
            let schedule = Call::Powers(PowersCall::Schedule(Box::new(call.clone())));
            ledger.submit(&schedule).await?;
        }
        return Ok(ledger.ready_at(account, &call).await?);
    }
    match ledger.submit(&call).await {
        Ok(_) => Ok(None),
        Err(error @ LedgerError::Refused { .. }) => {
            Err(explain(ledger, account, &call, error).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// A refusal, with what to do if it is for the delay.
async fn explain(
    ledger: &ChainLedger,
    account: Address,
    call: &Call,
    error: LedgerError,
) -> Result<Failure, Failure> {
    let Some(delay) = ledger
        .delay_of(account, call)
        .await?
        .filter(|delay| *delay > 0)
    else {
        return Ok(error.into());
    };
    let hint = match ledger.ready_at(account, call).await? {
        Some(at) => format!("It is scheduled: give the command again from {at} (Unix seconds) on."),
        None => format!(
            "This account acts with a delay: give the command with --schedule, and {delay} s later without."
        ),
    };
    Ok(Failure::from(error).with_hint(&hint))
}

fn account_of(ledger: &ChainLedger) -> Result<Address, Failure> {
    let none = || Failure::new(FailureCode::NotPermitted, "this command needs an account");
    ledger.account().ok_or_else(none)
}

fn print(output: &Output, held: &[RoleHeld]) {
    let lines: Vec<_> = held.iter().map(|role| line(role, held)).collect();
    output.result(&json!(held), &lines.join("\n"));
}

fn line(held: &RoleHeld, all: &[RoleHeld]) -> String {
    let mut powers = names(&held.powers);
    if held.role == PowerRole::Admin {
        powers.push("gives and takes roles".to_owned());
    } else {
        let guarded = all
            .iter()
            .filter(|other| other.guardian == held.role.number());
        powers.extend(guarded.map(|other| format!("cancels what the {} schedules", other.role)));
    }
    let powers = match powers.as_slice() {
        [] => "nothing".to_owned(),
        powers => powers.join(", "),
    };
    let holders: Vec<_> = held.holders.iter().map(holder).collect();
    let holders = match holders.as_slice() {
        [] => "nobody".to_owned(),
        holders => holders.join(", "),
    };
    format!("{:9}  {holders}: {powers}", held.role)
}

fn names(powers: &[Power]) -> Vec<String> {
    let names = powers.iter().map(|power| power.as_str().to_owned());
    names.collect()
}

fn holder(Holder { account, delay_s }: &Holder) -> String {
    match delay_s {
        0 => format!("{account} at once"),
        delay => format!("{account} after {delay} s"),
    }
}

/// Seconds of a time such as `7d`.
fn parse_delay(text: &str) -> Result<u32, String> {
    let unit = |letter| match letter {
        'd' => Some(86_400),
        'h' => Some(3_600),
        'm' => Some(60),
        's' => Some(1),
        _ => None,
    };
    let parsed = text.char_indices().next_back().and_then(|(at, letter)| {
        let count: u32 = text[..at].parse().ok()?;
        count.checked_mul(unit(letter)?)
    });
    parsed.ok_or_else(|| format!("expected a time such as 7d, 36h, 30m or 90s, got {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_have_a_unit() {
        assert_eq!(parse_delay("7d"), Ok(604_800));
        assert_eq!(parse_delay("36h"), Ok(129_600));
        assert_eq!(parse_delay("90s"), Ok(90));
        for wrong in ["", "7", "d", "-1d", "7w", "99999999d", "7é"] {
            assert!(parse_delay(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_role_is_shown_with_what_it_may_do() {
        let role = |role, powers: &[Power], guardian| RoleHeld {
            role,
            powers: powers.to_vec(),
            guardian,
            holders: vec![Holder {
                account: Address::new([1; 20]),
                delay_s: 60,
            }],
        };
        let council = role(
            PowerRole::Council,
            &[Power::SetBounds, Power::SetVerifier],
            3,
        );
        let all = [
            role(PowerRole::Admin, &[], 0),
            council,
            role(PowerRole::Guardian, &[], 0),
        ];
        let lines = all.each_ref().map(|held| line(held, &all));
        assert!(
            lines[0].ends_with("after 60 s: gives and takes roles"),
            "{}",
            lines[0]
        );
        assert!(lines[1].starts_with("council    0x0101"), "{}", lines[1]);
        assert!(
            lines[1].ends_with(": setBounds, setVerifier"),
            "{}",
            lines[1]
        );
        assert!(
            lines[2].ends_with(": cancels what the council schedules"),
            "{}",
            lines[2]
        );
        let nobody = RoleHeld {
            holders: Vec::new(),
            ..role(PowerRole::Secretary, &[], 0)
        };
        assert_eq!(line(&nobody, &all), "secretary  nobody: nothing");
    }
}
