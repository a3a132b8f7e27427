//! `relayer consortium`: founds the network, admits its members, sets the bounds.

pub mod account;
pub mod bounds;
pub mod deploy;
mod powers;
mod scheduled;
mod status;
mod value_sets;
pub mod verifier;

use clap::{Args, Subcommand};
use serde_json::json;

use super::context::Context;
use super::output::Output;
use super::Global;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::{Address, OperationId};
use crate::domain::members::{Member, Role};
use crate::ports::ledger::{Call, LedgerWriter as _, MembersReader as _};

const ROLE: &str = "consortium";

/// What a consortium does.
#[derive(Debug, Subcommand)]
pub enum ConsortiumCommand {
    /// Make the consortium's account, which will administer the network.
    #[command(after_help = "Example: MEDSHARE_PASSWORD_FILE=password relayer consortium new")]
    New,
    /// Deploy the contracts and write the network file. Given again after an interruption, it goes on where it stopped.
    #[command(
        after_help = "Example: relayer consortium deploy --rpc http://127.0.0.1:8545 --network network.json"
    )]
    Deploy(deploy::Deploy),
    /// Admit a hospital, an institution or a proxy, or admit again one that was expelled.
    #[command(subcommand)]
    Admit(Admit),
    /// Expel a member: it begins nothing new, and what it began goes on.
    #[command(after_help = "Example: relayer consortium expel 0x5b…3f")]
    Expel {
        /// The member's account.
        account: Address,
    },
    /// Show the bounds on studies, or set some of them for studies opened from now on.
    #[command(
        after_help = "Examples:\n  relayer consortium bounds\n  relayer consortium bounds maxQuota=5000 minWindowSeconds=172800\n  relayer consortium bounds --token 0x5b…3f allowed=true maxPrice=1000000\n  relayer consortium bounds maxQuota=5000 --schedule"
    )]
    Bounds(bounds::BoundsArgs),
    /// Show who is credited slashed bond beyond compensation, or name another for what is slashed from now on.
    #[command(
        after_help = "Examples:\n  relayer consortium account\n  relayer consortium account 0x5b…3f\n  relayer consortium account 0x5b…3f --schedule"
    )]
    Account(account::AccountArgs),
    /// List the verifiers that new studies go by, deploy one, or name another.
    #[command(subcommand)]
    Verifier(verifier::VerifierCommand),
    /// Publish value sets, or list the published ones.
    #[command(subcommand)]
    Valueset(value_sets::ValueSetCommand),
    /// Hand the powers over to a secretary, a council and a guardian; this account keeps none. Given again after an interruption, it goes on.
    #[command(
        after_help = "Example: relayer consortium hand-over --secretary 0x5b…3f --council 0x77…01 --guardian 0x2c…d4 --delay 7d --yes"
    )]
    HandOver(powers::HandOverArgs),
    /// Show who may do what, at once or after a delay.
    #[command(after_help = "Example: relayer consortium powers --json")]
    Powers,
    /// List the changes that are scheduled.
    #[command(after_help = "Example: relayer consortium scheduled --json")]
    Scheduled,
    /// Cancel a change that is scheduled: for the guardian, or whoever scheduled it.
    #[command(after_help = "Example: relayer consortium cancel 0x1a…9f")]
    Cancel {
        /// The operation, as `scheduled` lists it.
        operation: OperationId,
    },
    /// Show the network: contracts, members, records, studies.
    #[command(after_help = "Example: relayer consortium status --json")]
    Status,
}

/// Whom to admit.
#[derive(Debug, Subcommand)]
pub enum Admit {
    /// Admit a hospital.
    #[command(after_help = "Example: relayer consortium admit hospital 0x5b…3f")]
    Hospital(Account),
    /// Admit an institution.
    #[command(after_help = "Example: relayer consortium admit institution 0x5b…3f")]
    Institution(Account),
    /// Admit a proxy and name who runs it.
    #[command(after_help = "Example: relayer consortium admit proxy 0x5b…3f --operator 0x77…01")]
    Proxy {
        /// The proxy's account.
        #[command(flatten)]
        account: Account,
        /// The account of whoever runs the proxy: a study's proxies have distinct operators.
        #[arg(long, value_name = "ADDRESS")]
        operator: Address,
    },
}

/// An account.
#[derive(Debug, Args)]
pub struct Account {
    /// The account to admit.
    account: Address,
}

impl ConsortiumCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// The command's own.
    pub async fn run(self, global: &Global, output: &Output) -> Result<(), Failure> {
        let context = Context::open(global, ROLE)?;
        match self {
            Self::New => new(&context, output),
            Self::Deploy(deploy) => deploy.run(&context, global, output).await,
            Self::Admit(admit) => admit.run(&context, output).await,
            Self::Expel { account } => expel(&context, output, account).await,
            Self::Bounds(bounds) => bounds.run(&context, output).await,
            Self::Account(account) => account.run(&context, output).await,
            Self::Verifier(command) => command.run(&context, global, output).await,
            Self::Valueset(command) => command.run(&context, output).await,
            Self::HandOver(order) => order.run(&context, output).await,
            Self::Powers => powers::show(&context, output).await,
            Self::Scheduled => scheduled::list(&context, output).await,
            Self::Cancel { operation } => scheduled::cancel(&context, output, operation).await,
            Self::Status => status::show(&context, output).await,
        }
    }
}

fn new(context: &Context, output: &Output) -> Result<(), Failure> {
    let address = context.make_account()?.address();
    output.result(
        &json!({ "address": address }),
        &format!("account  {address}"),
    );
    Ok(())
}

impl Admit {
    async fn run(self, context: &Context, output: &Output) -> Result<(), Failure> {
        let (account, role, operator) = match self {
            Self::Hospital(account) => (account.account, Role::Hospital, None),
            Self::Institution(account) => (account.account, Role::Institution, None),
            Self::Proxy { account, operator } => (account.account, Role::Proxy, Some(operator)),
        };
        let ledger = context.writer().await?;
        if let Some(member) = ledger.member(account).await? {
            if member == (Member { role, active: true }) {
                report(output, account, role, operator, "is admitted already");
                return Ok(());
            }
        }
        let call = match operator {
            Some(operator) => Call::AdmitProxy { account, operator },
            None => Call::Admit { account, role },
        };
        ledger.submit(&call).await?;
        report(output, account, role, operator, "admitted");
        Ok(())
    }
}

fn report(output: &Output, account: Address, role: Role, operator: Option<Address>, done: &str) {
    let value = json!({ "account": account, "role": role, "operator": operator, "active": true });
    output.result(&value, &format!("{role} {account} {done}"));
}

async fn expel(context: &Context, output: &Output, account: Address) -> Result<(), Failure> {
    let ledger = context.writer().await?;
    let member = ledger.member(account).await?.ok_or_else(|| {
        Failure::new(
            FailureCode::NotFound,
            format!("{account} was never admitted"),
        )
    })?;
    if member.active {
        ledger.submit(&Call::Expel { account }).await?;
    }
    let value = json!({ "account": account, "role": member.role, "active": false });
    output.result(&value, &format!("{} {account} expelled", member.role));
    Ok(())
}
