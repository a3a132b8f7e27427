//! Anvil: one development node, without consensus.

use super::{Launch, Program};
use crate::domain::ledger::{Ledger, Member};

/// Anvil.
pub const PROGRAM: Program = Program {
    name: "anvil",
    variable: "MEDSHARE_ANVIL",
    says: "anvil",
    version_args: &["--version"],
    hint: "`make setup` installs it with npm; or install Foundry (https://getfoundry.sh).",
};

/// Blocks come with transactions, and one each period besides, so that windows counted in blocks go on.
pub(super) fn launch(ledger: &Ledger, member: &Member) -> Launch {
    let rules = &ledger.rules;
    let options = [
        ("--host", member.rpc_host.to_string()),
        ("--port", member.rpc_port.to_string()),
        ("--chain-id", rules.chain_id.to_string()),
        ("--gas-limit", rules.gas_limit.to_string()),
        ("--hardfork", "berlin".to_owned()),
        ("--gas-price", "0".to_owned()),
        ("--accounts", "1".to_owned()),
        ("--block-time", rules.block_period_s.to_string()),
    ];
    let mut args: Vec<String> = options
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect();
    args.push("--mixed-mining".to_owned());
    Launch {
        prepare: Vec::new(),
        args,
        environment: Vec::new(),
    }
}
