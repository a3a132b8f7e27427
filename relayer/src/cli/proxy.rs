//! `relayer proxy`: a proxy's account, what it says of itself, and its bond. `relayer serve` runs it.

use clap::{Args, Subcommand};
use serde_json::json;
use url::Url;

use super::context::Context;
use super::output::Output;
use super::Global;
use crate::domain::failure::{Failure, FailureCode};
use crate::domain::ids::Address;
use crate::ports::ledger::{Call, ChainReader as _, LedgerWriter as _, MembersReader as _};

const ROLE: &str = "proxy";

/// What a proxy's operator does.
#[derive(Debug, Subcommand)]
pub enum ProxyCommand {
    /// Make the proxy's account and its sealing key; the consortium admits the account.
    #[command(after_help = "Example: MEDSHARE_PASSWORD_FILE=password relayer proxy new")]
    New,
    /// Tell the network where the proxy answers, and its sealing key.
    #[command(after_help = "Example: relayer proxy register --url https://proxy.example.org")]
    Register {
        /// Where its service answers.
        #[arg(long)]
        url: Url,
    },
    /// Raise the proxy's bond: each receipt locks a slice of it.
    #[command(after_help = "Example: relayer proxy bond 5000000000000000000")]
    Bond(Amount),
    /// Ask free bond back; after the exit delay, `--complete` pays it out.
    #[command(
        after_help = "Examples:\n  relayer proxy exit 5000000000000000000\n  relayer proxy exit --complete"
    )]
    Exit {
        /// The sum to ask back, in the token's smallest unit [default: all that is free].
        amount: Option<u128>,
        /// The token.
        #[command(flatten)]
        token: Token,
        /// Pay out what was asked back and is due.
        #[arg(long, conflicts_with = "amount")]
        complete: bool,
    },
    /// Show the proxy's standing, bond, how it served, and credit.
    #[command(after_help = "Example: relayer proxy status --json")]
    Status(Token),
}

/// A sum in a token.
#[derive(Debug, Args)]
pub struct Amount {
    /// The sum, in the token's smallest unit (wei for the native coin).
    amount: u128,
    #[command(flatten)]
    token: Token,
}

/// A token.
#[derive(Debug, Clone, Copy, Args)]
pub struct Token {
    /// The token's contract [default: the native coin].
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value_t,
        hide_default_value = true
    )]
    token: Address,
}

impl ProxyCommand {
    /// Runs the command.
    ///
    /// # Errors
    /// The command's own.
    pub async fn run(self, global: &Global, output: &Output) -> Result<(), Failure> {
        let context = Context::open(global, ROLE)?;
        match self {
            Self::New => new(&context, output),
            Self::Register { url } => register(&context, output, &url).await,
            Self::Bond(bond) => raise_bond(&context, output, &bond).await,
            Self::Exit {
                complete: true,
                token,
                ..
            } => complete_exit(&context, output, token).await,
            Self::Exit { amount, token, .. } => ask_back(&context, output, amount, token).await,
            Self::Status(token) => status(&context, output, token).await,
        }
    }
}

fn new(context: &Context, output: &Output) -> Result<(), Failure> {
    let sealing_key = context.make_sealing_key()?.public();
    let address = context.make_account()?.address();
    let text = format!("account      {address}\nsealing key  {sealing_key}");
    output.result(
        &json!({ "address": address, "sealingKey": sealing_key }),
        &text,
    );
    Ok(())
}

async fn register(context: &Context, output: &Output, url: &Url) -> Result<(), Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::new(
            FailureCode::InvalidInput,
            format!("{url} is no HTTP address"),
        ));
    }
    let sealing_key = context.sealing_key()?.public();
    let ledger = context.writer().await?;
    let account = account_of(&*ledger)?;
    // What is appended to it starts with a slash.
    let url = url.as_str().trim_end_matches('/').to_owned();
    let card = ledger.proxy_card(account).await?;
    if card.url != url || card.sealing_key != sealing_key.to_bytes() {
        let call = Call::Describe {
            sealing_key: sealing_key.to_bytes(),
            url: url.clone(),
        };
        ledger.submit(&call).await?;
    }
    let value = json!({ "account": account, "url": url, "sealingKey": sealing_key });
    output.result(&value, &format!("proxy {account} answers at {url}"));
    Ok(())
}

async fn raise_bond(context: &Context, output: &Output, bond: &Amount) -> Result<(), Failure> {
    let (token, amount) = (bond.token.token, bond.amount);
    let ledger = context.writer().await?;
    let account = account_of(&*ledger)?;
    let funds = ledger.balance(account, token).await?;
    if funds < amount {
        let words = format!("the account {account} has {funds}, not {amount}");
        return Err(Failure::new(FailureCode::InsufficientFunds, words));
    }
    if ledger.allowance(account, token).await? < amount {
        ledger.submit(&Call::Approve { token, amount }).await?;
    }
    ledger.submit(&Call::DepositBond { token, amount }).await?;
    status_of(&*ledger, output, token).await
}

async fn ask_back(
    context: &Context,
    output: &Output,
    amount: Option<u128>,
    Token { token }: Token,
) -> Result<(), Failure> {
    let ledger = context.writer().await?;
    let account = account_of(&*ledger)?;
    let free = ledger.bond(account, token).await?.free;
    let amount = amount.unwrap_or(free);
    if amount == 0 || amount > free {
        let words = format!("{free} of the bond are free, {amount} were asked back");
        return Err(Failure::new(FailureCode::BondTooSmall, words));
    }
    ledger.submit(&Call::RequestExit { token, amount }).await?;
    status_of(&*ledger, output, token).await
}

async fn complete_exit(
    context: &Context,
    output: &Output,
    Token { token }: Token,
) -> Result<(), Failure> {
    let ledger = context.writer().await?;
    let account = account_of(&*ledger)?;
    if ledger.exit(account, token).await?.amount > 0 {
        ledger
            .submit(&Call::CompleteExit {
                proxy: account,
                token,
            })
            .await?;
    }
    ledger.submit(&Call::Push { account, token }).await?;
    status_of(&*ledger, output, token).await
}

async fn status(context: &Context, output: &Output, token: Token) -> Result<(), Failure> {
    status_of(&*context.writer().await?, output, token.token).await
}

async fn status_of(
    ledger: &dyn crate::ports::ledger::Ledger,
    output: &Output,
    token: Address,
) -> Result<(), Failure> {
    let account = account_of(ledger)?;
    let member = ledger.member(account).await?;
    let card = ledger.proxy_card(account).await?;
    let bond = ledger.bond(account, token).await?;
    let record = ledger.service_record(account, token).await?;
    let exit = ledger.exit(account, token).await?;
    let credit = ledger.credit(account, token).await?;
    let value = json!({
        "account": account,
        "member": member,
        "card": card,
        "token": token,
        "bond": bond,
        "record": record,
        "exit": exit,
        "credit": credit.to_string(),
    });
    let standing = match member {
        Some(member) if member.active => "admitted",
        Some(_) => "expelled",
        None => "not admitted yet",
    };
    let text = format!(
        "proxy {account}: {standing}\nbond: {} free, {} locked\nserved: {} receipts, {} attested, {} challenges answered, {} slices lost\nasked back: {}, due at {}\ncredit: {credit}",
        bond.free, bond.locked, record.receipts, record.attested, record.answered, record.slashed, exit.amount, exit.release_at
    );
    output.result(&value, &text);
    Ok(())
}

fn account_of(
    ledger: &(impl crate::ports::ledger::LedgerWriter + ?Sized),
) -> Result<Address, Failure> {
    ledger
        .account()
        .ok_or_else(|| Failure::new(FailureCode::NotPermitted, "this command needs an account"))
}
