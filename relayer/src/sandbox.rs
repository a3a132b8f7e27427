//! A Medshare network on one machine: a chain, proxies and actors, each a process of its own.
//!
//! `relayer demo` tells its story on it, and the end-to-end tests run on it. Nothing here knows a protocol rule: everything is
//! done by the commands that people use, run as child processes with a home of their own.
//!
//! * [`process`]: child processes that end with their owner
//! * [`chain`]: the chain, whatever runs it; [`anvil`]: the development chain, and what only it can do (move its clock)
//! * [`stage`]: a consortium, a hospital, an institution and three proxies
//! * [`actor`]: somebody who runs `relayer` commands in a home of their own

pub mod actor;
pub mod anvil;
pub mod chain;
pub mod process;
pub mod stage;

pub use actor::{Actor, CommandError};
pub use anvil::Anvil;
pub use chain::{Chain, On, Setting};
pub use process::{ChildProcess, SandboxError};
pub use stage::{Stage, StageError, StageSettings, StagedProxy};
