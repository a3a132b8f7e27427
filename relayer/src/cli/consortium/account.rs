//! `relayer consortium account`: shown without an address, set with one.

use clap::Args;
use serde_json::json;

use super::powers::{act, Scheduling};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::ports::ledger::{Call, ConsortiumReader as _};

/// Arguments of `account`.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// Who is credited from now on.
    #[arg(id = "changes", value_name = "ADDRESS")]
    account: Option<Address>,
    #[command(flatten)]
    scheduling: Scheduling,
}

impl AccountArgs {
    pub(super) async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        let Some(account) = self.account else {
            let account = context.reader().await?.consortium_account().await?;
            show(output, account, None);
            return Ok(());
        };
        require_account(account)?;
        let ledger = context.writer().await?;
        let call = Call::SetConsortiumAccount { account };
        let ready_at = act(&ledger, call, self.scheduling).await?;
        show(output, account, ready_at);
        Ok(())
    }
}

/// Nobody could have what is credited to the zero address.
fn require_account(account: Address) -> Result<(), Failure> {
    if !account.is_zero() {
        return Ok(());
    }
    let words = "the zero address could claim nothing of what is slashed";
    Err(Failure::new(FailureCode::InvalidInput, words))
}

/// Shows who is credited, or can be from a time on.
fn show(output: &Output, account: Address, ready_at: Option<u64>) {
    let mut value = json!({ "consortiumAccount": account });
    if let Some(ready_at) = ready_at {
        value["readyAt"] = json!(ready_at);
    }
    let text = match ready_at {
        Some(at) => format!("{account} can be named from {at} (Unix seconds) on"),
        None => format!("slashed bond beyond compensation goes to {account}"),
    };
    output.result(&value, &text);
}

#[cfg(test)]
mod tests;
