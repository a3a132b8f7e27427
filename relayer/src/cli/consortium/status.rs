//! `relayer consortium status`.

use serde_json::{json, Value};

use crate::adapters::chain::ChainLedger;
use crate::app::study;
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::domain::failure::Failure;
use crate::domain::ids::Address;
use crate::ports::ledger::{ChainReader as _, MembersReader as _, RegistryReader as _};

pub(super) async fn show(context: &Context, output: &Output) -> Result<(), Failure> {
    let ledger = context.reader().await?;
    let network = ledger.network();
    let head = ledger.head().await?;
    let studies = study::list(&*ledger, None).await?;
    let mut proxies = Vec::new();
    for proxy in ledger.proxies().await? {
        proxies.push(proxy_standing(&ledger, proxy).await?);
    }
    let records = ledger.live_records().await?;
    let value = json!({
        "chainId": network.chain_id,
        "block": head.number,
        "time": head.time,
        "contracts": network.contracts,
        "verifyingKeyHashes": network.verifying_key_hashes,
        "registryRoot": ledger.current_root().await?,
        "liveRecords": records,
        "studies": studies.len(),
        "openEnrolments": studies.iter().map(|each| each.study.open).sum::<u32>(),
        "settledEnrolments": studies.iter().map(|each| each.study.settled).sum::<u32>(),
        "bounds": ledger.bounds().await?,
        "proxies": proxies,
    });
    let mut lines = vec![
        format!(
            "chain {}, block {} at {}",
            network.chain_id, head.number, head.time
        ),
        format!("{records} live records, {} studies", studies.len()),
    ];
    lines.extend(proxies.iter().map(line));
    output.result(&value, &lines.join("\n"));
    Ok(())
}

async fn proxy_standing(ledger: &ChainLedger, proxy: Address) -> Result<Value, Failure> {
    let card = ledger.proxy_card(proxy).await?;
    let active = ledger
        .member(proxy)
        .await?
        .is_some_and(|member| member.active);
    let bond = ledger.bond(proxy, Address::default()).await?;
    Ok(json!({
        "account": proxy,
        "active": active,
        "operator": card.operator,
        "url": card.url,
        "nativeBond": bond,
    }))
}

fn line(proxy: &Value) -> String {
    let text = |name: &str| proxy[name].as_str().unwrap_or_default().to_owned();
    let standing = if proxy["active"] == true {
        "active"
    } else {
        "expelled"
    };
    let free = proxy["nativeBond"]["free"].as_str().unwrap_or_default();
    format!(
        "proxy {} {standing}, {}, free bond {free} wei",
        text("account"),
        text("url")
    )
}
