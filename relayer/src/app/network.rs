//! A QBFT network: its files, its state, its members, and the traps in its configuration.
//!
//! * [`mod@bench`]: what it takes a second
//! * [`init`]: keys and files, one folder a member
//! * [`engine`]: what each engine wants: genesis, configuration, command line
//! * [`check`]: what is wrong with a configuration, ours or another's
//! * [`status`]: how each node is doing
//! * [`membership`]: validators by vote, and who may connect

pub mod bench;
pub mod check;
pub mod engine;
#[cfg(test)]
mod fake;
pub mod init;
pub mod membership;
pub mod status;

/// The description of the network, in the network's folder and in each member's.
pub const LEDGER_FILE: &str = "ledger.json";
/// The members' folders are in it.
pub const MEMBERS_FOLDER: &str = "members";
/// A node's key, in its member's folder: 64 hex digits.
pub const NODE_KEY_FILE: &str = "node.key";
/// The key of an account with coins, on development chains only: 64 hex digits.
pub const FAUCET_FILE: &str = "faucet.key";
/// What a node keeps, in its member's folder.
pub const DATA_FOLDER: &str = "data";
