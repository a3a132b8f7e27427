//! The chain through JSON-RPC: the only module that names `ethers`.
//!
//! * [`node`]: the nodes, with their errors sorted; [`failover`]: several as one; [`transactor`]: what the outbox needs of it
//! * [`outbox`], [`sign`]: transactions that come about once; [`batches`]: which calls share one
//! * [`purse`]: plain payments; [`load`]: transactions in numbers
//! * [`encode`], [`events`], [`read`]: calls, events and views between the contracts' types and the domain's
//! * [`reverts`]: custom errors as causes of the closed list
//! * [`artefacts`], [`bindings`], [`deploy`]: the compiled contracts, embedded
//!
//! Legacy transactions only, as every QBFT engine takes them.

mod artefacts;
mod batches;
mod bindings;
mod connect;
mod convert;
mod deploy;
mod encode;
mod events;
mod failover;
pub mod load;
mod node;
mod outbox;
mod purse;
mod read;
mod reverts;
mod sign;
mod transactor;
mod write;

pub use connect::{ChainLedger, ChainSettings};
pub use deploy::ChainDeployer;
pub use purse::Purse;

#[cfg(test)]
mod tests;
