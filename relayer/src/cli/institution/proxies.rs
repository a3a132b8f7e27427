//! `relayer institution proxies`: how those proxies served that a study can name.

use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::failure::Failure;
use crate::domain::ids::Address;
use crate::domain::members::{Bond, ServiceRecord};
use crate::ports::ledger::MembersReader;

/// Options of `proxies`.
#[derive(Debug, Args)]
pub struct ProxiesArgs {
    /// The token of bonds and records [default: the native coin].
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value_t,
        hide_default_value = true
    )]
    pub token: Address,
}

/// A proxy, as whoever chooses one sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    account: Address,
    active: bool,
    operator: Address,
    url: String,
    bond: Bond,
    record: ServiceRecord,
}

/// Shows every proxy that was ever admitted.
pub(super) async fn show(
    context: &Context,
    output: &Output,
    options: &ProxiesArgs,
) -> Result<(), Failure> {
    let ledger = context.reader().await?;
    let mut standings = Vec::new();
    for proxy in ledger.proxies().await? {
        standings.push(standing(&*ledger, proxy, options.token).await?);
    }
    let value = json!({ "token": options.token, "proxies": standings });
    output.result(&value, &table(&standings));
    Ok(())
}

async fn standing(
    ledger: &impl MembersReader,
    account: Address,
    token: Address,
) -> Result<Standing, Failure> {
    let card = ledger.proxy_card(account).await?;
    let member = ledger.member(account).await?;
    Ok(Standing {
        account,
        active: member.is_some_and(|member| member.active),
        operator: card.operator,
        url: card.url,
        bond: ledger.bond(account, token).await?,
        record: ledger.service_record(account, token).await?,
    })
}

fn table(standings: &[Standing]) -> String {
    let mut lines = vec![format!(
        "{:42}  {:8}  {:>8}  {:>8}  {:>8}  {:>7}  {:>24}  {:>24}  answers at",
        "proxy", "standing", "receipts", "attested", "answered", "slashed", "free bond", "locked"
    )];
    lines.extend(standings.iter().map(line));
    lines.join("\n")
}

fn line(proxy: &Standing) -> String {
    let standing = if proxy.active { "active" } else { "expelled" };
    let ServiceRecord {
        receipts,
        attested,
        answered,
        slashed,
    } = proxy.record;
    let Bond { free, locked } = proxy.bond;
    format!(
        "{}  {standing:8}  {receipts:>8}  {attested:>8}  {answered:>8}  {slashed:>7}  {free:>24}  {locked:>24}  {}",
        proxy.account, proxy.url
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_names() {
        let standing = Standing {
            account: Address::new([1; 20]),
            active: false,
            operator: Address::new([2; 20]),
            url: "https://proxy.example.org".to_owned(),
            bond: Bond { free: 5, locked: 6 },
            record: ServiceRecord {
                receipts: 11,
                attested: 12,
                answered: 13,
                slashed: 14,
            },
        };
        let table = table(&[standing]);
        let (head, line) = table.split_once('\n').unwrap();
        for (name, value) in [
            ("receipts", "11"),
            ("attested", "12"),
            ("answered", "13"),
            ("slashed", "14"),
            ("free bond", "5"),
            ("locked", "6"),
        ] {
            let end = head.find(name).unwrap() + name.len();
            assert!(line[..end].ends_with(value), "{name}:\n{table}");
        }
        assert!(line.contains("expelled"));
    }
}
